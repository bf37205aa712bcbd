"""An empty Prefect database, migrated once per environment and copied into each new home.

Prefect's own migrations take longer than everything else a new home needs. The copy is of the installed version's
schema; the launcher makes it when it installs.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from deployments.miljo import prepare
from tasks.filer import FIL_RETTIGHETER

MAL = Path(sys.prefix) / "prefect-mal.db"
DATABASE = "prefect/prefect.db"


def make_template() -> None:
    """Migrate an empty database and keep it, whole, as the environment's template."""
    with TemporaryDirectory() as mappe:
        prepare(Path(mappe))
        kommando = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
        subprocess.run(kommando, check=True, capture_output=True, env=dict(os.environ))  # noqa: S603 our own
        ferdig = Path(mappe) / "mal.db"
        with sqlite3.connect(Path(mappe) / DATABASE) as con:
            con.execute("VACUUM INTO ?", [str(ferdig)])
        con.close()
        shutil.move(ferdig, MAL)


def give_database(hjem: Path) -> None:
    """Copy the template into a home that has no Prefect database yet; without a template Prefect makes its own."""
    database = hjem / DATABASE
    if MAL.is_file() and not database.exists():
        shutil.copyfile(MAL, database)
        database.chmod(FIL_RETTIGHETER)


if __name__ == "__main__":
    make_template()
