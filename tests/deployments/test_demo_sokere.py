"""The practice county's applicants: the same every time, some ours and many not, and nobody's number."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from deployments.demo import Demo
from deployments.demo.befolkning import make_people
from deployments.demo.grunnlag import distribution
from deployments.demo.innstillinger import settings_bytes
from deployments.demo.nummer import Nummerlager
from deployments.demo.sokere import _is_outside, applicant_bytes
from deployments.demo.tilmelding import Tilmelding, start_register
from tasks.formater import find_format
from tasks.hjem import home
from tasks.innboks import Mottatt
from tasks.vurdering import judge_file
from tests.test_struktur import real_ids

DEMO = Demo()
STIER = [f"demo/post/2026-{dag}/vigo_sokere_2026-{dag}.csv" for dag in ("01-23", "02-25", "04-15")]


def make(demo: Demo = DEMO) -> tuple[tuple[Tilmelding, ...], dict[str, bytes]]:
    lager = Nummerlager()
    register = start_register(demo, make_people(demo, lager, "register", demo.ungdom, distribution()["alder"]))
    return register, applicant_bytes(demo, lager, register)


@pytest.fixture(scope="module")
def laget() -> tuple[tuple[Tilmelding, ...], dict[str, bytes]]:
    return make()


def rows(innhold: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(innhold.decode("utf-8-sig")), delimiter=";"))


def test_the_lists_come_before_each_reminder_and_in_april(laget) -> None:
    assert list(laget[1]) == STIER


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(laget) -> None:
    assert make()[1] == laget[1]
    assert make(Demo(fro=2))[1] != laget[1]


def test_a_third_of_those_outside_apply_by_february_more_by_march_and_a_few_later(laget) -> None:
    register, filer = laget
    utenfor = {rad.ungdom.fodselsnummer for rad in register if _is_outside(rad)}
    andeler = [len({r["Fodselsnummer"] for r in rows(fil)} & utenfor) / len(utenfor) for fil in filer.values()]
    assert andeler == pytest.approx([0.33, 0.55, 0.58], abs=0.01)


def test_most_applicants_of_the_lists_are_others_or_ours_and_none_of_ours_goes_to_school(laget) -> None:
    register, filer = laget
    vaare = {rad.ungdom.fodselsnummer: rad for rad in register}
    for fil in filer.values():
        numre = {rad["Fodselsnummer"] for rad in rows(fil)}
        assert len(numre - vaare.keys()) > 50
        assert all(_is_outside(vaare[nummer]) for nummer in numre & vaare.keys())


def test_some_withdraw_between_the_first_list_and_the_second(laget) -> None:
    forste, andre, _ = ({rad["Fodselsnummer"] for rad in rows(fil)} for fil in laget[1].values())
    assert 0 < len(forste - andre) < len(forste) / 10


def test_an_application_is_dated_before_its_list_and_the_late_ones_after_the_deadline(laget) -> None:
    sist = [(rad["Fodselsnummer"], rad["Soknadsdato"]) for rad in rows(laget[1][STIER[2]])]
    for_ = {rad["Fodselsnummer"][:10] for rad in rows(laget[1][STIER[1]])}
    nye = {dato for nummer, dato in sist if nummer[:10] not in for_ and not dato.startswith("31.02")}
    assert nye
    assert all(dato[3:5] in ("03", "04") for dato in nye)


def test_only_the_rows_made_faulty_are_set_aside(laget, tmp_path: Path) -> None:
    (tmp_path / "innstillinger.toml").write_bytes(settings_bytes(DEMO))
    for sti, innhold in laget[1].items():
        dag = date.fromisoformat(sti.split("/")[2])
        mottatt = Mottatt(Path(sti).name, "", innhold, find_format("vigo_sokere", None), ny=True)
        validert = judge_file(home(tmp_path), mottatt, dag, dag, "20262027").validert
        assert validert.antall_darlige == max(1, round(validert.antall * 0.01))


@pytest.mark.parametrize("ungdom", [1, 20, 1141])
def test_a_county_of_any_size_has_its_lists(ungdom: int) -> None:
    assert len(make(Demo(ungdom=ungdom))[1]) == 3


def test_no_number_can_be_somebodys(laget) -> None:
    assert sum(real_ids(fil.decode("utf-8-sig")) for fil in laget[1].values()) == 0
