"""When something fails: disks, folders and hosts, each fault made, and what came of it seen."""

import re
from typing import Any, Final

from tasks.feil import messages
from tests.bevis import Funn, Tabell
from tests.svikt import rom
from tests.svikt.annen import UAVKLART

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
    """Make every fault, in short a few of them, and tell what was seen."""
    hindring = rom.reason()
    alle = [] if hindring else rom.in_room("kort" if kort else "hel")
    brudd = [f"{u['hva']}, {u['slag']} {u['ledig']}: {b}" for u in alle for b in u["brudd"]]
    tall = {
        "ganger disken var full": sum(u["slag"] in FULLE for u in alle),
        "stengte mapper og flyttede hjem": sum(u["slag"] not in FULLE for u in alle),
    }
    merknader = (f"Disker og mapper er ikke prøvd: {hindring}",) if hindring else ()
    return Funn(
        tall,
        (Tabell("Hva som svikter, og hva du gjør", KOLONNER, rows(alle)),),
        tuple(brudd),
        merknader,
    )


def rows(alle: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Return each different thing that was seen of disks and folders, once: fault, when, what happens, what to do."""
    hendt = (_happens(u["utgang"], u["kode"], u["registeret"]) for u in alle)
    return sorted({(_fault(u), _when(u), hva, remedy(u["kode"])) for u, hva in zip(alle, hendt, strict=True)})


def _fault(utfall: dict[str, Any]) -> str:
    return str(FULLE.get(utfall["slag"], utfall["hva"]))


def _when(utfall: dict[str, Any]) -> str:
    return str(utfall["hva"] if utfall["slag"] in FULLE else utfall["slag"])


def _happens(utgang: int, kode: str, registeret: str) -> str:
    if registeret == UAVKLART:
        return f"ingenting sendes; hvert brev er uavklart for et menneske ({kode})"
    if utgang < 2:
        return FERDIG + (f", og {kode} sies" if kode.startswith(("ÅH-1", "ÅH-24")) else "")
    return f"{kode}, utgang {utgang}; {REGISTERET[registeret]}"


def remedy(kode: str) -> str:
    return PLASS.sub("…", messages()[kode][1]) if kode.startswith(("ÅH-1", "ÅH-24", "ÅH-3060")) else "Ingenting."
