"""A real server and worker by another clock: started, stopped over a due date, and started again too late."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from deployments.server import free_port
from tasks.arshjul import find_row, year_of
from tasks.filer import ROT
from tasks.klokke import OSLO, local_date, now
from tests.tid.verden import HOPPET, KJORT, SPOR, Sen

SIST_SAGT: Final = "Stopp med Ctrl-C."
OPPSTART_SEKUNDER: Final = 400
FERDIG_SEKUNDER: Final = 900
SLUTT: Final = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
FORFALT: Final = (
    "SELECT f.name, r.name, r.state_type, s.message, r.expected_start_time FROM flow_run r"
    " JOIN flow f ON f.id = r.flow_id LEFT JOIN flow_run_state s ON s.id = r.state_id"
    " WHERE r.auto_scheduled = 1 AND r.expected_start_time <= ? ORDER BY r.expected_start_time, f.name"
)


def build_clock(mappe: Path) -> Path:
    """Compile the clock that is preloaded; CalledProcessError or FileNotFoundError where there is no compiler."""
    ut = mappe / "klokke.so"
    kilde = Path(__file__).with_name("klokke.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(ut), str(kilde), "-ldl"], check=True)
    return ut


@contextmanager
def started(hjem: Path, klokke: Path, naa: datetime) -> Iterator[None]:
    """Start Årshjul for a home as an administrator does, at ``naa``; it is stopped at the end, with all it started."""
    miljo = {navn: verdi for navn, verdi in os.environ.items() if not navn.startswith(("PREFECT", "ARSHJUL", "TZ"))}
    miljo |= {
        "PYTHONPATH": str(ROT),
        "LD_PRELOAD": str(klokke),
        "FORSKJOVET_KLOKKE": f"{(naa - now()).total_seconds():.0f}",
    }
    kommando = [sys.executable, "-m", "tests.tid.start", "--home", str(hjem), "start", "--port", str(free_port())]
    with subprocess.Popen(
        kommando, cwd=ROT, env=miljo, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as prosess:
        sagt = []
        try:
            for linje in prosess.stdout or []:
                sagt.append(linje)
                if SIST_SAGT in linje:
                    break
            else:
                raise RuntimeError("".join(sagt))
            yield
        finally:
            prosess.send_signal(signal.SIGINT)
            prosess.communicate(timeout=OPPSTART_SEKUNDER)


def plan(hjem: Path, klokke: Path, av: datetime) -> None:
    """Let the machine be on until every row is planned, and then off."""
    with started(hjem, klokke, av):
        pass


def come_back(hjem: Path, klokke: Path, naa: datetime) -> list[Sen]:
    """Turn the machine on at ``naa``, wait until what fell due is through, and return what became of it."""
    slutt = time.monotonic() + FERDIG_SEKUNDER
    with started(hjem, klokke, naa):
        while (alle := _fallen_due(hjem, naa)) and any(en[2] not in SLUTT for en in alle):
            if time.monotonic() > slutt:
                break
            time.sleep(2)
    return [_late(*en) for en in alle]


def _fallen_due(hjem: Path, naa: datetime) -> list[tuple[str, str, str, str | None, str]]:
    with closing(sqlite3.connect(f"file:{hjem}/prefect/prefect.db?mode=ro", uri=True, timeout=60)) as con:
        return con.execute(FORFALT, [f"{naa.astimezone(UTC):%Y-%m-%d %H:%M:%S}"]).fetchall()


def _late(flyt: str, navn: str, tilstand: str, melding: str | None, planlagt: str) -> Sen:
    rad = find_row(flyt[:2])
    dag: date = local_date(datetime.fromisoformat(planlagt).replace(tzinfo=UTC).astimezone(OSLO))
    hva = tilstand
    if tilstand == "COMPLETED":
        hva = HOPPET if navn.endswith(HOPPET) else KJORT
    elif tilstand == "FAILED" and "ÅH-" in (melding or ""):
        kode = "ÅH-" + (melding or "").partition("ÅH-")[2][:4]
        hva = SPOR if kode == "ÅH-3153" else kode
    return Sen(rad.rad, year_of(rad, dag), dag, hva)
