"""How fast a million judged rows are loaded into a register that holds a million, one in a hundred changed.

Against the bare set-based SQL on copies of the same tables, in turns, from the judged rows until the register can be
used again: whoever opens it first after a large load writes the log into it, and ours does so itself. Both must leave
the same facts. A county's 25 000 rows are loaded too, from the file on, and told in seconds.
"""

import gc
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from deployments.demo import Demo
from deployments.demo.innstillinger import settings_bytes
from deployments.maaling import Maaling, against_sql, lasting_sql
from deployments.maaling.vigo_rader import FORMAT, SKOLEAAR, write_file
from deployments.rader import run_row
from schemas.kjoring import Kjorevalg
from tasks import klokke
from tasks.arshjul import find_row
from tasks.feil import ProgramFeil
from tasks.formater import find_format
from tasks.hjem import MILJOVARIABEL, Hjem, home
from tasks.innboks import Mottatt
from tasks.innlasting import load
from tasks.kjoring import run
from tasks.register.nokkel import make_key_file
from tasks.utledning import stage, statements
from tasks.vurdering import Vurdert, judge_file

GRENSE: Final = 1.3
HVER: Final = 100
"""One row in this many has changed."""
FYLKE_RADER: Final = 25_000
FORST, SIST = (datetime(2026, 4, dag, 8, tzinfo=klokke.OSLO) for dag in (27, 28))
FAKTA: Final = "SELECT person_id, felt, verdi FROM fakta WHERE kjoring_id = ? ORDER BY ALL"


def bench_lasting(rader: int = 1_000_000, runder: int = 5) -> Maaling:
    """Measure ours and SQL in turns ``runder`` times and return the median of the rounds' ratios.

    Raises ProgramFeil where the two do not leave the same facts.
    """
    with tempfile.TemporaryDirectory() as mappe, _as_home(Path(mappe) / "hjem") as hjem:
        fylke = _county(hjem, min(FYLKE_RADER, rader))
        for sti in _files(hjem.mappe):
            sti.unlink()
        forste = _judged(hjem, rader)
        _ours(hjem, forste, FORST)
        endret = _changed(forste)
        sekunder = [_round(hjem, endret) for _ in range(runder)]
        storrelse = hjem.register.sti.stat().st_size / 2**20
    andre = {
        "register_mb": storrelse,
        "fylke_rader_antall": float(min(FYLKE_RADER, rader)),
        "fylke_sekunder": fylke,
    }
    return against_sql("lasting", GRENSE, rader, sekunder, **andre)


@contextmanager
def _as_home(mappe: Path) -> Iterator[Hjem]:
    """Let an empty home with a county's settings and a key be the process's home."""
    mappe.mkdir()
    (mappe / "innstillinger.toml").write_bytes(settings_bytes(Demo()))
    make_key_file(mappe)
    for_ = os.environ.get(MILJOVARIABEL)
    os.environ[MILJOVARIABEL] = str(mappe)
    try:
        yield home()
    finally:
        os.environ.pop(MILJOVARIABEL)
        if for_ is not None:
            os.environ[MILJOVARIABEL] = for_


def _county(hjem: Hjem, rader: int) -> float:
    """Return the seconds of a whole run of row 12 with a county's file: inbox to commit, workbook included."""
    hjem.innboks.mkdir(exist_ok=True)
    write_file(hjem.innboks / f"{FORMAT}.csv", rader)
    rad = find_row("12")
    start = time.perf_counter()
    run_row(rad, Kjorevalg(rad=rad.rad, aar=FORST.year, naa=FORST), plain=True)
    return time.perf_counter() - start


def _judged(hjem: Hjem, rader: int) -> Vurdert:
    sti = hjem.mappe / f"{FORMAT}.csv"
    write_file(sti, rader)
    mottatt = Mottatt(sti.name, "0" * 64, sti.read_bytes(), find_format(FORMAT), ny=True)
    vurdert = judge_file(hjem, mottatt, FORST.date(), SIST.date(), SKOLEAAR)
    return replace(vurdert, mottatt=replace(mottatt, innhold=b"rader"))


def _changed(vurdert: Vurdert) -> Vurdert:
    """Return the same rows where one in a hundred has moved; nobody is set aside this time."""
    gyldige = vurdert.validert.gyldige.copy()
    adresser = gyldige["adresselinje1"].astype("object")
    adresser.iloc[::HVER] = "Ny gate 1"
    gyldige["adresselinje1"] = adresser.astype(gyldige["adresselinje1"].dtype)
    tomt = vurdert.validert.til_side.iloc[:0]
    validert = replace(vurdert.validert, gyldige=gyldige, antall=len(gyldige), til_side=tomt)
    feil = validert.feil.iloc[:0]
    return Vurdert(replace(vurdert.mottatt, sha256="1" * 64), replace(validert, feil=feil))


def _round(hjem: Hjem, endret: Vurdert) -> tuple[float, float]:
    """Return the seconds of ours and of SQL, each on a copy of the register."""
    svar, fakta = [], []
    urort = hjem.mappe / "urort"
    _copy(hjem.mappe, urort)
    for maate in (_ours, _sql):
        _copy(urort, hjem.mappe)
        gc.collect()
        start = time.perf_counter()
        kjoring_id = maate(hjem, endret, SIST)
        svar.append(time.perf_counter() - start)
        with hjem.register.transaction("måling") as con:
            fakta.append(con.execute(FAKTA, [kjoring_id]).fetchall())
    _copy(urort, hjem.mappe)
    if fakta[0] != fakta[1] or not fakta[0]:
        raise ProgramFeil("de to måtene etterlater ikke de samme opplysningene")
    return svar[0], svar[1]


def _ours(_hjem: Hjem, vurdert: Vurdert, naa: datetime) -> str:
    with run(Kjorevalg(rad="12", aar=naa.year, naa=naa)) as kjoring:
        load(kjoring, [vurdert])
    return kjoring.kjoring_id


def _sql(hjem: Hjem, vurdert: Vurdert, naa: datetime) -> str:
    with hjem.register.transaction("måling") as con:
        stage(con, hjem, vurdert)
        lasting_sql.load(con, statements(vurdert), SKOLEAAR, klokke.to_utc(naa))
    with hjem.register.transaction("måling"):
        pass
    return lasting_sql.KJORING


def _copy(fra: Path, til: Path) -> None:
    """Let the register in one folder be as it is in the other: the file and its log."""
    til.mkdir(exist_ok=True)
    for sti in _files(til):
        sti.unlink()
    for sti in _files(fra):
        shutil.copy2(sti, til)


def _files(mappe: Path) -> list[Path]:
    return sorted(mappe.glob("register.duckdb*"))
