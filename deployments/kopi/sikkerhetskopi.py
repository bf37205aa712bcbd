"""Backup: everything in a home as one encrypted file, of one moment, read back before it is called done."""

import os
import shutil
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from deployments.kopi import beholder
from deployments.kopi.innhold import MIDLERTIDIG, Innhold, contents, pack, unpack
from deployments.prefectmal import DATABASE
from schemas.revisjon import Handling
from tasks.disk import reason
from tasks.feil import BrukerFeil
from tasks.filer import FIL_RETTIGHETER, HALVSKREVET, ROT, make_folder
from tasks.hjem import Hjem
from tasks.hjemvern import place
from tasks.klokke import to_utc
from tasks.kopiliste import hash_of, taken, write_taken
from tasks.register.migrering import migrations
from tasks.register.tilkobling import flush
from tasks.revisjon import note

ENDELSE: Final = ".arshjul.tar"


class Kopi(NamedTuple):
    """A backup that is done: its file, and what was left out on purpose."""

    fil: Path
    antall: int
    utelatt: tuple[str, ...]


def back_up(hjem: Hjem, fil: Path, av: str, naa: datetime) -> Kopi:
    """Write everything in the home to an encrypted file, of one moment; a folder gets a file named by home and time.

    The register is held until the file is whole, read back and in its place. Killed before that, it is not there; nor
    is it where the home cannot take note of it.
    Raises BrukerFeil ÅH-1805 (the file exists), ÅH-1806 (the disk), ÅH-1807 (inside the home), ÅH-1808 (no register),
    ÅH-1816 (Prefect's database is damaged), and what the register refuses with.
    """
    til = _target(hjem, fil, naa)
    if not hjem.register.sti.is_file():
        raise BrukerFeil("ÅH-1808")
    with hjem.register.at_rest("sikkerhetskopi") as versjon, _disk(til):
        om = {"tid": naa.isoformat(), "program": program_version(), "skjema": versjon, "fylke": _county(hjem), "av": av}
        innhold = _write(hjem, til, om)
    try:
        with hjem.register.transaction("noterer sikkerhetskopien", eldre=True) as con:
            if versjon == migrations()[-1][0]:
                note(con, naa, av, Handling.KOPIERT, til.name)
        _remember(hjem, til, naa)
    except BaseException:
        til.unlink(missing_ok=True)
        raise
    return Kopi(til, len(innhold.filer), innhold.utelatt)


def default_name(hjem: Hjem, naa: datetime) -> str:
    """Return what a backup of the home is called unless told: by home and time (UTC)."""
    return f"{hjem.mappe.name}-{to_utc(naa):%Y%m%dT%H%M%SZ}{ENDELSE}"


def program_version() -> str:
    """Return the program's version."""
    return str(tomllib.loads((ROT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def _target(hjem: Hjem, fil: Path, naa: datetime) -> Path:
    til = (fil / default_name(hjem, naa) if fil.is_dir() else fil).resolve()
    if til.is_relative_to(hjem.mappe.resolve()):
        raise BrukerFeil("ÅH-1807")
    if til.exists():
        raise BrukerFeil("ÅH-1805", fil=til.name)
    return til


@contextmanager
def _disk(til: Path) -> Iterator[None]:
    try:
        yield
    except OSError as feil:
        hva = reason(feil)
    else:
        return
    raise BrukerFeil("ÅH-1806", hva=hva, fil=til.name)


def _write(hjem: Hjem, til: Path, om: dict[str, Any]) -> Innhold:
    """Write beside the target, read back, and give the file its name."""
    skrives = til.with_name(f".arshjul-{place(hjem.mappe)[:16]}{HALVSKREVET}")
    arbeid = make_folder(hjem.mappe / MIDLERTIDIG)
    skrevet: list[dict[str, Any]] = []
    try:
        skrives.unlink(missing_ok=True)
        innhold = _with_prefect(contents(hjem.mappe), hjem.mappe, arbeid)
        with os.fdopen(os.open(skrives, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FIL_RETTIGHETER), "wb") as fil:
            beholder.write(fil, hjem.register.nokkel, pack(innhold, om, skrevet.append))
            os.fsync(fil.fileno())
        with beholder.opened(skrives, hjem.register.nokkel) as strom:
            lest = unpack(strom, None)
        if [lest] != skrevet:
            raise OSError("sikkerhetskopien er ikke slik den ble skrevet")
        skrives.replace(til)
        flush(til.parent)
    except (beholder.Skadet, beholder.FeilNokkel):
        raise OSError("sikkerhetskopien kan ikke leses tilbake") from None
    finally:
        skrives.unlink(missing_ok=True)
        shutil.rmtree(arbeid, ignore_errors=True)
    return innhold


def _with_prefect(innhold: Innhold, hjem: Path, arbeid: Path) -> Innhold:
    """Add a copy of Prefect's database as of one moment, also while the server writes in it."""
    kilde, kopi = hjem / DATABASE, arbeid / "prefect.db"
    if not kilde.is_file():
        return innhold
    kopi.unlink(missing_ok=True)
    lesbar = sqlite3.connect(f"{kilde.resolve().as_uri()}?mode=ro", uri=True)
    with closing(lesbar) as fra, closing(sqlite3.connect(kopi)) as ny:
        try:
            fra.backup(ny)
        except sqlite3.DatabaseError:
            skadet = True
        else:
            skadet = False
    if skadet:
        raise BrukerFeil("ÅH-1816", fil=DATABASE)
    return replace(innhold, filer=innhold.filer | {DATABASE: kopi})


def _remember(hjem: Hjem, til: Path, naa: datetime) -> None:
    ny = {"tid": naa.isoformat(), "fil": str(til), "sha256": hash_of(til)}
    write_taken(hjem.mappe, [*taken(hjem.mappe), ny])


def _county(hjem: Hjem) -> str:
    """Return the county's name; a home whose settings cannot be read is backed up too."""
    try:
        return hjem.innstillinger.fylke.navn
    except BrukerFeil:
        return ""
