"""The stock: one row a person, as they stood on a day; every number is counted from it."""

from datetime import date
from typing import Any

import pytest

from tasks import bestand
from tasks.klokke import to_utc


def stock(bygd: Any, dato: str, *kolonner: str, kjent: str | None = None) -> list[tuple[Any, ...]]:
    with bygd.hjem.register.transaction("prøve") as con:
        bestand.stage(con, date.fromisoformat(dato), to_utc(bygd.at(kjent)) if kjent else None)
        return list(con.execute(f"SELECT {', '.join(kolonner)} FROM bestand ORDER BY person_id").fetchall())


def test_each_person_is_one_row_with_age_and_group_of_the_day(bygd: Any) -> None:
    bygd.person(fodselsdato="2008-12-31", ot_status="OTOV")
    bygd.person(fodselsdato="", ot_status="XXXX", fodselsnummer=bygd.number("2007-03-14", 7))
    assert stock(bygd, "2026-06-15", "alder", "ot_gruppe") == [(18, "oppfolging"), (None, "")]
    assert stock(bygd, "2027-01-01", "alder") == [(19,), (None,)]


@pytest.mark.parametrize(
    ("tilmeldt", "avsluttet", "er_tilmeldt"),
    [
        ("2026-06-15", "", True),
        ("2026-06-16", "", False),
        ("", "", False),
        ("2025-09-01", "2026-06-15", True),
        ("2025-09-01", "2026-06-14", False),
    ],
)
def test_the_day_it_ends_is_the_last_day_of_an_enrolment(
    bygd: Any, tilmeldt: str, avsluttet: str, er_tilmeldt: bool
) -> None:
    bygd.person(tilmeldt_dato=tilmeldt, avsluttet_dato=avsluttet)
    assert stock(bygd, "2026-06-15", "er_tilmeldt") == [(er_tilmeldt,)]


@pytest.mark.parametrize(
    ("vigo", "otto", "skjermet"),
    [("ugradert", "ugradert", False), ("ugradert", "", False), ("ugradert", "kode 6", True), ("", "", True)],
)
def test_an_address_is_protected_unless_every_source_says_it_is_not(
    bygd: Any, vigo: str, otto: str, skjermet: bool
) -> None:
    bygd.person(adressegradering_vigo=vigo, adressegradering_otto=otto)
    assert stock(bygd, "2026-06-15", "skjermet") == [(skjermet,)]


def test_sex_is_the_ninth_digit_and_unknown_where_vigo_made_the_number_up(bygd: Any) -> None:
    for nummer in ("14830750058", "14830750168", "14830700018"):
        bygd.person(fodselsnummer=nummer)
    assert stock(bygd, "2026-06-15", "kjonn") == [("jente",), ("gutt",), ("ukjent",)]


def test_contact_counts_from_the_enrolment_on_and_not_after_the_day(bygd: Any) -> None:
    person = bygd.person(tilmeldt_dato="2025-09-20", kontakt_dato="2025-09-01")
    bygd.change(person, "2026-02-01", kontakt_dato="2026-02-01")
    bygd.change(person, "2026-03-01", kontakt_dato="2026-03-01")
    bygd.change(person, "2026-09-01", kontakt_dato="2026-09-01")
    assert stock(bygd, "2026-06-15", "forste_kontakt", "siste_kontakt") == [(date(2026, 2, 1), date(2026, 3, 1))]


def test_a_status_holds_since_the_day_it_changed(bygd: Any) -> None:
    person = bygd.person("2026-01-02")
    bygd.change(person, "2026-04-01", laert="2026-07-01T08:00", ot_status="OTOV")
    assert stock(bygd, "2026-06-15", "ot_status", "ot_status_dato") == [("OTOV", date(2026, 4, 1))]
    assert stock(bygd, "2026-06-15", "ot_status", "ot_status_dato", kjent="2026-06-30T12:00") == [
        ("OTUK", date(2026, 1, 2))
    ]


def test_a_status_holds_since_its_own_day_whatever_else_has_changed_since(bygd: Any) -> None:
    person = bygd.person("2026-01-02")
    bygd.change(person, "2026-05-01", raadgiver="R09")
    bygd.change(person, "2026-09-01", ot_status="OTOV")
    assert stock(bygd, "2026-06-15", "ot_status", "ot_status_dato") == [("OTUK", date(2026, 1, 2))]


def test_each_fact_stands_in_the_stock_by_its_own_name(bygd: Any) -> None:
    sagt = {
        "fodselsnummer": "14830750058", "fodselsdato": "2007-03-14", "fornavn": "Åse", "etternavn": "Nordmann",
        "kommunenummer": "3905", "personstatus": "bosatt", "adresselinje1": "Storgata 1", "vigokode": "OSON",
        "tilmeldingsgrunn": "ikke_sokt", "tilmeldt_dato": "2025-09-20", "avsluttet_dato": "2026-12-01",
        "ot_status": "OTUK", "kontakt_dato": "2026-02-01", "oppfolgingsplan_dato": "2026-03-01", "raadgiver": "R05",
        "adressegradering_vigo": "ugradert", "adressegradering_otto": "ugradert",
    }  # fmt: skip
    bygd.person(**sagt)
    assert stock(bygd, "2026-06-15", *sagt) == [tuple(sagt.values())]
