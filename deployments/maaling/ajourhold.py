"""How fast 100 000 youth are held against the data quality rules, from the register's facts to who breaks what.

Against the same rules as one query in DuckDB, in turns, on the same register; both first make the stock, and both must
find the same. Great Expectations' import and set-up come once a process and are told apart. So is the judgement of a
stock that both have ready.
"""

import gc
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path
from typing import Final

import duckdb

from deployments.demo import Demo
from deployments.demo.innstillinger import settings_bytes
from deployments.maaling import Maaling, against_sql, ajourhold_sql
from schemas.ajourhold import Ajourholdsramme
from tasks import ajourholdsramme, bestand
from tasks.ajourholdsdom import judge
from tasks.ajourholdsregler import rules
from tasks.feil import ProgramFeil
from tasks.filer import ROT
from tasks.hjem import Hjem
from tasks.register.nokkel import make_key_file

GRENSE: Final = 1.5
DAG: Final = date(2026, 2, 9)
LAERT: Final = datetime(2026, 1, 2, 7)  # noqa: DTZ001 the register's times are UTC without zone
FAKTA: Final = """
    INSERT INTO fakta (person_id, felt, verdi, gyldig_fra, registrert_tid, kjoring_id)
    SELECT person_id, felt, verdi, DATE '2026-01-02', $laert, 'T0' FROM (
        SELECT format('P{:07d}', nr) AS person_id,
            format('{:02d}{:02d}07{:05d}', nr % 28 + 1, nr % 12 + 81, nr % 100000) AS fodselsnummer,
            format('{}-{:02d}-{:02d}', 2003 + nr % 7, nr % 12 + 1, nr % 28 + 1) AS fodselsdato,
            format('Fornavn{}', nr % 911) AS fornavn, format('Etternavn{}', nr % 7919) AS etternavn,
            CASE WHEN nr % 500 = 0 THEN '3803' ELSE ['3901', '3905', '4001', '4003'][nr % 4 + 1] END AS kommunenummer,
            CASE WHEN nr % 300 = 0 THEN 'utflyttet' ELSE 'bosatt' END AS personstatus,
            format('Storgata {}', nr % 99) AS adresselinje1,
            CASE WHEN nr % 60 = 0 THEN 'fortrolig' ELSE 'ugradert' END AS adressegradering_vigo,
            CASE WHEN nr % 400 = 0 THEN 'mangler' ELSE 'ugradert' END AS adressegradering_otto,
            'OSON' AS vigokode, ['ikke_sokt', 'sluttet', 'takket_nei'][nr % 3 + 1] AS tilmeldingsgrunn,
            strftime(DATE '2025-08-01' + (nr % 90)::INTEGER, '%Y-%m-%d') AS tilmeldt_dato,
            ['OTUK', 'OTOV', 'OTAR', 'OTSY', 'OTEV'][nr % 5 + 1] AS ot_status,
            CASE WHEN nr % 5 = 0 OR nr % 50 = 1 THEN '' ELSE '2025-12-01' END AS kontakt_dato,
            CASE WHEN nr % 5 = 1 AND nr % 45 <> 1 THEN '2025-12-02' ELSE '' END AS oppfolgingsplan_dato,
            CASE WHEN nr % 700 = 0 THEN 'R99' ELSE format('R{:02d}', nr % 25 + 1) END AS raadgiver
        FROM range(1, $antall + 1) r(nr)
    ) UNPIVOT (verdi FOR felt IN (COLUMNS(* EXCLUDE person_id))) WHERE verdi <> ''
"""


def bench_ajourhold(antall: int = 100_000, runder: int = 5) -> Maaling:
    """Measure both in turns ``runder`` times. ProgramFeil where they do not find the same."""
    with tempfile.TemporaryDirectory() as mappe:
        hjem = Hjem(Path(mappe))
        (hjem.mappe / "innstillinger.toml").write_bytes(settings_bytes(Demo()))
        make_key_file(hjem.mappe)
        with hjem.register.transaction("måling") as con:
            con.execute(FAKTA, {"laert": LAERT, "antall": antall})
            oppsett = _set_up()
            runde = [_round(con, hjem) for _ in range(runder)]
    bare = statistics.median(vaar / sql for _, (vaar, sql) in runde)
    return against_sql(
        "ajourhold",
        GRENSE,
        antall,
        [hele for hele, _ in runde],
        bare_dommen_forhold=bare,
        gx_import_sekunder=_import_seconds(),
        gx_oppsett_sekunder=oppsett,
    )


def _round(con: duckdb.DuckDBPyConnection, hjem: Hjem) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the seconds of ours and of SQL, from the register on; and the same without making the stock."""
    fylker = hjem.innstillinger.fylke.fylkesnummer
    raadgivere = tuple(raadgiver.id for raadgiver in hjem.innstillinger.radgivere)
    gc.collect()
    start = time.perf_counter()
    bestand.stage(con, DAG)
    lagret = time.perf_counter()
    ajourholdsramme.derive(con, DAG, None, fylker, raadgivere)
    dom = judge(ajourholdsramme.frame(con), rules(DAG))
    hvem = ajourholdsramme.people(con, (rad for funn in dom.funn for rad in funn.rader))
    vaare = sorted((hvem[rad].person_id, funn.regel.kode) for funn in dom.funn for rad in funn.rader)
    slutt = time.perf_counter()
    gc.collect()
    sql_start = time.perf_counter()
    bestand.stage(con, DAG)
    sql_lagret = time.perf_counter()
    deres = ajourhold_sql.broken(con, DAG, fylker, raadgivere)
    sql_slutt = time.perf_counter()
    if vaare != sorted(deres) or not vaare:
        raise ProgramFeil("de to måtene finner ikke det samme")
    return (slutt - start, sql_slutt - sql_start), (slutt - lagret, sql_slutt - sql_lagret)


def _set_up() -> float:
    """Return the seconds of the first judgement in the process, of nobody: what is only made ready once."""
    import great_expectations  # noqa: F401, PLC0415 told apart

    start = time.perf_counter()
    judge(Ajourholdsramme.empty(), rules(DAG))
    return time.perf_counter() - start


def _import_seconds() -> float:
    """Return the seconds of importing Great Expectations in a process of its own, above an empty one's."""

    def seconds(kode: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", kode], cwd=ROT, check=True)  # noqa: S603 our own interpreter
        return time.perf_counter() - start

    return seconds("import great_expectations, great_expectations.expectations") - seconds("import pandas")
