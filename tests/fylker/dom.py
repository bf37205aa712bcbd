"""The judge of counties that workers played: against the same county played alone, and against one writer at a time."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import httpx

from deployments.nasjonal.skriver import read_log
from tasks.filer import ROT
from tests.fylker.drift import NAVN, ask

NOKKELTALL: Final = {
    "ungdom": "SELECT ot_status, ot_gruppe, tilmeldingsgrunn, i_maalgruppe, count(*) FROM ungdom GROUP BY ALL",
    "utsendinger": "SELECT rad, aar, mottaker, kanal, tilstand, count(*) FROM utsendinger GROUP BY ALL",
    "overforinger": "SELECT rad, aar, versjon, telledato, antall, tilstand FROM overforinger",
    "svar": "SELECT rad, aar, svar_kode, count(*) FROM svar GROUP BY ALL",
    "oppgaver": "SELECT rad, aar, tilstand, count(*) FROM oppgaver GROUP BY ALL",
    "karantene": "SELECT kode, tilstand, count(*) FROM karantene GROUP BY ALL",
}
"""What two registers of the same county must agree on, whoever played them and however often a row ran."""
LES: Final = """
import json, sys
from pathlib import Path
from deployments.miljo import prepare
prepare(Path(sys.argv[1]))
import duckdb
from tasks import visninger
from tasks.hjem import home
hjem = home(Path(sys.argv[1]))
ut = {}
for navn, sporsmaal in json.loads(sys.argv[2]).items():
    ramme = visninger.show(hjem, navn)
    con = duckdb.connect()
    con.register(navn, ramme)
    ut[navn] = sorted(json.dumps(rad, default=str) for rad in con.execute(sporsmaal).fetchall())
print(json.dumps(ut))
"""
DOBLE: Final = (
    "SELECT rad, aar, count(*) FROM utsendinger WHERE tilstand NOT IN ('avvist', 'stoppet') "
    "GROUP BY rad, aar, person_id, mottaker, kanal, nokkel HAVING count(*) > 1"
)


def read_register(hjem: Path, sporsmaal: dict[str, str]) -> dict[str, list[str]]:
    """Ask a county's views, in a process of its own as one county is never open beside another."""
    kommando = [sys.executable, "-c", LES, str(hjem), json.dumps(sporsmaal)]
    ferdig = subprocess.run(kommando, cwd=ROT, env=alone(hjem), check=True, capture_output=True, text=True)
    svar: dict[str, list[str]] = json.loads(ferdig.stdout)
    return svar


def alone(hjem: Path) -> dict[str, str]:
    """Return the environment of a process that works on one county without any server."""
    rent = {n: v for n, v in os.environ.items() if not n.startswith(("PREFECT", "ARSHJUL"))}
    return {**rent, "PYTHONPATH": str(ROT), "ARSHJUL_HOME": str(hjem), "ARSHJUL_DRIFTSSTED": NAVN}


def differences(spilt: dict[str, list[str]], alene: dict[str, list[str]]) -> list[str]:
    """Return the views on which two registers of one county disagree."""
    return [navn for navn in alene if spilt.get(navn) != alene[navn]]


def twice(hjem: Path) -> int:
    """Return how many things were sent more than once."""
    return len(read_register(hjem, {"utsendinger": DOBLE})["utsendinger"])


def overlaps(logg: Sequence[dict[str, Any]]) -> int:
    """Return how often a county's home was taken before the one who had it had left it, or was dead."""
    antall, eier = 0, None
    for linje in logg:
        if linje["hva"] == "tok":
            antall += eier is not None and _is_alive(int(eier))
            eier = linje["pid"]
        elif linje["pid"] == eier:
            eier = None
        else:
            antall += 1
    return antall


def overlapping_runs(klient: httpx.Client, ko: str) -> int:
    """Return how many of a county's runs, as Prefect knows them, were under way at once."""
    filter_ = {"deployments": {"work_queue_name": {"any_": [ko]}}, "flow_runs": {"start_time": {"is_null_": False}}}
    kjoringer = ask(klient, "/flow_runs/filter", {**filter_, "limit": 200})
    spenn = sorted(
        (datetime.fromisoformat(k["start_time"]), datetime.fromisoformat(k["end_time"]))
        for k in kjoringer
        if k["end_time"] and k["run_count"] == 1
    )
    return sum(neste[0] < denne[1] for denne, neste in pairwise(spenn))


def used(hjem: Path) -> tuple[float, int]:
    """Return the CPU seconds that a county's runs took, and the most memory one of them had, in MB."""
    slapp = [linje for linje in read_log(hjem) if linje["hva"] == "slapp"]
    return sum(linje["cpu"] for linje in slapp), max((linje["mb"] for linje in slapp), default=0)


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
