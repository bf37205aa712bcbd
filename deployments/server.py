"""Starting Prefect for a home: server, worker and pages as processes of their own, proven ready by future runs.

A server that answers is no proof: it has been seen healthy with a scheduler that never makes a run. What counts is that
every row has its next run, on the right date.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import httpx

from deployments.miljo import API_URL, SERVERFIL, SIDER_URL, VERT, running_server
from deployments.prefectmal import give_database
from tasks.feil import BrukerFeil
from tasks.filer import ROT, write_file
from tasks.hjem import Hjem

OPPSTART_SEKUNDER = 120
PLANLEGGING_SEKUNDER = 120
STOPP_SEKUNDER = 15
LOGG = "server.log"
MEST_PER_SIDE = 200
HOYESTE_PORT = 65535


@dataclass(frozen=True)
class Tjeneste:
    """A running server and worker, and the pages beside them."""

    url: str
    sider_url: str
    server: subprocess.Popen[bytes]
    arbeider: subprocess.Popen[bytes]
    sider: subprocess.Popen[bytes]

    @property
    def lever(self) -> bool:
        """Whether all still run."""
        return all(prosess.poll() is None for prosess in (self.server, self.arbeider, self.sider))


@contextmanager
def service(hjem: Hjem, port: int) -> Iterator[Tjeneste]:
    """Start all, wait until the server answers, and stop all at the end. The pages are on the next port, if it is free.

    Raises BrukerFeil ÅH-1705 (the home already has one), ÅH-1701 (port taken), ÅH-1702 (the server did not start).
    """
    if adresse := running_server(hjem.mappe):
        raise BrukerFeil("ÅH-1705", adresse=adresse.removesuffix("/api"))
    if not _is_free(port):
        raise BrukerFeil("ÅH-1701", port=port)
    sideport = port + 1 if port < HOYESTE_PORT and _is_free(port + 1) else free_port()
    sider_url = f"http://{VERT}:{sideport}"
    os.environ[SIDER_URL] = sider_url
    server, url = _start_api(hjem, port)
    prosesser = [server]
    try:
        _wait_until_up(url, server)
        notat = {"url": url, "port": port, "sider": sider_url}
        write_file(hjem.mappe / SERVERFIL, json.dumps(notat).encode())
        arbeider = spawn(hjem, "arbeider.log", "deployments.arbeider")
        prosesser.insert(0, arbeider)
        sider = spawn(hjem, "sider.log", "deployments.sidetjener", str(sideport))
        prosesser.insert(0, sider)
        yield Tjeneste(url, sider_url, server, arbeider, sider)
    finally:
        (hjem.mappe / SERVERFIL).unlink(missing_ok=True)
        for prosess in prosesser:
            stop(prosess)


@contextmanager
def temporary_api(hjem: Hjem) -> Iterator[Callable[[], None]]:
    """Start an API for this process alone, without the services of a standing server; yield how to wait for it.

    Meant for a replay, which makes every run itself. Starting it first lets it come up while the rest is imported.
    """
    port = free_port()
    server, url = _start_api(hjem, port, "--no-services")
    try:
        yield lambda: _wait_until_up(url, server)
    finally:
        stop(server)


def _start_api(hjem: Hjem, port: int, *valg: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start Prefect's API on a port of this machine and point this process and those it starts to it."""
    url = f"http://{VERT}:{port}/api"
    os.environ[API_URL] = url
    give_database(hjem.mappe)
    return spawn(hjem, LOGG, "prefect", "server", "start", "--host", VERT, "--port", str(port), *valg), url


def wait_for_schedule(tjeneste: Tjeneste, ventet: dict[str, datetime]) -> None:
    """Wait until every name in ``ventet`` (deployment's flow → next run) has just that future run.

    Raises BrukerFeil ÅH-1703 (naming the rows that never got theirs), ÅH-1704 (the worker stopped).
    """
    slutt = time.monotonic() + PLANLEGGING_SEKUNDER
    mangler = dict(ventet)
    while mangler and time.monotonic() < slutt and tjeneste.lever:
        planlagt = planned_runs(tjeneste.url)
        mangler = {navn: tid for navn, tid in ventet.items() if tid not in planlagt.get(navn, [])}
        time.sleep(1 if mangler else 0)
    if tjeneste.arbeider.poll() is not None:
        raise BrukerFeil("ÅH-1704", logg="prefect/arbeider.log")
    if mangler:
        raise BrukerFeil("ÅH-1703", rader=", ".join(navn[:2] for navn in sorted(mangler)))


def planned_runs(url: str) -> dict[str, list[datetime]]:
    """Return flow name → moments of its scheduled runs, as the server has them."""
    with httpx.Client(base_url=url, timeout=10) as klient:
        flyter = {f["id"]: f["name"] for f in _pages(klient, "/flows/filter", {})}
        planlagt = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
        tider: dict[str, list[datetime]] = {}
        for kjoring in _pages(klient, "/flow_runs/filter", planlagt):
            tid = datetime.fromisoformat(kjoring["expected_start_time"].replace("Z", "+00:00"))
            tider.setdefault(flyter[kjoring["flow_id"]], []).append(tid)
        return tider


def _pages(klient: httpx.Client, sti: str, filter_: Mapping[str, object]) -> Iterator[dict[str, str]]:
    start = 0
    while True:
        svar = klient.post(sti, json={**filter_, "limit": MEST_PER_SIDE, "offset": start})
        svar.raise_for_status()
        side = svar.json()
        yield from side
        if len(side) < MEST_PER_SIDE:
            return
        start += MEST_PER_SIDE


def spawn(hjem: Hjem, loggnavn: str, modul: str, *ord_: str) -> subprocess.Popen[bytes]:
    """Start a module as a process of its own group, so that Ctrl-C reaches us first; its output goes to a log."""
    with (hjem.mappe / "prefect" / loggnavn).open("ab") as logg:
        return subprocess.Popen(  # noqa: S603 our own interpreter and modules
            [sys.executable, "-m", modul, *ord_], cwd=ROT, stdout=logg, stderr=logg, stdin=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip


def _wait_until_up(url: str, server: subprocess.Popen[bytes]) -> None:
    slutt = time.monotonic() + OPPSTART_SEKUNDER
    while time.monotonic() < slutt and server.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=2).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise BrukerFeil("ÅH-1702", logg=f"prefect/{LOGG}")


def stop(prosess: subprocess.Popen[bytes]) -> None:
    """Ask the process and those it started to stop, then make them."""
    for bud in (signal.SIGINT, signal.SIGKILL):
        if prosess.poll() is None:
            os.killpg(prosess.pid, bud)
            try:
                prosess.wait(STOPP_SEKUNDER)
            except subprocess.TimeoutExpired:
                continue


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as proeve:
        proeve.bind((VERT, 0))
        return int(proeve.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as proeve:
        proeve.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            proeve.bind((VERT, port))
        except OSError:
            return False
        return True
