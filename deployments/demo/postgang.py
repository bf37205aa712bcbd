"""The files that reach the county through the year, written as the systems they come from write them."""

import csv
import io
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Final

from deployments.demo.befolkning import Foresatt, Ungdom
from deployments.demo.grunnlag import table
from deployments.demo.tilmelding import Tilmelding
from tasks.filer import DATA

Rad = dict[str, str]
"""One row, by our own column names; a missing column is blank."""

DATOFORMAT: Final = "%d.%m.%Y"
UTEN_CP1252: Final = str.maketrans("đĐŋŊŧŦłŁ", "dDnNtTlL")


def otto_row(tilmelding: Tilmelding) -> Rad:
    """Return a row of OTTO's extract."""
    ungdom = tilmelding.ungdom
    return _person(ungdom) | {
        "vigokode": tilmelding.vigokode,
        "tilmeldt_dato": day(tilmelding.tilmeldt_dato),
        "avsluttet_dato": day(tilmelding.avsluttet_dato),
        "ot_status": tilmelding.ot_status,
        "ot_status_dato": day(tilmelding.ot_status_dato),
        "kontakt_dato": day(tilmelding.kontakt_dato),
        "oppfolgingsplan_dato": day(tilmelding.oppfolgingsplan_dato),
        "raadgiver": ungdom.raadgiver,
    }


def vigo_row(ungdom: Ungdom, vigokode: str, skoleaar: str, registrert: date) -> Rad:
    """Return a row of one of Vigo's files; the unit follows the municipality, as "Inntaksadresse" in batch 6A015."""
    enheter = {rad["kode"]: rad["ot_enhet"] for rad in table("demo/kommuner.csv")}
    return _person(ungdom) | {
        "skoleaar": skoleaar,
        "vigokode": vigokode,
        "ot_enhet": enheter[ungdom.kommune],
        "registrert_dato": day(registrert),
    }


def day(dato: date | None) -> str:
    """Return a date as Vigo and OTTO write it, or blank."""
    return dato.strftime(DATOFORMAT) if dato else ""


@cache
def headings(format_navn: str) -> Mapping[str, str]:
    """Return column → heading, in the order of ``data/formater/<navn>.toml``."""
    innhold = tomllib.loads((DATA / "formater" / f"{format_navn}.toml").read_text(encoding="utf-8"))
    return {kolonne["navn"]: kolonne["overskrift"] for kolonne in innhold["kolonner"]}


def csv_bytes(format_navn: str, rader: Iterable[Mapping[str, str]], tegnsett: str = "utf-8-sig") -> bytes:
    """Return a file with the format's headings; semicolons and CRLF, as Excel in Norway writes it."""
    overskrifter = headings(format_navn)
    tekst = io.StringIO()
    skriver = csv.writer(tekst, delimiter=";", lineterminator="\r\n")
    skriver.writerow(overskrifter.values())
    skriver.writerows([rad.get(navn, "") for navn in overskrifter] for rad in rader)
    innhold = tekst.getvalue()
    return (_western(innhold) if tegnsett == "cp1252" else innhold).encode(tegnsett)


def _western(tekst: str) -> str:
    """Write letters that cp1252 lacks as their plain ones, as an old system does."""
    kjent = tekst.translate(UTEN_CP1252)
    return "".join(tegn if _fits(tegn) else unicodedata.normalize("NFKD", tegn)[0] for tegn in kjent)


@cache
def _fits(tegn: str) -> bool:
    try:
        tegn.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _person(ungdom: Ungdom) -> Rad:
    rad = {
        "fodselsnummer": ungdom.fodselsnummer,
        "fornavn": ungdom.fornavn,
        "etternavn": ungdom.etternavn,
        "adresselinje1": ungdom.adresse.linje,
        "postnummer": ungdom.adresse.postnummer,
        "poststed": ungdom.adresse.poststed,
        "kommunenummer": ungdom.kommune,
        "adressegradering": ungdom.gradering,
        "personstatus": ungdom.personstatus,
        "mobilnummer": ungdom.mobil,
        "epost": ungdom.epost,
    }
    for nummer, foresatt in enumerate(ungdom.foresatte, start=1):
        rad |= _guardian(nummer, foresatt)
    return rad


def _guardian(nummer: int, foresatt: Foresatt) -> Rad:
    return {
        f"foresatt{nummer}_fodselsnummer": foresatt.fodselsnummer,
        f"foresatt{nummer}_navn": foresatt.navn,
        f"foresatt{nummer}_foreldreansvar": foresatt.foreldreansvar,
        f"foresatt{nummer}_adressegradering": foresatt.gradering,
        f"foresatt{nummer}_adresselinje1": foresatt.adresse.linje,
        f"foresatt{nummer}_postnummer": foresatt.adresse.postnummer,
        f"foresatt{nummer}_poststed": foresatt.adresse.poststed,
    }
