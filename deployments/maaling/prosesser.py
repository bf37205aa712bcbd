"""Processes measured from outside: their time, the processor's, and the memory of them and of what they start."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tasks.filer import ROT

KIB_PER_MIB: Final = 1024
PROVE_SEKUNDER: Final = 0.5
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Lop:
    """A finished command: what it wrote, its seconds, the processor's seconds, and the most memory (MiB) at once.

    The last two are of its children and theirs too.
    """

    ut: str
    sekunder: float
    cpu_sekunder: float
    topp_mib: float


def command(hjem: Path, *ord_: str) -> list[str]:
    """Return our own program with these words on this home."""
    return [sys.executable, "-m", "deployments", "--home", str(hjem), *ord_]


def measured(ord_: Sequence[str]) -> Lop:
    """Run a command to its end. CalledProcessError where it is not done, or is done and needs nobody (0 and 1)."""
    with tempfile.TemporaryFile("w+") as ut:
        start = time.perf_counter()
        prosess = subprocess.Popen(ord_, cwd=ROT, stdout=ut, stderr=subprocess.DEVNULL)  # noqa: S603 our own words
        topp = 0.0
        while not (svar := os.wait4(prosess.pid, os.WNOHANG))[0]:
            topp = max(topp, tree_memory(prosess.pid))
            time.sleep(PROVE_SEKUNDER)
        sekunder = time.perf_counter() - start
        prosess.returncode = os.waitstatus_to_exitcode(svar[1])
        if prosess.returncode not in (0, 1):
            raise subprocess.CalledProcessError(prosess.returncode, list(ord_))
        ut.seek(0)
        return Lop(ut.read(), sekunder, svar[2].ru_utime + svar[2].ru_stime, topp)


def tree_memory(pid: int) -> float:
    """Return the memory (MiB) that a process and all that come of it hold, what they share counted once."""
    return sum(memory(enkelt) for enkelt in (pid, *descendants(pid)))


def memory(pid: int) -> float:
    """Return the memory (MiB) a process holds by itself and its part of what it shares; 0 where it is gone."""
    with suppress(OSError):
        linjer = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next((int(linje.split()[1]) for linje in linjer if linje.startswith("Pss:")), 0) / KIB_PER_MIB
    return 0.0


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, oldest first."""
    with suppress(OSError):
        return sorted(int(enkelt) for sti in Path(f"/proc/{pid}/task").iterdir() for enkelt in _ids(sti))
    return []


def _ids(traad: Path) -> list[str]:
    with suppress(OSError):
        return (traad / "children").read_text().split()
    return []


def descendants(pid: int) -> Iterator[int]:
    """Yield the processes that a process has started, and those that they have."""
    for barn in children(pid):
        yield barn
        yield from descendants(barn)
