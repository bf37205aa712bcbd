"""The counts of each run of the data quality suite: what was found last time, and the curve since."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

import duckdb

from schemas.ajourhold import Funn
from tasks.kjoring import Kjoring

Kurve: TypeAlias = list[tuple[date, str, int]]
"""Day, severity, how many were found."""


@dataclass(frozen=True)
class Maaling:
    """What a run found: rule → how many."""

    kjoring_id: str
    per_dato: date
    antall: dict[str, int]


def remember(kjoring: Kjoring, funn: tuple[Funn, ...]) -> None:
    """Keep what each rule found, nothing too."""
    kjoring.con.executemany(
        "INSERT INTO ajourhold_tall VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            [
                kjoring.kjoring_id, kjoring.per_dato, kjoring.registrert_tid, enkelt.regel.kode,
                str(enkelt.regel.alvorlighet), enkelt.regel.eier, enkelt.antall, enkelt.av,
            ]
            for enkelt in funn
        ],
    )  # fmt: skip


def last_before(con: duckdb.DuckDBPyConnection, kjent: datetime, dag: date | None = None) -> Maaling | None:
    """Return what the last run known at the moment (UTC) found; with ``dag``, the last that judged an earlier day."""
    rader = con.execute(
        """
        SELECT kjoring_id, per_dato, regel, antall FROM ajourhold_tall
        WHERE kjoring_id = (SELECT arg_max(kjoring_id, (registrert_tid, rowid)) FROM ajourhold_tall
            WHERE registrert_tid <= $kjent AND ($dag IS NULL OR per_dato < $dag))
        """,
        {"kjent": kjent, "dag": dag},
    ).fetchall()
    if not rader:
        return None
    return Maaling(rader[0][0], rader[0][1], {regel: antall for _, _, regel, antall in rader})


def curve(con: duckdb.DuckDBPyConnection, kjent: datetime) -> Kurve:
    """Return (day, severity, how many) as the last run of each day found it, of those known at the moment (UTC)."""
    return con.execute(
        """
        SELECT per_dato, alvorlighet, sum(antall)::INTEGER FROM ajourhold_tall
        WHERE kjoring_id IN (
            SELECT arg_max(kjoring_id, (registrert_tid, rowid)) FROM ajourhold_tall WHERE registrert_tid <= ?
            GROUP BY per_dato
        ) GROUP BY per_dato, alvorlighet ORDER BY per_dato, alvorlighet
        """,
        [kjent],
    ).fetchall()
