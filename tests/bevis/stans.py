"""When what runs is killed: server, worker, both and all of it, at each stage, and while a proposal waits."""

import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tests.bevis import Funn, Tabell
from tests.bevis.svikt import KOLONNER, remedy
from tests.svikt.drept import OFRE, STEG, VENTER, Skjebne, county, die, die_waiting, start_twice

KORT: Final = ("arbeideren", STEG[2])
AV_SEG_SELV: Final = "av seg selv"


def prov(*, kort: bool) -> Funn:
    """Kill at each stage whom there is to kill, in short one at one, and start twice what is started."""
    gjoremaal = {steg.gjor for steg in STEG} | {"godkjenn"}
    with tempfile.TemporaryDirectory(prefix="stans-") as mappe, county(Path(mappe) / "fylke", gjoremaal) as fylke:
        if kort:
            offer, steg = KORT
            skjebner = [die(fylke, steg, offer)]
        else:
            skjebner = [_told(die(fylke, steg, offer)) for offer in OFRE for steg in STEG]
            skjebner += [_told(die_waiting(fylke, offer)) for offer in OFRE]
        tvilling = start_twice(fylke)
    return Funn(
        {
            "ganger noe ble drept": len(skjebner),
            "drepte prosesser": sum(len(OFRE[s.offer]) for s in skjebner),
            "steg de ble drept i": len({(s.gjor, s.steg) for s in skjebner}),
        },
        (Tabell("Hva som drepes, og hva du gjør", KOLONNER, [twin_row(tvilling), *rows(skjebner)]),),
        tuple(_breaches(skjebner, tvilling)),
    )


def _breaches(skjebner: Iterable[Skjebne], tvilling: Skjebne) -> Iterator[str]:
    yield from (f"{s.gjor}, {s.steg}, {s.offer} drept: {brudd}" for s in skjebner for brudd in s.brudd)
    yield from (f"to tjenere på samme hjemmemappe: {brudd}" for brudd in tvilling.brudd)


def twin_row(tvilling: Skjebne) -> tuple[str, str, str, str]:
    """Return what was seen of a home that is started twice."""
    skjer = f"den andre: {tvilling.kode}; den første går som før"
    return "to tjenere på samme hjemmemappe", tvilling.gjor, skjer, remedy(tvilling.kode)


def rows(skjebner: Iterable[Skjebne]) -> list[tuple[str, str, str, str]]:
    """Return what was seen of each death."""
    return [(f"{s.offer} drepes", f"{s.gjor}: {s.steg}", _came_of(s), _mended(s)) for s in skjebner]


def _came_of(skjebne: Skjebne) -> str:
    opp = "den startes igjen av seg selv" if skjebne.start == AV_SEG_SELV else "start stopper"
    return opp + (f"; Prefect viser kjøringen som {skjebne.tilstand}" if skjebne.tilstand else "")


def _mended(skjebne: Skjebne) -> str:
    start = "" if skjebne.start == AV_SEG_SELV else "Start igjen. "
    gjor = "Godkjenn som ellers." if skjebne.steg == VENTER else "Gjør det på nytt."
    return f"{start}{gjor}" + (f" Svaret er {skjebne.kode}: {remedy(skjebne.kode)}" if skjebne.kode else "")


def _told(skjebne: Skjebne) -> Skjebne:
    sys.stderr.write(f"stans: {skjebne.offer}, {skjebne.gjor}, {skjebne.steg} {' '.join(skjebne.brudd)}\n")
    return skjebne
