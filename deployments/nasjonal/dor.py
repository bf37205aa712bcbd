"""A county's door: its own password and names in front of its own window on the shared Prefect.

Started as ``python -m deployments.nasjonal.dor TABLE NN [PORT]``. It listens on this machine only, behind the proxy;
with ``ARSHJUL_DOR_LYTT`` on that address.
"""

import os
import sys
from pathlib import Path
from typing import Final

import httpx

from deployments.miljo import LYTT, VERT
from deployments.nasjonal.tabell import Drift, Fylke, door_access, operators_password, read_table
from deployments.nasjonal.vindu import Vindu
from deployments.prefecttjener import Dor, run_door
from tasks.adgang import BRUKER, Adgang

SVARTID_SEKUNDER: Final = 60


def make_door(drift: Drift, fylke: Fylke, operator: str, adgang: Adgang, port: int) -> Dor:
    """Return the county's door as an app."""
    prefect = httpx.AsyncClient(
        base_url=drift.api.removesuffix("/api"), auth=(BRUKER, operator), timeout=SVARTID_SEKUNDER, trust_env=False
    )
    return Dor(Vindu(prefect, fylke.ko), adgang, port)


def main() -> None:
    """Serve until stopped."""
    tabell, nummer, *port = sys.argv[1:]
    drift = read_table(Path(tabell))
    fylke = drift.county(nummer)
    valgt = int(port[0]) if port else fylke.dor
    dor = make_door(drift, fylke, operators_password(Path(tabell)), door_access(Path(tabell), fylke), valgt)
    run_door(dor, valgt, os.environ.get(LYTT, VERT))


if __name__ == "__main__":
    main()
