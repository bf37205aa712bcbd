"""The folder of worklists and calendars, kept in agreement with the register: derived, so that a crash loses nothing.

A file whose bytes we do not know is somebody's work, and is never written over or removed; the new list is then laid
beside it. What is laid out is noted in the register first.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Final

from schemas.arbeid import Arbeidsbok
from tasks.arbeid.bok import VERSJON, write_book
from tasks.arbeid.kalenderfil import Hendelse, calendar
from tasks.arbeid.kryptering import find_password, lock, safe_name
from tasks.avvik import Funn, finding
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.filer import FIL_RETTIGHETER, write_file
from tasks.hjem import Hjem
from tasks.kjoring import Kjoring
from tasks.klokke import local_date

LISTE, KALENDER = "arbeidsliste", "kalender"
ENDELSER: Final = {LISTE: ".xlsx", KALENDER: ".ics"}
EGEN_FIL: Final = re.compile(
    r"((arbeidsliste|kalender)_[A-Za-z0-9ÆØÅæøå@.-]+?)(_[0-9]{4}-[0-9]{2}-[0-9]{2}(-[0-9]+)?)?\.(xlsx|ics)"
)
I_BRUK: Final = ("~${}", ".~lock.{}#")
"""What Excel and LibreOffice lay beside a file that is open in them."""
GRUPPE: Final = 0o060
LIGGER_IGJEN: Final = "ÅH-2510"


@dataclass
class _Fil:
    """A file that lies in the folder: its bytes' hash (blank where they cannot be read), and whether it may go."""

    sti: Path
    sha256: str
    kan_bort: bool


@dataclass
class _Plan:
    """What is to be done with the folder: new files by path, those that stay, and those that hold somebody's work."""

    nye: dict[Path, bytes] = field(default_factory=dict)
    blir: set[Path] = field(default_factory=set)
    andres: set[Path] = field(default_factory=set)


def lay_out(
    kjoring: Kjoring, boker: Sequence[Arbeidsbok], hendelser: Mapping[str, Sequence[Hendelse]] | None = None
) -> list[Funn]:
    """Make the folder hold exactly these worklists and, where ``hendelser`` is given, these owners' calendars.

    The bytes are made and noted in the run's transaction; the files are written when it is committed. A dry run does
    nothing. Returns ÅH-2510 where files are left lying because somebody has written in them or has them open.
    BrukerFeil ÅH-1720 (no password for an owner's list), ÅH-1721 (the folder, outside the home, is not there).
    """
    if kjoring.bare_vis:
        return []
    mappe = _Mappe(kjoring, [LISTE] if hendelser is None else [LISTE, KALENDER])
    for bok in boker:
        if bok.antall or bok.skjermede:
            mappe.put(LISTE, bok.mottaker, mappe.digest(bok), partial(mappe.book, bok))
    navn = {bok.mottaker: bok.navn for bok in boker}
    for eier, egne in (hendelser or {}).items():
        if egne:
            innhold = partial(calendar, navn.get(eier, eier), egne, kjoring.naa)
            mappe.put(KALENDER, eier, _hash(repr([VERSJON, navn.get(eier, eier), *egne])), innhold)
    kjoring.etterpaa.append(mappe.finish())
    return [finding(LIGGER_IGJEN, antall=len(mappe.plan.andres))] if mappe.plan.andres else []


def folder(hjem: Hjem) -> Path:
    """Return where the worklists lie. BrukerFeil ÅH-1721 where it is outside the home and not there."""
    valgt = Path(hjem.innstillinger.arbeidslister.mappe)
    if not valgt.is_absolute():
        return hjem.utboks / valgt
    if not valgt.is_dir():  # a share that is not mounted: made here, the lists would lie on this machine
        raise BrukerFeil("ÅH-1721")
    return valgt


class _Mappe:
    """The folder as it is when a run looks at it, and what the run wants of it."""

    def __init__(self, kjoring: Kjoring, slag: Sequence[str]) -> None:
        self.kjoring = kjoring
        self.valg = kjoring.hjem.innstillinger.arbeidslister
        self.mappe = folder(kjoring.hjem)
        self.plan = _Plan()
        self.filer: dict[str, list[_Fil]] = {}
        for stamme, fil in self._files(tuple(slag)):
            self.filer.setdefault(stamme, []).append(fil)

    def _files(self, slag: tuple[str, ...]) -> Iterator[tuple[str, _Fil]]:
        """Yield (the name without its date, the file) for every file that bears one of our names."""
        for sti in sorted(self.mappe.iterdir()) if self.mappe.is_dir() else ():
            if sti.name.startswith(slag) and (treff := EGEN_FIL.fullmatch(sti.name)) and sti.is_file():
                sha256 = _hash_of(sti)
                yield treff[1], _Fil(sti, sha256, self._is_known(sha256) and not _is_open(sti))

    def _is_known(self, sha256: str) -> bool:
        """Tell whether the bytes are ours, or have come back through the inbox."""
        return bool(
            self.kjoring.con.execute(
                "SELECT 1 FROM arbeidsbok WHERE fil_sha256 = ? UNION ALL SELECT 1 FROM raafil WHERE sha256 = ?",
                [sha256, sha256],
            ).fetchone()
        )

    def digest(self, bok: Arbeidsbok) -> str:
        """Return what tells whether a worklist shows the same, whatever day it is made."""
        ark = [
            (ett, [(rad.nokkel, rad.frist, rad.hast, sorted(rad.celler.items()), rad.maa_rettes) for rad in rader])
            for ett, rader in bok.ark
            if rader
        ]
        return _hash(repr([VERSJON, self.valg.kryptert, bok.mottaker, bok.navn, bok.aar, bok.skjermede, ark]))

    def book(self, bok: Arbeidsbok) -> bytes:
        """Return a worklist's bytes, locked where the county has said so."""
        innhold = write_book(bok)
        return lock(innhold, find_password(self.kjoring.hjem, bok.mottaker)) if self.valg.kryptert else innhold

    def put(self, slag: str, eier: str, vist: str, make: Callable[[], bytes]) -> None:
        """See to it that a file that shows this lies there; it is made and noted where none does."""
        stamme = f"{slag}_{safe_name(eier)}"
        rader = self.kjoring.con.execute(
            "SELECT fil_sha256 FROM arbeidsbok WHERE mottaker = ? AND innhold_sha256 = ?", [eier, vist]
        ).fetchall()
        gode = {sha256 for (sha256,) in rader}
        if like := [fil.sti for fil in self.filer.get(stamme, []) if fil.sha256 in gode]:
            self.plan.blir.add(like[0])
            return
        sti, innhold = self._free(stamme, ENDELSER[slag]), make()
        if sti in self.plan.nye:
            raise ProgramFeil("to eiere av arbeidslister har samme filnavn")
        self.plan.nye[sti] = innhold
        self.kjoring.con.execute(
            "INSERT INTO arbeidsbok VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                eier, sti.name, vist, hashlib.sha256(innhold).hexdigest(), self.kjoring.registrert_tid,
                self.kjoring.kjoring_id, innhold if slag == LISTE and self.valg.kryptert else None,
            ],
        )  # fmt: skip

    def _free(self, stamme: str, endelse: str) -> Path:
        """Return the first name where nobody's work is written over: the plain one, else with today's date."""
        opptatt = {fil.sti.name for fil in self.filer.get(stamme, []) if not fil.kan_bort}
        dag = local_date(self.kjoring.naa).isoformat()
        slutter = chain(("", f"_{dag}"), (f"_{dag}-{nummer}" for nummer in count(2)))
        navn = (f"{stamme}{slutt}{endelse}" for slutt in slutter)
        return self.mappe / next(ett for ett in navn if ett not in opptatt)

    def finish(self) -> Callable[[], None]:
        """Return what is left to do when the run is committed: write the new files, then take the old ones away."""
        alle = [fil for flere in self.filer.values() for fil in flere]
        self.plan.andres = {fil.sti for fil in alle if not fil.kan_bort and fil.sti not in self.plan.blir}
        bort = [fil for fil in alle if fil.kan_bort and fil.sti not in self.plan.blir | self.plan.nye.keys()]
        sett = {fil.sti: fil.sha256 for fil in alle}
        return partial(_carry_out, dict(self.plan.nye), bort, sett, delt=Path(self.valg.mappe).is_absolute())


def _carry_out(nye: Mapping[Path, bytes], bort: Sequence[_Fil], sett: Mapping[Path, str], *, delt: bool) -> None:
    """Write and remove, but for files that somebody has touched since the run looked; the next run sees to those."""
    for sti, innhold in nye.items():
        if _hash_of(sti) == sett.get(sti, "") and not _is_open(sti):
            write_file(sti, innhold)
            if delt:
                sti.chmod(FIL_RETTIGHETER | (sti.parent.stat().st_mode & GRUPPE))
    for fil in bort:
        if _hash_of(fil.sti) == fil.sha256 and not _is_open(fil.sti):
            with suppress(PermissionError):
                fil.sti.unlink(missing_ok=True)


def _is_open(sti: Path) -> bool:
    """Tell whether the file is open in Excel or LibreOffice."""
    return any(sti.with_name(merke.format(sti.name)).exists() for merke in I_BRUK)


def _hash_of(sti: Path) -> str:
    """Return the hash of a file's bytes, blank where they cannot be read or there is none."""
    try:
        return hashlib.sha256(sti.read_bytes()).hexdigest()
    except OSError:
        return ""


def _hash(tekst: str) -> str:
    return hashlib.sha256(tekst.encode()).hexdigest()
