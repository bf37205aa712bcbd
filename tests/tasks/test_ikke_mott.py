"""Row 22: the clock of each who did not show up starts when her list is received."""

import os
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tasks.ikke_mott import received_day
from tests.listeprove import day, fill_in, rows

RAD = "22-ikke-mott-skolestart"
FORST, UKEN_ETTER = "2026-08-31T08:00", "2026-09-07T08:00"
ELEV = {"fornavn": "Elev", "etternavn": "Borte", "ajourholdskode": "N", "avbrudd_dato": "24.08.2026"}


def tasks(bygd: Any) -> list[tuple[str, str, str]]:
    return bygd.ask(
        "SELECT grunn_kode, frist::VARCHAR, tilstand FROM oppgave"
        " WHERE starts_with(grunn_kode, 'IKKE_MOTT') ORDER BY ALL"
    )


def known(bygd: Any, nr: int = 1, **felt: str) -> str:
    """A youth whom the register knows; returns her number."""
    nummer = bygd.number("2008-03-14", nr)
    bygd.person(fodselsnummer=nummer, fodselsdato="2008-03-14", ikkesoker_skoleaar="", **felt)
    return nummer


def test_contact_is_due_a_week_and_guidance_three_weeks_after_the_list_came(bygd: Any) -> None:
    bygd.deliver("skole_ikke_mott", ELEV | {"fodselsnummer": known(bygd)})
    bygd.run(RAD, FORST)
    assert tasks(bygd) == [
        ("IKKE_MOTT_KONTAKT", "2026-09-07", "åpen"), ("IKKE_MOTT_VEILEDNING", "2026-09-21", "åpen"),
    ]  # fmt: skip


def test_a_later_list_has_a_later_clock_and_the_first_ones_stands(bygd: Any) -> None:
    forst, siden = known(bygd, 1), known(bygd, 2)
    bygd.deliver("skole_ikke_mott", ELEV | {"fodselsnummer": forst})
    bygd.run(RAD, FORST)
    bygd.deliver(
        "skole_ikke_mott", ELEV | {"fodselsnummer": siden, "skolenummer": "39002", "skole": "En annen"}, navn="_2"
    )
    bygd.run(RAD, UKEN_ETTER)
    assert [frist for grunn, frist, _ in tasks(bygd) if grunn == "IKKE_MOTT_KONTAKT"] == ["2026-09-07", "2026-09-14"]
    assert bygd.facts(forst, "ikke_mott_kom_dato") == ("2026-08-31",)
    assert bygd.facts(siden, "ikke_mott_kom_dato") == ("2026-09-07",)


def test_contact_on_the_very_day_the_list_came_is_contact_and_the_day_before_is_not(bygd: Any) -> None:
    samme, foer = known(bygd, 1, kontakt_dato="2026-08-31"), known(bygd, 2, kontakt_dato="2026-08-30")
    bygd.deliver("skole_ikke_mott", ELEV | {"fodselsnummer": samme}, ELEV | {"fodselsnummer": foer})
    bygd.run(RAD, FORST)
    ((gjelder,),) = bygd.ask("SELECT gjelder FROM oppgave WHERE grunn_kode = 'IKKE_MOTT_KONTAKT'")
    assert bygd.ask("SELECT verdi FROM fakta WHERE felt = 'fodselsnummer' AND person_id = ?", gjelder) == [(foer,)]


def test_recorded_contact_closes_the_first_clock_and_the_offer_the_second(bygd: Any) -> None:
    bygd.deliver("skole_ikke_mott", ELEV | {"fodselsnummer": known(bygd)})
    bygd.run(RAD, FORST)
    fill_in(
        bygd.hjem, "R05", "Ringeliste",
        {"Svar": "Fikk kontakt: ønsker oppfølging", "Dato": day("2026-09-02"), "Kanal": "SMS", "Ny OT-status": "OTOV"},
    )  # fmt: skip
    bygd.run(RAD, UKEN_ETTER)
    assert [(grunn, tilstand) for grunn, _, tilstand in tasks(bygd)] == [
        ("IKKE_MOTT_KONTAKT", "lukket"), ("IKKE_MOTT_VEILEDNING", "åpen"),
    ]  # fmt: skip
    svar = {"Svar": "Veiledning er tilbudt", "Dato": day("2026-09-08"), "Kanal": "telefon"}
    fill_in(bygd.hjem, "R05", "Veiledning", svar)
    bygd.run(RAD, "2026-09-14T08:00")
    assert {tilstand for *_, tilstand in tasks(bygd)} == {"lukket"}


def test_it_is_red_before_it_is_late_and_told_of_when_it_is(bygd: Any) -> None:
    bygd.deliver("skole_ikke_mott", ELEV | {"fodselsnummer": known(bygd)})
    bygd.run(RAD, FORST)
    bygd.run(RAD, "2026-09-05T08:00")
    # What stands open is only the contact that the county owes the youth, not the list.
    assert bygd.ask("SELECT kode FROM avvik WHERE tilstand = 'åpen'") == [("ÅH-3130",)]
    assert [rad["Hast"] for rad in rows(bygd.hjem, "R05", "Ringeliste")] == ["snart"]
    resultat = bygd.run(RAD, "2026-09-08T08:00")
    assert any("1 ganger er fristen passert" in tekst for tekst in resultat.merknader)
    assert [rad["Hast"] for rad in rows(bygd.hjem, "R05", "Ringeliste")] == ["over frist"]


def test_row_24_keeps_those_whom_only_a_school_has_named(bygd: Any) -> None:
    fra_skolen, fra_vigo = known(bygd, 1), bygd.number("2008-03-14", 2)
    bygd.deliver("skole_ikke_mott", ELEV | {"fodselsnummer": fra_skolen})
    bygd.run(RAD, FORST)
    bygd.deliver("vigo_ot_linjer", {"fodselsnummer": fra_vigo})
    bygd.run("24-innlasting-neisvarere", "2026-09-14T08:00")
    assert bygd.facts(fra_skolen, "neisvarer_skoleaar") == ("20262027",)
    assert bygd.facts(fra_vigo, "neisvarer_skoleaar") == ("20262027",)


@given(
    lagret=st.datetimes(datetime.fromisoformat("2026-08-01"), datetime.fromisoformat("2026-11-30")),
    naa=st.datetimes(datetime.fromisoformat("2026-08-31T01:00"), datetime.fromisoformat("2026-10-20")),
)
def test_the_list_came_when_the_file_was_laid_there_never_before_the_season_nor_after_the_run(
    tmp_path_factory: Any, lagret: datetime, naa: datetime
) -> None:
    from types import SimpleNamespace

    from tasks.klokke import OSLO

    sti = tmp_path_factory.mktemp("liste") / "skole_ikke_mott.csv"
    sti.touch()
    tid = lagret.replace(tzinfo=OSLO).timestamp()
    os.utime(sti, (tid, tid))
    naar = naa.replace(tzinfo=OSLO)
    kjoring: Any = SimpleNamespace(
        naa=naar, leste_filer=[sti, sti.with_name("arbeidsliste_R05.xlsx")], tid_er_naa=True,
        datoer=SimpleNamespace(fra=day("2026-08-31")),
    )  # fmt: skip
    dag = received_day(kjoring)
    assert day("2026-08-31") <= dag <= naar.date()
    if day("2026-08-31") <= lagret.date() <= naar.date():
        assert dag == lagret.date()
    else:
        assert dag == naar.date()
    assert naar.date() - dag <= timedelta(days=60)
