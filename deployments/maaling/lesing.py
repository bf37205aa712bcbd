"""How fast a million Vigo rows are read, judged and set aside, against the same checks written as DuckDB SQL.

Both in one process that has warmed them up on a small file, in turns, from the file on disk to good rows and faults
in memory; both must find the very same faults. The peak of memory is that of a process which does only ours, once.
"""

import gc
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

import duckdb

from deployments.maaling import Maaling, against_sql, lesing_sql
from deployments.maaling.vigo_rader import FORMAT, SKOLEAAR, write_file
from schemas.fodselsnummer import Idtype
from schemas.innfiler import SKJEMAER
from schemas.kontroll import Kontrollgrunnlag
from tasks import kodeverk
from tasks.feil import ProgramFeil
from tasks.filer import ROT
from tasks.formater import find_format
from tasks.lesing import read
from tasks.validering import validate

GRENSE: Final = 0.6
OPPVARMING: Final = 2_000
DATO: Final = date(2026, 4, 28)
FYLKESNUMMER: Final = ("39", "40")

Feil = set[tuple[int, str, str]]
Maate = Callable[[Path], tuple[float, Feil]]
"""Reads and judges a file; returns the seconds it took and the faults (rad_nr, kolonne, kode)."""


def bench_lesing(rader: int = 1_000_000, runder: int = 3) -> Maaling:
    """Measure ours and SQL in turns ``runder`` times and return the median of the rounds' ratios.

    Raises ProgramFeil where the two do not find the same faults.
    """
    with tempfile.TemporaryDirectory() as mappe:
        sti, liten = Path(mappe) / "vigo.csv", Path(mappe) / "liten.csv"
        write_file(liten, min(OPPVARMING, rader))
        write_file(sti, rader)
        _round(liten)
        sekunder = [_round(sti) for _ in range(runder)]
        minne = _peak_memory(sti)
    return against_sql("lesing", GRENSE, rader, sekunder, arshjul_minne_mb=minne)


def basis() -> Kontrollgrunnlag:
    """Return what the synthetic file is judged against: the project's own code lists on a fixed day."""
    vigo = kodeverk.valid_on("kodeverk/vigo_koder", DATO)
    return Kontrollgrunnlag(
        siste_dato=DATO,
        skoleaar=SKOLEAAR,
        datoformat=find_format(FORMAT).datoformat,
        idtyper=frozenset({Idtype.SYNTETISK}),
        fiktive=kodeverk.fictitious_digits(),
        kodeverk={
            "personstatus": kodeverk.codes("personstatus", DATO),
            "vigokode": frozenset(rad["kode"] for rad in vigo if rad["gruppe"] == "ikkesoker"),
            "kommuner": frozenset(kodeverk.municipalities(FYLKESNUMMER)),
        },
    )


def ours(sti: Path) -> tuple[float, Feil]:
    """Read and judge as production does."""
    start = time.perf_counter()
    validert = validate(read(sti.read_bytes(), sti.name, find_format(FORMAT)), SKJEMAER[FORMAT](basis()))
    sekunder = time.perf_counter() - start
    return sekunder, set(validert.feil.itertuples(index=False, name=None))


def as_sql(sti: Path) -> tuple[float, Feil]:
    """Read and judge in a DuckDB of its own, in memory."""
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        start = time.perf_counter()
        lesing_sql.judge(con, sti, find_format(FORMAT), basis())
        sekunder = time.perf_counter() - start
        return sekunder, set(con.execute("SELECT rad_nr, kolonne, kode FROM feil").fetchall())


def _round(sti: Path) -> tuple[float, float]:
    """Return the seconds of ours and of SQL."""
    svar = []
    for maate in (ours, as_sql):
        gc.collect()
        svar.append(maate(sti))
    (vaare, vaare_feil), (sql, sql_feil) = svar
    if vaare_feil != sql_feil:
        raise ProgramFeil(f"de to måtene er uenige om {len(vaare_feil ^ sql_feil)} feil")
    return vaare, sql


def _peak_memory(sti: Path) -> float:
    """Return the most memory (MB) that a process which only does ours has held at once."""
    svar = subprocess.run(  # noqa: S603 our own words
        [sys.executable, "-m", __name__, str(sti)], cwd=ROT, check=True, capture_output=True, text=True
    )
    return float(svar.stdout)


if __name__ == "__main__":
    ours(Path(sys.argv[1]))
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}\n")
