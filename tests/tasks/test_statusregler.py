"""Udir's rules for OT status, where statuses come in: OTUK first, and until contact is recorded."""

from typing import Any

import pytest

from tasks import kodeverk

RAD = "02-forberede-udir-februar"
STATUSER = [rad["kode"] for rad in kodeverk.all_rows("kodeverk/ot_status")]
GRUPPE = {rad["kode"]: rad["gruppenavn"] for rad in kodeverk.all_rows("kodeverk/ot_status")}


def load(bygd: Any, tid: str = "2026-02-09T08:00", **felt: str) -> Any:
    """One youth's row of OTTO's extract; returns what the run said."""
    nummer = bygd.number("2007-03-14", 1)
    bygd.deliver("otto_uttrekk", {"fodselsnummer": nummer} | felt, navn=tid.replace(":", ""))
    return bygd.run(RAD, tid)


def status(bygd: Any, dato: str = "2026-12-31") -> str:
    return str(bygd.facts(bygd.number("2007-03-14", 1), "ot_status", dato=dato)[0])


def open_tasks(bygd: Any) -> list[tuple[str, str]]:
    return list(
        bygd.ask("SELECT grunn_kode, gjelder FROM oppgave WHERE tilstand = 'åpen' AND grunn_kode LIKE 'STATUS%'")
    )


@pytest.mark.parametrize("kode", STATUSER)
def test_a_new_youth_starts_at_otuk_until_contact_is_recorded_where_the_status_needs_it(bygd: Any, kode: str) -> None:
    load(bygd, ot_status=kode, ot_status_dato="01.12.2025")
    trenger = GRUPPE[kode] in {"oppfolging", "aktivitet", "avklart"}
    assert status(bygd) == ("OTUK" if trenger else kode)
    assert open_tasks(bygd) == ([("STATUS_UTEN_KONTAKT", "P0000001")] if trenger else [])
    load(bygd, "2026-02-10T08:00", ot_status=kode, ot_status_dato="01.12.2025", kontakt_dato="30.11.2025")
    assert (status(bygd), open_tasks(bygd)) == (kode, [])


@pytest.mark.parametrize(
    ("kontakt", "ny"),
    [("", "OTUK"), ("19.09.2025", "OTUK"), ("20.09.2025", "OTAR"), ("09.02.2026", "OTAR")],
)
def test_contact_counts_from_the_day_of_enrolment_on(bygd: Any, kontakt: str, ny: str) -> None:
    load(bygd)
    load(bygd, "2026-02-10T08:00", ot_status="OTAR", ot_status_dato="09.02.2026", kontakt_dato=kontakt)
    assert status(bygd) == ny


def test_the_latest_contact_that_anyone_has_told_of_counts(bygd: Any) -> None:
    load(bygd, kontakt_dato="10.10.2025")
    load(bygd, "2026-02-10T08:00", ot_status="OTAR", ot_status_dato="09.02.2026", kontakt_dato="19.09.2025")
    assert status(bygd) == "OTAR"


def test_a_task_about_a_status_is_closed_by_whichever_row_hears_that_it_is_put_right(bygd: Any) -> None:
    load(bygd, ot_status="OTAR", ot_status_dato="09.02.2026")
    assert open_tasks(bygd) == [("STATUS_UTEN_KONTAKT", "P0000001")]
    rettet = {"ot_status": "OTAR", "ot_status_dato": "09.02.2026", "kontakt_dato": "09.02.2026"}
    bygd.deliver("otto_uttrekk", {"fodselsnummer": bygd.number("2007-03-14", 1)} | rettet)
    bygd.run("17", "2026-06-01T08:00")
    assert (status(bygd), open_tasks(bygd)) == ("OTAR", [])


def test_what_is_held_back_goes_through_when_the_youth_has_answered_the_survey(bygd: Any) -> None:
    load(bygd)
    load(bygd, "2026-02-10T08:00", ot_status="OTAR", ot_status_dato="09.02.2026")
    assert status(bygd) == "OTUK"
    bygd.write(
        "INSERT INTO svar VALUES (?, '14-brev-ikkesokere', 2026, TIMESTAMP '2026-02-10 12:00', 'ARBEID',"
        " TIMESTAMP '2026-02-10 12:00', 'T0')", [["P0000001"]],
    )  # fmt: skip
    bygd.run(RAD, "2026-02-11T08:00")
    assert (status(bygd), open_tasks(bygd)) == ("OTAR", [])


def test_a_letter_an_sms_or_an_email_without_an_answer_is_no_contact(bygd: Any, hurtig: None) -> None:
    load(bygd)
    bygd.change("P0000001", "2026-03-01", ikkesoker_skoleaar="20262027", tilmeldingsgrunn="ikke_sokt")
    bygd.letters_sent()
    assert bygd.ask("SELECT count(*) FROM utsending WHERE person_id = 'P0000001'") != [(0,)]
    load(bygd, "2026-06-08T08:00", ot_status="OTAR", ot_status_dato="01.06.2026")
    assert status(bygd) == "OTUK"


def test_a_status_that_needs_no_new_contact_may_follow_another(bygd: Any) -> None:
    load(bygd, ot_status="OTOV", ot_status_dato="01.12.2025", kontakt_dato="01.12.2025")
    load(bygd, "2026-02-10T08:00", ot_status="OTAR", ot_status_dato="09.02.2026", kontakt_dato="01.12.2025")
    assert status(bygd) == "OTAR"


def test_the_rest_of_the_row_is_loaded_when_its_status_is_held_back(bygd: Any) -> None:
    load(bygd)
    svar = load(bygd, "2026-02-10T08:00", ot_status="OTAR", ot_status_dato="09.02.2026", adresselinje1="Nygata 2")
    assert bygd.facts(bygd.number("2007-03-14", 1), "ot_status", "adresselinje1") == ("OTUK", "Nygata 2")
    assert any("1 statuser fra OTTO er holdt tilbake" in merknad for merknad in svar.merknader)


@pytest.mark.parametrize(("dag", "ny"), [("30.06.2016", "OTUK"), ("01.07.2016", "OTVF")])
def test_a_code_is_not_used_before_it_existed(bygd: Any, dag: str, ny: str) -> None:
    load(bygd, tilmeldt_dato="01.02.2016", ot_status="OTVF", ot_status_dato=dag, kontakt_dato="02.02.2016")
    assert status(bygd) == ny


def test_an_unknown_code_sets_the_row_aside(bygd: Any) -> None:
    assert load(bygd, ot_status="OTXX").karantene == 1


def test_a_protected_youths_status_is_a_count_to_the_administrator(bygd: Any) -> None:
    load(bygd, ot_status="OTAR", adressegradering="kode 6")
    assert open_tasks(bygd) == [("STATUS_UTEN_KONTAKT", "1 personer")]


def test_a_file_that_does_not_tell_of_contact_cannot_be_judged_and_is_let_through(bygd: Any) -> None:
    nummer = bygd.number("2007-03-14", 1)
    bygd.deliver("otto_uttrekk", {"fodselsnummer": nummer, "ot_status": "OTAR"})
    (fil,) = bygd.hjem.innboks.iterdir()
    linjer = [linje.split(";") for linje in fil.read_text().splitlines()]
    plass = linjer[0].index("Kontaktdato")
    fil.write_text("".join(";".join(linje[:plass] + linje[plass + 1 :]) + "\n" for linje in linjer))
    bygd.run(RAD, "2026-02-09T08:00")
    assert status(bygd) == "OTAR"


def test_a_task_about_a_status_stands_when_another_list_is_loaded(bygd: Any) -> None:
    load(bygd, ot_status="OTAR")
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": bygd.number("2007-03-14", 9)})
    bygd.run("12-innlasting-ikkesokere", "2026-04-27T08:00")
    assert open_tasks(bygd) == [("STATUS_UTEN_KONTAKT", "P0000001")]
