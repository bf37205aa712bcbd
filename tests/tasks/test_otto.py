"""The load file for OTTO is what OTTO lacks: gone when OTTO has it, and never with anyone who is protected."""

import csv
from typing import Any

import pytest

APRIL, MAI, JUNI = "2026-04-27T08:00", "2026-05-04T08:00", "2026-06-01T08:00"
FIL = "otto_innlasting_2026-12.csv"


def lines(bygd: Any) -> list[tuple[str, ...]] | None:
    """(change, number, earlier number, street) of each line; None when there is no file."""
    sti = bygd.hjem.utboks / "otto" / FIL
    if not sti.exists():
        return None
    with sti.open(encoding="utf-8-sig", newline="") as fil:
        return [(*list(rad.values())[:3], rad["Adresselinje1"]) for rad in csv.DictReader(fil, delimiter=";")]


@pytest.fixture
def to(bygd: Any) -> Any:
    """Two on the list; OTTO knows the first, from another street."""
    bygd.kjent, bygd.ukjent = sorted(bygd.number("2007-03-14", n) for n in (1, 2))
    bygd.deliver("otto_uttrekk", {"fodselsnummer": bygd.kjent, "adresselinje1": "Gammel gate 1"})
    bygd.run("02", "2026-02-09T08:00")
    return bygd


def vigo(bygd: Any, *rader: dict[str, str], tid: str = APRIL, **valg: Any) -> Any:
    bygd.deliver("vigo_ikkesokere", *rader)
    return bygd.run("12", tid, **valg)


def test_the_file_has_who_is_new_to_otto_and_who_has_changed(to: Any) -> None:
    svar = vigo(to, {"fodselsnummer": to.kjent}, {"fodselsnummer": to.ukjent})
    assert lines(to) == [("endret", to.kjent, "", "Storgata 1"), ("ny", to.ukjent, "", "Storgata 1")]
    assert any("2 ungdommer står ikke i OTTO" in tekst for tekst in svar.merknader)


def test_when_otto_has_taken_it_in_the_file_is_gone(to: Any) -> None:
    vigo(to, {"fodselsnummer": to.kjent}, {"fodselsnummer": to.ukjent})
    hos_oss = [to.facts(nummer, "tilmeldt_dato", "raadgiver", "vigokode") for nummer in (to.kjent, to.ukjent)]
    to.deliver(
        "otto_uttrekk",
        *(
            {"fodselsnummer": nummer, "tilmeldt_dato": f"{dato[8:]}.{dato[5:7]}.{dato[:4]}", "raadgiver": raadgiver}
            for nummer, (dato, raadgiver, _) in zip((to.kjent, to.ukjent), hos_oss, strict=True)
        ),
    )
    to.run("17", JUNI)
    to.run("12", JUNI)
    assert lines(to) is None


def test_one_who_has_left_the_list_is_told_when_otto_still_has_her(to: Any) -> None:
    vigo(to, {"fodselsnummer": to.kjent}, {"fodselsnummer": to.ukjent})
    vigo(to, {"fodselsnummer": to.ukjent}, tid=MAI)
    assert [linje[:2] for linje in lines(to)] == [("borte", to.kjent), ("ny", to.ukjent)]


@pytest.mark.parametrize("gradering", ["fortrolig", "strengtFortrolig", "FORTROLIG", "kode 6", ""])
def test_a_protected_youth_is_counted_and_in_no_file(to: Any, gradering: str) -> None:
    svar = vigo(to, {"fodselsnummer": to.kjent}, {"fodselsnummer": to.ukjent, "adressegradering": gradering})
    assert [linje[1] for linje in lines(to)] == [to.kjent]
    assert any("1 ungdommer med skjermet adresse er ikke med" in tekst for tekst in svar.merknader)


def test_a_changed_number_is_told_with_the_one_otto_has(to: Any) -> None:
    vigo(to, {"fodselsnummer": to.ukjent, "tidligere_fodselsnummer": to.kjent})
    assert lines(to) == [("endret", to.ukjent, to.kjent, "Storgata 1")]


def test_a_number_that_otto_has_not_heard_is_replaced_is_told_when_otto_uses_it_for_the_first_time(bygd: Any) -> None:
    nytt, gammelt = (bygd.number("2007-03-14", n) for n in (1, 2))
    byttet = {"fodselsnummer": nytt, "tidligere_fodselsnummer": gammelt}
    vigo(bygd, byttet)
    bygd.deliver("otto_uttrekk", {"fodselsnummer": gammelt, "adresselinje1": "Gammel gate 1"})
    bygd.run("17", JUNI)
    vigo(bygd, byttet, tid="2026-06-02T08:00")
    assert lines(bygd) == [("endret", nytt, gammelt, "Storgata 1")]


def test_the_file_is_written_as_otto_s_own_extract_is(to: Any) -> None:
    vigo(to, {"fodselsnummer": to.ukjent})
    innhold = (to.hjem.utboks / "otto" / FIL).read_bytes()
    assert innhold.startswith(b"\xef\xbb\xbfEndring;Fodselsnummer;")
    assert b";01.03.2026;" in innhold
    assert innhold.count(b"\r\n") == 2


def test_a_dry_run_writes_no_file(to: Any) -> None:
    vigo(to, {"fodselsnummer": to.kjent}, bare_vis=True)
    assert lines(to) is None


def test_an_early_row_run_again_late_tells_otto_how_it_is_now(to: Any) -> None:
    vigo(to, {"fodselsnummer": to.ukjent})
    to.deliver("vigo_ot_linjer", {"fodselsnummer": to.ukjent, "adresselinje1": "Ny gate 2", "ajourholdskode": "V"})
    to.run("24", "2026-09-14T08:00")
    to.run("12", "2026-12-01T08:00")
    assert lines(to) == [("ny", to.ukjent, "", "Ny gate 2")]
