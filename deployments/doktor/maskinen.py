"""Checks of the machine and the home's files: who can read them, room, time zone, versions, what killed runs left."""

import os
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from deployments.doktor.funn import Blikk, Funn, names, read_number
from deployments.doktor.tjenesten import quoted
from deployments.kopi.innhold import GJENOPPRETTES, MIDLERTIDIG
from tasks import klokke
from tasks.filer import HALVSKREVET

LAAS: Final = "requirements.lock"
ANDRE: Final = 0o077
REGISTRE: Final = ("register.duckdb", "register.duckdb.wal")
PLASS_TIL_KOPIER: Final = 3
"""The register is written anew beside itself, and backed up."""
MEGABYTE: Final = 1_000_000
VINTER, SOMMER = (1, 1), (7, 1)


def permissions(blikk: Blikk) -> list[Funn]:
    """Only the account that runs the program can read the home, and everything in it is hers."""
    apne, andres = [], []
    for sti in (blikk.mappe, *_everything(blikk)):
        try:
            om = sti.lstat()
        except FileNotFoundError:
            # Taken by a run meanwhile.
            continue
        sted = sti.relative_to(blikk.mappe).parts[:1] or (".",)
        if om.st_uid != os.getuid():
            andres.append(sted[0])
        elif om.st_mode & ANDRE:
            apne.append(sted[0])
    funn = [("apen", apne), ("andres", andres)]
    return [
        Funn(navn, {"antall": len(stier), "steder": names(sorted(set(stier))), "mappe": quoted(blikk)})
        for navn, stier in funn
        if stier
    ]


def _everything(blikk: Blikk) -> Iterator[Path]:
    """Yield what lies in the home but links, and what people put in the inbox, which has the rights they gave it."""
    for sti in blikk.mappe.rglob("*"):
        if not sti.is_symlink() and sti.parent != blikk.hjem.innboks:
            yield sti


def disk(blikk: Blikk) -> list[Funn]:
    """There is room for the register to be written anew beside itself, and then some."""
    ledig = shutil.disk_usage(blikk.mappe).free
    register = sum(sti.stat().st_size for navn in REGISTRE if (sti := blikk.mappe / navn).is_file())
    trengs = max(blikk.grenser["ledig_megabyte"] * MEGABYTE, PLASS_TIL_KOPIER * register)
    tall = {"ledig": ledig // MEGABYTE, "trengs": trengs // MEGABYTE}
    return [Funn("full", tall)] if ledig < trengs else []


def time_zone(blikk: Blikk) -> list[Funn]:
    """Oslo has winter time and summer time, in this year and the next ones."""
    aar = klokke.local_date(blikk.naa).year
    gale = [
        enkelt
        for enkelt in range(aar, aar + blikk.grenser["tidssone_aar"] + 1)
        if [_offset(enkelt, dag) for dag in (VINTER, SOMMER)] != [timedelta(hours=1), timedelta(hours=2)]
    ]
    return [Funn("gal", {"aar": names([str(enkelt) for enkelt in gale])})] if gale else []


def _offset(aar: int, dag: tuple[int, int]) -> timedelta | None:
    return datetime(aar, *dag, tzinfo=klokke.OSLO).utcoffset()


def versions(blikk: Blikk) -> list[Funn]:
    """Every library is the one that the program was tested with, and so is Python."""
    trengs = tomllib.loads((blikk.rot / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    python = ".".join(str(del_) for del_ in sys.version_info[:3])
    funn = []
    if not SpecifierSet(trengs).contains(python, prereleases=True):
        funn.append(Funn("python", {"har": python, "trengs": trengs}))
    andre = [krav.name for krav in _locked(blikk.rot / LAAS) if not krav.specifier.contains(_installed(krav.name))]
    if andre:
        funn.append(Funn("andre", {"antall": len(andre), "navn": names(andre)}))
    return funn


def _locked(fil: Path) -> list[Requirement]:
    """Return what the lock asks for on this machine; InvalidRequirement where a line is none."""
    linjer = re.findall(r"^(\w[^\\\n]*)", fil.read_text(encoding="utf-8"), re.MULTILINE)
    krav = [Requirement(linje.strip()) for linje in linjer]
    if not krav:
        raise InvalidRequirement(LAAS)
    return [enkelt for enkelt in krav if enkelt.marker is None or enkelt.marker.evaluate()]


def _installed(navn: str) -> str:
    try:
        return version(navn)
    except PackageNotFoundError:
        # No version at all is none that the lock has.
        return "0"


def leftovers(blikk: Blikk) -> list[Funn]:
    """Nothing lies half written by a process that is gone."""
    funn = []
    halve = [sti for sti in blikk.mappe.rglob(f".*{HALVSKREVET}") if not _is_writing(sti)]
    if halve:
        stier = " ".join(shlex.quote(str(sti)) for sti in halve[: blikk.grenser["nevnes"]])
        funn.append(Funn("halvskrevet", {"antall": len(halve), "stier": stier}))
    if (blikk.mappe / GJENOPPRETTES).exists():
        funn.append(Funn("gjenoppretting", {"mappe": quoted(blikk)}))
    if (blikk.mappe / MIDLERTIDIG).exists() and not (blikk.mappe / "register.eier").exists():
        funn.append(Funn("kopi", {"mappe": shlex.quote(str(blikk.mappe / MIDLERTIDIG))}))
    return funn


def _is_writing(sti: Path) -> bool:
    """Tell whether the process that writes the file still runs; its number stands in the file's name."""
    pid = read_number(rf"\.(\d+){re.escape(HALVSKREVET)}$", sti.name)
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
