"""The environment every process of ours runs in: nothing phones home, nothing about people is kept by Prefect.

Set before Prefect is imported. A home has its own Prefect: database, settings and log in ``prefect/``.
"""

import json
import os
import socket
from pathlib import Path
from typing import Final

from tasks.filer import MAPPE_RETTIGHETER, make_folder

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
    "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_RUNS": "3",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "PT10M",
    "PREFECT_RUNNER_POLL_FREQUENCY": "2",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}
SERVERFIL: Final = "prefect/server.json"
API_URL: Final = "PREFECT_API_URL"
SIDER_URL: Final = "ARSHJUL_SIDER"
"""Where the pages are shown while the program runs; the same word as in ``tasks/sider.py``."""


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
    for navn, felt in ((API_URL, "url"), (SIDER_URL, "sider")):
        os.environ.pop(navn, None)
        if adresse := running_server(hjem, felt):
            os.environ[navn] = adresse


def running_server(hjem: Path, felt: str = "url") -> str | None:
    """Return the address of the home's running server, or of its pages (``sider``); None where it does not run."""
    try:
        notat = json.loads((hjem / SERVERFIL).read_bytes())
        with socket.create_connection((VERT, notat["port"]), timeout=1):
            return str(notat[felt])
    except (OSError, ValueError, KeyError):
        return None


def through_server() -> bool:
    """Tell whether this process' flows go through a running server."""
    return API_URL in os.environ
