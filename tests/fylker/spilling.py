"""A year that is played in parts, by whoever has the county just then: what is still to happen lies in the home.

After each event a page is written of what has come on the line of events and what is done. Killed in the middle of an
event, the next player does that one again, as a person would who was told that the run broke off.
"""

import heapq
import io
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Final

import cloudpickle

from deployments.avspilling import Avspilling
from deployments.demofylke import read_demo
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem

FIL: Final = "demo/spilt.sider"
SELV: Final = "avspillingen"
ALLEREDE_AVGJORT: Final = "ÅH-1402"


@dataclass
class Delspilling(Avspilling):
    """A year being played up to a day, going on from where it was left."""

    paa_nytt: bool = False
    _skrevet: set[int] = field(default_factory=set)
    """Numbers of the events that are written down."""

    def go_on(self, til: date) -> int:
        """Play what is due up to and on a day; return how many events there were."""
        sti = self.hjem.mappe / FIL
        if sti.is_file():
            self._recall(sti)
        else:
            self.plan()
        antall = 0
        with sti.open("ab") as fil:
            self._remember(fil, None)
            while self._ko and self._ko[0][0].date() <= til:
                tid, nummer, hendelse = heapq.heappop(self._ko)
                hendelse(tid)
                self.paa_nytt = False
                self._remember(fil, nummer)
                antall += 1
        return antall

    def _approve(self, forslag_id: str) -> Callable[[datetime], None]:
        gjor = super()._approve(forslag_id)

        def approve(tid: datetime) -> None:
            try:
                gjor(tid)
            except BrukerFeil as feil:
                # The one who was killed may have come so far as to approve.
                if not (self.paa_nytt and feil.kode == ALLEREDE_AVGJORT):
                    raise

        return approve

    def _recall(self, sti: Path) -> None:
        """Take the line of events up from what was written; a last page that was broken off is cut away."""
        ko: dict[int, tuple[datetime, bytes]] = {}
        with sti.open("r+b") as fil:
            while True:
                slutt = fil.tell()
                try:
                    nye, ferdig, self.resultater, self._fortalt, neste = pickle.load(fil)
                except (EOFError, pickle.UnpicklingError):
                    break
                ko |= nye
                ko.pop(ferdig, None)
            fil.truncate(slutt)
        self._ko = [(tid, nummer, self._read(skrevet)) for nummer, (tid, skrevet) in ko.items()]
        heapq.heapify(self._ko)
        self._nummer, self._skrevet, self.paa_nytt = count(neste), set(ko), True

    def _remember(self, fil: BinaryIO, ferdig: int | None) -> None:
        """Write one page: the events that have come on the line, and which one is done."""
        neste = next(self._nummer)
        self._nummer = count(neste)
        nye = {
            nummer: (tid, self._written(hendelse))
            for tid, nummer, hendelse in self._ko
            if nummer not in self._skrevet
        }  # fmt: skip
        self._skrevet |= nye.keys()
        fil.write(pickle.dumps((nye, ferdig, self.resultater, self._fortalt, neste)))
        fil.flush()
        os.fsync(fil.fileno())

    def _written(self, hendelse: Callable[[datetime], None]) -> bytes:
        ut = io.BytesIO()
        skriver = _Skriver(ut)
        skriver.spilling = self
        skriver.dump(hendelse)
        return ut.getvalue()

    def _read(self, skrevet: bytes) -> Callable[[datetime], None]:
        leser = _Leser(io.BytesIO(skrevet))
        leser.spilling = self
        hendelse: Callable[[datetime], None] = leser.load()
        return hendelse


class _Skriver(cloudpickle.Pickler):  # type: ignore[misc]
    spilling: Any = None

    def persistent_id(self, obj: object) -> str | None:
        return SELV if obj is self.spilling else None


class _Leser(pickle.Unpickler):
    spilling: Any = None

    def persistent_load(self, pid: str) -> Any:
        assert pid == SELV
        return self.spilling


def play_until(hjem: Hjem, til: date) -> int:
    """Play a home's demo county on, up to and on a day, without Prefect's engine; return how many events there were."""
    demo = read_demo(hjem)
    assert demo
    return Delspilling(hjem, demo, plain=True).go_on(til)
