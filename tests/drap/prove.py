"""The proof: senders are started and killed one after another until everything approved is accounted for."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import IO

from tasks.filer import ROT
from tests.drap.by import By
from tests.drap.punkter import LARE, Fase, Punkt, points
from tests.tasks.conftest import BREVDAG, at

VENT_SEKUNDER = 300
KORT, LANGT = timedelta(minutes=1), timedelta(minutes=20)
"""How far the clock goes between senders. SvarUt may be at work on a lost call for 16 minutes (``tvil_minutter``): a
sender that comes after a minute must let what was lost lie, and one that comes after twenty must ask about it. Only
the clock that is passed in moves; the stand-in itself is done with a call within milliseconds."""
FERSK_HVER = 20
"""Every so many senders is a newly started interpreter, not a fork of one."""
UNDER_OPPSTART = 0.2
"""The share of the random kills that fall while a sender still gets ready."""
RESERVE = 0.08
"""The share of the letters that is left for the last kills, which fall while a sender gets ready."""


@dataclass(frozen=True)
class Barn:
    """One sender: when it believed it was, where it was to die (0: by the hand of others), how it ended."""

    naa: datetime
    punkt: int
    utgang: int
    logg: tuple[tuple[str, ...], ...]
    sekunder: float

    @property
    def drept(self) -> bool:
        return self.utgang == -signal.SIGKILL

    def under_way(self, post: str) -> str:
        """How far the item had come when the sender ended: blank, ``vil``, ``krav``, ``ut``, ``inne`` or ``bok``."""
        return next((linje[0] for linje in reversed(self.logg) if post in linje[1:]), "")


@dataclass
class Fodestue:
    """Where senders are started and waited for. ``bolk`` other than 0 is the short proof: small bunches, forks only."""

    by: By
    tjener: "subprocess.Popen[str]"
    mappe: Path
    tilfeldig: Random
    bolk: int = 0
    naa: datetime = field(default_factory=lambda: at(BREVDAG))
    barn: list[Barn] = field(default_factory=list)

    def child(self, steg: timedelta, punkt: Punkt | None = None, drep: "tuple[str, float] | None" = None) -> Barn:
        """Let a sender live until it ends, dies at the point, or is killed: so long after it has written a word."""
        self.naa += steg
        logg = self.mappe / f"{len(self.barn):04}.log"
        ordre = {
            "kanal": self.by.kanal, "hjem": str(self.by.hjem.mappe), "forslag_id": self.by.forslag_id,
            "naa": self.naa.isoformat(), "punkt": punkt.nr if punkt else 0, "logg": str(logg),
            "fro": self.tilfeldig.getrandbits(32), "bolk": self.bolk,
        }  # fmt: skip
        start = time.monotonic()
        fersk = not self.bolk and len(self.barn) % FERSK_HVER == FERSK_HVER - 1
        utgang = self._fresh(ordre, logg, drep) if fersk else self._forked(ordre, logg, drep)
        linjer = tuple(tuple(linje.split()) for linje in logg.read_text().splitlines())
        ett = Barn(self.naa, ordre["punkt"], utgang, linjer, time.monotonic() - start)
        self.barn.append(ett)
        if punkt and not ett.drept:
            raise AssertionError(f"punkt {punkt.nr} ({punkt.navn}) ble ikke nådd: utgang {utgang}")
        if utgang not in (0, -signal.SIGKILL):
            raise AssertionError(f"avsenderen falt selv: utgang {utgang}, {linjer[-1:]}")
        return ett

    def _forked(self, ordre: dict[str, object], logg: Path, drep: tuple[str, float] | None) -> int:
        pid = self._ask(ordre)
        if drep:
            # Not waited for yet, so the number is still that of our own child.
            wait_for(logg, *drep)
            os.kill(pid, signal.SIGKILL)
        return self._ask(pid)

    def _fresh(self, ordre: dict[str, object], logg: Path, drep: tuple[str, float] | None) -> int:
        kommando = [sys.executable, "-m", "tests.drap.avsender", "--en", json.dumps(ordre)]
        with subprocess.Popen(kommando, cwd=ROT, stdin=subprocess.DEVNULL) as prosess:
            if drep:
                wait_for(logg, *drep)
                prosess.kill()
            return prosess.wait(VENT_SEKUNDER)

    def _ask(self, ordre: object) -> int:
        inn, ut = self.tjener.stdin, self.tjener.stdout
        assert inn
        assert ut
        return int(_said(inn, ut, json.dumps(ordre)))


def _said(inn: IO[str], ut: IO[str], linje: str) -> str:
    inn.write(linje + "\n")
    inn.flush()
    return ut.readline()


def wait_for(logg: Path, ord_: str, sekunder: float) -> None:
    """Wait until the sender has written the word or ended, and then so long."""
    slutt = time.monotonic() + VENT_SEKUNDER
    while time.monotonic() < slutt:
        tekst = logg.read_text() if logg.is_file() else ""
        if f"{ord_}\n" in tekst or f"\n{ord_} " in tekst:
            break
        if "ferdig\n" in tekst:
            return
        time.sleep(0.002)
    time.sleep(sekunder)


@contextmanager
def delivery_room(by: By, mappe: Path, fro: int, bolk: int) -> Iterator[Fodestue]:
    """Start what senders are forked from."""
    mappe.mkdir(parents=True, exist_ok=True)
    kommando = [sys.executable, "-m", "tests.drap.avsender"]
    with subprocess.Popen(kommando, cwd=ROT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tjener:
        try:
            yield Fodestue(by, tjener, mappe, Random(fro), bolk)
        finally:
            if tjener.stdin:
                tjener.stdin.close()
            tjener.wait(VENT_SEKUNDER)


def kill_everywhere(stue: Fodestue, drap: int) -> None:
    """Kill a sender at each numbered point and so many at random, and then let one do what is left."""
    kanal, kort = stue.by.kanal, bool(stue.bolk)
    for punkt in (*points(kanal, Fase.START, kort=kort), *points(kanal, Fase.SENDING, kort=kort)):
        stue.child(LANGT, punkt)
    for punkt in points(kanal, Fase.AVSTEMMING, kort=kort):
        stue.child(LANGT, LARE)
        stue.child(LANGT, punkt)
    kill_at_random(stue, drap)
    for punkt in points(kanal, Fase.SLUTT, kort=kort):
        stue.child(LANGT, punkt)
    for _ in range(2):
        stue.child(LANGT)


def kill_at_random(stue: Fodestue, drap: int) -> None:
    """Kill so many senders, at moments that spread them over what is left to send."""
    alle, igjen, fart, oppstart = len(stue.by.references()), drap, 30.0, 0.5
    while igjen:
        rest = alle - len(stue.by.arrived())
        tilfeldig = stue.tilfeldig
        steg = tilfeldig.choice((KORT, LANGT))
        if tilfeldig.random() < UNDER_OPPSTART or rest < alle * RESERVE:
            ett = stue.child(steg, drep=("start", tilfeldig.uniform(0, oppstart)))
        else:
            sendetid = tilfeldig.uniform(0, 2 * rest / (igjen + 2) / fart)
            start = time.monotonic()
            ett = stue.child(steg, drep=("kanal", sendetid))
            oppstart = max(0.05, time.monotonic() - start - sendetid)
            sendt = rest - (alle - len(stue.by.arrived()))
            fart = 0.7 * fart + 0.3 * max(1.0, min(sendt / max(sendetid, 0.05), 2000.0))
        igjen -= ett.drept
        if not ett.drept and rest == 0:
            raise AssertionError(f"alt var sendt med {igjen} drap igjen")
