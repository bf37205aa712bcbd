"""An adviser's status on her worklist, and what OTTO says of the same youth before and after it."""

from typing import Any

from tests.listeprove import day, fill_in
from tests.tasks.conftest import synthetic_number

RAD, OTTO = "04-gjennomgang-februar", "02-forberede-udir-februar"
NUMMER = synthetic_number("2007-03-14", 7)
SVAR = {
    "Svar": "Gjennomgått: tok kontakt", "Dato": day("2026-01-12"), "Kanal": "telefon", "Ny OT-status": "OTAR I arbeid",
}  # fmt: skip


def answered(bygd: Any, **felt: str) -> None:
    """A youth who was OTUK, and whose adviser has written that she is in work since 12 January."""
    bygd.person("2025-10-01", fodselsnummer=NUMMER, **felt)
    bygd.run(RAD, "2026-01-02T08:00")
    fill_in(bygd.hjem, "R05", "Gjennomgang", SVAR)
    bygd.run(RAD, "2026-01-16T08:00")
    assert status(bygd) == "OTAR"


def otto(bygd: Any, kode: str, fra: str, tid: str = "2026-02-09T08:00") -> Any:
    rad = {"fodselsnummer": NUMMER, "ot_status": kode, "ot_status_dato": fra, "kontakt_dato": "12.01.2026"}
    bygd.deliver("otto_uttrekk", rad)
    return bygd.run(OTTO, tid)


def status(bygd: Any, dato: str = "2026-12-31") -> str:
    return bygd.facts(NUMMER, "ot_status", dato=dato)[0]


def disagreements(bygd: Any) -> int:
    return bygd.ask("SELECT count(*) FROM uenighet WHERE lukket_kjoring_id IS NULL")[0][0]


def test_what_otto_says_of_an_earlier_day_does_not_undo_it_and_is_no_disagreement(bygd: Any) -> None:
    answered(bygd)
    otto(bygd, "OTUK", "20.09.2025")
    assert (status(bygd), disagreements(bygd)) == ("OTAR", 0)


def test_what_otto_says_of_a_later_day_is_newer_and_is_taken(bygd: Any) -> None:
    answered(bygd)
    otto(bygd, "OTUK", "20.09.2025")
    otto(bygd, "OTMI", "01.02.2026", "2026-02-10T08:00")
    assert (status(bygd), status(bygd, "2026-01-31"), disagreements(bygd)) == ("OTMI", "OTAR", 0)


def test_another_status_of_the_very_same_day_is_asked_about(bygd: Any) -> None:
    otto_forst = {"fodselsnummer": NUMMER, "ot_status": "OTUK", "ot_status_dato": "20.09.2025"}
    bygd.deliver("otto_uttrekk", otto_forst)
    bygd.run(OTTO, "2026-01-02T07:00")
    bygd.run(RAD, "2026-01-02T08:00")
    fill_in(bygd.hjem, "R05", "Gjennomgang", SVAR)
    bygd.run(RAD, "2026-01-16T08:00")
    otto(bygd, "OTMI", "12.01.2026")
    assert (status(bygd), disagreements(bygd)) == ("OTAR", 1)


def test_when_otto_says_the_same_nothing_is_asked(bygd: Any) -> None:
    answered(bygd)
    otto(bygd, "OTAR", "12.01.2026")
    assert (status(bygd), disagreements(bygd)) == ("OTAR", 0)
