"""What a check is given and what it answers. The texts, and how serious each is, stand in ``data/doktor.csv``."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from tasks import kodeverk
from tasks.feil import BrukerFeil, listed
from tasks.filer import DATA, ROT
from tasks.hjem import INNSTILLINGER, Hjem
from tasks.klokke import local_date

OK: Final = "ok"
MEST: Final = 5
"""So many names are told, and then how many more there are."""


class Tilstand(StrEnum):
    """How something stands, the worst first."""

    FEIL = "feil"
    MERK = "merk"
    IKKE_PROVD = "ikke_prøvd"
    OK = "ok"


@dataclass(frozen=True)
class Blikk:
    """What is looked at: a home at a moment, the program's own files, and the machine's list of processes."""

    hjem: Hjem
    naa: datetime
    uten_nett: bool = False
    data: Path = DATA
    rot: Path = ROT
    proc: Path = Path("/proc")
    grenser: Mapping[str, int] = field(default_factory=dict)

    @property
    def mappe(self) -> Path:
        """The home's folder."""
        return self.hjem.mappe

    @property
    def registerfil(self) -> Path:
        """The register's file. It is there or not whether or not its key is."""
        return self.mappe / "register.duckdb"

    def must_be_there(self) -> None:
        """BrukerFeil ÅH-1851 where there is no home to look at."""
        if not ((self.mappe / INNSTILLINGER).is_file() or self.registerfil.is_file()):
            raise BrukerFeil("ÅH-1851", mappe=str(self.mappe))


class Funn(NamedTuple):
    """An answer of a check: which of its texts in ``data/doktor.csv``, and what fills it; never a person's value."""

    funn: str
    deler: Mapping[str, object] = {}


class Tekst(NamedTuple):
    """A line of ``data/doktor.csv``: ``navn`` is what the check is called, ``neste`` the exact next command."""

    nr: int
    navn: str
    funn: str
    tilstand: Tilstand
    tekst: str
    neste: str


class Svar(NamedTuple):
    """A finding as people and scripts read it."""

    nr: int
    navn: str
    tilstand: Tilstand
    tekst: str
    neste: str


@cache
def texts() -> dict[tuple[int, str], Tekst]:
    """Return (number, answer) → its line."""
    with (DATA / "doktor.csv").open(encoding="utf-8", newline="") as fil:
        linjer = [
            Tekst(int(rad["nr"]), rad["navn"], rad["funn"], Tilstand(rad["tilstand"]), rad["tekst"], rad["neste"])
            for rad in csv.DictReader(fil, delimiter=";")
        ]
    return {(linje.nr, linje.funn): linje for linje in linjer}


def answer(nr: int, funn: Funn) -> Svar:
    """Return a finding with its text filled in; number 0 has the answers that every check may give."""
    linje = texts().get((nr, funn.funn)) or texts()[0, funn.funn]
    navn = texts()[nr, OK].navn
    tekst, neste = (del_.format(**funn.deler) for del_ in (linje.tekst, linje.neste))
    return Svar(nr, navn, linje.tilstand, tekst, neste)


def refused(funn: str, feil: BrukerFeil) -> Funn:
    """Return a finding that says what a refusal says."""
    return Funn(funn, {"kode": feil.kode, "tekst": feil.tekst, "gjor": feil.gjor})


def names(alle: list[str]) -> str:
    """Return the names as one text, not longer than anyone will read."""
    return listed(alle, MEST)


def limits(naa: datetime) -> dict[str, int]:
    """Return the limits in force, by name."""
    return {rad["kode"]: int(rad["verdi"]) for rad in kodeverk.valid_on("regler/doktor", local_date(naa))}


def read_number(monster: str, tekst: str) -> int | None:
    """Return the first number that the pattern finds, None where it finds none."""
    treff = re.search(monster, tekst)
    return int(treff[1]) if treff else None
