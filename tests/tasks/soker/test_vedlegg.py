"""The attachments: what the register tells of the year, through the gate, to the archive and back as received."""

import re
from datetime import date
from typing import Any

import pytest

from schemas.vedlegg import Aktivitet, Vedleggsdata
from tasks import forslag, kvitteringer
from tasks.anledning import occasion
from tasks.feil import BrukerFeil
from tasks.soker.arbeid import applicant_findings, applicant_table, applicant_work
from tasks.soker.utvalg import archived
from tasks.soker.vedlegg import attachments
from tasks.soker.vedleggsark import attachment_of
from tests.tasks.soker.conftest import FEBRUAR, JANUAR, MARS, Sokerprove
from tests.tasks.soker.test_arbeid import answer, applied
from tests.tasks.test_kanalvalg import KVITTERING, put

SENERE = "2026-01-27T08:00"
SOKT = applied("2026-01-20")
ARKIV = '\n[arkiv]\nsystem = "Årshjul"\narkivdel = "OT"\n'


@pytest.fixture
def arkiv(prove: Sokerprove) -> Sokerprove:
    """A county with an archive."""
    sti = prove.bygd.hjem.mappe / "innstillinger.toml"
    sti.write_text(sti.read_text("utf-8") + ARKIV, "utf-8")
    prove.bygd.hjem = prove.bygd.fresh()
    return prove


def draft(prove: Sokerprove, rad: str = FEBRUAR, tid: str = JANUAR) -> Any:
    return prove.run(lambda kjoring: attachments(occasion(kjoring)), rad, tid)[1]


def drafted(prove: Sokerprove, tid: str = JANUAR) -> Vedleggsdata:
    (sending,) = draft(prove, tid=tid).sendinger
    data = attachment_of(sending.innhold)
    assert data
    return data


def proposed(prove: Sokerprove, tid: str = JANUAR) -> str:
    return str(prove.run(forslag.propose, tid=tid)[0].forslag_id)


def approved(prove: Sokerprove) -> str:
    forslag_id = proposed(prove)
    prove.bygd.approve(forslag_id, JANUAR)
    return forslag_id


def reasons(prove: Sokerprove) -> list[str]:
    return [ett.grunn_kode for ett in prove.run(lambda kjoring: (*applicant_work(kjoring),))[1]]


def test_the_statuses_of_the_year_follow_each_other_by_udirs_names(arkiv: Sokerprove) -> None:
    person = arkiv.bygd.person(fra="2025-06-01", tilmeldt_dato="2025-05-20", **SOKT)
    arkiv.bygd.change(person, "2025-10-12", ot_status="OTOV")
    arkiv.bygd.change(person, "2025-11-01", laert="2025-11-02T08:00", ot_status="OTOV", mobilnummer="40000000")
    arkiv.bygd.change(person, "2026-01-26", ot_status="OTAP")
    arkiv.bygd.change(person, "2026-01-27", laert="2026-01-20T08:00", ot_status="OTOA")
    assert drafted(arkiv).statuser == (
        Aktivitet(date(2025, 8, 1), date(2025, 10, 11), "Ukjent aktivitet"),
        Aktivitet(date(2025, 10, 12), date(2026, 1, 25), "Oppfølging og veiledning"),
        Aktivitet(date(2026, 1, 26), None, "Arbeidspraksis eller annet tiltak i regi av NAV"),
    )


def test_what_was_before_the_enrolment_is_not_told(arkiv: Sokerprove) -> None:
    person = arkiv.bygd.person(fra="2024-09-01", ot_status="OTEV", tilmeldt_dato="2025-11-20", **SOKT)
    arkiv.bygd.change(person, "2025-11-20", ot_status="OTUK")
    arkiv.bygd.change(person, "2025-11-25", kontakt_dato="2025-11-19")
    data = drafted(arkiv)
    assert data.statuser == (Aktivitet(date(2025, 11, 20), None, "Ukjent aktivitet"),)
    assert data.kontakter == ()


def test_measures_plan_and_contacts_are_told_with_their_days(arkiv: Sokerprove) -> None:
    person = arkiv.bygd.person(tiltak="Arbeidstrening", tiltak_fra_dato="2025-09-25", **SOKT)
    arkiv.bygd.change(person, "2026-01-05", tiltak="Kurs", tiltak_fra_dato="2026-01-05", tiltak_til_dato="2026-02-20")
    arkiv.bygd.change(person, "2026-01-06", oppfolgingsplan_dato="2025-10-01", kontakt_dato="2025-10-03")
    arkiv.bygd.change(person, "2026-01-07", kontakt_dato="2026-01-07", svar_dato="2026-01-08")
    arkiv.bygd.change(person, "2026-01-27", laert="2026-01-20T08:00", kontakt_dato="2026-01-26")
    data = drafted(arkiv)
    assert data.tiltak == (
        Aktivitet(date(2025, 9, 25), date(2026, 1, 4), "Arbeidstrening"),
        Aktivitet(date(2026, 1, 5), date(2026, 2, 20), "Kurs"),
    )
    assert data.plan_dato == date(2025, 10, 1)
    assert data.kontakter == (date(2025, 10, 3), date(2026, 1, 7), date(2026, 1, 8))


@pytest.mark.parametrize(
    ("foer", "etter", "blir"),
    [
        (("A", "2025-10-01", ""), ("A", "2025-10-02", ""), [("A", "2025-10-02", None)]),
        (
            ("A", "2025-10-01", "2025-12-01"),
            ("A", "2026-01-10", ""),
            [("A", "2025-10-01", "2025-12-01"), ("A", "2026-01-10", None)],
        ),
        (("A", "2025-10-01", "2026-06-01"), ("", "", ""), [("A", "2025-10-01", "2026-01-14")]),
        (("A", "2024-10-01", "2025-07-31"), ("B", "2026-01-27", ""), []),
        (("A", "2025-10-01", ""), ("A", "2025-10-01", "2026-03-01"), [("A", "2025-10-01", "2026-03-01")]),
    ],
    ids=str,
)  # fmt: skip
def test_a_measure_that_is_corrected_is_one_and_one_that_is_replaced_has_ended(
    arkiv: Sokerprove, foer: tuple[str, ...], etter: tuple[str, ...], blir: list[tuple[str, str, str | None]]
) -> None:
    felter = ("tiltak", "tiltak_fra_dato", "tiltak_til_dato")
    person = arkiv.bygd.person(**SOKT, **dict(zip(felter, foer, strict=True)))
    arkiv.bygd.change(person, "2026-01-15", **dict(zip(felter, etter, strict=True)))
    dager = [(t, date.fromisoformat(f), date.fromisoformat(e) if e else None) for t, f, e in blir]
    assert [(en.tekst, en.fra, en.til) for en in drafted(arkiv).tiltak] == dager


@pytest.mark.parametrize(
    ("felt", "grunn"),
    [
        ({"adressegradering_vigo": "fortrolig"}, "SKJERMET"),
        ({"adressegradering_otto": "", "adressegradering_vigo": ""}, "SKJERMET"),
        ({"personstatus": ""}, "UKJENT_PERSONSTATUS"),
        ({"kommunenummer": "0301"}, "FLYTTET_FYLKE"),
        ({"etternavn": "王"}, "TEGN_MANGLER"),
        ({"tiltak": "Praksis 王"}, "TEGN_MANGLER"),
    ],
    ids=str,
)
def test_one_whom_the_gate_stops_gets_no_file_by_machine(arkiv: Sokerprove, felt: dict[str, str], grunn: str) -> None:
    person = arkiv.bygd.person(**SOKT | felt)
    utkast = draft(arkiv)
    assert (utkast.sendinger, [(u.person_id, u.grunn_kode) for u in utkast.utelatte]) == ([], [(person, grunn)])


def test_one_whom_we_know_to_be_protected_from_tomorrow_is_protected_now(arkiv: Sokerprove) -> None:
    person = arkiv.bygd.person(**SOKT)
    arkiv.bygd.change(person, "2026-02-10", laert="2026-01-25T08:00", adressegradering_vigo="fortrolig")
    assert [u.grunn_kode for u in draft(arkiv).utelatte] == ["SKJERMET"]


def test_who_has_not_applied_in_time_or_has_had_it_sent_by_hand_gets_none(arkiv: Sokerprove) -> None:
    arkiv.bygd.person(**SOKT)
    arkiv.bygd.person(**applied("2026-02-03"))
    arkiv.bygd.person()
    assert [sending.person_id for sending in draft(arkiv).sendinger] == ["P0000001"]
    assert draft(arkiv, MARS, "2026-02-16T08:00").sendinger == []
    answer(arkiv, "VEDL_FOR_HAAND", "SOKER_VEDLEGG")
    assert draft(arkiv).sendinger == []


def test_without_an_archive_nothing_is_drafted_and_the_task_is_told_to_be_done_by_hand(prove: Sokerprove) -> None:
    prove.bygd.person(**SOKT)
    assert draft(prove).sendinger == []
    assert reasons(prove) == ["SOKER_VEDLEGG"]
    assert any(funn.kode == "ÅH-3147" and " 1 vedlegg " in funn.tekst for funn in prove.run(applicant_findings)[1])


def test_an_attachment_goes_to_the_archive_and_is_settled_by_its_receipt(arkiv: Sokerprove) -> None:
    arkiv.bygd.person(**SOKT)
    approved(arkiv)
    assert [rad[6:9] for rad in arkiv.run(applicant_table)[1].rader] == [(0, 1, 0)] * 2
    arkiv.bygd.send(tid=SENERE)
    (melding,) = arkiv.bygd.hjem.utboks.rglob("arkivmelding.xml")
    tekst = melding.read_text("utf-8")
    assert "Vedlegg til søknad om videregående opplæring: aktivitet inneværende skoleår" in tekst
    assert "Inntakskontoret" in tekst
    assert "Nordmann" not in tekst
    (pdf,) = melding.parent.glob("*.pdf")
    assert pdf.read_bytes().startswith(b"%PDF")
    assert reasons(arkiv) == ["SOKER_VEDLEGG"]
    (noekkel,) = re.findall(r">([^<]+)</[^>]*noekkel>", tekst)
    put(arkiv.bygd, "arkivkvittering.xml", KVITTERING.format(noekkel=noekkel))
    assert kvitteringer.collect(arkiv.bygd.fresh(), arkiv.bygd.at(SENERE)).arkivert == 1
    assert reasons(arkiv) == []
    assert [rad[6:9] for rad in arkiv.run(applicant_table)[1].rader] == [(0, 0, 1)] * 2


@pytest.mark.parametrize(("rad", "aar"), [(MARS, 2026), (FEBRUAR, 2027)])
def test_another_row_s_or_another_year_s_attachment_is_not_this_one_s(arkiv: Sokerprove, rad: str, aar: int) -> None:
    person = arkiv.bygd.person(**SOKT)
    approved(arkiv)
    with arkiv.bygd.hjem.register.transaction("prøve") as con:
        assert archived(con, FEBRUAR, 2026) == {person: False}
        assert archived(con, rad, aar) == {}


def test_what_was_approved_is_what_is_sent_days_later_and_never_twice(arkiv: Sokerprove) -> None:
    person = arkiv.bygd.person(**SOKT)
    arkiv.bygd.change(person, "2026-01-28", laert="2026-01-20T08:00", ot_status="OTOV", kontakt_dato="2026-01-25")
    forslag_id = approved(arkiv)
    arkiv.bygd.send(tid="2026-01-30T08:00")
    assert arkiv.bygd.proposal(forslag_id) == "iverksatt"
    assert proposed(arkiv, "2026-02-02T08:00") == "None"


@pytest.mark.parametrize(
    "felt", [{"adressegradering_vigo": "fortrolig"}, {"ot_status": "OTEV"}, SOKT | {"soknad_skoleaar": ""}]
)
def test_what_is_learned_after_the_approval_stops_it(arkiv: Sokerprove, felt: dict[str, str]) -> None:
    person = arkiv.bygd.person(**SOKT)
    forslag_id = approved(arkiv)
    arkiv.bygd.change(person, "2026-01-27", **felt)
    with pytest.raises(BrukerFeil, match="ÅH-1403"):
        arkiv.bygd.send(forslag_id, tid="2026-01-27T09:00")
    assert arkiv.bygd.files() == []
