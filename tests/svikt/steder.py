"""Folders that are closed or gone, long paths, homes that are somebody else's.

Each fault is made, the thing is done, the fault is mended and it
is done again.
"""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tasks import hjemvern
from tasks.hjem import home
from tests.svikt.dom import look
from tests.svikt.full import Proving, Utfall
from tests.svikt.hjemmet import do, in_child

LANG: Final = "/".join(["ærlig-øvd-århundre"] * 12)
KORT: Final = ("hjemmemappen er skrivebeskyttet", "på en annen maskin")


@dataclass(frozen=True)
class Feil:
    """A fault: what it is, what is done meanwhile, how it is made and mended, and what is done first in the process.

    ``gaar``: it gets through all the same. ``hit``: where the home is meanwhile, from where it was.
    """

    hva: str
    gjor: tuple[str, ...]
    lag: Callable[[Path], object]
    rett: Callable[[Path], object]
    for_: Callable[[], None] = lambda: None
    hit: Callable[[Path], Path] = lambda hjem: hjem
    gaar: bool = False


def close(sti: Path) -> None:
    """Let a folder be one that can only be read."""
    sti.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "--bind", str(sti), str(sti)], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", str(sti)], check=True)


def reopen(sti: Path) -> None:
    """Undo ``close``."""
    subprocess.run(["umount", str(sti)], check=True)


def closed(navn: str, *gjor: str) -> Feil:
    """Return the fault that a folder of the home (blank: the home) can only be read."""
    hva = f"{navn} er skrivebeskyttet" if navn else "hjemmemappen er skrivebeskyttet"
    return Feil(hva, gjor, lambda hjem: close(hjem / navn), lambda hjem: reopen(hjem / navn))


def gone(navn: str, *gjor: str) -> Feil:
    """Return the fault that a folder of the home is not there."""
    return Feil(
        f"{navn} mangler", gjor, lambda hjem: shutil.rmtree(hjem / navn, ignore_errors=True), lambda _: None, gaar=True
    )


def moved(hva: str, navn: str, *gjor: str, gaar: bool = False) -> Feil:
    """Return the fault that the home lies elsewhere than where it belongs; ``gaar`` where it has moved in there."""

    def move(hjem: Path) -> None:
        (hjem.parent / navn).parent.mkdir(parents=True, exist_ok=True)
        hjem.rename(hjem.parent / navn)
        if gaar:
            in_child(lambda: claim(hjem.parent / navn))

    def back(hjem: Path) -> None:
        (hjem.parent / navn).rename(hjem)

    return Feil(hva, gjor, move, back, hit=lambda hjem: hjem.parent / navn, gaar=gaar)


def claim(mappe: Path) -> None:
    """Let a home belong where it lies, as when a person has confirmed it."""
    with home(mappe).register.transaction("prøve") as con:
        hjemvern.claim(con, mappe)


def another_machine() -> None:
    """From now on this process runs on another machine."""
    hjemvern.machine_id = lambda: "en-annen-maskin"  # type: ignore[assignment]


def vanish(hjem: Path) -> None:
    hjem.rename(hjem.with_name("borte"))


def reappear(hjem: Path) -> None:
    """Lay the home back; what was made in its place while it was away goes."""
    shutil.rmtree(hjem, ignore_errors=True)
    hjem.with_name("borte").rename(hjem)


FEIL: Final = (
    closed("", "last", "brev", "send", "kopi"),
    closed("innboks", "last"),
    closed("utboks", "last", "send", "udir"),
    closed("rapporter", "last", "brev"),
    closed("karantene", "last"),
    gone("innboks", "brev"),
    gone("utboks", "last", "send", "udir"),
    gone("rapporter", "last", "brev", "send"),
    gone("karantene", "last"),
    Feil("hjemmemappen er borte", ("last", "send"), vanish, reappear),
    moved("hjemmemappen er flyttet", "flyttet", "last", "godkjenn", "send"),
    moved("stien har æøå og over 200 tegn", LANG, "last", "brev", "send", "kopi", gaar=True),
    Feil("på en annen maskin", ("last", "godkjenn", "send"), lambda _: None, lambda _: None, for_=another_machine),
)


def faults(navn: str, *, kort: bool) -> list[Feil]:
    """Return the faults that this is to be tried with."""
    return [feil for feil in FEIL if navn in feil.gjor and (not kort or feil.hva in KORT)]


def outcome(proving: Proving, feil: Feil) -> Utfall:
    """Make the fault, do it, mend it, do it again, and judge."""
    disk = proving.disk
    disk.put_back(proving.navn)
    feil.lag(disk.hjem)
    svar = do(proving.gjor.kommando, feil.hit(disk.hjem), feil.for_)
    feil.rett(disk.hjem)
    sett = in_child(lambda: look(disk.hjem))
    registeret = "urørt" if sett["alt"] == proving.uroert["alt"] else "underveis"
    if registeret != "urørt" and sett["mening"] == proving.etter["mening"]:
        registeret = "ferdig"
    utfall = Utfall(feil.hva, proving.hva, 0, svar.utgang, svar.kode, registeret)
    igjen = proving.once() if svar.utgang != proving.ventet.utgang else None
    utfall.brudd += list(proving.wrong(svar, sett, igjen))
    if feil.gaar and svar.utgang != proving.ventet.utgang:
        utfall.brudd.append(f"gikk ikke: {svar.sagt[-300:]}")
    return utfall
