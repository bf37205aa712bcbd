"""What the disk said no to, told so that a person can mend it: full, not ours to write in, silent, path too long.

Libraries say it each in their own way; here it is one code each, with where in the home it was, never a file's name.
"""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb
import httpx

from tasks.feil import BrukerFeil

FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
STENGT: Final = (errno.EROFS, errno.EACCES, errno.EPERM)
SVARER_IKKE: Final = (errno.EIO, errno.ESTALE, errno.ENXIO, errno.ENODEV)
FOR_LANG: Final = (errno.ENAMETOOLONG,)
KODER: Final = {"ÅH-1309": FULL, "ÅH-1310": STENGT, "ÅH-1311": SVARER_IKKE, "ÅH-1312": FOR_LANG}
KORT: Final = {
    "ÅH-1309": "disken er full",
    "ÅH-1310": "det er ikke lov å skrive der",
    "ÅH-1311": "disken svarer ikke",
    "ÅH-1312": "stien er for lang",
}
SQLITE: Final = {"SQLITE_FULL": "ÅH-1309", "SQLITE_READONLY": "ÅH-1310", "SQLITE_IOERR": "ÅH-1311"}
MEGABYTE: Final = 1_000_000
GANGER: Final = 3
"""The register is written anew beside itself, and kept until the new one has its name: so many times its size."""
MINST_MEGABYTE: Final = 50


def refusal(feil: BaseException, hjem: Path) -> BrukerFeil | None:
    """Return what to tell where an error, or what it came of, is the disk's no: ÅH-1309 to ÅH-1313; else None."""
    for en in _chain(feil):
        if kode := _code(en):
            return _told(kode, en, hjem)
        if isinstance(en, httpx.HTTPStatusError) and en.response.is_server_error and _is_full(hjem):
            # Prefect's server, whose database lies in the home, says no more than that something went wrong.
            return _told("ÅH-1309", en, hjem)
    return BrukerFeil("ÅH-1313") if isinstance(feil, FileNotFoundError) and not hjem.is_dir() else None


def reason(feil: BaseException) -> str:
    """Return in a few words why the disk said no, for messages that say what it was that could not be written.

    Blank where it is not the disk that did.
    """
    kode = feil.kode if isinstance(feil, BrukerFeil) else _code(feil)
    return KORT.get(kode, type(feil).__name__ if isinstance(feil, OSError) else "")


def _chain(feil: BaseException) -> Iterator[BaseException]:
    neste: BaseException | None = feil
    while neste is not None:
        yield neste
        neste = neste.__cause__ or neste.__context__


def _code(feil: BaseException) -> str:
    if isinstance(feil, OSError):
        return next((kode for kode, numre in KODER.items() if feil.errno in numre), "")
    if isinstance(feil, duckdb.Error):
        # DuckDB says it in the system's own words, and in no other way.
        return next((kode for kode, numre in KODER.items() if any(os.strerror(nr) in str(feil) for nr in numre)), "")
    if isinstance(feil, sqlite3.Error):
        navn = str(getattr(feil, "sqlite_errorname", ""))
        return next((kode for begynnelse, kode in SQLITE.items() if navn.startswith(begynnelse)), "")
    return ""


def _is_full(hjem: Path) -> bool:
    return hjem.is_dir() and shutil.disk_usage(hjem).free < MEGABYTE


def _told(kode: str, feil: BaseException, hjem: Path) -> BrukerFeil:
    ledig = shutil.disk_usage(hjem).free if hjem.is_dir() else 0
    register = hjem / "register.duckdb"
    trengs = GANGER * register.stat().st_size if register.is_file() else 0
    return BrukerFeil(
        kode,
        ledig=ledig // MEGABYTE,
        trengs=max(MINST_MEGABYTE, -(-trengs // MEGABYTE)),
        hvor=_where(feil, hjem),
    )


def _where(feil: BaseException, hjem: Path) -> str:
    """Return which part of the home it was, else that it was elsewhere: a file's own name may be anyone's."""
    sti = str(getattr(feil, "filename", None) or "")
    if not sti or not Path(sti).is_absolute():
        return "hjemmemappen"
    if not Path(sti).is_relative_to(hjem):
        return "en mappe utenfor hjemmemappen"
    deler = Path(sti).relative_to(hjem).parts
    return f"mappen {deler[0]} i hjemmemappen" if len(deler) > 1 else "hjemmemappen"
