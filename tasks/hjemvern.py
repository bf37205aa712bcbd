"""Which home is the county's own: a restored or copied one sends nothing and approves nothing until a person says so.

The register notes where it lies, as a hash of this machine and the home's folder. Met anywhere else it is a copy, and
a copy of what has been sent since would be sent again.
"""

import ctypes
import hashlib
import os
import sys
from functools import cache
from pathlib import Path
from typing import Final

import duckdb

from tasks.feil import BrukerFeil

MASKINFILER: Final = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
DRIFTSSTED: Final = "ARSHJUL_DRIFTSSTED"
"""Names the operation whose machines see the same storage: a home there is the same home on each of them."""
STED, MAPPE, KOPIERT, GENERASJON = "sted", "sted_mappe", "kopi_tid", "minste_generasjon"
"""In the register's ``meta``: the place, its folder, in a restored home when its backup was made, and ``leap``'s."""
SPRANG: Final = 100
"""More runs of one row in one year than a lost home can have made since its copy was taken."""


@cache
def machine_id() -> str:
    """Return what tells this machine, or this operation, from others, blank where the system has no such thing."""
    if sted := os.environ.get(DRIFTSSTED):
        return sted
    if sys.platform == "darwin":
        svar = ctypes.create_string_buffer(16)
        ctypes.CDLL(None).gethostuuid(svar, (ctypes.c_long * 2)(1, 0))
        return svar.raw.hex()
    return next((sti.read_text(encoding="ascii").strip() for sti in MASKINFILER if sti.is_file()), "")


def place(mappe: Path) -> str:
    """Return the hash of this machine and a folder of it."""
    return hashlib.sha256(f"{machine_id()}\0{mappe.resolve()}".encode()).hexdigest()


def claim(con: duckdb.DuckDBPyConnection, mappe: Path) -> None:
    """Note that the register is at home in ``mappe`` on this machine: nothing is a copy any longer."""
    _forget(con, STED, MAPPE, KOPIERT)
    con.execute("INSERT INTO meta VALUES (?, ?), (?, ?)", [STED, place(mappe), MAPPE, str(mappe.resolve())])


def has_place(con: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether the register notes where it belongs, or that it was restored: an old one may not."""
    return bool(_read(con, STED) or restored_from(con))


def mark_restored(con: duckdb.DuckDBPyConnection, kopi_tid: str) -> None:
    """Put the register in quarantine wherever it lies; ``kopi_tid`` (ISO) is when the backup was made."""
    _forget(con, KOPIERT)
    con.execute("INSERT INTO meta VALUES (?, ?)", [KOPIERT, kopi_tid])


def restored_from(con: duckdb.DuckDBPyConnection) -> str:
    """Return when the backup was made that the home was restored from; blank where there is no such doubt."""
    return _read(con, KOPIERT)


def is_quarantined(con: duckdb.DuckDBPyConnection, mappe: Path) -> bool:
    """Tell whether the home in ``mappe`` is a copy that nobody has confirmed."""
    notert = dict(con.execute("SELECT navn, verdi FROM meta").fetchall())
    return KOPIERT in notert or notert.get(STED) != place(mappe)


def refuse_quarantined(con: duckdb.DuckDBPyConnection, mappe: Path) -> None:
    """BrukerFeil ÅH-1802 where the home is a copy that nobody has confirmed."""
    if is_quarantined(con, mappe):
        raise BrukerFeil("ÅH-1802")


def leap(con: duckdb.DuckDBPyConnection) -> None:
    """Let runs from now on bear numbers that the home this is a copy of cannot have used since.

    A receiver knows what we sent by the run's number: the same number again would be taken for the same letter.
    """
    (siste,) = con.execute("SELECT coalesce(max(generasjon), 0) FROM kjoring").fetchall()[0]
    _forget(con, GENERASJON)
    con.execute("INSERT INTO meta VALUES (?, ?)", [GENERASJON, str(siste + SPRANG)])


def least_generation(con: duckdb.DuckDBPyConnection) -> int:
    """Return the lowest number that a new run may bear: 1 where the home was never a copy."""
    return int(_read(con, GENERASJON) or 1)


def original(con: duckdb.DuckDBPyConnection, mappe: Path) -> Path | None:
    """Return the folder on this machine that the register was copied from; None for itself, or another machine's."""
    if not (notert := _read(con, MAPPE)) or Path(notert) == mappe.resolve() or place(Path(notert)) != _read(con, STED):
        return None
    return Path(notert)


def _read(con: duckdb.DuckDBPyConnection, navn: str) -> str:
    svar = con.execute("SELECT verdi FROM meta WHERE navn = ?", [navn]).fetchone()
    return str(svar[0]) if svar else ""


def _forget(con: duckdb.DuckDBPyConnection, *navn: str) -> None:
    con.execute("DELETE FROM meta WHERE list_contains(?, navn)", [list(navn)])
