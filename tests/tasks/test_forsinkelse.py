"""What a planned run does when it comes late: each row's own rule, obeyed by the calendar's runs and no others."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.errors import SchemaError

from deployments.rader import flow_of
from deployments.utrulling import coming_dates
from schemas.arshjul import Arshjulskjema
from schemas.kjoring import Hoppet, Kjoreresultat, Kjorevalg
from tasks import kjoring as kjoringer
from tasks import planlagt
from tasks.arshjul import HJULFIL, as_json, as_text, find_row, read_wheel, row_dates, wheel, year_of
from tasks.feil import BrukerFeil
from tasks.forsinkelse import Hva, Kjent, is_late, judge, known, rule_text
from tasks.hjem import Hjem
from tasks.kalender import run_time
from tests.tasks.conftest import at

INGENTING = Kjent()
TABELL = [
    # rad, planlagt, kommer, hva, hvorfor
    ("12", "2026-04-27", "2026-12-01", Hva.KJOR, ""),
    ("05", "2026-02-16", "2026-03-09", Hva.KJOR, ""),
    ("14", "2026-05-11", "2026-05-24", Hva.KJOR, ""),
    ("14", "2026-05-11", "2026-05-25", Hva.SPOR, "24.05.2026"),
    ("16", "2026-05-26", "2026-05-28", Hva.SPOR, "brevene fra rad 14 er ikke sendt"),
    ("18", "2026-06-01", "2026-06-02", Hva.KJOR, ""),
    ("18", "2026-06-01", "2026-06-09", Hva.HOPP, "en nyere kjøring"),
    ("18", "2026-06-08", "2026-06-15", Hva.KJOR, ""),
    ("18", "2026-06-08", "2026-06-16", Hva.HOPP, "sesongen"),
    ("21", "2027-01-04", "2027-01-08", Hva.KJOR, ""),
    ("13", "2026-04-28", "2026-05-04", Hva.HOPP, "ikke lenger"),
]


@pytest.mark.parametrize(("nr", "dag", "kommer", "hva", "hvorfor"), TABELL)
def test_each_row_has_its_own_rule(nr: str, dag: str, kommer: str, hva: Hva, hvorfor: str) -> None:
    d = row_dates(find_row(nr), 2026)
    dom = judge(d, date.fromisoformat(dag), INGENTING, at(f"{kommer}T12:00"))
    assert dom.hva is hva
    assert hvorfor in dom.grunn


def test_a_reminder_comes_late_only_when_the_letters_are_sent_and_its_weeks_are_not_over() -> None:
    d, sendt = row_dates(find_row("16"), 2026), Kjent(sendt=frozenset({("14-brev-ikkesokere", 2026)}))
    assert judge(d, d.kjoredato, sendt, at("2026-06-14T12:00")).hva is Hva.KJOR
    assert judge(d, d.kjoredato, sendt, at("2026-06-15T12:00")).hva is Hva.SPOR


def test_what_prepares_another_row_is_skipped_when_that_one_is_run() -> None:
    d, kjort = row_dates(find_row("02"), 2026), Kjent(kjort=frozenset({("05-overforing-udir-februar", 2026)}))
    assert judge(d, d.kjoredato, INGENTING, at("2026-03-01T12:00")).hva is Hva.KJOR
    assert "rad 05" in judge(d, d.kjoredato, kjort, at("2026-03-01T12:00")).grunn


@given(st.integers(2001, 2099), st.integers(0, 400))
def test_of_several_missed_runs_of_a_row_never_more_than_one_is_run(aar: int, dager: int) -> None:
    for d in wheel(aar):
        naa = run_time(d.kjoredato) + timedelta(days=dager, hours=5)
        forfalt = [dag for dag in d.kjoredatoer if is_late(run_time(dag), naa)]
        gjor_noe = [dag for dag in forfalt if judge(d, dag, INGENTING, naa).hva is not Hva.HOPP]
        assert len(gjor_noe) <= 1


def test_every_rule_is_told_with_the_wheel_and_says_that_it_is_assumed() -> None:
    tekst, rader = as_text(wheel(2026)), as_json(wheel(2026))
    assert tekst.count("For sent (antatt): ") == len(read_wheel())
    assert rader[13]["forsinket"] == {"regel": "straks_til", "tekst": rule_text(find_row("14")), "kilde": "antatt"}
    assert "telledatoen" in rule_text(find_row("05"))
    assert not any("{" in rule_text(rad) or "rad  " in rule_text(rad) for rad in read_wheel())


def test_what_a_rule_refers_to_is_another_row_that_runs_later_or_not_before() -> None:
    for rad in read_wheel():
        if rad.forsinket_rad:
            assert row_dates(find_row(rad.forsinket_rad), 2026).kjoredato >= row_dates(rad, 2026).kjoredato


@pytest.mark.parametrize(
    ("nr", "felt", "verdi"),
    [(14, "forsinket_uker", ""), (12, "forsinket_uker", "2"), (2, "forsinket_rad", ""), (4, "rytme_uker", ""),
     (16, "etter", ""), (1, "forsinket", "kanskje")],
)  # fmt: skip
def test_a_rule_without_what_it_needs_is_not_read(nr: int, felt: str, verdi: str) -> None:
    ramme = pd.read_csv(HJULFIL, sep=";", dtype=str, keep_default_na=False)
    ramme.loc[nr - 1, felt] = verdi
    with pytest.raises(SchemaError):
        Arshjulskjema.validate(ramme)


@pytest.fixture
def kalenderen(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """``with kalenderen("2026-05-11"):`` the calendar started the run, planned for that day."""

    @contextmanager
    def start(dag: str) -> Iterator[None]:
        with monkeypatch.context() as lapp:
            for modul in (planlagt, kjoringer):
                lapp.setattr(modul, "calendar_time", lambda: run_time(date.fromisoformat(dag)))
            yield

    return start


def late(rad: str, tid: str) -> dict[str, Any]:
    return flow_of(find_row(rad)).fn(Kjorevalg(rad=rad, naa=at(tid)))


def test_too_late_nothing_is_proposed_and_a_person_who_runs_the_row_is_obeyed(
    med_register: Hjem, kjor: Callable[..., Kjoreresultat], kalenderen: Any
) -> None:
    with kalenderen("2026-05-11"), pytest.raises(BrukerFeil, match="ÅH-3153"):
        late("14", "2026-06-05T12:00")
    with med_register.register.transaction("prøve") as con:
        assert con.execute("SELECT count(*) FROM kjoring WHERE rad LIKE '14%'").fetchone() == (0,)
    assert kjor("14", "2026-06-05T12:00").generasjon == 1


@pytest.mark.usefixtures("med_register")
def test_an_older_missed_run_does_nothing_and_the_newest_says_that_it_is_late(kalenderen: Any) -> None:
    with kalenderen("2026-06-01"):
        assert late("18", "2026-06-09T12:00")["utfall"] == "hoppet over"
    with kalenderen("2026-06-08"):
        svar = late("18", "2026-06-09T13:00")
    assert svar["generasjon"] == 1
    assert any("planlagt 08.06.2026" in merknad for merknad in svar["merknader"])


@pytest.mark.usefixtures("med_register")
def test_a_late_transfer_keeps_its_counting_date_and_says_that_it_is_late(kalenderen: Any) -> None:
    with kalenderen("2026-02-16"):
        svar = late("05", "2026-03-09T12:00")
    assert (svar["per_dato"], svar["utfall"]) == ("2026-02-15", "venter_godkjenning")
    assert any("Tallene gjelder 15.02.2026 likevel" in merknad for merknad in svar["merknader"])


@pytest.mark.usefixtures("med_register")
def test_a_run_in_time_is_no_late_run(kalenderen: Any) -> None:
    with kalenderen("2026-02-16"):
        assert not any("planlagt" in merknad for merknad in late("05", "2026-02-16T11:59")["merknader"])


@pytest.mark.usefixtures("med_register")
def test_a_run_planned_before_new_year_and_run_after_it_belongs_to_the_old_year(kalenderen: Any) -> None:
    with kalenderen("2026-11-09"):
        svar = late("30", "2027-01-08T12:00")
    assert (svar["aar"], svar["per_dato"]) == (2026, "2026-11-15")
    assert year_of(find_row("21"), date(2027, 1, 4)) == 2026


def test_letters_are_sent_when_a_proposal_is_carried_out_and_none_is_open(bygd: Any, hurtig: None) -> None:
    def sendt() -> bool:
        with bygd.hjem.register.transaction("prøve") as con:
            return (bygd.BREV, 2026) in known(con).sendt

    bygd.person()
    forslag_id = bygd.run().forslag_id
    assert not sendt()
    bygd.approve(forslag_id)
    assert not sendt()
    bygd.send()
    assert sendt()
    bygd.person()
    bygd.run(tid="2026-05-12T08:00")
    assert not sendt()


def test_a_skipped_run_says_why_and_that_nothing_waits() -> None:
    hoppet = Hoppet(rad="18-gjennomgang-juni", aar=2026, planlagt=date(2026, 6, 1), grunn="sesongen for raden er over.")
    assert hoppet.artefakt == "rad-18-gjennomgang-juni"
    assert "01.06.2026, og sesongen for raden er over." in hoppet.oppsummering()


def test_a_row_that_builds_on_another_is_planned_after_it_the_same_day() -> None:
    """Rows 12 and 13 both run on the first working day of week 18; late, they come in the order they were planned."""
    naa = at("2026-01-02T09:00")
    lasting, konvertering = (coming_dates(find_row(nr), (), naa)[0] for nr in ("12", "13"))
    assert konvertering - lasting == timedelta(minutes=1)
