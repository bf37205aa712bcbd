"""When what runs is killed: server, worker, both and all of it, at each stage, and while a proposal waits."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Final

from tasks.filer import ROT
from tests.bevis import Funn, Tabell
from tests.bevis.svikt import KOLONNER, remedy
from tests.svikt.dodsfall import deaths
from tests.svikt.drept import OFRE, STEG, VENTER, Skjebne, county, die, start_twice

KORT: Final = ("arbeideren", STEG[2])
AV_SEG_SELV: Final = "av seg selv"
FYLKER: Final = 2
"""So many counties die side by side: mostly one process of each is at work."""


def prov(*, kort: bool) -> Funn:
    """Kill at each stage whom there is to kill, in short one at one, and start twice what is started."""
    with tempfile.TemporaryDirectory(prefix="stans-") as mappe:
        skjebner, brudd = _one(Path(mappe)) if kort else _all(Path(mappe))
    drept = [en for en in skjebner if en.offer]
    tvillinger = [en for en in skjebner if not en.offer]
    return Funn(
        {
            "ganger noe ble drept": len(drept),
            "drepte prosesser": sum(len(OFRE[s.offer]) for s in drept),
            "steg de ble drept i": len({(s.gjor, s.steg) for s in drept}),
        },
        (Tabell("Hva som drepes, og hva du gjør", KOLONNER, [*map(twin_row, tvillinger), *rows(drept)]),),
        (*brudd, *_breaches(drept), *_twin_breaches(tvillinger)),
        () if kort else (f"{FYLKER} fylker dør hver for seg på samme maskin.",),
    )


def _one(mappe: Path) -> tuple[list[Skjebne], list[str]]:
    offer, steg = KORT
    with county(mappe / "fylke", {steg.gjor}) as fylke:
        return [die(fylke, steg, offer), start_twice(fylke)], []


def _all(mappe: Path) -> tuple[list[Skjebne], list[str]]:
    """Return every death, told by counties that die side by side, and which county could not tell of all of its."""
    sagt: list[list[Skjebne]] = []
    gang, brudd = [], []
    for nummer in range(FYLKER):
        egen = mappe / str(nummer)
        egen.mkdir()
        ord_ = [sys.executable, "-m", "tests.svikt.dodsfall", str(egen), str(nummer), str(FYLKER)]
        gang.append(subprocess.Popen(ord_, cwd=ROT, stdout=subprocess.PIPE, text=True))
    for prosess in gang:
        linjer, _ = prosess.communicate()
        sagt.append([Skjebne(**json.loads(linje)) for linje in linjer.splitlines()])
        if prosess.returncode:
            brudd.append("et av fylkene kom ikke gjennom: se hva som ble sagt")
    # In the order in which they were dealt out.
    skjebner = [skjebne for runde in zip_longest(*sagt) for skjebne in runde if skjebne]
    ventet = len(list(deaths()))
    if len(skjebner) != ventet:
        brudd.append(f"bare {len(skjebner)} av {ventet} dødsfall er sett")
    return skjebner, brudd


def _breaches(skjebner: Iterable[Skjebne]) -> Iterator[str]:
    yield from (f"{s.gjor}, {s.steg}, {s.offer} drept: {brudd}" for s in skjebner for brudd in s.brudd)


def _twin_breaches(tvillinger: Iterable[Skjebne]) -> Iterator[str]:
    yield from (f"to tjenere på samme hjemmemappe: {brudd}" for s in tvillinger for brudd in s.brudd)


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
