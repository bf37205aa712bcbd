"""What a flow run and a task cost in themselves: ours, against Prefect as it comes, Dagster and plain Python.

Nothing is done in the tasks, so all that is measured is the engine: how a run is made, followed and remembered. Dagster
is measured where ``ARSHJUL_DAGSTER`` is a Python that has it, and is never installed among ours.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from deployments.demo import Demo
from deployments.demo.innstillinger import settings_bytes
from deployments.maaling import Maaling
from tasks.feil import BrukerFeil
from tasks.filer import ROT, write_file
from tasks.hjem import INNSTILLINGER

GRENSE: Final = 1.0
"""We promise to add nothing to a run that Prefect's own choices do not take."""
GRENSE_DAGSTER: Final = 2.0
DAGSTER: Final = "ARSHJUL_DAGSTER"
UTEN_DAGSTER: Final = f"uten Dagster: {DAGSTER} er ikke satt"
MILLI, MIKRO = 1e3, 1e6

Tider = list[tuple[float, float]]
"""For each round the seconds of a run without tasks, and of one with them."""


def bench_motor(oppgaver: int = 10, runder: int = 7) -> Maaling:
    """Run flows of ``oppgaver`` tasks in turns. BrukerFeil ÅH-1862 where Dagster is not where it was said to be."""
    with TemporaryDirectory(prefix="motor-") as mappe:
        write_file(Path(mappe) / INNSTILLINGER, settings_bytes(Demo()))
        tider: dict[str, Tider] = _ran(
            [sys.executable, "-m", "deployments.maaling.motor_lop", mappe, str(oppgaver), str(runder)]
        )
    dagster = _dagster(oppgaver, runder)
    vaar, bar = tider["arshjul"], tider["prefect"]
    deler = {"oppgaver_antall": float(oppgaver), "runder_antall": float(runder)}
    for navn, sekunder in (tider | ({"dagster": dagster} if dagster else {})).items():
        deler[f"{navn}_kjoring_millisekunder"] = MILLI * median(tom for tom, _ in sekunder)
        deler[f"{navn}_oppgave_mikrosekunder"] = MIKRO * median((full - tom) / oppgaver for tom, full in sekunder)
    if not dagster:
        return Maaling("motor", _against(vaar, bar), GRENSE, deler, merknad=UTEN_DAGSTER)
    deler["mot_dagster_forhold"] = _against(vaar, dagster)
    return Maaling("motor", _against(vaar, bar), GRENSE, deler, deler["mot_dagster_forhold"] <= GRENSE_DAGSTER)


def _against(vaar: Tider, annen: Tider) -> float:
    """Return the median over the rounds of what a run with its tasks takes, ours against the other."""
    return median(egen / deres for (_, egen), (_, deres) in zip(vaar, annen, strict=True))


def _dagster(oppgaver: int, runder: int) -> Tider:
    """Return the seconds of Dagster's, none where it is not asked for."""
    python = os.environ.get(DAGSTER, "")
    if not python:
        return []
    with TemporaryDirectory(prefix="dagster-") as mappe:
        skript = str(Path(__file__).with_name("motor_dagster.py"))
        try:
            svar: Tider = _ran([python, "-I", skript, mappe, str(oppgaver), str(runder)])
        except (OSError, subprocess.CalledProcessError):
            svar = []
    if not svar:
        raise BrukerFeil("ÅH-1862", variabel=DAGSTER)
    return svar


def _ran(ord_: list[str]) -> Any:  # noqa: ANN401 the numbers that the process answers
    svar = subprocess.run(ord_, cwd=ROT, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603
    return json.loads(svar.stdout)
