"""What Prefect makes of its own, once per environment: an empty database, and the UI's files.

Its migrations take longer than everything else a new home needs, so each new home gets a copy of the database. The UI's
files are made ready in the environment, where the account that runs the program need not be able to write. Both are of
the installed version; the launcher makes them when it installs.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from deployments.miljo import prepare
from tasks.filer import write_file

MAL = Path(sys.prefix) / "prefect-mal.db"
DATABASE = "prefect/prefect.db"
LAG_UI = "from prefect.server.api.server import create_ui_app; create_ui_app(ephemeral=False)"


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
        subprocess.run([sys.executable, "-c", LAG_UI], check=True, capture_output=True)  # noqa: S603 our own


def give_database(hjem: Path) -> None:
    """Copy the template, whole or not at all, into a home that has no Prefect database yet.

    Without a template Prefect makes its own. OSError where the disk takes no more.
    """
    database = hjem / DATABASE
    if MAL.is_file() and not database.exists():
        write_file(database, MAL.read_bytes())


if __name__ == "__main__":
    make_template()
