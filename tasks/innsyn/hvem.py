"""Whom an access request is about: every number that she has had, here and in the population register."""

import re
from typing import Final, NamedTuple

import duckdb

from tasks.feil import BrukerFeil
from tasks.register import fakta

FODSELSNUMMER: Final = re.compile(r"\d{6}[ \u00a0]?\d{5}")


class Hvem(NamedTuple):
    """One youth: the number she goes by here (blank where she is in delivered files only), and all she has had."""

    person_id: str
    personer: frozenset[str]
    numre: frozenset[str]


def find(con: duckdb.DuckDBPyConnection, hvem: str) -> Hvem:
    """Return who the number (a person_id or a national id) is about.

    BrukerFeil ÅH-1829 (nobody has the number), ÅH-1830 (several have had the national id), ÅH-1831 (blank).
    """
    hvem = hvem.strip()
    if not hvem:
        raise BrukerFeil("ÅH-1831")
    fakta.know_numbers(con)
    if not FODSELSNUMMER.fullmatch(hvem):
        return _with_all(con, _one_here(con, hvem), frozenset())
    nummer = re.sub(r"\D", "", hvem)
    treff = con.execute("SELECT DISTINCT person_id FROM kjent_nummer WHERE nummer = ?", [nummer]).fetchall()
    if len(treff) > 1:
        raise BrukerFeil("ÅH-1830", antall=len(treff))
    if not treff:
        return Hvem("", frozenset(), frozenset({nummer}))
    return _with_all(con, treff[0][0], frozenset({nummer}))


def _one_here(con: duckdb.DuckDBPyConnection, person_id: str) -> str:
    """Return the number that the person goes by now."""
    if not con.execute("SELECT 1 FROM person WHERE person_id = ?", [person_id]).fetchone():
        raise BrukerFeil("ÅH-1829")
    svar = con.execute(
        "SELECT er_person_id FROM samme_person($kjent) WHERE person_id = $person",
        {"kjent": fakta.EVIG_TID, "person": person_id},
    ).fetchone()
    return str(svar[0]) if svar else person_id


def _with_all(con: duckdb.DuckDBPyConnection, person_id: str, numre: frozenset[str]) -> Hvem:
    andre = con.execute(
        "SELECT person_id FROM samme_person($kjent) WHERE er_person_id = $person",
        {"kjent": fakta.EVIG_TID, "person": person_id},
    ).fetchall()
    kjente = con.execute("SELECT nummer FROM kjent_nummer WHERE person_id = ?", [person_id]).fetchall()
    return Hvem(person_id, frozenset({person_id, *(en for (en,) in andre)}), numre | {nummer for (nummer,) in kjente})
