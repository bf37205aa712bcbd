"""The environment every process of ours runs in: nothing phones home, nothing about people is kept by Prefect.

Set before Prefect is imported. A home has its own Prefect: database, settings and log in ``prefect/``.
"""

import json
import os
import socket
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx

from tasks.adgang import BRUKER, PASSORDFIL, PASSORDVARIABEL, Adgang, find_password
from tasks.feil import BrukerFeil
from tasks.filer import MAPPE_RETTIGHETER, make_folder
from tasks.hjem import MILJOVARIABEL

VERT: Final = "127.0.0.1"
FASTE: Final = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "False",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_CLI_PROMPT": "false",
    # The scheduler looks 100 days ahead unless told otherwise; an administrator must see the whole coming year.
    "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_SCHEDULED_TIME": "P400D",
    # Past the next hour it makes this many of a row and no more: every run of the rows that go on for a while.
    "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_RUNS": "60",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "PT10M",
    "PREFECT_RUNNER_POLL_FREQUENCY": "2",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}
SERVERFIL: Final = "prefect/server.json"
API_URL: Final = "PREFECT_API_URL"
API_INNLOGGING: Final = "PREFECT_API_AUTH_STRING"
SIDER_URL: Final = "ARSHJUL_SIDER"
"""Where the pages are shown while the program runs; the same word as in ``tasks/sider.py``."""
SIDESTI: Final = "sider"
"""The path of the pages under the proxy's name."""
PREFECT_URL: Final = "ARSHJUL_PREFECT"
"""Where people open Prefect while the program runs: here, or at the proxy's name."""
ADGANG: Final = "ARSHJUL_ADGANG"
"""What is asked of who comes, for the two servers we start."""
LYTT: Final = "ARSHJUL_DOR_LYTT"
"""The address that a county's door and pages listen on, where they are not on the proxy's own machine."""
VAAR_FORSTAVELSE: Final = "ARSHJUL_"
IKKE_HEMMELIG: Final = frozenset({MILJOVARIABEL, SIDER_URL, PREFECT_URL})
SVARTID_SEKUNDER: Final = 10


def prepare(hjem: Path, *, bruker_hjemmet: bool = True) -> None:
    """Set what must be set before Prefect is imported, for this process and those it starts.

    Where the home's own server is running, flows go through it. ``bruker_hjemmet`` False makes no folder.
    Whatever is made, by us or by libraries, only the owner can read.
    """
    os.umask(0o777 ^ MAPPE_RETTIGHETER)
    if bruker_hjemmet:
        make_folder(hjem / "prefect")
    os.environ.update(FASTE)
    os.environ["PREFECT_HOME"] = str(hjem / "prefect")
    notat = server_note(hjem) or {}
    for navn, felt in ((API_URL, "url"), (SIDER_URL, "sider"), (PREFECT_URL, "prefect")):
        os.environ.pop(navn, None)
        if felt in notat:
            os.environ[navn] = notat[felt]
    os.environ.pop(API_INNLOGGING, None)
    if notat.get("passord"):
        log_in(hjem)


def log_in(hjem: Path) -> None:
    """Let this process and those it starts ask the home's server, where its password is to be found."""
    try:
        passord = find_password(hjem)
    except (BrukerFeil, OSError, UnicodeDecodeError):
        # ``through_server`` says it, of the commands that need it.
        return
    os.environ[API_INNLOGGING] = Adgang(passord).innlogging


def addresses(vertsnavn: Sequence[str], port: int, sideport: int) -> tuple[str, str]:
    """Return where people open Prefect and the pages, blank for what has no port (0).

    At the proxy's name where there is one, else on this machine.
    """
    prefect, sider = f"http://{VERT}:{port}", f"http://{VERT}:{sideport}"
    if vertsnavn:
        prefect = f"https://{vertsnavn[0]}"
        sider = f"{prefect}/{SIDESTI}"
    return prefect if port else "", sider if sideport else ""


def server_note(hjem: Path) -> dict[str, Any] | None:
    """Return what the home's running server wrote about itself; None where it does not run."""
    try:
        notat = json.loads((hjem / SERVERFIL).read_bytes())
        with socket.create_connection((VERT, notat["port"]), timeout=1):
            return dict(notat)
    except (OSError, ValueError, KeyError):
        return None


def through_server() -> bool:
    """Tell whether this process' flows go through a running server; BrukerFeil ÅH-1708 where it does not let us in."""
    if not (url := os.environ.get(API_URL)):
        return False
    bruker, _, passord = os.environ.get(API_INNLOGGING, "").partition(":")
    svar = httpx.get(f"{url}/version", auth=(bruker or BRUKER, passord), timeout=SVARTID_SEKUNDER, trust_env=False)
    if svar.status_code == HTTPStatus.UNAUTHORIZED:
        raise BrukerFeil("ÅH-1708", variabel=PASSORDVARIABEL, fil=PASSORDFIL)
    return True


def without_secrets() -> dict[str, str]:
    """Return the environment for a process that has no need of the home's keys and passwords."""
    return {
        navn: verdi
        for navn, verdi in os.environ.items()
        if navn in IKKE_HEMMELIG or not (navn.startswith(VAAR_FORSTAVELSE) or navn == API_INNLOGGING)
    }
