"""The data quality rules: what must hold of each column of ``Ajourholdsramme``, each stated once.

What a rule is called, how bad it is, whose it is and what it rests on stand in ``data/regler/ajourhold.csv``; limits
and code lists are dated tables. Each rule is one of Great Expectations' own expectations, named without importing it.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, NamedTuple

from schemas.ajourhold import Alvorlighet, Regel
from tasks import kodeverk
from tasks.feil import ProgramFeil

TABELL: Final = "regler/ajourhold"
FINNES: Final = "expect_column_values_to_not_be_null"
BLANT: Final = "expect_column_values_to_be_in_set"
IKKE_BLANT: Final = "expect_column_values_to_not_be_in_set"
MELLOM: Final = "expect_column_values_to_be_between"
Argumenter = Callable[[date], dict[str, Any]]


class Krav(NamedTuple):
    """What must hold of a column; ``argumenter`` are asked for on the day."""

    kolonne: str
    forventning: str
    argumenter: Argumenter


def _exists(kolonne: str) -> Krav:
    return Krav(kolonne, FINNES, lambda _: {})


def _true(kolonne: str) -> Krav:
    return Krav(kolonne, BLANT, lambda _: {"value_set": [1]})


def _not(kolonne: str, verdi: str) -> Krav:
    return Krav(kolonne, IKKE_BLANT, lambda _: {"value_set": [verdi]})


def _at_least(kolonne: str, minst: int) -> Krav:
    return Krav(kolonne, MELLOM, lambda _: {"min_value": minst})


def _at_most(kolonne: str, mest: int) -> Krav:
    return Krav(kolonne, MELLOM, lambda _: {"max_value": mest})


def _code(kolonne: str, liste: str) -> Krav:
    return Krav(kolonne, BLANT, lambda dato: {"value_set": sorted(kodeverk.codes(liste, dato))})


def _ages(dato: date) -> dict[str, Any]:
    grenser = kodeverk.age_limits(dato)
    return {"min_value": grenser.nedre, "max_value": grenser.ovre}


KRAV: Final = {
    "AJ_NUMMER_UMULIG": _not("nummer_slag", "umulig"),
    "AJ_FIKTIVT_NUMMER": _not("nummer_slag", "fiktivt"),
    "AJ_TO_TILMELDINGER": _at_most("samme_nummer_antall", 0),
    "AJ_MULIG_DOBBEL": _at_most("samme_navn_antall", 0),
    "AJ_NAVN_MANGLER": _true("har_navn"),
    "AJ_FODSELSDATO_MANGLER": _exists("levd_dager"),
    "AJ_FODSELSDATO_UMULIG": _at_least("levd_dager", 0),
    "AJ_UTENFOR_ALDER": Krav("alder", MELLOM, _ages),
    "AJ_KOMMUNE_UKJENT": _not("kommune_slag", "ukjent"),
    "AJ_KOMMUNE_UTGATT": _not("kommune_slag", "utgått"),
    "AJ_ANNET_FYLKE": _not("kommune_slag", "annet_fylke"),
    "AJ_ADRESSE_MANGLER": _true("har_adresse"),
    "AJ_PERSONSTATUS_UKJENT": _not("personstatus_slag", "ukjent"),
    "AJ_DOED": _not("personstatus_slag", "død"),
    "AJ_UTFLYTTET": _not("personstatus_slag", "utflyttet"),
    "AJ_TILMELDT_MANGLER": _exists("tilmeldt_om_dager"),
    "AJ_TILMELDT_FRAMTID": _at_most("tilmeldt_om_dager", 0),
    "AJ_AVSLUTTET_FOR_TILMELDT": _at_least("tilmeldt_i_dager", 0),
    "AJ_GRUNN_MANGLER": _code("tilmeldingsgrunn", "tilmeldingsgrunner"),
    "AJ_STATUS_UGYLDIG": _code("ot_status", "ot_status"),
    "AJ_STATUS_FORELDET": _at_most("status_over_grensen_dager", 0),
    "AJ_UKJENT_MED_KONTAKT": _at_most("kontakt_etter_status_dager", -1),
    "AJ_STATUS_UTEN_KONTAKT": _true("har_kontakt"),
    "AJ_KONTAKT_FRAMTID": _at_most("kontakt_om_dager", 0),
    "AJ_PLAN_MANGLER": _true("har_plan"),
    "AJ_GRADERING_MANGLER": _not("gradering_slag", "mangler"),
    "AJ_SKJERMET_UTEN_KONTAKT": _true("skjermet_har_kontakt"),
    "AJ_SPERRET_ADRESSE": _true("har_trygg_adresse"),
    "AJ_RAADGIVER_MANGLER": _not("raadgiver_slag", "mangler"),
    "AJ_RAADGIVER_UKJENT": _not("raadgiver_slag", "ukjent"),
}


def rules(dato: date) -> list[Regel]:
    """Return the rules in force on ``dato``, in the table's order; ProgramFeil where table and requirements differ."""
    alle = {rad["kode"] for rad in kodeverk.all_rows(TABELL)}
    if alle != KRAV.keys():
        raise ProgramFeil(f"reglene i {TABELL} og i koden er ikke de samme: {', '.join(sorted(alle ^ KRAV.keys()))}")
    return [_rule(rad, dato) for rad in kodeverk.valid_on(TABELL, dato)]


def _rule(rad: kodeverk.Kode, dato: date) -> Regel:
    krav = KRAV[rad["kode"]]
    return Regel(
        kode=rad["kode"],
        kolonne=krav.kolonne,
        forventning=krav.forventning,
        argumenter=krav.argumenter(dato),
        tekst=rad["tekst"],
        gjor=rad["gjor"],
        alvorlighet=Alvorlighet(rad["alvorlighet"]),
        eier=rad["eier"],
        samlet=rad["samlet"] == "ja",
        samme_som=tuple(rad["samme_som"].split()),
        hjemmel=rad["hjemmel"],
        vedtak=rad["vedtak"],
    )
