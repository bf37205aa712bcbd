"""The inbox: files a run takes are frozen in the register, byte for byte, before anything is read from them.

A run with no new file reads the frozen ones of the row's last run again, so that a corrected code table or rule has
its effect without a new delivery.
"""

import hashlib
from dataclasses import dataclass
from fnmatch import fnmatch

from schemas.format import Filformat
from tasks.feil import BrukerFeil
from tasks.filer import make_folder
from tasks.formater import find_format
from tasks.kjoring import Kjoring


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

    Raises BrukerFeil ÅH-2016 where one is needed and neither the inbox nor the row's history has any.
    """
    format_ = find_format(format_navn)
    filer = _from_inbox(kjoring, format_) or _from_history(kjoring, format_)
    if pakrevd and not filer:
        raise BrukerFeil("ÅH-2016", format=format_navn, rad=kjoring.rad.rad, aar=kjoring.aar)
    return filer


def freeze(kjoring: Kjoring, filer: list[Mottatt], antall: list[int]) -> None:
    """Keep the files' bytes and note which this run read, with how many rows each has."""
    for rekkefolge, (mottatt, rader) in enumerate(zip(filer, antall, strict=True)):
        kjent = kjoring.con.execute("SELECT 1 FROM raafil WHERE sha256 = ?", [mottatt.sha256]).fetchone()
        if not kjent:
            kjoring.con.execute(
                "INSERT INTO raafil VALUES (?, ?, ?, ?, ?)",
                [mottatt.sha256, mottatt.fil, mottatt.format.navn, kjoring.registrert_tid, mottatt.innhold],
            )
        kjoring.con.execute(
            "INSERT INTO kjoring_fil VALUES (?, ?, ?, ?)", [kjoring.kjoring_id, rekkefolge, mottatt.sha256, rader]
        )


def _from_inbox(kjoring: Kjoring, format_: Filformat) -> list[Mottatt]:
    stier = sorted(
        sti
        for sti in make_folder(kjoring.hjem.innboks).iterdir()
        if sti.is_file() and fnmatch(sti.name.casefold(), format_.monster)
    )
    filer = []
    for sti in stier:
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
            WHERE k2.rad = $rad AND k2.aar = $aar AND r2.format = $format)
        ORDER BY kf.rekkefolge
        """,
        {"rad": kjoring.rad.rad, "aar": kjoring.aar, "format": format_.navn},
    ).fetchall()
    return [Mottatt(fil, sha256, innhold, format_, ny=False) for fil, sha256, innhold in rader]
