"""Rows 01, 06 and 10 as they will be, before their flows are: the wheel with their parameters, and runs by hand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from schemas.arshjul import Rad
from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks import arshjul
from tasks.avvik import report
from tasks.kjoring import Kjoring, run

FEBRUAR, MARS, SENT = "01-sokere-1-februar", "06-sokere-1-mars", "10-sokere-etter-frist"
PARAMETRE = {
    FEBRUAR: {"soknadsfrist": "02-01", "sokere": "ikke_sokt", "vedlegg": "ja"},
    MARS: {"soknadsfrist": "03-01", "sokere": "ikke_sokt"},
    SENT: {"soknadsfrist": "03-01", "sokere": "etter_frist"},
}
JANUAR = "2026-01-26T08:00"
SOKNAD = {
    "skoleaar": "20262027", "soknad_dato": "20.01.2026", "programomraadekode": "STUSP1----", "onske": "1",
    "kommunenummer": "3905", "adressegradering": "ugradert", "status": "",
}  # fmt: skip
Arbeid = Callable[[Kjoring], Any]


@pytest.fixture(autouse=True)
def hjulet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheel where the three rows have a flow and their parameters."""
    rader: tuple[Rad, ...] = tuple(
        replace(rad, flyt="sokere", parametre=PARAMETRE[rad.rad]) if rad.rad in PARAMETRE else rad
        for rad in arshjul.read_wheel()
    )
    monkeypatch.setattr(arshjul, "read_wheel", lambda: rader)


class Sokerprove:
    """Runs of one row, one piece of work at a time."""

    def __init__(self, bygd: Any) -> None:
        self.bygd = bygd

    def deliver(self, *rader: dict[str, str], navn: str = "") -> None:
        self.bygd.deliver("vigo_sokere", *(SOKNAD | rad for rad in rader), navn=navn)

    def run(self, arbeid: Arbeid, rad: str = FEBRUAR, tid: str = JANUAR, **valg: Any) -> tuple[Kjoreresultat, Any]:
        """What the run came to, and what the work gave; findings become deviations."""
        with run(Kjorevalg(rad=rad, aar=2026, naa=self.bygd.at(tid), **valg)) as kjoring:
            svar = arbeid(kjoring)
            if isinstance(svar, list) and all(hasattr(enkelt, "tekst") for enkelt in svar):
                report(kjoring, svar)
        return kjoring.result(), svar


@pytest.fixture
def prove(bygd: Any) -> Sokerprove:
    return Sokerprove(bygd)
