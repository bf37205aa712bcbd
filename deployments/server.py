"""Starting Prefect for a home: server, worker and pages as processes of their own, proven ready by future runs.

A server that answers is no proof: it has been seen healthy with a scheduler that never makes a run. What counts is that
every row has its next run, on the right date.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from deployments.miljo import (
    ADGANG,
    API_INNLOGGING,
    API_URL,
    PREFECT_URL,
    SERVERFIL,
    SIDER_URL,
    VERT,
    addresses,
    server_note,
    without_secrets,
)
from deployments.prefectmal import give_database
from deployments.prefecttjener import UTEN_TJENESTER
from tasks.adgang import BRUKER, Adgang
from tasks.feil import BrukerFeil
from tasks.filer import ROT, write_file
from tasks.hjem import Hjem
from tasks.klokke import now

OPPSTART_SEKUNDER = 120
PLANLEGGING_SEKUNDER = 120
STOPP_SEKUNDER = 15
LOGG = "server.log"
SERVERMODUL = "deployments.prefecttjener"
MEST_PER_SIDE = 200
HOYESTE_PORT = 65535
CSRF_MERKE = "Prefect-Csrf-Token"
CSRF_KLIENT = "arshjul-start"
MEST_OMSTARTER = 5
OMSTART_SEKUNDER = 600


@dataclass
class Tjeneste:
    """A running server; the worker, the watch and the pages beside it; and what is asked of who comes."""

    hjem: Hjem
    url: str
    prefect_url: str
    sider_url: str
    adgang: Adgang
    server: subprocess.Popen[bytes]
    starter: dict[str, Callable[[], subprocess.Popen[bytes]]]
    startet: datetime
    andre: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    omstarter: list[float] = field(default_factory=list)

    @property
    def lever(self) -> bool:
        """Whether all still run."""
        return all(prosess.poll() is None for prosess in (self.server, *self.andre.values()))

    def start_others(self) -> None:
        """Start the worker, the watch and the pages."""
        for navn, start in self.starter.items():
            self.andre[navn] = start()

    def mend(self) -> list[str]:
        """Start what runs beside the server anew where it has stopped, and return which; not for ever, then none."""
        stoppet = [navn for navn, prosess in self.andre.items() if prosess.poll() is not None]
        naa = time.monotonic()
        self.omstarter = [tid for tid in self.omstarter if naa - tid < OMSTART_SEKUNDER]
        if len(self.omstarter) >= MEST_OMSTARTER:
            return []
        for navn in stoppet:
            self.omstarter.append(naa)
            stop(self.andre[navn])
            self.andre[navn] = self.starter[navn]()
        return stoppet

    def client(self) -> httpx.Client:
        """Return a client of the server's API, let in; it only reads."""
        innlogging = (BRUKER, self.adgang.passord) if self.adgang.passord else None
        return httpx.Client(base_url=self.url, timeout=10, auth=innlogging, trust_env=False)


@contextmanager
def service(hjem: Hjem, port: int, adgang: Adgang) -> Iterator[Tjeneste]:
    """Start all, wait until the server answers, and stop all at the end. The pages are on the next port, if it is free.

    Raises BrukerFeil ÅH-1705 (the home already has one), ÅH-1701 (port taken), ÅH-1702 (the server did not start).
    """
    _wait_for_the_last(hjem, port)
    sideport = _page_port(port, adgang)
    prefect_url, sider_url = addresses(adgang.vertsnavn, port, sideport)
    os.environ |= {SIDER_URL: sider_url, PREFECT_URL: prefect_url}
    server, url = _start_api(hjem, port, adgang)
    starter = {
        "arbeider": lambda: spawn(
            hjem, "arbeider.log", "deployments.arbeider", miljo={**os.environ, API_INNLOGGING: adgang.innlogging}
        ),
        "vakt": lambda: spawn(
            hjem, "vakt.log", "deployments.vakt", miljo={**os.environ, API_INNLOGGING: adgang.innlogging}
        ),
        "sider": lambda: spawn(
            hjem, "sider.log", "deployments.sidetjener", str(sideport), miljo=_doorkeeper(adgang)
        ),
    }  # fmt: skip
    tjeneste = Tjeneste(hjem, url, prefect_url, sider_url, adgang, server, starter, now())
    try:
        _wait_until_up(url, server)
        notat = {
            "url": url, "port": port, "sider": sider_url, "prefect": prefect_url, "pid": os.getpid(),
            "passord": bool(adgang.passord), "mappe": str(hjem.mappe.resolve()),
        }  # fmt: skip
        write_file(hjem.mappe / SERVERFIL, json.dumps(notat).encode())
        tjeneste.start_others()
        yield tjeneste
    finally:
        (hjem.mappe / SERVERFIL).unlink(missing_ok=True)
        for prosess in (*reversed(tjeneste.andre.values()), server):
            stop(prosess)


def _wait_for_the_last(hjem: Hjem, port: int) -> None:
    """Refuse a home that has a server; what is left of one whose ``start`` was killed stops by itself in a while."""
    slutt = time.monotonic() + 2 * STOPP_SEKUNDER
    while (notat := server_note(hjem.mappe)) and not _is_alive(notat.get("pid")) and time.monotonic() < slutt:
        time.sleep(0.2)
    if notat:
        raise BrukerFeil("ÅH-1705", adresse=str(notat["url"]).removesuffix("/api"))
    if not _is_free(port):
        raise BrukerFeil("ÅH-1701", port=port)


def _is_alive(pid: object) -> bool:
    try:
        os.kill(int(str(pid)), 0)
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _page_port(port: int, adgang: Adgang) -> int:
    """Return where the pages are shown: the next port, which a proxy relies on; without one, any port will do."""
    if port < HOYESTE_PORT and _is_free(port + 1):
        return port + 1
    if adgang.vertsnavn:
        raise BrukerFeil("ÅH-1701", port=port + 1)
    return free_port()


@contextmanager
def temporary_api(hjem: Hjem) -> Iterator[Callable[[], None]]:
    """Start an API for this process alone, without the services of a standing server; yield how to wait for it.

    Meant for a replay, which makes every run itself. Starting it first lets it come up while the rest is imported.
    Nobody else knows its password.
    """
    adgang = Adgang(secrets.token_urlsafe())
    os.environ[API_INNLOGGING] = adgang.innlogging
    server, url = _start_api(hjem, free_port(), adgang, UTEN_TJENESTER)
    try:
        yield lambda: _wait_until_up(url, server)
    finally:
        stop(server)


def _start_api(hjem: Hjem, port: int, adgang: Adgang, *valg: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start Prefect's API on a port of this machine and point this process and those it starts to it."""
    url = f"http://{VERT}:{port}/api"
    os.environ[API_URL] = url
    give_database(hjem.mappe)
    return spawn(hjem, LOGG, SERVERMODUL, str(port), *valg, miljo=_doorkeeper(adgang)), url


def _doorkeeper(adgang: Adgang) -> dict[str, str]:
    """Return the environment of a server: what it is to ask of who comes, and no other secret."""
    return {**without_secrets(), ADGANG: adgang.as_text()}


def wait_for_schedule(tjeneste: Tjeneste, ventet: Mapping[str, datetime | None]) -> None:
    """Wait until every name in ``ventet`` is deployed, and has just that future run where one is given.

    Runs planned by an earlier start do not count: the worker has them made anew when it registers its rows.
    Raises BrukerFeil ÅH-1703 (naming the rows that never got theirs), ÅH-1704 (the worker stopped).
    """
    slutt = time.monotonic() + PLANLEGGING_SEKUNDER
    mangler = dict(ventet)
    while mangler and time.monotonic() < slutt and tjeneste.lever:
        with tjeneste.client() as klient:
            meldt = _registered_since(klient, tjeneste.startet)
            planlagt = planned_runs(klient)
        mangler = {
            navn: tid
            for navn, tid in ventet.items()
            if navn not in meldt or (tid is not None and tid not in planlagt.get(navn, []))
        }
        time.sleep(1 if mangler else 0)
    if tjeneste.andre["arbeider"].poll() is not None:
        raise BrukerFeil("ÅH-1704", logg="prefect/arbeider.log")
    if mangler:
        raise BrukerFeil("ÅH-1703", rader=", ".join(sorted({navn[:2] for navn in mangler})))


def _registered_since(klient: httpx.Client, fra: datetime) -> set[str]:
    """Return the deployments that the worker has registered since a moment; each has its flow's name."""
    alle = pages(klient, "/deployments/filter", {})
    return {en["name"] for en in alle if datetime.fromisoformat(en["updated"]) >= fra}


def planned_runs(klient: httpx.Client) -> dict[str, list[datetime]]:
    """Return flow name → moments of its scheduled runs, as the server has them."""
    flyter = {f["id"]: f["name"] for f in pages(klient, "/flows/filter", {})}
    planlagt = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    tider: dict[str, list[datetime]] = {}
    for kjoring in pages(klient, "/flow_runs/filter", planlagt):
        tid = datetime.fromisoformat(kjoring["expected_start_time"])
        tider.setdefault(flyter[kjoring["flow_id"]], []).append(tid)
    return tider


def pages(klient: httpx.Client, sti: str, filter_: Mapping[str, object]) -> Iterator[dict[str, str]]:
    """Yield everything that a filter of the API finds."""
    start = 0
    while True:
        svar = _ask(klient, sti, {**filter_, "limit": MEST_PER_SIDE, "offset": start})
        side = svar.raise_for_status().json()
        yield from side
        if len(side) < MEST_PER_SIDE:
            return
        start += MEST_PER_SIDE


def _ask(klient: httpx.Client, sti: str, filter_: Mapping[str, object]) -> httpx.Response:
    """Put a question, which the API takes as a change; it wants to know that no other site's page puts it."""
    merke = klient.headers.get(CSRF_MERKE)
    if not merke:
        svar = klient.get("/csrf-token", params={"client": CSRF_KLIENT}).raise_for_status().json()
        klient.headers.update({CSRF_MERKE: svar["token"], "Prefect-Csrf-Client": CSRF_KLIENT})
    return klient.post(sti, json=filter_)


def spawn(
    hjem: Hjem, loggnavn: str, modul: str, *ord_: str, miljo: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a module as a process of its own group, so that Ctrl-C reaches us first; its output goes to a log.

    It does not outlive us, and its environment is ours where ``miljo`` is not given.
    """
    with (hjem.mappe / "prefect" / loggnavn).open("ab") as logg:
        return subprocess.Popen(  # noqa: S603 our own interpreter and modules
            [sys.executable, "-m", "deployments.barn", modul, *ord_], cwd=ROT, stdout=logg, stderr=logg,
            stdin=subprocess.PIPE, start_new_session=True, env=miljo,
        )  # fmt: skip


def _wait_until_up(url: str, server: subprocess.Popen[bytes]) -> None:
    slutt = time.monotonic() + OPPSTART_SEKUNDER
    while time.monotonic() < slutt and server.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise BrukerFeil("ÅH-1702", logg=f"prefect/{LOGG}")


def stop(prosess: subprocess.Popen[bytes]) -> None:
    """Ask the process and those it started to stop, then make them; those who have outlived it at once."""
    if prosess.poll() is not None:
        with suppress(ProcessLookupError):
            # A run that nobody follows any more, and that may hold the register.
            os.killpg(prosess.pid, signal.SIGKILL)
    for bud in (signal.SIGINT, signal.SIGKILL):
        if prosess.poll() is None:
            with suppress(ProcessLookupError):
                # Newly born, it is not yet a group of its own.
                os.killpg(prosess.pid, bud)
            try:
                prosess.wait(STOPP_SEKUNDER)
            except subprocess.TimeoutExpired:
                continue
    if prosess.stdin:
        prosess.stdin.close()


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
