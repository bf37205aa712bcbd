"""Making the network: a namespace with this machine alone, where every address there is leads to where it is seen."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from tasks.filer import ROT

NAVNETJENER: Final = "192.0.2.53"
"""No machine has it: a question for a name is a packet out like any other."""
MODUL: Final = "tests.nettverk.inne"
OPPSETT: Final = (
    ("ip", "link", "set", "lo", "up"),
    # Every address is taken to be here: nothing is lost for want of a way, and a refusal comes at once.
    ("ip", "route", "add", "local", "0.0.0.0/0", "dev", "lo"),
    ("ip", "-6", "route", "add", "local", "::/0", "dev", "lo"),
)


class IngenRom(Exception):
    """No network of its own can be made here; says why."""


def run(mappe: Path, *, kort: bool) -> dict[str, Any]:
    """Do everything in a new network and return what was seen, step by step."""
    svar = mappe / "sett.json"
    ferdig = subprocess.run(
        [*_unshare(), sys.executable, "-m", MODUL, str(mappe), str(svar), "kort" if kort else "hel"],
        cwd=ROT, env=os.environ | {"PYTHONPATH": str(ROT)}, stdout=sys.stderr, check=False,
    )  # fmt: skip
    if ferdig.returncode:
        raise RuntimeError(f"prøven i nettverksrommet endte med {ferdig.returncode}")
    sett: dict[str, Any] = json.loads(svar.read_text("utf-8"))
    return sett


def _unshare() -> list[str]:
    """Return how a command is given a network of its own. IngenRom where the machine does not allow it."""
    for program in ("unshare", "ip", "mount"):
        if not shutil.which(program):
            raise IngenRom(f"programmet {program} mangler")
    kommando = (
        ["unshare", "--net", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net", "--mount"]
    )
    proeve = subprocess.run([*kommando, "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False)
    if proeve.returncode:
        raise IngenRom(f"unshare svarte: {proeve.stderr.strip()}")
    return kommando


def furnish(mappe: Path) -> None:
    """Set up the network, from inside it."""
    for kommando in OPPSETT:
        subprocess.run(kommando, check=True)
    navnetjener = mappe / "resolv.conf"
    navnetjener.write_text(f"nameserver {NAVNETJENER}\noptions timeout:2 attempts:1\n", "utf-8")
    subprocess.run(["mount", "--bind", str(navnetjener), "/etc/resolv.conf"], check=True)
