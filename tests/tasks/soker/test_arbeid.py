"""The advisers' work with applicants: each boundary has one who is just inside and one who is just outside."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.arbeid import Gjoremaal
from tasks import arshjul, kodeverk
from tasks.avvik import Funn
from tasks.soker.arbeid import applicant_findings, applicant_table, applicant_work
from tasks.soker.utvalg import deadline
from tests.tasks.soker.conftest import FEBRUAR, MARS, SENT, Sokerprove

UNGDOMMEN = "P0000001"
APRIL = "2026-04-20T08:00"
LEDER = 'fagledere = [{id = "F1", navn = "Leder", epost = "leder@example.no", kommuner = ["3905"]}]\n'


def applied(dato: str, skoleaar: str = "20262027") -> dict[str, str]:
    return {"soknad_skoleaar": skoleaar, "soknad_dato": dato, "soknad_onsker": "1: STUSP1----"}


def answer(prove: Sokerprove, kode: str, grunn: str = "SOKER_IKKE_SOKT", tilstand: str = "brukt") -> None:
    verdier = ["O1", FEBRUAR, 2026, UNGDOMMEN, grunn, "R05", kode, None, "", "{}", tilstand, "[]", "f", "s", "a", 2]
    prove.bygd.write(
        "INSERT INTO arbeidssvar (oppgave_id, rad, aar, gjelder, grunn_kode, besvart_av, svar_kode, dato, kanal,"
        " innhold, tilstand, feil, fil, sha256, ark, rad_nr, registrert_tid, kjoring_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, TIMESTAMP '2026-01-20 08:00', 'T0')",
        [verdier],
    )


def work(prove: Sokerprove, rad: str = FEBRUAR, tid: str = "2026-01-26T08:00") -> list[Gjoremaal]:
    return list(prove.run(lambda kjoring: applicant_work(kjoring) or [None], rad, tid)[1])


def reasons(prove: Sokerprove, rad: str = FEBRUAR, tid: str = "2026-01-26T08:00") -> list[str]:
    return [ett.grunn_kode for ett in work(prove, rad, tid) if ett]


@pytest.mark.parametrize(
    ("felt", "spores"),
    [
        ({}, True),
        ({"ot_status": "OTOA"}, True),
        ({"ot_status": "XXXX"}, True),
        ({"personstatus": ""}, True),
        ({"fodselsdato": ""}, False),
        ({"ot_status": "OTEV"}, False),
        ({"ot_status": "OTLL"}, False),
        ({"ot_status": "OTNO"}, False),
        ({"ot_status": "OTEV_IM"}, False),
        ({"avsluttet_dato": "2026-01-25"}, False),
        ({"avsluttet_dato": "2026-01-26"}, True),
        ({"tilmeldt_dato": "2026-01-27"}, False),
        ({"fodselsdato": "2002-01-01"}, True),
        ({"fodselsdato": "2001-12-31"}, False),
        ({"personstatus": "doed"}, False),
        ({"personstatus": "utflyttet"}, False),
        ({"adressegradering_vigo": "fortrolig"}, True),
        (applied("2026-01-20"), False),
        (applied("2026-01-20", "20252026"), True),
    ],
    ids=str,
)
def test_who_is_helped_to_apply(prove: Sokerprove, felt: dict[str, str], spores: bool) -> None:
    prove.bygd.person(**felt)
    assert ("SOKER_IKKE_SOKT" in reasons(prove)) is spores


def test_the_task_is_the_adviser_s_or_the_ottoansvarlig_s(prove: Sokerprove) -> None:
    prove.bygd.person()
    prove.bygd.person(raadgiver="")
    assert [ett.eier for ett in work(prove)] == ["R05", "OTTO-ansvarlig"]


@pytest.mark.parametrize(
    ("kode", "tilstand", "spores"),
    [
        ("SOK_ETTER_FRIST", "brukt", False),
        ("SOK_VIL_IKKE", "brukt", False),
        ("SOK_HAR_SOKT", "brukt", True),
        ("SOK_VIL_IKKE", "uenig", True),
    ],
)
def test_what_was_told_in_february_stands_in_march(prove: Sokerprove, kode: str, tilstand: str, spores: bool) -> None:
    prove.bygd.person()
    answer(prove, kode, tilstand=tilstand)
    assert (reasons(prove, MARS, "2026-02-16T08:00") == ["SOKER_IKKE_SOKT"]) is spores


@pytest.mark.parametrize(
    ("koder", "spores"), [(("SOK_HAR_SOKT", "SOK_VIL_IKKE"), False), (("SOK_VIL_IKKE", "SOK_HAR_SOKT"), True)]
)
def test_of_two_answers_the_last_counts(prove: Sokerprove, koder: tuple[str, str], spores: bool) -> None:
    prove.bygd.person()
    for kode in koder:
        answer(prove, kode)
    assert (reasons(prove, MARS, "2026-02-16T08:00") == ["SOKER_IKKE_SOKT"]) is spores


@pytest.mark.parametrize(("svar", "spores"), [("SKOLE", False), ("LAERE", False), ("ARBEID", True)])
def test_one_who_has_told_that_she_has_a_place_is_not_asked(prove: Sokerprove, svar: str, spores: bool) -> None:
    person = prove.bygd.person()
    tid = prove.bygd.at("2026-02-10T08:00").replace(tzinfo=None)
    prove.bygd.write(
        "INSERT INTO svar VALUES (?, '14-brev-ikkesokere', 2026, ?, ?, ?, 'T0')", [[person, tid, svar, tid]]
    )
    assert (reasons(prove, MARS, "2026-02-16T08:00") == ["SOKER_IKKE_SOKT"]) is spores


@pytest.mark.parametrize(
    ("dato", "ot_status", "mangler"),
    [
        ("2026-02-02", "OTUK", True),
        ("2026-02-03", "OTUK", False),
        ("2026-01-20", "OTNO", True),
        ("2026-01-20", "OTEV", False),
    ],
)
def test_who_is_to_have_an_attachment(prove: Sokerprove, dato: str, ot_status: str, mangler: bool) -> None:
    prove.bygd.person(ot_status=ot_status, **applied(dato))
    assert (reasons(prove) == ["SOKER_VEDLEGG"]) is mangler
    assert reasons(prove, MARS, "2026-02-16T08:00") == []


@pytest.mark.parametrize("kode", ["VEDL_FOR_HAAND", "VEDL_TRENGS_IKKE"])
def test_an_attachment_that_is_sent_by_hand_is_not_missing(prove: Sokerprove, kode: str) -> None:
    prove.bygd.person(**applied("2026-01-20"))
    answer(prove, kode, "SOKER_VEDLEGG")
    assert reasons(prove) == []


@pytest.mark.parametrize(
    ("soknad", "svar", "sen"),
    [
        ("2026-03-02", "", False),
        ("2026-03-03", "", True),
        ("", "SOK_ETTER_FRIST", True),
        ("", "SOK_VIL_IKKE", False),
        ("2026-02-20", "SOK_ETTER_FRIST", False),
    ],
)
def test_late_applications_go_to_the_intake_meetings(prove: Sokerprove, soknad: str, svar: str, sen: bool) -> None:
    prove.bygd.person(**(applied(soknad) if soknad else {}))
    if svar:
        answer(prove, svar)
    assert (reasons(prove, SENT, APRIL) == ["SOKER_ETTER_FRIST"]) is sen


def test_the_late_ones_are_the_leader_s_of_their_municipality(prove: Sokerprove) -> None:
    sti = prove.bygd.hjem.mappe / "innstillinger.toml"
    sti.write_text(LEDER + sti.read_text("utf-8").partition("[[fagledere]]")[0], "utf-8")
    for kommune in ("3905", "4003"):
        prove.bygd.person(kommunenummer=kommune, **applied("2026-03-10"))
    assert [ett.eier for ett in work(prove, SENT, APRIL)] == ["F1", "OTTO-ansvarlig"]


@pytest.mark.parametrize(
    ("tid", "sies"), [("2026-01-25T23:30", False), ("2026-01-26T00:30", True), ("2026-02-02T08:00", True)]
)
def test_who_lacks_the_attachment_is_told_from_a_week_before(prove: Sokerprove, tid: str, sies: bool) -> None:
    prove.bygd.person(**applied("2026-01-20"))
    _, funn = prove.run(applicant_findings, FEBRUAR, tid)
    assert ("ÅH-3146" in {ett.kode for ett in funn}) is sies
    assert "ÅH-3147" in {ett.kode for ett in funn}


def test_a_row_without_attachments_finds_nothing(prove: Sokerprove) -> None:
    prove.bygd.person(**applied("2026-01-20"))
    funn: list[Funn] = prove.run(applicant_findings, MARS, "2026-02-27T08:00")[1]
    assert funn == []


def test_the_table_counts_down_and_names_nobody(prove: Sokerprove) -> None:
    prove.bygd.person()
    prove.bygd.person(**applied("2026-01-20"))
    prove.bygd.person(raadgiver="R01", ot_status="OTNO")
    _, tabell = prove.run(applicant_table)
    assert tabell.tittel == "Søkere til 2026/2027: 7 dager igjen til 2. februar"
    assert tabell.rader == [
        ("R01", 1, 0, 0, 1, 0, 0, 0, 0, 0), ("R05", 2, 1, 0, 1, 1, 1, 0, 0, 0), ("Alle", 3, 1, 0, 2, 1, 1, 0, 0, 0),
    ]  # fmt: skip
    assert len(tabell.hoder) == 10


@pytest.mark.parametrize("tid", ["2026-02-02T08:00", "2026-02-03T08:00"])
def test_the_season_ends_on_the_deadline(prove: Sokerprove, tid: str) -> None:
    prove.bygd.person()
    _, tabell = prove.run(applicant_table, tid=tid)
    assert "fristen er i dag, 2. februar" in tabell.tittel


def test_the_late_row_s_table_tells_how_many_go_to_the_meetings(prove: Sokerprove) -> None:
    prove.bygd.person(**applied("2026-03-10"))
    _, tabell = prove.run(applicant_table, SENT, APRIL)
    assert tabell.tittel.endswith("fristen var 2. mars")
    assert tabell.hoder[-1] == "Til inntaksmøtene"
    assert tabell.rader[-1] == ("Alle", 1, 1, 1, 0, 0, 1)


@given(st.integers(2000, 2100), st.sampled_from([FEBRUAR, MARS]))
def test_the_deadline_is_the_day_or_the_monday_after(aar: int, radnavn: str) -> None:
    rad = arshjul.find_row(radnavn)
    rad = replace(rad, parametre={"soknadsfrist": "02-01" if radnavn == FEBRUAR else "03-01"})
    frist, dagen = deadline(rad, aar), date(aar, 2 if radnavn == FEBRUAR else 3, 1)
    assert 0 <= (frist - dagen).days <= 2
    assert (frist == dagen) == (dagen.isoweekday() <= 5)
    assert frist == dagen or frist.isoweekday() == 1
    assert frist == arshjul.row_dates(rad, aar).frist


def test_every_status_is_either_inside_or_outside() -> None:
    dag = date(2026, 1, 26)
    assert {rad["kode"] for rad in kodeverk.valid_on("regler/utenfor_skole", dag)} == kodeverk.codes("ot_status", dag)
