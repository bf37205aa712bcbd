"""A county of 150 youth and its whole year, played once; the tests read it and never write to it.

``aaret`` is that year. ``kopi`` is a copy of it in a home of its own, for tests that go on from there.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from deployments.avspilling import Avspilling
from deployments.demo import Demo
from deployments.demofylke import make_demo
from deployments.rader import run_row
from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks import visninger
from tasks.arshjul import find_row
from tasks.hjem import Hjem, home
from tests.conftest import at_home, move_in

DEMO = Demo(ungdom=150)
SLUTT = date(DEMO.aar, 12, 31)


@dataclass(frozen=True)
class Aar:
    """A played year: its home, each row's last result, and each run's as they were told, in order."""

    hjem: Hjem
    resultater: dict[str, Kjoreresultat]
    fortalt: tuple[Kjoreresultat, ...] = ()

    def view(self, navn: str, dato: date = SLUTT) -> pd.DataFrame:
        return visninger.show(self.hjem, navn, dato if navn == "ungdom" else None)

    def ask(self, sql: str, *verdier: object) -> list[tuple[Any, ...]]:
        with self.hjem.register.transaction("prøve") as con:
            return con.execute(sql, list(verdier)).fetchall()

    def result(self, nummer: str) -> Kjoreresultat:
        return self.resultater[find_row(nummer).rad]

    def sent(self, nummer: str) -> pd.DataFrame:
        utsendinger = self.view("utsendinger")
        return utsendinger[utsendinger["rad"] == find_row(nummer).rad]

    def files(self, under: str) -> dict[str, bytes]:
        mappe = self.hjem.mappe / under
        return {str(sti.relative_to(mappe)): sti.read_bytes() for sti in sorted(mappe.rglob("*")) if sti.is_file()}

    def manifest(self, nummer: str, dato: str, versjon: int = 1) -> dict[str, Any]:
        return json.loads(self.files("utboks/udir")[f"ot-udir-{nummer}-{dato}-v{versjon}.json"])


def play(mappe: Path, demo: Demo = DEMO) -> Aar:
    with at_home(mappe):
        make_demo(home(), demo)
        fortalt: list[Kjoreresultat] = []
        resultater = Avspilling(home(), demo, plain=True, ved_rad=fortalt.append).play()
        return Aar(home(mappe), {resultat.rad: resultat for resultat in resultater}, tuple(fortalt))


@pytest.fixture(scope="session")
def aaret(tmp_path_factory: pytest.TempPathFactory) -> Aar:
    """The played year. Read only."""
    return play(tmp_path_factory.mktemp("aaret") / "hjem")


@pytest.fixture
def kopi(aaret: Aar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Aar:
    """A copy of the played year, in ``ARSHJUL_HOME``."""
    hjem = move_in(aaret.hjem.mappe, tmp_path / "hjem")
    monkeypatch.setenv("ARSHJUL_HOME", str(hjem.mappe))
    return Aar(hjem, aaret.resultater)


@pytest.fixture
def again(kopi: Aar) -> Callable[..., Kjoreresultat]:
    """``again("12", naa=…)`` runs a row once more in the copy."""

    def run(nummer: str, **valg: Any) -> Kjoreresultat:
        rad = find_row(nummer)
        return run_row(rad, Kjorevalg(rad=rad.rad, aar=DEMO.aar, **valg), plain=True)

    return run
