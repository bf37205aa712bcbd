"""The numbers that stay when those they count are gone: of each deletion, and the key figures of their years."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import duckdb

from tasks import kodeverk, nokkeltall
from tasks.hjem import Hjem
from tasks.klokke import local_date, to_utc
from tasks.sletting.ungdommer import Ungdom


def begin(con: duckdb.DuckDBPyConnection, av: str, naa: datetime) -> str:
    """Write that there is a deletion, and by whom; return its id."""
    aar = local_date(naa).year
    svar = con.execute("SELECT count(*) + 1 FROM sletting WHERE year(tid) = ?", [aar]).fetchone()
    sletting_id = f"S{aar}-{svar[0] if svar else 1}"
    con.execute("INSERT INTO sletting VALUES (?, ?, ?)", [sletting_id, to_utc(naa), av])
    return sletting_id


def write_counts(con: duckdb.DuckDBPyConnection, sletting_id: str, tall: Mapping[tuple[str, str], int]) -> None:
    """Write how many of what went: (rule, place) → how many."""
    for (regel, sted), antall in sorted(tall.items()):
        if antall:
            con.execute("INSERT INTO sletting_tall VALUES (?, ?, ?, ?)", [sletting_id, regel, sted, antall])


def keep_figures(con: duckdb.DuckDBPyConnection, hjem: Hjem, sletting_id: str, ungdommer: Sequence[Ungdom]) -> None:
    """Keep the key figures at the end of each year in which one of them was there, as they are counted now.

    A year that was kept before was counted of more people, and stays. Years before our code lists are not counted.
    """
    if not ungdommer:
        return
    svar = con.execute(
        "SELECT min(try_cast(left(verdi, 4) AS INTEGER)) FROM fakta WHERE felt = 'tilmeldt_dato'"
        " AND person_id IN (SELECT unnest(?::VARCHAR[]))",
        [[person for ungdom in ungdommer for person in ungdom.person_ider]],
    ).fetchone()
    siste = max(ungdom.aar for ungdom in ungdommer)
    kjente = {dag.year for (dag,) in con.execute("SELECT DISTINCT per_dato FROM nokkeltall_bevart").fetchall()}
    for aar in range((svar and svar[0]) or siste, siste + 1):
        slutt = date(aar + 1, 1, 1) - date.resolution
        if aar not in kjente and kodeverk.valid_on("kodeverk/ot_status", slutt):
            con.register("tallene", nokkeltall.figures(con, hjem, slutt))
            con.execute(
                "INSERT INTO nokkeltall_bevart BY NAME SELECT ? AS sletting_id, ?::DATE AS per_dato, * FROM tallene",
                [sletting_id, slutt],
            )
            con.unregister("tallene")
