"""A disk that is full at every write.

The disk is given one more page, or one more file, until what is done on it gets through. So each write that needs
room is the one that fails, once; with many pages, those between two that end alike are taken to end like them.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tasks.feil import UTGANG_AVVIST
from tasks.register import tilkobling
from tests.svikt.dom import look
from tests.svikt.hjemmet import GJOREMAAL, Svar, build, do, filled, in_child
from tests.svikt.rom import mount, remount

MEGABYTE = 48
SIDE = 4096
TETT = 24
"""So many pages are tried one by one; after that, only where something changes between them."""
KORT_SIDER = (0, 5)
LEDIGE_FILER = 100_000
FULL, FYLL = "ÅH-1309", "fyll"
ALLEREDE = ("ÅH-1402", "ÅH-1805")
"""It is approved, or the file is there: it was done the first time."""


@dataclass
class Utfall:
    """What came of doing something with so many free pages (or files): how it ended, and what is wrong with that."""

    hva: str
    slag: str
    ledig: int
    utgang: int
    kode: str
    registeret: str
    brudd: list[str] = field(default_factory=list)

    @property
    def slutt(self) -> tuple[int, str, str]:
        """How it ended, in short."""
        return self.utgang, self.kode, self.registeret


class Disk:
    """The small disk, with a home on it that can be put back as it was."""

    def __init__(self, mappe: Path) -> None:
        """Mount it and make the county on it."""
        self.rot = mount(mappe / "disk", MEGABYTE)
        self.hjem, self.mal = self.rot / "hjem", mappe / "mal"
        os.environ["ARSHJUL_HOME"] = str(self.hjem)
        in_child(lambda: build(self.hjem))
        self.keep("bygd")

    def keep(self, navn: str) -> None:
        """Remember all that is on the disk."""
        shutil.copytree(self.rot, self.mal / navn)

    def put_back(self, navn: str) -> None:
        """Let the disk hold what was remembered, and nothing else."""
        for sti in self.rot.iterdir():
            shutil.rmtree(sti) if sti.is_dir() else sti.unlink()
        shutil.copytree(self.mal / navn, self.rot, dirs_exist_ok=True)

    def pages(self, ledige: int) -> None:
        """Fill the disk but for so many pages."""
        fill(self.rot, ledige)

    def files(self, ledige: int) -> None:
        """Let no more than so many files be made."""
        plass = os.statvfs(self.rot)
        remount(self.rot, f"nr_inodes={plass.f_files - plass.f_ffree + ledige}")

    def free(self) -> None:
        """Give the room back."""
        (self.rot / FYLL).unlink(missing_ok=True)
        remount(self.rot, f"nr_inodes={LEDIGE_FILER}")


def fill(rot: Path, ledige: int) -> None:
    """Let a disk hold no more than so many pages."""
    plass = os.statvfs(rot)
    with (rot / FYLL).open("wb") as fil:
        os.posix_fallocate(fil.fileno(), 0, plass.f_bavail * plass.f_frsize - ledige * SIDE)


class Proving:
    """One thing that is done, again and again, on a disk with ever more room."""

    def __init__(self, disk: Disk, navn: str, *, lang_logg: bool = False) -> None:
        """Get ready, and see what comes of it where nothing fails."""
        self.disk, self.gjor = disk, GJOREMAAL[navn]
        self.navn = navn + ("-lang-logg" if lang_logg else "")
        self.hva = self.gjor.navn + (", og registeret skrives om" if lang_logg else "")
        self.for_ = _rewrite_always if lang_logg else _nothing
        disk.put_back("bygd")
        for ord_ in self.gjor.forst:
            svar = do(ord_, disk.hjem)
            assert svar.utgang < UTGANG_AVVIST, svar
        if navn == "gjenopprett":
            empty(disk.hjem)
        disk.keep(self.navn)
        self.ordene = in_child(lambda: filled(self.gjor.kommando, disk.hjem))
        self.uroert = in_child(lambda: look(disk.hjem))
        self.disk.put_back(self.navn)
        self.ventet = self.once()
        self.etter = in_child(lambda: look(disk.hjem))
        assert self.ventet.utgang < UTGANG_AVVIST, self.ventet

    def once(self) -> Svar:
        """Do it in a process of its own."""
        return do(self.ordene, self.disk.hjem, self.for_)

    def outcome(self, slag: str, ledig: int) -> Utfall:
        """Do it with so little room, give the room back, do it again, and judge both."""
        self.disk.put_back(self.navn)
        (self.disk.pages if slag == "sider" else self.disk.files)(ledig)
        svar = self.once()
        self.disk.free()
        sett = in_child(lambda: look(self.disk.hjem))
        registeret = "urørt" if sett["alt"] == self.uroert["alt"] else "underveis"
        if registeret != "urørt" and sett["mening"] == self.etter["mening"]:
            registeret = "ferdig"
        utfall = Utfall(self.hva, slag, ledig, svar.utgang, svar.kode, registeret)
        igjen = self.once() if svar.utgang >= UTGANG_AVVIST or svar.kode else None
        utfall.brudd += list(self.wrong(svar, sett, igjen))
        return utfall

    def wrong(self, svar: Svar, sett: dict[str, Any], igjen: Svar | None) -> Iterator[str]:
        """Yield what must not be so."""
        if svar.utgang > UTGANG_AVVIST or (svar.utgang == UTGANG_AVVIST and not svar.kode):
            yield f"utgang {svar.utgang} uten melding som kan følges: {svar.sagt[-300:]}"
        if self.gjor.udelt and svar.utgang == UTGANG_AVVIST and svar.kode == FULL and sett["alt"] != self.uroert["alt"]:
            yield "avvist fordi disken er full, men registeret er endret"
        if sett["halve"]:
            yield f"halve filer: {', '.join(sett['halve'])}"
        if igjen is None:
            naa = sett
        else:
            naa = in_child(lambda: look(self.disk.hjem))
            if igjen.utgang >= UTGANG_AVVIST and (svar.utgang >= UTGANG_AVVIST or igjen.kode not in ALLEREDE):
                yield f"går ikke når det er plass igjen: {igjen.sagt[-300:]}"
        if naa["kjeden"]:
            yield "revisjonsloggen er brutt, også når det er plass igjen"
        if naa["halve"]:
            yield f"halve filer etter ny kjøring: {', '.join(naa['halve'])}"
        for del_ in ("filer", "mening"):
            if naa[del_] != self.etter[del_]:
                yield f"ikke det samme som uten feil: {del_}: {_difference(naa[del_], self.etter[del_])}"

    def every_page(self, *, kort: bool) -> list[Utfall]:
        """Try every number of free pages, from none until it gets through."""
        if kort:
            return [self.outcome("sider", ledig) for ledig in KORT_SIDER]
        kjent = {ledig: self.outcome("sider", ledig) for ledig in range(TETT)}
        grense = TETT
        while not self._through(kjent[max(kjent)]):
            grense = grense * 3 // 2
            kjent[grense] = self.outcome("sider", grense)
        _between(sorted(kjent), kjent, lambda ledig: self.outcome("sider", ledig))
        return [kjent[ledig] for ledig in sorted(kjent)]

    def every_file(self, *, kort: bool) -> list[Utfall]:
        """Try every number of files that may still be made, from none until it gets through."""
        alle: list[Utfall] = []
        while not alle or not self._through(alle[-1]):
            alle.append(self.outcome("filer", len(alle)))
            if kort:
                break
        return alle

    def _through(self, utfall: Utfall) -> bool:
        return utfall.utgang == self.ventet.utgang and utfall.kode == self.ventet.kode


def _between(provd: list[int], kjent: dict[int, Utfall], prove: Callable[[int], Utfall]) -> None:
    """Halve each interval whose ends came out differently, until they are neighbours."""
    for lav, hoy in pairwise(provd):
        if hoy - lav > 1 and kjent[lav].slutt != kjent[hoy].slutt:
            midt = (lav + hoy) // 2
            kjent[midt] = prove(midt)
            _between([lav, midt, hoy], kjent, prove)


def _difference(naa: dict[str, Any], ventet: dict[str, Any]) -> str:
    ulike = [navn for navn in {*naa, *ventet} if naa.get(navn) != ventet.get(navn)]
    return "; ".join(f"{navn}: {naa.get(navn)} mot {ventet.get(navn)}"[:300] for navn in ulike)


def empty(hjem: Path) -> None:
    """Leave a home nothing but its keys."""
    for sti in hjem.iterdir():
        if not sti.name.endswith(".nokkel"):
            shutil.rmtree(sti) if sti.is_dir() else sti.unlink()


def _nothing() -> None:
    """Nothing is done first."""


def _rewrite_always() -> None:
    tilkobling.LANG_LOGG = 1
