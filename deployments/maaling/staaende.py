"""What it takes to have all of it standing, against Prefect alone: time to the first run that is through, and memory.

Ours is ``start`` on a county that has its settings and its post: 30 rows planned for a year, pages and a watch. The
other is Prefect's own server and one flow served beside it. Neither has a database before, as where a newcomer begins;
both are measured from the command to a run, asked for by the API, that is completed.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx

from deployments.maaling import Maaling
from deployments.maaling.bar_flyt import NAVN
from deployments.maaling.prosesser import children, command, descendants, memory, tree_memory
from deployments.maaling.spilling import AAR, make_county
from deployments.rader import flow_name
from deployments.server import CSRF_MERKE, free_port
from schemas.kjoring import KJOR
from tasks.adgang import BRUKER, find_password
from tasks.arshjul import find_row
from tasks.feil import ProgramFeil
from tasks.filer import ROT

GRENSE_OPPSTART: Final = 2.5
GRENSE_MINNE: Final = 3.0
MEST_HVILE_MIB: Final = 1_200
"""What a small machine can spare: two GiB hold it, the system and a run."""
RAD: Final = "02"
"""The row that ``start --demo`` itself runs first."""
UNGDOM: Final = 60
VENT_SEKUNDER: Final = 240
FERDIG: Final = "COMPLETED"
SLUTT: Final = frozenset({FERDIG, "FAILED", "CRASHED", "CANCELLED"})
PROSESSER: Final = ("server", "arbeider", "vakt", "sider")
"""What ``start`` starts, in that order."""


@dataclass(frozen=True)
class Staaende:
    """Seconds from the command to the first run that is through, and MiB at rest after it: all, and each process."""

    sekunder: float
    hvile_mib: float
    hver_mib: Mapping[str, float]


def bench_oppstart() -> Maaling:
    """Return our seconds to the first run against Prefect's alone."""
    vaar, bar = ours(), bare()
    deler = {"arshjul_sekunder": vaar.sekunder, "bare_prefect_sekunder": bar.sekunder}
    return Maaling("oppstart", vaar.sekunder / bar.sekunder, GRENSE_OPPSTART, deler)


def bench_minne() -> Maaling:
    """Return our memory at rest against Prefect's alone; it must also be less than a small machine can spare."""
    vaar, bar = ours(), bare()
    deler = {"hvile_mib": vaar.hvile_mib, "bare_prefect_mib": bar.hvile_mib}
    deler |= {f"hvile_{navn}_mib": mib for navn, mib in vaar.hver_mib.items()}
    holdt = vaar.hvile_mib <= MEST_HVILE_MIB
    return Maaling("minne", vaar.hvile_mib / bar.hvile_mib, GRENSE_MINNE, deler, holdt, f"høyst {MEST_HVILE_MIB} MiB")


@cache
def ours() -> Staaende:
    """Start a county, run a row, and stop it."""
    with TemporaryDirectory(prefix="staaende-") as mappe:
        hjem, port = make_county(Path(mappe) / "hjem", UNGDOM), free_port()
        valg = {"gjor": KJOR, "aar": AAR, "annet_aar": True}
        start = time.perf_counter()
        with _process(command(hjem, "start", "--port", str(port)), os.environ) as prosess:
            passord = _until(prosess, lambda: find_password(hjem))
            with _client(port, passord) as klient:
                _run_first(klient, prosess, flow_name(find_row(RAD)), {"valg": valg})
                sekunder = time.perf_counter() - start
            _rest(prosess)
            hver = {navn: memory(pid) for navn, pid in zip(PROSESSER, children(prosess.pid), strict=True)}
            return Staaende(sekunder, tree_memory(prosess.pid), {"start": memory(prosess.pid), **hver})


@cache
def bare() -> Staaende:
    """Start Prefect's server and one served flow, run it, and stop both."""
    with TemporaryDirectory(prefix="staaende-") as mappe, ExitStack() as stabel:
        port = free_port()
        miljo = {navn: verdi for navn, verdi in os.environ.items() if not navn.startswith("PREFECT_")}
        miljo |= {"PREFECT_HOME": mappe, "PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
        miljo |= {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
        start = time.perf_counter()
        server = [sys.executable, "-m", "prefect", "server", "start", "--port", str(port)]
        prosesser = [stabel.enter_context(_process(server, miljo))]
        with _client(port, "") as klient:
            _until(prosesser[0], lambda: klient.get("/health").raise_for_status())
            prosesser += [stabel.enter_context(_process([sys.executable, "-m", "deployments.maaling.bar_flyt"], miljo))]
            _run_first(klient, prosesser[1], NAVN, {})
            sekunder = time.perf_counter() - start
        _rest(prosesser[1])
        hver = {navn: tree_memory(prosess.pid) for navn, prosess in zip(PROSESSER, prosesser, strict=False)}
        return Staaende(sekunder, sum(hver.values()), hver)


@contextmanager
def _process(ord_: list[str], miljo: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    prosess = subprocess.Popen(  # noqa: S603 our own words
        ord_, cwd=ROT, env=miljo, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield prosess
    finally:
        prosess.terminate()
        prosess.wait(VENT_SEKUNDER)


def _client(port: int, passord: str) -> httpx.Client:
    innlogging = (BRUKER, passord) if passord else None
    return httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=10, auth=innlogging, trust_env=False)


def _run_first(klient: httpx.Client, prosess: subprocess.Popen[bytes], flyt: str, parametre: dict[str, Any]) -> None:
    """Ask for a run of the flow as soon as it can be asked for, and wait until it is through."""
    utrulling = _until(prosess, lambda: _deployment(klient, flyt))
    sti = f"/deployments/{utrulling}/create_flow_run"
    kjoring = _until(prosess, lambda: _post(klient, sti, {"parameters": parametre})["id"])

    def finished() -> str:
        type_ = klient.get(f"/flow_runs/{kjoring}").raise_for_status().json()["state_type"]
        return type_ if type_ in SLUTT else ""

    if (slutt := _until(prosess, finished)) != FERDIG:
        raise ProgramFeil(f"den første kjøringen i målingen endte som {slutt}")


def _deployment(klient: httpx.Client, flyt: str) -> str:
    """Return the id of the flow's deployment, blank before it is there."""
    funnet = _post(klient, "/deployments/filter", {"flows": {"name": {"any_": [flyt]}}})
    return funnet[0]["id"] if funnet else ""


def _post(klient: httpx.Client, sti: str, innhold: dict[str, Any]) -> Any:  # noqa: ANN401 whatever the API answers
    svar = klient.get("/csrf-token", params={"client": NAVN})
    hode = {CSRF_MERKE: svar.json()["token"], "Prefect-Csrf-Client": NAVN} if svar.is_success else {}
    return klient.post(sti, json=innhold, headers=hode).raise_for_status().json()


def _rest(prosess: subprocess.Popen[bytes]) -> None:
    """Wait until the process that made the run is gone."""
    _until(prosess, lambda: not any(_is_run(pid) for pid in descendants(prosess.pid)))


def _is_run(pid: int) -> bool:
    """Tell whether a process is one that Prefect has started to make a run."""
    with suppress(OSError):
        return b"PREFECT__FLOW_RUN_ID=" in Path(f"/proc/{pid}/environ").read_bytes()
    return False


def _until(prosess: subprocess.Popen[bytes], spor: Callable[[], Any]) -> Any:  # noqa: ANN401 what is asked for
    """Ask again and again until there is an answer. ProgramFeil where the process has stopped, or it takes too long."""
    slutt = time.monotonic() + VENT_SEKUNDER
    while time.monotonic() < slutt and prosess.poll() is None:
        try:
            if svar := spor():
                return svar
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise ProgramFeil("det som skulle måles, kom aldri i gang")
