"""What the process and the register take at the end of a year, and how that goes through the years."""

import ctypes
import gc
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tasks.hjem import Hjem
from tasks.register.tilkobling import ALIAS, _counts

MB: Final = 1024 * 1024
STATM: Final = Path("/proc/self/statm")
APNE: Final = Path("/proc/self/fd")


@dataclass(frozen=True)
class Aarsslutt:
    """The end of a year: memory in MB, open files, threads, the register's bytes, rows by table, people, deleted."""

    aar: int
    minne_mb: float
    apne_filer: int
    traader: int
    register_bytes: int
    rader: dict[str, int]
    personer: int
    slettet: int

    @property
    def rader_i_alt(self) -> int:
        """All rows of the register."""
        return sum(self.rader.values())


def measure(hjem: Hjem, aar: int, slettet: int) -> Aarsslutt:
    """Measure when everything that can be let go of has been; the register's log is written into its file first."""
    hjem.register.settle()
    with hjem.register.transaction("utholdenhet") as con:
        rader = _counts(con, ALIAS)
        (personer,) = con.execute("SELECT count(DISTINCT person_id) FROM fakta").fetchall()[0]
    _let_go()
    return Aarsslutt(
        aar,
        int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MB,
        len(list(APNE.iterdir())),
        threading.active_count(),
        hjem.register.sti.stat().st_size,
        rader,
        int(personer),
        slettet,
    )


def _let_go() -> None:
    """Let go of what nobody refers to, and give back what the C library keeps for later (glibc can be asked to)."""
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


def slope(verdier: Sequence[float]) -> float:
    """Return how much the values grow a year: the line that fits them best."""
    midt, snitt = (len(verdier) - 1) / 2, sum(verdier) / len(verdier)
    over = sum((nr - midt) * (verdi - snitt) for nr, verdi in enumerate(verdier))
    return over / sum((nr - midt) ** 2 for nr in range(len(verdier)))
