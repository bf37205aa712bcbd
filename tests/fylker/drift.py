"""An operation of many counties for a proof or a test: its folder, its table, its processes, and those who ask it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from deployments.miljo import API_INNLOGGING, API_URL, FASTE
from deployments.nasjonal.tabell import FIL, PASSORDFIL
from deployments.nasjonal.tjener import DATABASE
from deployments.server import free_port
from tasks.adgang import BRUKER
from tasks.filer import ROT, write_file
from tasks.hjemvern import DRIFTSSTED
from tests.fylker import postgres

NAVN: Final = "prøvedriften"
OPERATOR: Final = "operatorens-passord-i-proven"
KLAR_SEKUNDER: Final = 300
SVARTID: Final = 120
FERDIGE: Final = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def door_password(nummer: str) -> str:
    """Return what the county's own people know."""
    return f"dorpassordet-til-fylke-{nummer}"


@dataclass
class Drift:
    """A running operation; ``fylker`` is number → home."""

    mappe: Path
    fylker: Mapping[str, Path]
    database: str
    port: int
    dorer: dict[str, int]
    prosesser: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def tabell(self) -> Path:
        """The operator's table."""
        return self.mappe / FIL

    def start(self, navn: str, modul: str, *ord_: str, **miljo: str) -> None:
        """Start a process of the operation as a group of its own."""
        rent = {n: v for n, v in os.environ.items() if not n.startswith(("PREFECT", "ARSHJUL"))}
        eget = {"PYTHONPATH": str(ROT), "PREFECT_HOME": str(self.mappe / f"prefect-{navn}"), DRIFTSSTED: NAVN}
        api = {API_URL: f"http://127.0.0.1:{self.port}/api", API_INNLOGGING: f"{BRUKER}:{OPERATOR}"}
        with (self.mappe / f"{navn}.log").open("ab") as logg:
            self.prosesser[navn] = subprocess.Popen(
                [sys.executable, "-m", modul, str(self.tabell), *ord_], cwd=ROT, stdout=logg, stderr=logg,
                stdin=subprocess.DEVNULL, start_new_session=True, env={**rent, **FASTE, **eget, **api, **miljo},
            )  # fmt: skip

    def start_worker(self, navn: str) -> None:
        """Start a worker that can also play years."""
        self.start(navn, "tests.fylker.arbeider", navn, PREFECT_WORKER_QUERY_SECONDS="1")

    def kill(self, navn: str) -> None:
        """Kill a process and all it has started, as when its machine is gone."""
        os.killpg(self.prosesser[navn].pid, signal.SIGKILL)
        self.prosesser.pop(navn).wait()

    def stop(self) -> None:
        """Stop what still runs."""
        for navn in list(self.prosesser):
            self.kill(navn)

    def operator(self) -> httpx.Client:
        """Return a client of the shared server, as its owner."""
        return _client(self.port, OPERATOR)

    def county(self, nummer: str) -> httpx.Client:
        """Return a client of a county's door, as its own people."""
        return _client(self.dorer[nummer], door_password(nummer))

    def wait_for_deployments(self, per_fylke: int) -> None:
        """Wait until every county has its deployments and every worker is there."""
        with self.operator() as klient:
            for nummer in self.fylker:
                filter_ = {"deployments": {"work_queue_name": {"any_": [f"fylke-{nummer}"]}}}
                wait_for(lambda f=filter_: ask(klient, "/deployments/count", f) >= per_fylke, self)  # type: ignore[misc]


def wait_for(ferdig: Any, drift: Drift | None = None, sekunder: float = KLAR_SEKUNDER) -> None:
    """Wait for a condition; fails loudly, with which process has stopped."""
    slutt = time.monotonic() + sekunder
    while not ferdig():
        dode = [navn for navn, prosess in drift.prosesser.items() if prosess.poll() is not None] if drift else []
        if dode or time.monotonic() > slutt:
            raise AssertionError(f"ventet for lenge, eller stoppet: {dode}")
        time.sleep(0.3)


def ask(klient: httpx.Client, sti: str, kropp: Any) -> Any:
    """Ask and return the answer."""
    return klient.post(sti, json=kropp).raise_for_status().json()


def start_run(klient: httpx.Client, nummer: str, navn: str, parametre: dict[str, Any]) -> str:
    """Start a run of a county's deployment whose name begins so, and return its id."""
    filter_ = {"deployments": {"work_queue_name": {"any_": [f"fylke-{nummer}"]}}, "limit": 200}
    (utrulling,) = (u["id"] for u in ask(klient, "/deployments/filter", filter_) if u["name"].startswith(navn))
    return str(ask(klient, f"/deployments/{utrulling}/create_flow_run", {"parameters": parametre})["id"])


def state_of(klient: httpx.Client, kjoring: str) -> str:
    """Return the type of a run's state."""
    return str(klient.get(f"/flow_runs/{kjoring}").raise_for_status().json()["state"]["type"])


def states_of(klient: httpx.Client, kjoringer: Sequence[str]) -> dict[str, str]:
    """Return run → the type of its state, all in one question."""
    svar = ask(klient, "/flow_runs/filter", {"flow_runs": {"id": {"any_": [*kjoringer]}}})
    return {kjoring["id"]: str(kjoring["state"]["type"]) for kjoring in svar}


@contextmanager
def operation(mappe: Path, fylker: Mapping[str, Path], arbeidere: int, samtidige: int = 0) -> Iterator[Drift]:
    """Start PostgreSQL, the server, the workers and a door for each county; stop them all at the end."""
    with postgres.cluster() as database:
        porter = {nummer: free_port() for nummer in fylker}
        drift = Drift(mappe, fylker, database, free_port(), porter)
        _write(drift, samtidige)
        try:
            drift.start("tjener", "deployments.nasjonal.tjener", str(drift.port), **{DATABASE: database})
            wait_for(lambda: _answers(drift.port), drift)
            for nr in range(arbeidere):
                drift.start_worker(f"arbeider-{nr + 1}")
            for nummer in fylker:
                drift.start(f"dor-{nummer}", "deployments.nasjonal.dor", nummer)
            for nummer, port in porter.items():
                wait_for(lambda p=port: _answers(p), drift)  # type: ignore[misc]
                assert nummer
            yield drift
        finally:
            drift.stop()


def _write(drift: Drift, samtidige: int) -> None:
    linjer = [f'navn = "{NAVN}"', f'api = "http://127.0.0.1:{drift.port}/api"', f"samtidige = {samtidige}"]
    for nummer, hjem in drift.fylker.items():
        linjer += ["[[fylke]]", f'nummer = "{nummer}"', f'navn = "Prøvefylke {nummer}"']
        linjer += [f"hjem = {json.dumps(str(hjem))}", f"dor = {drift.dorer[nummer]}"]
        write_file(drift.mappe / f"dor-{nummer}.passord", door_password(nummer).encode())
    write_file(drift.mappe / PASSORDFIL, OPERATOR.encode())
    write_file(drift.tabell, "\n".join(linjer).encode())


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/health", timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _client(port: int, passord: str) -> httpx.Client:
    """Return a client with the mark that says no other site's page asks."""
    rot, hvem, navn = f"http://127.0.0.1:{port}/api", (BRUKER, passord), f"prove-{passord}"
    svar = httpx.get(f"{rot}/csrf-token", params={"client": navn}, auth=hvem, timeout=SVARTID, trust_env=False)
    merke = {"Prefect-Csrf-Token": svar.raise_for_status().json()["token"], "Prefect-Csrf-Client": navn}
    return httpx.Client(base_url=rot, auth=hvem, headers=merke, timeout=SVARTID, trust_env=False)
