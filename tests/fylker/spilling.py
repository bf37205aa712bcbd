"""A year that is played in parts, by whoever has the county just then: what is still to happen lies in the home.

After each event the line of events is written down. Killed in the middle of one, the next player does that one again,
as a person would who was told that the run broke off.
"""

import heapq
import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any, Final

import cloudpickle

from deployments.avspilling import Avspilling
from deployments.demofylke import read_demo
from tasks.feil import BrukerFeil
from tasks.filer import write_file
from tasks.hjem import Hjem

FIL: Final = "demo/spilt.pickle"
SELV: Final = "avspillingen"
ALLEREDE_AVGJORT: Final = "ÅH-1402"


@dataclass
class Delspilling(Avspilling):
    """A year being played up to a day, going on from where it was left."""

    paa_nytt: bool = False

    def go_on(self, til: date) -> int:
        """Play what is due up to and on a day; return how many events there were."""
        self._recall()
        antall = 0
        while self._ko and self._ko[0][0].date() <= til:
            tid, _, hendelse = heapq.heappop(self._ko)
            hendelse(tid)
            self.paa_nytt = False
            self._remember()
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

    def _recall(self) -> None:
        sti = self.hjem.mappe / FIL
        if not sti.is_file():
            self.plan()
            self._remember()
            return
        leser = _Leser(io.BytesIO(sti.read_bytes()))
        leser.spilling = self
        self._ko, self.resultater, self._fortalt, neste = leser.load()
        self._nummer, self.paa_nytt = count(neste), True

    def _remember(self) -> None:
        neste = next(self._nummer)
        self._nummer = count(neste)
        ut = io.BytesIO()
        skriver = _Skriver(ut)
        skriver.spilling = self
        skriver.dump((self._ko, self.resultater, self._fortalt, neste))
        write_file(self.hjem.mappe / FIL, ut.getvalue())


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
