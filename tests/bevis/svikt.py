"""When something fails: disks, folders, processes and hosts, each fault made, and what came of it seen."""

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from tasks.feil import messages
from tests.bevis import Funn, Tabell
from tests.svikt import rom
from tests.svikt.drept import OFRE, STEG, VENTER, Skjebne, county, die, die_waiting

KOLONNER: Final = ("Hva svikter", "Når", "Hva skjer", "Hva du gjør")
PLASS: Final = re.compile(r"\{\w+\}")
"""What a message fills in when it is told."""
FERDIG: Final = "alt ble gjort"
FULLE: Final = {"sider": "disken er full", "filer": "disken tar ikke flere filer"}
REGISTERET: Final = {
    "urørt": "registeret er urørt",
    "ferdig": "det er gjort og lagret",
    "underveis": "det som er gjort, er lagret",
}


def prov(*, kort: bool) -> Funn:
    """Make every fault, and tell what was seen. In short a few of disks and folders: a started county takes minutes."""
    hindring = rom.reason()
    alle = [] if hindring else rom.in_room("kort" if kort else "hel")
    skjebner = [] if kort else deaths()
    brudd = [f"{u['hva']}, {u['slag']} {u['ledig']}: {b}" for u in alle for b in u["brudd"]]
    brudd += [f"{s.gjor}, {s.steg}, {s.offer} drept: {b}" for s in skjebner for b in s.brudd]
    tall = {
        "ganger disken var full": sum(u["slag"] in FULLE for u in alle),
        "stengte mapper og flyttede hjem": sum(u["slag"] not in FULLE for u in alle),
        "drepte prosesser": sum(len(OFRE[s.offer]) for s in skjebner),
        "steg de ble drept i": len({(s.gjor, s.steg) for s in skjebner}),
    }
    merknader = (f"Disker og mapper er ikke prøvd: {hindring}",) if hindring else ()
    return Funn(
        tall,
        (Tabell("Hva som svikter, og hva du gjør", KOLONNER, [*rows(alle), *killed_rows(skjebner)]),),
        tuple(brudd),
        merknader,
    )


def deaths() -> list[Skjebne]:
    """Kill at each stage whom there is to kill, and while a proposal waits."""
    gjoremaal = {steg.gjor for steg in STEG} | {"godkjenn"}
    with tempfile.TemporaryDirectory(prefix="svikt-") as mappe, county(Path(mappe) / "fylke", gjoremaal) as fylke:
        alle = [die(fylke, steg, offer) for offer in OFRE for steg in STEG]
        return [*alle, *(die_waiting(fylke, offer) for offer in OFRE)]


def rows(alle: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Return each different thing that was seen of disks and folders, once: fault, when, what happens, what to do."""
    hendt = (_happens(u["utgang"], u["kode"], u["registeret"]) for u in alle)
    return sorted({(_fault(u), _when(u), hva, _remedy(u["kode"])) for u, hva in zip(alle, hendt, strict=True)})


def _fault(utfall: dict[str, Any]) -> str:
    return str(FULLE.get(utfall["slag"], utfall["hva"]))


def _when(utfall: dict[str, Any]) -> str:
    return str(utfall["hva"] if utfall["slag"] in FULLE else utfall["slag"])


def _happens(utgang: int, kode: str, registeret: str) -> str:
    if utgang < 2:
        return FERDIG + (f", og {kode} sies" if kode.startswith(("ÅH-1", "ÅH-24")) else "")
    return f"{kode}, utgang {utgang}; {REGISTERET[registeret]}"


def _remedy(kode: str) -> str:
    return PLASS.sub("…", messages()[kode][1]) if kode.startswith(("ÅH-1", "ÅH-24")) else "Ingenting."


def killed_rows(skjebner: Iterable[Skjebne]) -> list[tuple[str, str, str, str]]:
    """Return what was seen of each death."""
    return [(f"{s.offer} drepes", f"{s.gjor}: {s.steg}", _came_of(s), _mended(s)) for s in skjebner]


def _came_of(skjebne: Skjebne) -> str:
    opp = "den startes igjen av seg selv" if skjebne.start == "av seg selv" else "start stopper"
    return opp + (f"; Prefect viser kjøringen som {skjebne.tilstand}" if skjebne.tilstand else "")


def _mended(skjebne: Skjebne) -> str:
    start = "" if skjebne.start == "av seg selv" else "Start igjen. "
    gjor = "Godkjenn som ellers." if skjebne.steg == VENTER else "Gjør det på nytt."
    return f"{start}{gjor}" + (f" Svaret er {skjebne.kode}: {_remedy(skjebne.kode)}" if skjebne.kode else "")
