"""The short proof that Prefect holds nobody, and a judge that sees what leaks."""

import gzip
import sqlite3
import sys
from pathlib import Path

import pytest

from schemas.kjoring import Kjorevalg
from tests.bevis import prove
from tests.bevis.skanning import plans, raised
from tests.skanning import dom
from tests.skanning.feil import SIER, SLAG, STOPPER, Panikk
from tests.skanning.kanarier import Kanari
from tests.skanning.sonde import I_VISNINGEN, MAPPE, PER_RAD, Plan, Sonde, _run_with_errors


@pytest.mark.usefixtures("om_natten")
def test_a_standing_server_holds_nobody_after_errors_that_held_persons():
    funn = prove("skanning", kort=True)
    assert funn.brudd == ()
    assert funn.tall["framtvungne feil"] == 40
    assert funn.tall["slag feil"] == len(SLAG)


@pytest.mark.parametrize("slag", STOPPER)
def test_each_kind_that_ends_the_run_ends_it(slag):
    with pytest.raises((Exception, SystemExit, Panikk)):
        SLAG[slag](Kanari(len(slag)))


def test_the_guard_lets_no_text_of_any_of_them_past():
    from tasks.feil import ArshjulFeil
    from tasks.steg import guarded

    for nummer, slag in enumerate(STOPPER):
        with pytest.raises(ArshjulFeil) as fanget:
            guarded(STOPPER[slag])(Kanari(nummer))
        feil = fanget.value
        sagt = f"{feil} {feil.args} {vars(feil)} {getattr(feil, '__notes__', [])} {feil.__cause__} {feil.__context__}"
        assert not any(verdi in sagt for verdi in (*Kanari(nummer).verdier, "Fjærkanarius")), slag


def test_what_is_said_during_a_run_in_prefect_goes_nowhere(capfd):
    from tasks.taushet import silenced

    with silenced():
        for slag in ("utskrift", "utskrift som feil", "skrevet utenom Python", "skrevet av et program vi startet"):
            SIER[slag](Kanari(7))
    sys.stdout.write("etterpå\n")
    sagt = capfd.readouterr()
    assert sagt.out == "etterpå\n"
    assert "Fjærkanarius" not in sagt.err


def test_the_judge_finds_one_line_in_prefects_database(tmp_path):
    (tmp_path / "prefect").mkdir()
    with sqlite3.connect(tmp_path / "prefect" / "prefect.db") as con:
        con.execute("CREATE TABLE log (message TEXT, data BLOB)")
        con.execute("INSERT INTO log VALUES ('ingen', ?)", [gzip.compress(str(Kanari(3)).encode())])
    con.close()
    funn = {funn.nal for funn in dom.leaks(tmp_path, dom.canaries(5), "n" * 64)}
    assert funn == {"Fjærkanarius", *Kanari(3).verdier}


def test_the_plan_forces_every_kind_in_every_way_and_no_number_twice():
    alle = plans(500)
    assert {plan.nummer for plan in alle} == set(range(500))
    assert {plan.slag for plan in alle} == set(SLAG)
    assert all(len({plan.hvor for plan in alle if plan.slag == slag}) == 3 for slag in SLAG)


def test_an_error_is_told_of_where_it_was_forced_and_what_one_row_does_not_reach_the_next_may(tmp_path, monkeypatch):
    for ko in ("avspilling", "tatt"):
        (tmp_path / ko).mkdir()
    monkeypatch.setenv(MAPPE, str(tmp_path))
    monkeypatch.setenv(PER_RAD, "20")
    sonde = Sonde(tmp_path)
    monkeypatch.setattr("tests.skanning.sonde.probe", lambda: sonde)
    Plan(1, "nøkkel som mangler", 1, I_VISNINGEN).write(tmp_path / "avspilling")
    Plan(2, "nøkkel som mangler", 1, "før").write(tmp_path / "avspilling")

    def lasting():
        return "gjort"

    monkeypatch.setattr("tests.skanning.sonde.FLYTER", Path(__file__).parent)
    gjor = sonde.around(lasting)
    assert _run_with_errors(lambda *_, **__: gjor(), None, Kjorevalg(), plain=True) == "gjort"
    (reist,) = raised(tmp_path / "reist.csv")
    assert (reist.nummer, reist.sted) == (2, "flows.test_skanning.lasting")
    assert [sti.name for sti in (tmp_path / "avspilling").iterdir()] == ["0001"]
