"""Shared fixtures: a small synthetic county in a home of its own for each test. No fixture depends on order.

``fylke`` is the home; ``legg_i_innboks`` puts a file in its inbox; ``kjor`` runs a row without the Prefect engine.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from deployments.demo import Demo, write_demo
from deployments.rader import run_row
from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks import maskinporten
from tasks.arshjul import find_row
from tasks.hjem import Hjem, home
from tasks.klokke import OSLO
from tasks.register.nokkel import make_key_file
from tests.karanteneprove import Karanteneprove

AAR = 2026
START = f"demo/oppstart/otto_uttrekk_{AAR}-01-02.csv"


@pytest.fixture(autouse=True)
def uendret_miljo() -> Iterator[None]:
    """The process as it was: a command run in it sets the environment and who may read new files."""
    miljo, maske = dict(os.environ), os.umask(0o077)
    os.umask(maske)
    yield
    os.umask(maske)
    os.environ.clear()
    os.environ.update(miljo)


@pytest.fixture(autouse=True)
def ingen_tokener() -> None:
    """No token from another test: its stand-in may have had the port that ours has now."""
    maskinporten._tokener.clear()


@pytest.fixture(scope="session")
def fylkesmal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county of about sixty youth with a key, made once; copied, never written to."""
    mappe = tmp_path_factory.mktemp("fylkesmal")
    write_demo(mappe, Demo(ungdom=60))
    make_key_file(mappe)
    return mappe


@pytest.fixture
def fylke(fylkesmal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hjem:
    """A fresh copy of the county as ``ARSHJUL_HOME``; its register is empty until a row has been run."""
    monkeypatch.delenv("ARSHJUL_KEY", raising=False)
    monkeypatch.delenv("ARSHJUL_KEY_FILE", raising=False)
    monkeypatch.setenv("ARSHJUL_HOME", str(shutil.copytree(fylkesmal, tmp_path / "hjem")))
    return home()


@pytest.fixture
def legg_i_innboks(fylke: Hjem) -> Callable[..., Path]:
    """``legg_i_innboks(STI)`` copies a file of the home (``demo/…``); ``legg_i_innboks(NAVN, BYTES)`` writes one."""

    def legg(fil: str | Path, innhold: bytes | None = None) -> Path:
        fylke.innboks.mkdir(exist_ok=True)
        til = fylke.innboks / Path(fil).name
        til.write_bytes((fylke.mappe / fil).read_bytes() if innhold is None else innhold)
        return til

    return legg


@pytest.fixture
def kjor(fylke: Hjem) -> Callable[..., Kjoreresultat]:
    """``kjor("12", "2026-04-27T08:00", bare_vis=True)`` runs a row plain at a local time."""

    def run(
        rad: str, tid: str, *, aar: int = AAR, per_dato: date | None = None, bare_vis: bool = False
    ) -> Kjoreresultat:
        naa = datetime.fromisoformat(tid).replace(tzinfo=OSLO)
        valg = Kjorevalg(rad=rad, aar=aar, naa=naa, per_dato=per_dato, bare_vis=bare_vis)
        return run_row(find_row(rad), valg, plain=True)

    return run


@pytest.fixture
def med_register(fylke: Hjem, legg_i_innboks: Callable[..., Path], kjor: Callable[..., Kjoreresultat]) -> Hjem:
    """The county with OTTO's register at New Year loaded."""
    legg_i_innboks(START)
    kjor("02", f"{AAR}-01-02T08:00", per_dato=date(AAR, 1, 2))
    return fylke


@pytest.fixture
def karantene(fylke: Hjem, kjor: Callable[..., Kjoreresultat]) -> Karanteneprove:
    """The administrator at the quarantine of row 12."""
    return Karanteneprove(fylke, kjor)
