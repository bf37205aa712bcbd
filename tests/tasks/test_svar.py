"""Answers: matched by the letter's own reference, the last complete one counts, nobody is named."""

from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.demo.postgang import csv_bytes
from schemas.karantenebok import AVVIS
from tasks import svar
from tasks.arshjul import find_row
from tasks.brevutkast import survey_token
from tasks.visninger import show

RAD, PURRING = "14-brev-ikkesokere", "16-purrebrev-ikkesokere"
SKOLE, ARBEID = "Jeg skal gå på skole", "Jeg skal jobbe"


def deliver(bygd: Any, *rader: tuple[str, str, str], navn: str = "questback_svar.csv") -> None:
    bygd.hjem.innboks.mkdir(exist_ok=True)
    innhold = csv_bytes(
        "questback_svar", [{"token": t, "startet_tid": f, "fullfort_tid": f, "svar": s} for t, f, s in rader]
    )
    (bygd.hjem.innboks / navn).write_bytes(innhold)


@pytest.fixture
def token(bygd: Any) -> str:
    """The reference of a letter that has been sent."""
    bygd.person()
    bygd.letters_sent()
    ((funnet,),) = bygd.ask("SELECT token FROM utsending WHERE mottaker = 'ungdom'")
    return str(funnet)


def read(bygd: Any, tid: str = "2026-05-26T08:00") -> Any:
    return bygd.run(PURRING, tid)


def kept(bygd: Any) -> list[Any]:
    return bygd.ask("SELECT person_id, rad, aar, svar_kode FROM svar ORDER BY svart_tid")


def test_a_complete_answer_is_kept_and_stops_the_reminder(bygd: Any, token: str) -> None:
    deliver(bygd, (token, "12.05.2026 09:00", SKOLE))
    lest = read(bygd)
    assert (lest.inn, lest.lastet, lest.forslag_id) == (1, 1, None)
    assert kept(bygd) == [("P0000001", RAD, 2026, "SKOLE")]


def test_an_unknown_reference_is_set_aside_with_its_row_number(bygd: Any, token: str) -> None:
    deliver(bygd, (token, "12.05.2026 09:00", SKOLE), ("UKJENT0000000000", "12.05.2026 10:00", ARBEID))
    lest = read(bygd)
    assert (lest.inn, lest.lastet, lest.karantene) == (2, 1, 1)
    assert bygd.ask("SELECT rad_nr, kolonne, kode FROM karantene") == [(3, "token", "ÅH-2161")]


def test_an_unknown_reference_is_corrected_or_dismissed_in_the_workbook(bygd: Any, token: str) -> None:
    ukjente = [(f"UKJENT000000000{nr}", "12.05.2026 10:00", ARBEID) for nr in (1, 2)]
    deliver(bygd, *ukjente)
    assert read(bygd).karantene == 2
    (sti,) = (bygd.hjem.mappe / "karantene").iterdir()
    bok = openpyxl.load_workbook(sti)
    side = bok["questback_svar"]
    plass = {celle.value: celle.column for celle in side[1]}
    side.cell(2, plass["Referanse"]).value = token
    side.cell(3, plass[AVVIS]).value = "Prøvesvar"
    bok.save(bygd.hjem.innboks / sti.name)
    lest = read(bygd)
    assert (lest.inn, lest.lastet, lest.karantene) == (2, 1, 1)
    assert kept(bygd) == [("P0000001", RAD, 2026, "ARBEID")]
    assert bygd.ask("SELECT rad_nr, tilstand FROM karantene ORDER BY rad_nr") == [(2, "rettet"), (3, "avvist")]


def test_the_bad_rows_of_answers_and_of_another_file_in_the_same_run_stay_open_side_by_side(
    bygd: Any, token: str
) -> None:
    bygd.deliver("otto_uttrekk", {"fodselsnummer": bygd.number("2007-03-14", 9), "postnummer": "31"})
    deliver(bygd, (token, "12.05.2026 09:00", SKOLE), ("UKJENT0000000000", "12.05.2026 10:00", ARBEID))
    for tid in ("2026-06-01T08:00", "2026-06-02T08:00"):
        bygd.run("17", tid)
        assert bygd.ask(
            "SELECT format, tilstand, count(DISTINCT rad_nr) FROM karantene JOIN raafil USING (sha256) GROUP BY ALL"
            " ORDER BY ALL"
        ) == [("otto_uttrekk", "åpen", 1), ("questback_svar", "åpen", 1)]


@pytest.mark.parametrize(("fullfort", "svar"), [("", SKOLE), ("12.05.2026 09:00", ""), ("", "")])
def test_a_partial_answer_counts_for_nothing(bygd: Any, token: str, fullfort: str, svar: str) -> None:
    deliver(bygd, (token, fullfort, svar))
    lest = read(bygd)
    assert (lest.lastet, lest.uendret, kept(bygd)) == (0, 1, [])
    assert lest.forslag_id is not None  # she still gets the reminder


def test_of_two_answers_both_are_kept_and_the_last_is_the_one_shown(bygd: Any, token: str) -> None:
    deliver(bygd, (token, "13.05.2026 09:00", ARBEID), (token, "12.05.2026 09:00", SKOLE))
    assert read(bygd).lastet == 2
    assert [kode for *_, kode in kept(bygd)] == ["SKOLE", "ARBEID"]
    assert list(show(bygd.hjem, "svar")["svar_kode"]) == ["ARBEID"]


def test_the_same_answers_again_load_nothing(bygd: Any, token: str) -> None:
    rader = [(token, "12.05.2026 09:00", SKOLE)] * 2
    deliver(bygd, *rader)
    assert (read(bygd).lastet, read(bygd).lastet) == (1, 0)
    deliver(bygd, *rader, navn="questback_svar_ny.csv")
    assert (read(bygd).lastet, len(kept(bygd))) == (0, 1)


def test_what_comes_in_is_loaded_unchanged_or_set_aside(bygd: Any, token: str) -> None:
    tid = "12.05.2026 09:00"
    deliver(bygd, (token, tid, SKOLE), (token, tid, SKOLE), (token, "", ""), ("UKJENT", tid, SKOLE), ("", tid, SKOLE))
    lest = read(bygd)
    assert lest.inn == 5 == lest.lastet + lest.uendret + lest.karantene
    assert lest.lastet == 1


def test_an_answer_is_a_contact_on_its_own_day_in_norway(bygd: Any, token: str) -> None:
    deliver(bygd, (token, "13.05.2026 00:30", SKOLE))
    read(bygd)
    assert bygd.ask("SELECT verdi, gyldig_fra FROM fakta WHERE felt = ?", svar.KONTAKT) == [
        ("2026-05-13", date(2026, 5, 13))
    ]


def test_an_answer_to_the_guardians_copy_counts_when_the_youth_herself_got_no_letter(bygd: Any) -> None:
    bygd.person(**bygd.MINDREAARIG | {"adresselinje1": ""})
    bygd.letters_sent()
    ((token,),) = bygd.ask("SELECT token FROM utsending WHERE mottaker = 'foresatt'")
    deliver(bygd, (token, "12.05.2026 09:00", SKOLE))
    lest = read(bygd)
    assert (lest.lastet, lest.karantene) == (1, 0)


def test_the_youth_and_the_guardian_have_the_same_reference(bygd: Any) -> None:
    bygd.person(**bygd.MINDREAARIG)
    bygd.letters_sent()
    assert bygd.ask("SELECT count(*), count(DISTINCT token) FROM utsending WHERE token <> ''") == [(2, 1)]


def test_the_comment_is_never_read_out_of_the_file(bygd: Any, token: str) -> None:
    innhold = csv_bytes(
        "questback_svar",
        [{"token": token, "fullfort_tid": "12.05.2026 09:00", "svar": SKOLE, "kommentar": "kanarifugl"}],
    )
    bygd.hjem.innboks.mkdir(exist_ok=True)
    (bygd.hjem.innboks / "questback_svar.csv").write_bytes(innhold)
    read(bygd)
    assert "kanarifugl" not in str(bygd.ask("SELECT * FROM svar")) + str(bygd.ask("SELECT * FROM fakta"))


@given(st.text("0123456789abcdef", min_size=8), st.integers(2020, 2035), st.integers(1, 9_999_999))
def test_a_reference_is_the_same_every_time_and_another_for_another_secret_row_year_or_person(
    hemmelighet: str, aar: int, nummer: int
) -> None:
    rad, person = find_row(RAD), f"P{nummer:07}"
    token = survey_token(hemmelighet, rad, aar, person)
    andre = {
        survey_token(hemmelighet + "x", rad, aar, person),
        survey_token(hemmelighet, find_row(PURRING), aar, person),
        survey_token(hemmelighet, rad, aar + 1, person),
        survey_token(hemmelighet, rad, aar, person + "0"),
    }
    assert token == survey_token(hemmelighet, rad, aar, person)
    assert len(andre | {token}) == 5
    assert person not in token
    assert len(token) == 16


def test_no_reference_holds_the_national_id_or_is_the_same_in_another_county(bygd: Any, lag_bygd: Any) -> None:
    bygd.person()
    bygd.letters_sent()
    ((token, nummer),) = bygd.ask(
        "SELECT token, verdi FROM utsending JOIN fakta USING (person_id) WHERE felt = 'fodselsnummer'"
    )
    hemmeligheter = [b.ask("SELECT verdi FROM meta WHERE navn = 'hemmelighet'") for b in (bygd, lag_bygd())]
    assert nummer[:6] not in token
    assert hemmeligheter[0] != hemmeligheter[1]
    assert not any(nummer in sti.name or token in sti.name for sti in bygd.files())
