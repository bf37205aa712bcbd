"""The preparation of a transfer: what would happen, whose it is, the dates, and how it stood at an earlier moment."""

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.arshjul import Raddatoer, Radvalg
from schemas.kjoring import Kjoreresultat
from tasks.arshjul import read_wheel, row_dates
from tasks.feil import BrukerFeil
from tasks.kalender import day_text
from tasks.overforingsdatoer import conflicts_tables, dates_table, transfer_row, trial_run
from tests.tasks.test_sammenligning import FEBRUAR, NOVEMBER, sent

FORBERED, MANDAG = "02-forberede-udir-februar", "2026-02-09T08:00"
FEIL = {"ot_status": ""}
SKJERMET = {"adressegradering_vigo": "fortrolig"}
OPPGAVER = "SELECT gjelder, grunn_kode, raadgiver FROM oppgave WHERE tilstand = 'åpen' ORDER BY ALL"


def table(svar: Kjoreresultat, tittel: str) -> list[tuple[Any, ...]]:
    return next(tabell.rader for tabell in svar.tabeller if tabell.tittel == tittel)


def page(bygd: Any, kjoring_id: str = "2026-02-1") -> dict[str, str]:
    """The run's page and the file beside it."""
    mappe = bygd.hjem.mappe / "rapporter" / "sider" / "forberede" / kjoring_id
    return {sti.name: sti.read_text("utf-8-sig") for sti in mappe.iterdir()}


def test_the_answer_tells_how_many_would_go_and_how_many_be_refused_by_reason_and_whose_they_are(bygd: Any) -> None:
    for felt in ({}, FEIL, FEIL, FEIL | {"raadgiver": "R07"}, {"tilmeldingsgrunn": ""}):
        bygd.person(**felt)
    svar = bygd.run(FORBERED, MANDAG)
    assert table(svar, "Hvem som ville blitt med") == [("Ville blitt med", 1), ("Ville blitt avvist", 4)]
    assert table(svar, "Ville blitt avvist") == [
        ("OT-status mangler eller er ikke gyldig på telledatoen", "R05", 2),
        ("OT-status mangler eller er ikke gyldig på telledatoen", "R07", 1),
        ("Vigo-koden er ikke gjort om til tilmeldingsgrunn", "R05", 1),
    ]
    assert svar.oppgaver == 4


def test_with_nothing_wrong_and_nothing_to_compare_with_that_is_what_it_says(bygd: Any) -> None:
    bygd.person()
    svar = bygd.run(FORBERED, MANDAG)
    assert not any(tabell.tittel == "Ville blitt avvist" for tabell in svar.tabeller)
    assert any("ingen tidligere overføring" in tekst for tekst in svar.merknader)
    assert any("samme rad i fjor" in tekst for tekst in svar.merknader)
    assert (svar.avvik, table(svar, "Etter OT-status")) == (0, [("OTUK Ukjent aktivitet", 1), ("I alt", 1)])


@pytest.mark.parametrize("vernet", ["paa_telledatoen", "i_dag", "begge"])
def test_the_protected_are_counted_and_never_named(bygd: Any, vernet: str) -> None:
    apen = bygd.person(**FEIL)
    skjermet = bygd.person(**FEIL | (SKJERMET if vernet != "i_dag" else {}))
    if vernet == "i_dag":
        bygd.change(skjermet, "2026-03-01", **SKJERMET)
    if vernet == "paa_telledatoen":
        bygd.change(skjermet, "2026-03-01", adressegradering_vigo="ugradert")
    svar = bygd.run(FORBERED, "2026-03-02T08:00")
    assert bygd.ask(OPPGAVER) == [
        ("1 personer", "MANGLER_STATUS", "OTTO-ansvarlig"), (apen, "MANGLER_STATUS", "R05"),
    ]  # fmt: skip
    assert [rad[1:] for rad in table(svar, "Ville blitt avvist")] == [("OTTO-ansvarlig", 1), ("R05", 1)]
    assert skjermet not in svar.oppsummering() + "".join(page(bygd).values())


def test_the_page_and_the_file_beside_it_hold_counts_and_nobody(bygd: Any) -> None:
    for felt in ({}, {"ot_status": "OTAR", "kommunenummer": "3901"}, SKJERMET, FEIL):
        bygd.person("2025-09-20", **felt)
    sent(bygd, NOVEMBER, 2025, "2026-01-05T08:00")
    svar = bygd.run(FORBERED, MANDAG)
    filer = page(bygd)
    assert set(filer) == {"index.html", "kryss.csv"}
    assert "skal ikke deles, publiseres eller sendes ut av fylket" in filer["index.html"]
    alt = "".join(filer.values()) + svar.oppsummering()
    assert not re.search(r"P\d{7}|\d{11}|Nordmann|Storgata", alt)
    rader = list(csv.reader(filer["kryss.csv"].splitlines(), delimiter=";"))
    assert [sum(int(rad[plass]) for rad in rader[1:]) for plass in (5, 6)] == [3, 3]
    assert [side.adresse for side in svar.sider] == ["rapporter/sider/forberede/2026-02-1/index.html"]


def test_a_change_over_the_limit_is_a_deviation_until_it_is_no_longer_so(bygd: Any) -> None:
    personer = [bygd.person("2024-09-01", tilmeldt_dato="2024-09-01") for _ in range(21)]
    sent(bygd, FEBRUAR, 2025, "2025-02-17T08:00")
    for person in personer[:10]:
        bygd.change(person, "2026-01-05", ot_status="OTOV")
    apne = (
        "SELECT tekst FROM avvik WHERE tilstand = 'åpen' AND kode IN ('ÅH-3095', 'ÅH-3097')"
        " AND tekst NOT LIKE 'Alder%' ORDER BY kode"
    )
    bygd.run(FORBERED, MANDAG)
    ((status,), (andel,)) = bygd.ask(apne)
    assert status.startswith("OT-status OTUK Ukjent aktivitet: 11 nå mot 21 ved samme overføring i fjor (15.02.2025)")
    assert "en endring på −47,6 %. Fylkets grense er 30 %" in status
    assert andel.startswith("Andelen med ukjent aktivitet (OTUK): 52,4 % (11 av 21) nå mot 100 % (21 av 21)")
    for person in personer[:10]:
        bygd.change(person, "2026-01-05", "2026-02-10T07:00", ot_status="OTUK")
    bygd.run(FORBERED, "2026-02-10T08:00")
    assert bygd.ask(apne) == []


def test_a_dry_run_tells_the_same_and_leaves_no_page(bygd: Any) -> None:
    bygd.person(**FEIL)
    prove = bygd.run(FORBERED, MANDAG, bare_vis=True)
    assert (prove.sider, bygd.ask(OPPGAVER)) == ([], [])
    assert not (bygd.hjem.mappe / "rapporter").exists()
    assert prove.tabeller == bygd.run(FORBERED, MANDAG).tabeller


def test_as_it_was_known_then_it_tells_what_it_told_then_and_changes_nothing(bygd: Any) -> None:
    bygd.person("2024-09-01", tilmeldt_dato="2024-09-01")
    sent(bygd, FEBRUAR, 2025, "2025-02-17T08:00")
    feil = bygd.person(**FEIL)
    da = bygd.run(FORBERED, MANDAG)
    bygd.change(feil, "2026-01-02", "2026-02-12T08:00", ot_status="OTAR")
    bygd.run(FORBERED, "2026-02-12T09:00")
    sent(bygd, FEBRUAR, 2026, "2026-02-16T08:00")
    bygd.deliver("otto_uttrekk", {"fodselsnummer": bygd.number("2007-03-14", 3)})
    for_ = [bygd.ask(sql) for sql in ("FROM fakta", "FROM oppgave", "FROM avvik")]
    svar = bygd.run(FORBERED, "2026-04-01T08:00", kjent_tid=bygd.at(MANDAG))
    assert (svar.tabeller, svar.sha256) == (da.tabeller, da.sha256)
    assert [bygd.ask(sql) for sql in ("FROM fakta", "FROM oppgave", "FROM avvik")] == for_
    assert (svar.inn, svar.oppgaver, svar.avvik, len(list(bygd.hjem.innboks.iterdir()))) == (0, 0, 0, 1)
    assert any("slik det var kjent 09.02.2026 kl. 08.00" in tekst for tekst in svar.merknader)
    assert "slik de var kjent 09.02.2026 kl. 08.00" in page(bygd, "2026-02-3")["index.html"]


def test_as_of_another_day_it_counts_that_day(bygd: Any) -> None:
    bygd.person("2025-12-01", tilmeldt_dato="2025-12-01")
    svar = bygd.run(FORBERED, "2026-04-01T08:00", per_dato=date(2025, 11, 30), kjent_tid=bygd.at("2026-03-01T08:00"))
    assert table(svar, "Hvem som ville blitt med")[0] == ("Ville blitt med", 0)


RAPPORTER = {"ajourhold", "forberede_overforing", "overforing"}


@pytest.mark.parametrize("rad", [rad.rad for rad in read_wheel() if rad.flyt and rad.flyt not in RAPPORTER])
def test_a_row_that_changes_what_is_so_refuses_to_be_run_as_it_was_known_then(bygd: Any, rad: str) -> None:
    with pytest.raises(BrukerFeil, match="ÅH-1214"):
        bygd.run(rad, MANDAG, kjent_tid=bygd.at("2026-01-01T08:00"))


def both(nummer: str, aar: int, *valg: Radvalg) -> tuple[Raddatoer, Raddatoer]:
    rad = next(rad for rad in read_wheel() if rad.rad.startswith(nummer))
    return row_dates(rad, aar, valg), row_dates(transfer_row(rad), aar, valg)


def trial_weeks() -> list[dict[str, str]]:
    with (Path(__file__).parent / "proveuker.csv").open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil, delimiter=";"))


@pytest.mark.parametrize("rad", trial_weeks(), ids=lambda rad: rad["aar"])
@pytest.mark.parametrize(
    ("nummer", "maaned", "i_uken"),
    [("02", "februar", "i_uke_7"), ("17", "juni", "i_uke_23"), ("28", "november", "i_uke_45")],
)
def test_the_trial_run_is_on_the_day_and_in_the_week_of_the_calendar(
    rad: dict[str, str], nummer: str, maaned: str, i_uken: str
) -> None:
    forberedelse, overforing = both(nummer, int(rad["aar"]))
    dag = trial_run(overforing)
    assert dag
    ukedag = ("ma", "ti", "on", "to", "fr", "lø", "sø")[dag.weekday()]
    assert (f"{ukedag} w{dag.isocalendar().week}", dag.day) == (rad[maaned], 8)
    assert (forberedelse.fra <= dag <= forberedelse.til) == (rad[i_uken] == "yes")
    (prove,) = [linje for linje in dates_table(forberedelse, overforing).rader if str(linje[0]).startswith("Prøve")]
    assert prove[2] == dag.isocalendar().week
    assert ("fridag" in str(prove[1])) == (ukedag in ("lø", "sø"))


@pytest.mark.parametrize("aar", range(2020, 2036))
@pytest.mark.parametrize("nummer", ["02", "17", "28"])
def test_the_dates_are_those_of_the_wheel_and_every_conflict_is_told_with_its_proposal(nummer: str, aar: int) -> None:
    forberedelse, overforing = both(nummer, aar)
    rader = {str(rad[0]).split(" (")[0].split(",")[0]: rad for rad in dates_table(forberedelse, overforing).rader}
    assert list(rader) == ["Forberedelse", "Prøvekjøring", "Telledato", "Overføring"]
    assert rader["Telledato"][1].startswith(f"{ukedag(date(aar, {'02': 2, '17': 6, '28': 11}[nummer], 15))} 15. ")  # type: ignore[union-attr]
    dag = overforing.kjoredato
    assert rader["Overføring"][1:] == (f"{ukedag(dag)} {day_text(dag).split(' ', 1)[1]} {aar}", dag.isocalendar().week)
    fortalt = [rad for tabell in conflicts_tables(forberedelse, overforing) for rad in tabell.rader]
    assert fortalt == [(d.rad.rad, k.tekst, k.forslag) for d in (forberedelse, overforing) for k in d.konflikter]
    assert fortalt or (nummer, aar) not in (("02", 2026), ("17", 2026), ("28", 2032))


def ukedag(dato: date) -> str:
    return ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")[dato.weekday()]


def test_a_choice_in_the_settings_moves_the_delivery_and_settles_its_conflicts() -> None:
    valg = Radvalg(rad=FEBRUAR, aar=2026, dato=date(2026, 2, 13), begrunnelse="Fristen går foran.")
    forberedelse, overforing = both("02", 2026, valg)
    assert dates_table(forberedelse, overforing).rader[-1] == ("Overføring (rad 5)", "fredag 13. februar 2026", 7)
    assert conflicts_tables(forberedelse, overforing) == []
    hoppes = Radvalg(rad=FEBRUAR, aar=2026, hopp_over=True, begrunnelse="Leveres av en annen.")
    assert dates_table(*both("02", 2026, hoppes)).rader[-1][1] == "Hoppes over etter valg i innstillingene"
