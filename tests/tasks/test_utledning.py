"""What a file's rows say, as the register says it: municipality, day of a status, a grade that closes."""

from typing import Any

import pytest

FEB = "2026-02-09T08:00"


@pytest.fixture
def en(bygd: Any) -> Any:
    """One youth, who is not known before a file tells of her."""
    bygd.nr = bygd.number("2007-03-14", 1)
    return bygd


def otto(bygd: Any, tid: str = FEB, **felt: str) -> Any:
    bygd.deliver("otto_uttrekk", {"fodselsnummer": bygd.nr} | felt, navn=tid.replace(":", ""))
    return bygd.run("02", tid)


def test_an_old_number_of_a_municipality_is_todays_and_a_blank_one_takes_it_back(en: Any) -> None:
    for dag, nummer, blir in (("24", "3803", "3905"), ("25", "", "")):
        en.deliver("skole_ikke_mott", {"fodselsnummer": en.nr, "ajourholdskode": "N", "kommunenummer": nummer})
        en.run("22", f"2026-08-{dag}T08:00")
        assert en.facts(en.nr, "kommunenummer") == (blir,)


def test_a_status_holds_from_its_own_day_and_the_first_one_from_the_day_of_enrolment(en: Any) -> None:
    otto(en, ot_status="OTOV", ot_status_dato="01.12.2025", kontakt_dato="01.12.2025")
    assert [en.facts(en.nr, "ot_status", dato=dato) for dato in ("2025-12-01", "2026-02-08")] == [("OTOV",)] * 2
    en.nr = en.number("2007-03-14", 2)
    otto(en, "2026-02-10T08:00", ot_status="OTAR", ot_status_dato="01.12.2025")
    assert [en.facts(en.nr, "ot_status", dato=dato) for dato in ("2025-09-20", "2026-02-10")] == [("OTUK",)] * 2


def test_the_task_about_a_youth_without_an_adviser_goes_to_whoever_answers_for_otto(en: Any) -> None:
    otto(en, ot_status="OTAR", raadgiver="")
    assert en.ask("SELECT raadgiver FROM oppgave WHERE grunn_kode = 'STATUS_UTEN_KONTAKT'") == [("OTTO-ansvarlig",)]


def test_a_row_set_aside_closes_the_address_of_one_we_know_and_says_nothing_else(en: Any) -> None:
    otto(en)
    assert otto(en, "2026-02-10T08:00", postnummer="12", adressegradering="kode 6", etternavn="Annen").karantene == 1
    assert en.facts(en.nr, "adressegradering_otto", "etternavn") == ("kode 6", "Nordmann")


@pytest.mark.parametrize("skjermet", ["1", "2"])
def test_of_two_files_about_the_same_youth_either_closes_and_the_last_says_the_rest(en: Any, skjermet: str) -> None:
    for navn in ("1", "2"):
        gradering = "fortrolig" if navn == skjermet else "ugradert"
        en.deliver(
            "vigo_ikkesokere",
            {"fodselsnummer": en.nr, "adressegradering": gradering, "etternavn": f"Fil{'en' * int(navn)}"}, navn=navn,
        )  # fmt: skip
    assert (en.run("08", "2026-03-16T08:00").lastet, en.facts(en.nr, "etternavn")) == (1, ("Filenen",))
    assert en.facts(en.nr, "adressegradering_vigo") == ("fortrolig",)


def test_a_youth_whose_row_is_set_aside_in_two_files_is_said_once(en: Any) -> None:
    otto(en)
    for navn in ("1", "2"):
        en.deliver(
            "otto_uttrekk", {"fodselsnummer": en.nr, "postnummer": "12", "adressegradering": "kode 6"}, navn=navn
        )
    assert en.run("02", "2026-02-10T08:00").karantene == 2
    assert en.ask("SELECT count(*) FROM sagt_otto_uttrekk WHERE til_kjoring_id IS NULL") == [(1,)]
    assert en.ask("SELECT verdi FROM fakta WHERE kjoring_id = '2026-02-2'") == [("kode 6",)]


def test_of_two_files_about_the_same_youth_the_last_counts_and_the_others_are_all_there(en: Any) -> None:
    annen = en.number("2007-03-14", 2)
    en.deliver("skole_ikke_mott", {"fodselsnummer": en.nr, "ajourholdskode": "N", "kommunenummer": "3905"}, navn="1")
    en.deliver(
        "skole_ikke_mott",
        *({"fodselsnummer": nr, "ajourholdskode": "N", "kommunenummer": "3907"} for nr in (en.nr, annen)), navn="2",
    )  # fmt: skip
    en.run("22", "2026-08-24T08:00")
    assert (en.facts(en.nr, "kommunenummer"), en.facts(annen, "kommunenummer")) == (("3907",), ("3907",))
