"""What tables that are changed in place have held, so that the register can tell how they stood at any moment.

Facts, events and answers are only ever added, and bear their own times. Tasks, deviations, quarantine, disagreements,
the list of those on several lists, and the channel of an item not yet sent are changed where they stand: each row's
every wording is kept here with the moments between which it held, and ``TABELL_kjent`` reads them.
"""

from datetime import datetime
from typing import Final

import duckdb

TABELLER: Final = {
    "avvik": "FROM avvik",
    "oppgave": "FROM oppgave",
    "karantene": "FROM karantene",
    "uenighet": "FROM uenighet",
    "flere_lister": "FROM flere_lister",
    "utsendingskanal": "SELECT utsending_id, kanal FROM utsending",
}
"""The tables, each with what of it is remembered."""


def remember(con: duckdb.DuckDBPyConnection, tid: datetime) -> None:
    """Keep how the tables stand at ``tid`` (UTC), where it is not as it was; asked by whatever has changed them."""
    for tabell, naa in TABELLER.items():
        if not _is_remembered(con, tabell, naa):
            _remember(con, tabell, naa, tid)


def _is_remembered(con: duckdb.DuckDBPyConnection, tabell: str, naa: str) -> bool:
    """Tell whether the table stands as it was last remembered: as many rows, and the same sum of their hashes."""
    husket = f"SELECT * EXCLUDE (nr, fra_tid, til_tid) FROM {tabell}_historikk WHERE til_tid IS NULL"
    sum_ = "SELECT (count(*), sum(hash(t)))"
    svar = con.execute(f"SELECT ({sum_} FROM ({naa}) t) IS NOT DISTINCT FROM ({sum_} FROM ({husket}) t)").fetchone()
    return bool(svar and svar[0])


def _remember(con: duckdb.DuckDBPyConnection, tabell: str, naa: str, tid: datetime) -> None:
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE staar AS SELECT t.*, row_number() OVER (PARTITION BY t) AS nr FROM ({naa}) t"
    )
    kolonner = [navn for navn, *_ in con.execute("DESCRIBE staar").fetchall()]
    like = " AND ".join(f"s.{navn} IS NOT DISTINCT FROM h.{navn}" for navn in kolonner)
    con.execute(
        f"UPDATE {tabell}_historikk h SET til_tid = ? WHERE til_tid IS NULL"
        f" AND NOT EXISTS (SELECT 1 FROM staar s WHERE {like})",
        [tid],
    )
    con.execute(
        f"INSERT INTO {tabell}_historikk BY NAME SELECT s.*, ? AS fra_tid FROM staar s"
        f" ANTI JOIN (FROM {tabell}_historikk WHERE til_tid IS NULL) h ON {like}",
        [tid],
    )
    con.execute("DROP TABLE staar")
