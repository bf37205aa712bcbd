"""How fast the sealed package for 70 000 youth is made, from the register's facts to its bytes.

Against DuckDB's own CSV writer of the same rows, read from the same facts, into a file: without those left out, the
manifest and the hash. The bare writing, of rows that both have ready, is measured beside it and is promised the same.
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

import duckdb

from deployments.demo import Demo
from deployments.demo.innstillinger import settings_bytes
from deployments.maaling import Maaling, against_sql
from tasks import overforing
from tasks.anledning import Anledning
from tasks.arshjul import find_row
from tasks.feil import ProgramFeil
from tasks.hjem import Hjem
from tasks.leveranseformat import delivery_format, line_sql
from tasks.register.nokkel import make_key_file
from tasks.tilmeldte import tilmeldte_sql
from tasks.udirpakker import FORMAT

GRENSE: Final = 1.5
TELLEDATO: Final = date(2026, 2, 15)
LAERT: Final = datetime(2026, 1, 2, 7)  # noqa: DTZ001 the register's times are UTC without zone
RAD: Final = "05-overforing-udir-februar"
FAKTA: Final = """
    INSERT INTO fakta (person_id, felt, verdi, gyldig_fra, registrert_tid, kjoring_id)
    SELECT person_id, felt, verdi, DATE '2026-01-02', $laert, 'T0' FROM (
        SELECT format('P{:07d}', nr) AS person_id,
            format('{:02d}{:02d}07{:05d}', nr % 28 + 1, nr % 12 + 81, nr) AS fodselsnummer,
            format('2007-{:02d}-{:02d}', nr % 12 + 1, nr % 28 + 1) AS fodselsdato,
            '3905' AS kommunenummer, 'ikke_sokt' AS tilmeldingsgrunn, '2025-09-20' AS tilmeldt_dato,
            '' AS avsluttet_dato, CASE nr % 3 WHEN 0 THEN 'OTUK' WHEN 1 THEN 'OTOV' ELSE 'OTEV' END AS ot_status,
            format('R{:02d}', nr % 25) AS raadgiver, 'ugradert' AS adressegradering_vigo,
            'ugradert' AS adressegradering_otto
        FROM range(1, $antall + 1) r(nr)
    ) UNPIVOT (verdi FOR felt IN (COLUMNS(* EXCLUDE person_id)))
"""


def bench_pakke(antall: int = 70_000, runder: int = 5) -> Maaling:
    """Measure both in turns ``runder`` times. ProgramFeil where they do not write the same lines."""
    with tempfile.TemporaryDirectory() as mappe:
        hjem = Hjem(Path(mappe))
        (hjem.mappe / "innstillinger.toml").write_bytes(settings_bytes(Demo()))
        make_key_file(hjem.mappe)
        fil = hjem.mappe / "sql.csv"
        with hjem.register.transaction("måling") as con:
            con.execute(FAKTA, {"laert": LAERT, "antall": antall})
            anledning = Anledning(con, hjem, find_row(RAD), TELLEDATO.year, TELLEDATO, TELLEDATO, TELLEDATO)
            sekunder, skriving = [], []
            for _ in range(runder):
                sekunder.append((_time(lambda: overforing.build(anledning)), _time(lambda: _sql(anledning, fil))))
                if _lines(overforing.build(anledning).data) != _lines(fil.read_bytes()):
                    raise ProgramFeil("de to måtene skriver ikke de samme linjene")
                skriving.append(_writing(con, fil))
    bare = statistics.median(vaar / sql for vaar, sql in skriving)
    maaling = against_sql("pakke", GRENSE, antall, sekunder, bare_skriving_forhold=bare)
    return replace(maaling, holdt=bare <= GRENSE)


def _writing(con: duckdb.DuckDBPyConnection, fil: Path) -> tuple[float, float]:
    """Return the seconds of writing rows that are ready: ours, and DuckDB's."""
    kolonner = delivery_format(FORMAT)["kolonner"]
    navn = ", ".join(f'"{k["overskrift"]}" AS {k["navn"]}' for k in kolonner)
    con.execute(f"CREATE OR REPLACE TEMP TABLE klare AS SELECT {navn} FROM read_csv('{fil}', all_varchar=true)")  # noqa: S608 our own columns
    con.execute("UPDATE klare SET avsluttet_dato = ''")
    vaar = f"SELECT string_agg({line_sql(delivery_format(FORMAT))} || '\r\n', '' ORDER BY fodselsnummer) FROM klare"  # noqa: S608 our own columns
    return (
        _time(lambda: con.execute(vaar).fetchone()),
        _time(lambda: _copy(con, fil, "FROM klare ORDER BY fodselsnummer", {})),
    )


def _sql(anledning: Anledning, fil: Path) -> None:
    kolonner = ", ".join(f'{k["navn"]} AS "{k["overskrift"]}"' for k in delivery_format(FORMAT)["kolonner"])
    rader = f"SELECT {kolonner} FROM ({tilmeldte_sql(deler_nummer=False)}) WHERE grunn = '' ORDER BY fodselsnummer"  # noqa: S608 our own columns
    _copy(anledning.con, fil, rader, overforing.window(anledning))


def _copy(con: duckdb.DuckDBPyConnection, fil: Path, sql: str, verdier: dict[str, object]) -> None:
    con.execute(f"COPY ({sql}) TO '{fil}' (FORMAT csv, HEADER, DELIMITER ';', NEW_LINE '\\r\\n')", verdier)


def _lines(data: bytes) -> list[str]:
    """Return a file's lines; DuckDB puts empty text in quotes."""
    return data.decode("utf-8-sig").replace('""', "").split("\r\n")


def _time(gjor: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    gjor()
    return time.perf_counter() - start
