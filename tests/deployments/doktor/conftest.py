"""A county in which all is well, made once and copied for each test."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.deployments.doktor.legeprove import Prove, copy_of, make_healthy


@pytest.fixture(scope="session")
def frisk_mal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rot = tmp_path_factory.mktemp("frisk")
    (rot / "kopier").mkdir()
    make_healthy(rot / "hjem", rot / "kopier")
    return rot / "hjem"


@pytest.fixture
def prove(frisk_mal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer) -> Iterator[Prove]:
    for navn in ("ARSHJUL_KEY", "ARSHJUL_KEY_FILE", "ARSHJUL_PREFECT_PASSORD"):
        monkeypatch.delenv(navn, raising=False)
    mappe = copy_of(frisk_mal, tmp_path / "hjem")
    monkeypatch.setenv("ARSHJUL_HOME", str(mappe))
    with ExitStack() as stabel:
        yield Prove(mappe, httpserver, stabel)
