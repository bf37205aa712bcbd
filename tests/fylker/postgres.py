"""A PostgreSQL of the test's own: a cluster in a folder, on a socket there, gone afterwards."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

KREV: Final = "ARSHJUL_KREV_POSTGRES"
"""Set where PostgreSQL must be there: then that it is missing is a failure, and not a reason to skip."""
BRUKER, DATABASE = "arshjul", "prefect"
UTEN_EGET_NAVN: Final = "nobody"
STEDER: Final = ("/usr/lib/postgresql/*/bin", "/usr/local/bin", "/usr/bin")
MINST_FORBINDELSER: Final = 100


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, None where they are not installed."""
    funnet = [sti.parent for sted in STEDER for sti in sorted(Path("/").glob(f"{sted[1:]}/initdb"), reverse=True)]
    return next((mappe.resolve() for mappe in funnet if (mappe / "pg_ctl").exists()), None)


def why_not() -> str:
    """Return why no PostgreSQL can be started here, blank where one can."""
    if programs() is None:
        return "PostgreSQL er ikke installert (Debian: apt-get install -y postgresql)"
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return "PostgreSQL kan ikke kjøres som root, og setpriv mangler"
    return ""


@contextmanager
def cluster() -> Iterator[str]:
    """Start one, with an empty database, and yield its address for Prefect; stop it and remove it at the end."""
    bin_ = programs()
    assert bin_, why_not()
    # A socket's path must be short, and the account must reach it.
    mappe = Path(mkdtemp(prefix="pg-", dir="/tmp"))
    bruker = pwd.getpwnam(UTEN_EGET_NAVN) if os.geteuid() == 0 else None
    if bruker:
        os.chown(mappe, bruker.pw_uid, bruker.pw_gid)
    valg = f"-k {mappe} -c listen_addresses='' -c fsync=off -c max_connections={MINST_FORBINDELSER}"
    try:
        _run(bruker, bin_ / "initdb", "-D", mappe / "data", "-U", BRUKER, "--auth=trust", "-E", "UTF8", "--locale=C")
        _run(bruker, bin_ / "pg_ctl", "-D", mappe / "data", "-w", "-l", mappe / "logg", "-o", valg, "start")
        try:
            _run(bruker, bin_ / "createdb", "-h", mappe, "-U", BRUKER, DATABASE)
            yield f"postgresql+asyncpg://{BRUKER}@/{DATABASE}?host={mappe}"
        finally:
            _run(bruker, bin_ / "pg_ctl", "-D", mappe / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(mappe, ignore_errors=True)


def size_mb(adresse: str) -> float:
    """Return how much the database takes."""
    bin_ = programs()
    assert bin_
    mappe = adresse.rpartition("host=")[2]
    sporsmaal = f"SELECT pg_database_size('{DATABASE}')"
    ut = subprocess.run(
        [bin_ / "psql", "-h", mappe, "-U", BRUKER, "-d", DATABASE, "-Atc", sporsmaal],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return int(ut) / 1e6


def _run(bruker: pwd.struct_passwd | None, *ord_: object) -> None:
    som = ["setpriv", f"--reuid={bruker.pw_uid}", f"--regid={bruker.pw_gid}", "--clear-groups"] if bruker else []
    kommando = [*som, *(str(enkelt) for enkelt in ord_)]
    subprocess.run(kommando, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
