"""The inbox: files a run takes are frozen in the register, byte for byte, before anything is read from them.

A run with no new file reads the frozen ones of the row's last run again, so that a corrected row, code table or rule
has its effect without a new delivery.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path

import duckdb

from schemas.format import Filformat
from tasks.feil import BrukerFeil
from tasks.filer import make_folder
from tasks.formater import find_format, formats
from tasks.hjem import Hjem
from tasks.kjoring import Kjoring

WORKBOOK_FORMAT = "karantene"
WORKBOOK_PATTERN = "*karantene*.xlsx"
WORKLIST_FORMAT = "arbeidsliste"
WORKLIST_PATTERN = "*arbeidsliste*.xlsx"
FORM_FORMAT = "skoleskjema"
FORM_PATTERN = "*skjema_*.xlsx"
RECEIPT_SUFFIXES = frozenset({".eml", ".mbox", ".xml"})
"""Returned e-mail and the archive's answers, which are read with the receipts and not by any row."""
NUMMER = re.compile(r"(?<!\d)\d{6}[ ._\u00a0-]?\d{5}(?!\d)")
"""A national id in a file's name, also in two groups."""
LEFT_BY_PROGRAMS = (".*", "~$*", "*~", "thumbs.db", "desktop.ini")
"""What Excel and the machine itself leave in a folder."""


@dataclass(frozen=True)
class Mottatt:
    """A file as it came: ``fil`` its name, ``sha256`` of its bytes, ``ny`` False when read again from the register."""

    fil: str
    sha256: str
    innhold: bytes
    format: Filformat
    ny: bool


def receive(kjoring: Kjoring, format_navn: str, *, pakrevd: bool = True) -> list[Mottatt]:
    """Return the files of the format for this run, new ones in order of name, else the row's last ones.

    Raises BrukerFeil ÅH-2016 where one is needed and neither the inbox nor the row's history has any, ÅH-2040 where a
    file's name, which is told wherever the file is, holds what may be a national id.
    """
    format_ = find_format(format_navn, kjoring.hjem.innstillinger)
    filer = _from_inbox(kjoring, format_) or _from_history(kjoring, format_)
    if pakrevd and not filer:
        raise BrukerFeil("ÅH-2016", format=format_navn, rad=kjoring.rad.rad, aar=kjoring.aar)
    return filer


def freeze(kjoring: Kjoring, filer: list[Mottatt], antall: list[int]) -> None:
    """Keep the files' bytes and note which this run read, with how many rows each has."""
    for rekkefolge, (mottatt, rader) in enumerate(zip(filer, antall, strict=True)):
        keep_raw(kjoring.con, mottatt.sha256, mottatt.fil, mottatt.format.navn, mottatt.innhold, kjoring.registrert_tid)
        _note_read(kjoring, rekkefolge, mottatt.sha256, rader)


def freeze_workbook(
    kjoring: Kjoring, sha256: str, fil: str, innhold: bytes, rader: int, format_navn: str = WORKBOOK_FORMAT
) -> None:
    """Keep the bytes of a workbook that came back, and note that this run read it and how many rows counted."""
    keep_raw(kjoring.con, sha256, fil, format_navn, innhold, kjoring.registrert_tid)
    _note_read(kjoring, 0, sha256, rader)


def frozen(con: duckdb.DuckDBPyConnection, hjem: Hjem, sha256: str) -> Mottatt | None:
    """Return a delivered file as it was frozen, or None where the register has no such file."""
    rad = con.execute("SELECT fil, format, innhold FROM raafil WHERE sha256 = ?", [sha256]).fetchone()
    if rad is None or rad[1] not in formats():
        return None
    return Mottatt(rad[0], sha256, rad[2], find_format(rad[1], hjem.innstillinger), ny=False)


def workbooks(hjem: Hjem) -> list[Path]:
    """Return the files in the inbox that may be quarantine workbooks, by their names, in order."""
    return [sti for sti in _content(hjem) if sti.is_file() and _may_be_workbook(sti)]


def unknown_files(kjoring: Kjoring) -> list[str]:
    """Return the endings of what lies in the inbox and fits neither an input format nor a quarantine workbook.

    Names are not told: a file's name may be a person's. What Excel and the machine leave behind is not counted.
    """
    return [
        sti.suffix.casefold() or ("mappe" if sti.is_dir() else "uten endelse")
        for sti in _content(kjoring.hjem)
        if sti.is_dir() or not _is_known(sti)
    ]


def _is_known(sti: Path) -> bool:
    return (
        _may_be_workbook(sti)
        or any(fnmatch(sti.name.casefold(), monster) for monster in (WORKLIST_PATTERN, FORM_PATTERN))
        or sti.suffix.casefold() in RECEIPT_SUFFIXES
        or any(enkelt.fits(sti.name) for enkelt in formats().values())
    )


def _content(hjem: Hjem) -> list[Path]:
    return sorted(
        sti
        for sti in make_folder(hjem.innboks).iterdir()
        if not any(fnmatch(sti.name.casefold(), monster) for monster in LEFT_BY_PROGRAMS)
    )


def _may_be_workbook(sti: Path) -> bool:
    return fnmatch(sti.name.casefold(), WORKBOOK_PATTERN)


def keep_raw(
    con: duckdb.DuckDBPyConnection, sha256: str, fil: str, format_navn: str, innhold: bytes, mottatt_tid: datetime
) -> None:
    """Keep a file's bytes as they came (``mottatt_tid`` in UTC), once per content."""
    if not con.execute("SELECT 1 FROM raafil WHERE sha256 = ?", [sha256]).fetchone():
        con.execute("INSERT INTO raafil VALUES (?, ?, ?, ?, ?)", [sha256, fil, format_navn, mottatt_tid, innhold])


def _note_read(kjoring: Kjoring, rekkefolge: int, sha256: str, rader: int) -> None:
    kjoring.con.execute("INSERT INTO kjoring_fil VALUES (?, ?, ?, ?)", [kjoring.kjoring_id, rekkefolge, sha256, rader])


def _from_inbox(kjoring: Kjoring, format_: Filformat) -> list[Mottatt]:
    filer = []
    for sti in (sti for sti in _content(kjoring.hjem) if sti.is_file() and format_.fits(sti.name)):
        if NUMMER.search(sti.name):
            raise BrukerFeil("ÅH-2040", format=format_.navn)
        innhold = sti.read_bytes()
        filer.append(Mottatt(sti.name, hashlib.sha256(innhold).hexdigest(), innhold, format_, ny=True))
        kjoring.leste_filer.append(sti)
    return filer


def _from_history(kjoring: Kjoring, format_: Filformat) -> list[Mottatt]:
    rader = kjoring.con.execute(
        """
        SELECT r.fil, r.sha256, r.innhold
        FROM kjoring_fil kf JOIN raafil r USING (sha256) JOIN kjoring k USING (kjoring_id)
        WHERE k.rad = $rad AND k.aar = $aar AND r.format = $format AND k.generasjon = (
            SELECT max(k2.generasjon) FROM kjoring k2 JOIN kjoring_fil USING (kjoring_id) JOIN raafil r2 USING (sha256)
            WHERE k2.rad = $rad AND k2.aar = $aar AND r2.format = $format
              AND k2.kjoring_id NOT IN (SELECT angret_kjoring_id FROM angring))
        ORDER BY kf.rekkefolge
        """,
        {"rad": kjoring.rad.rad, "aar": kjoring.aar, "format": format_.navn},
    ).fetchall()
    return [Mottatt(fil, sha256, innhold, format_, ny=False) for fil, sha256, innhold in rader]
