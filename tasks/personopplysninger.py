"""Where anything about a person is kept: every column of the register and every file of the home, each declared once.

``data/personopplysninger.csv`` says of each column what it holds, how the person is found in it, and which retention
rule it follows; ``data/personfiler.csv`` says the same of the home's files. A table or file that is not declared is
found by a test, so that a new one cannot be forgotten by whoever shows or deletes what is held about a person.
"""

import csv
from collections.abc import Iterable
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from typing import NamedTuple

import duckdb

from tasks.feil import ProgramFeil
from tasks.filer import DATA


class Hva(StrEnum):
    """What a column or a file holds."""

    PERSON = "person"
    """Leads to a youth: the row is about her. ``finnes_ved`` says how."""
    OPPLYSNING = "opplysning"
    """Something about the youth that the row is about."""
    FRITEKST = "fritekst"
    """Text or bytes in which people may be named; ``finnes_ved`` says how they are looked for."""
    NUMMER = "nummer"
    """A youth's number in the register, which is kept when nothing else about her is."""
    KONTAKT = "kontakt"
    """A school's contact person."""
    ANSATT = "ansatt"
    """One of the county's own people at work."""
    INGEN = "ingen"
    """Nothing about anybody."""


PERSON_ID = "person_id"
"""Found by: the value is the youth's number in the register."""
RAD = "rad"
"""Found by: ``sha256`` and ``rad_nr`` tell the row of a raw file."""
INNHOLD = "innhold"
"""Found by: her national id, name, telephone or e-mail stands in the text."""
FIL = "fil"
"""Found by: the bytes are a delivered file, which may have a row about her."""
LINJER = "linjer"
"""Found by: the bytes are a text file with a heading, and lines that begin with a national id."""


class Kolonne(NamedTuple):
    """A column: ``finnes_ved`` is one of the words above or ``TABLE.COLUMN``, whose row it is; ``formaal`` a label."""

    tabell: str
    kolonne: str
    hva: Hva
    finnes_ved: str
    formaal: str
    regel: str


class Personfil(NamedTuple):
    """Files of the home by a pattern of their path; the first pattern that fits a file is the one."""

    monster: str
    hva: Hva
    formaal: str
    regel: str


@cache
def columns() -> tuple[Kolonne, ...]:
    """Return every declared column; ``sagt_*`` stands for all tables of statements, column ``*`` for their fields."""
    with (DATA / "personopplysninger.csv").open(encoding="utf-8", newline="") as fil:
        rader = csv.reader(fil, delimiter=";")
        next(rader)
        return tuple(Kolonne(tabell, kolonne, Hva(hva), *resten) for tabell, kolonne, hva, *resten in rader)


@cache
def files() -> tuple[Personfil, ...]:
    """Return every declared kind of file, in order."""
    with (DATA / "personfiler.csv").open(encoding="utf-8", newline="") as fil:
        rader = csv.reader(fil, delimiter=";")
        next(rader)
        return tuple(Personfil(monster, Hva(hva), *resten) for monster, hva, *resten in rader)


@cache
def declared(tabell: str, kolonne: str) -> Kolonne:
    """Return what is declared of a column, under its own name; ProgramFeil where nothing is."""
    for enkelt in columns():
        if fnmatchcase(tabell, enkelt.tabell) and fnmatchcase(kolonne, enkelt.kolonne):
            return enkelt._replace(tabell=tabell, kolonne=kolonne)
    raise ProgramFeil(f"kolonnen {tabell}.{kolonne} står ikke i data/personopplysninger.csv")


def file_kind(sti: str) -> Personfil | None:
    """Return what a file of the home is, by its path inside it with «/»; None where it is none that we know."""
    return next((enkelt for enkelt in files() if fnmatchcase(sti, enkelt.monster)), None)


def register_columns(con: duckdb.DuckDBPyConnection) -> dict[str, list[Kolonne]]:
    """Return table → its columns as declared, for every table the open register has, in order."""
    rader = con.execute(
        "SELECT table_name, column_name FROM duckdb_columns() JOIN duckdb_tables() USING (database_name, table_name)"
        " WHERE database_name = current_database() AND NOT duckdb_columns.internal ORDER BY table_name, column_index"
    ).fetchall()
    svar: dict[str, list[Kolonne]] = {}
    for tabell, kolonne in rader:
        svar.setdefault(tabell, []).append(declared(tabell, kolonne))
    return svar


def people_condition(kolonner: Iterable[Kolonne], personer: str) -> str:
    """Return an SQL condition on one table's rows: those about somebody in ``personer`` (SQL of one column of numbers).

    Blank where the register itself cannot tell, as in raw files and free text.
    """
    return " OR ".join(
        _condition(kolonne, personer)
        for kolonne in kolonner
        if kolonne.hva is Hva.PERSON and (kolonne.finnes_ved == PERSON_ID or "." in kolonne.finnes_ved)
    )


def _condition(kolonne: Kolonne, personer: str) -> str:
    if kolonne.finnes_ved == PERSON_ID:
        return f"{kolonne.kolonne} IN ({personer})"
    tabell, nokkel = kolonne.finnes_ved.split(".")
    deres = people_condition((enkelt for enkelt in columns() if enkelt.tabell == tabell), personer)
    return f"{kolonne.kolonne} IN (SELECT {nokkel} FROM {tabell} WHERE {deres})"  # noqa: S608 only our own words
