"""Mutants judged in processes of their own, so that the memory they take is known."""

import json
import subprocess
import sys
from itertools import pairwise
from typing import Any, Final

from tasks.filer import ROT

PROSESSER: Final = 2
MEST_MINNE_MB: Final = 1_000


def start(*ord_: str) -> subprocess.Popen[str]:
    """Start a module that answers with JSON."""
    return subprocess.Popen([sys.executable, "-m", *ord_], cwd=ROT, stdout=subprocess.PIPE, text=True)


def answer(prosess: subprocess.Popen[str]) -> Any:
    """Return what it answers; a process that was stopped answers nothing."""
    ut, _ = prosess.communicate()
    assert prosess.returncode == 0, "prosessen ble stanset av en fil"
    return json.loads(ut)


def judged(antall: int, fro: int) -> list[dict[str, Any]]:
    """Return what each process says of its part of so many mutants of a seed."""
    grenser = [antall * nummer // PROSESSER for nummer in range(PROSESSER + 1)]
    prosesser = [start("tests.fuzz", str(fro), str(fra), str(til)) for fra, til in pairwise(grenser)]
    return [answer(prosess) for prosess in prosesser]
