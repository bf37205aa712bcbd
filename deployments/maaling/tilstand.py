"""How fast the register tells how everyone stood on a day, as known at a moment, out of a million facts.

Against DuckDB's own window query over the same facts, in turns, in the same encrypted register: both make the table of
one row a person and one column a field, and the two tables must be the same. A fact has several versions, some for
later days, some learned later.
"""

import gc
import secrets
import tempfile
import time
from datetime import date, datetime
from pathlib import Path
from typing import Final

import duckdb

from deployments.maaling import Maaling, against_sql
from tasks.feil import ProgramFeil
from tasks.register import fakta
from tasks.register.tilkobling import Register
from tasks.tilmeldte import FELT

GRENSE: Final = 1.2
VERSJONER: Final = 4
DAG: Final = date(2026, 6, 15)
KJENT: Final = datetime(2026, 7, 1)  # noqa: DTZ001 the register's times are UTC without zone
FAKTA: Final = f"""
    INSERT INTO fakta (person_id, felt, verdi, gyldig_fra, registrert_tid, kjoring_id)
    SELECT format('P{{:07d}}', 1 + nr // {len(FELT) * VERSJONER}), $felter[1 + nr % {len(FELT)}],
        CASE WHEN hash(nr) % 9 = 0 THEN '' ELSE 'verdi' || hash(nr) % 1000 END,
        DATE '2025-08-01' + CAST(hash(nr, 1) % 500 AS INTEGER),
        TIMESTAMP '2025-08-01' + to_days(CAST(hash(nr, 2) % 500 AS INTEGER)), 'M'
    FROM range($antall) r(nr) ORDER BY nr // {len(FELT) * VERSJONER * 1000}, hash(nr, 3)
"""  # noqa: S608 only numbers
VINDU: Final = """
    SELECT person_id, felt, verdi FROM fakta
    WHERE registrert_tid <= $kjent AND gyldig_fra <= $dato AND list_contains($felter, felt)
    QUALIFY row_number() OVER (PARTITION BY person_id, felt ORDER BY gyldig_fra DESC, lopenr DESC) = 1
"""


def bench_tilstand(fakta_antall: int = 1_000_000, runder: int = 7) -> Maaling:
    """Measure ours and the window query in turns ``runder`` times; return the median of the rounds' ratios.

    Raises ProgramFeil where the two do not make the same table.
    """
    with tempfile.TemporaryDirectory() as mappe:
        register = Register(Path(mappe) / "register.duckdb", secrets.token_hex(16))
        with register.transaction("måling") as con:
            con.execute(FAKTA, {"antall": fakta_antall, "felter": list(FELT)})
        with register.transaction("måling") as con:
            _compare(con)
            sekunder = [(_seconds(con, fakta.current_sql(FELT)), _seconds(con, _window())) for _ in range(runder)]
            personer = con.table("tabell").count("*").fetchall()[0][0]
    return against_sql("tilstand", GRENSE, fakta_antall, sekunder, personer_antall=float(personer))


def _window() -> str:
    kolonner = ", ".join(f"coalesce(max(verdi) FILTER (felt = '{felt}'), '') AS {felt}" for felt in FELT)
    return f"SELECT person_id, {kolonner} FROM ({VINDU}) GROUP BY person_id"  # noqa: S608 only our own names


def _seconds(con: duckdb.DuckDBPyConnection, sql: str, tabell: str = "tabell") -> float:
    """Return how long it takes to make the table."""
    con.execute(f"DROP TABLE IF EXISTS {tabell}")
    gc.collect()
    start = time.perf_counter()
    con.execute(f"CREATE TEMP TABLE {tabell} AS {sql}", {"dato": DAG, "kjent": KJENT, "felter": list(FELT)})
    return time.perf_counter() - start


def _compare(con: duckdb.DuckDBPyConnection) -> None:
    """Make both once, which also reads the file, and hold them against each other."""
    _seconds(con, fakta.current_sql(FELT), "vaar")
    _seconds(con, _window(), "ren")
    ulike = "SELECT count(*) FROM ((FROM vaar EXCEPT ALL FROM ren) UNION ALL (FROM ren EXCEPT ALL FROM vaar))"
    (antall,) = con.execute(ulike).fetchall()[0]
    (personer,) = con.execute("SELECT count(*) FROM vaar").fetchall()[0]
    if antall or not personer:
        raise ProgramFeil("de to måtene gir ikke den samme tabellen")
