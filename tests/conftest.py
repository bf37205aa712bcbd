"""Shared fixtures: a small synthetic county in a home of its own for each test. No fixture depends on order.

``fylke`` is the home; ``legg_i_innboks`` puts a file in its inbox; ``kjor`` runs a row without the Prefect engine.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from deployments.demo import Demo, write_demo
from deployments.rader import run_row
from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks import maskinporten
from tasks.arshjul import find_row
from tasks.hjem import Hjem, home
from tasks.hjemvern import claim
from tasks.klokke import OSLO
from tasks.register import tilkobling
from tasks.register.nokkel import make_key_file
from tests.karanteneprove import Karanteneprove

AAR = 2026
AARET = "tests/acceptance/"
"""Where the tests are that read the year which is played there."""
START = f"demo/oppstart/otto_uttrekk_{AAR}-01-02.csv"


class SammeMedarbeider(LoadFileScheduling):
    """A file at a time on each worker; those that read the played year are as one file, so that it is played once."""

    def _split_scope(self, nodeid: str) -> str:
        fil = super()._split_scope(nodeid)
        return AARET if fil.startswith(AARET) else fil


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Divide the files as above where they are to be divided by file."""
    return SammeMedarbeider(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session", autouse=True)
def en_motor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One DuckDB for all the homes of a test process: loading its extension takes longer than most tests.

    On one thread: so few rows are never divided, and the tests share the cores among themselves.
    """
    motor = tilkobling._engine(tmp_path_factory.mktemp("motor"))
    motor.execute("SET threads = 1")
    with pytest.MonkeyPatch.context() as lapp:
        lapp.setattr(tilkobling, "_engine", lambda _: motor)
        yield


@pytest.fixture(scope="session")
def httpserver_listen_address() -> tuple[str, int]:
    """Where HTTP stand-ins stand: on this machine by its number, which is what settings let through."""
    return ("127.0.0.1", 0)


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


def move_in(mal: Path, mappe: Path) -> Hjem:
    """Copy a home that is a template to a place of its own, where it is no copy of anything that goes on elsewhere."""
    hjem = home(shutil.copytree(mal, mappe))
    with hjem.register.transaction("prøve") as con:
        claim(con, hjem.mappe)
    return hjem


@contextmanager
def at_home(mappe: Path) -> Iterator[None]:
    """Let ``mappe`` be ``ARSHJUL_HOME``, with its own key."""
    with pytest.MonkeyPatch.context() as miljo:
        miljo.delenv("ARSHJUL_KEY", raising=False)
        miljo.delenv("ARSHJUL_KEY_FILE", raising=False)
        miljo.setenv("ARSHJUL_HOME", str(mappe))
        yield


@pytest.fixture(scope="session")
def fylkesmal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county of about sixty youth with a key, made once; copied, never written to."""
    mappe = tmp_path_factory.mktemp("fylkesmal")
    write_demo(mappe, Demo(ungdom=60))
    make_key_file(mappe)
    return mappe


@pytest.fixture(scope="session")
def lastet_mal(fylkesmal: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with OTTO's register at New Year loaded, made once; copied, never written to."""
    mappe = shutil.copytree(fylkesmal, tmp_path_factory.mktemp("lastet") / "hjem")
    with at_home(mappe):
        hjem = home()
        hjem.innboks.mkdir(exist_ok=True)
        shutil.copy(mappe / START, hjem.innboks)
        naa = datetime(AAR, 1, 2, 8, tzinfo=OSLO)
        valg = Kjorevalg(rad=find_row("02").rad, aar=AAR, naa=naa, per_dato=naa.date())
        run_row(find_row("02"), valg, plain=True)
        hjem.register.settle()
    return mappe


@pytest.fixture
def fylke(fylkesmal: Path, tmp_path: Path) -> Iterator[Hjem]:
    """A fresh copy of the county as ``ARSHJUL_HOME``; it has no register until a row has been run."""
    with at_home(shutil.copytree(fylkesmal, tmp_path / "hjem")):
        yield home()


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
def med_register(fylke: Hjem, lastet_mal: Path) -> Hjem:
    """The county with OTTO's register at New Year loaded."""
    shutil.rmtree(fylke.mappe)
    return move_in(lastet_mal, fylke.mappe)


@pytest.fixture
def karantene(fylke: Hjem, kjor: Callable[..., Kjoreresultat]) -> Karanteneprove:
    """The administrator at the quarantine of row 12."""
    return Karanteneprove(fylke, kjor)
