"""Prefect's server for many counties: on PostgreSQL, behind our door, for the operator and the workers only.

The counties' own people come through a door each (``dor.py``). Started as
``python -m deployments.nasjonal.tjener TABLE PORT [HOST NAME…]``; with names it listens beyond this machine, for them.
"""

import os
import sys
from pathlib import Path
from typing import Final

from deployments.miljo import VERT
from deployments.nasjonal.tabell import operators_password, read_table
from deployments.prefecttjener import serve
from tasks.adgang import Adgang
from tasks.feil import BrukerFeil

DATABASE: Final = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
POSTGRESQL: Final = "postgresql+asyncpg://"
ALLE_KORT: Final = "0.0.0.0"  # noqa: S104 only where the operator names the hosts it answers to


def check_database() -> None:
    """BrukerFeil ÅH-1736 where the environment names no PostgreSQL."""
    if not os.environ.get(DATABASE, "").startswith(POSTGRESQL):
        raise BrukerFeil("ÅH-1736", variabel=DATABASE, begynner=POSTGRESQL)


def main() -> None:
    """Serve until stopped."""
    tabell, port, *navn = sys.argv[1:]
    read_table(Path(tabell))
    check_database()
    serve(Adgang(operators_password(Path(tabell)), tuple(navn)), int(port), vert=ALLE_KORT if navn else VERT)


if __name__ == "__main__":
    main()
