"""The national roll-up of the counties that were played, held against what each of them released."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from schemas.nasjonalt import LANDET
from schemas.nokkeltall import ALLE
from tasks.feil import UTGANG_TRENGER_NOEN
from tasks.filer import ROT
from tasks.nasjonalt import MONSTER
from tests.fylker.dom import alone

STED: Final = ("maaltall", "fra_dato", "dato", "gruppe", "til_gruppe")
Tall = dict[str, Any]


def rolled_up(mappe: Path, fylker: dict[str, Path], dag: str) -> tuple[list[Tall], dict[str, Tall]]:
    """Let each county release its figures, and make the national table; return that, and what each released.

    A demo county bears another number than the one it is given here, so the number is written into what it released.
    """
    gitt_ut = {nr: _released(hjem, dag) for nr, hjem in fylker.items()}
    for nr, fil in gitt_ut.items():
        (mappe / nr).mkdir(parents=True)
        (mappe / nr / f"nokkeltall-{dag}.json").write_text(json.dumps(fil | {"fylkesnummer": [nr]}), "utf-8")
    _figures(next(iter(fylker.values())), "--together", str(mappe))
    samlet: list[Tall] = json.loads((mappe / "samlet" / f"nasjonalt-{dag}.json").read_text("utf-8"))["tall"]
    return samlet, gitt_ut


def _released(hjem: Path, dag: str) -> Tall:
    _figures(hjem, "--as-of", dag, "--release")
    (sti,) = (hjem / "rapporter" / "utlevering").glob(MONSTER)
    fil: Tall = json.loads(sti.read_text("utf-8"))
    return fil


def _figures(hjem: Path, *ord_: str) -> None:
    kommando = [sys.executable, "-m", "deployments", "--home", str(hjem), "figures", *ord_]
    ferdig = subprocess.run(kommando, cwd=ROT, env=alone(hjem), capture_output=True, text=True, check=False)
    if ferdig.returncode > UTGANG_TRENGER_NOEN:
        raise AssertionError(ferdig.stderr[-500:])


def country(samlet: Iterable[Tall]) -> list[Tall]:
    """Return the country's own counts; the shares are worked out of them."""
    return [rad for rad in samlet if rad["fylke"] == LANDET and not rad["maaltall"].startswith("andel")]


def untrue(samlet: Iterable[Tall], gitt_ut: dict[str, Tall]) -> Iterator[str]:
    """Yield what the country shows that some county hides, or that is not their sum."""
    hver = [{_place(rad): rad["verdi"] for rad in fil["tall"] if rad["region"] == ALLE} for fil in gitt_ut.values()]
    for rad in country(samlet):
        verdier = [tall.get(_place(rad), 0) for tall in hver]
        ventet = None if None in verdier else sum(verdier)
        if rad["verdi"] != ventet:
            yield f"landets {rad['maaltall']} {rad['dato']} er {rad['verdi']}, og skulle være {ventet}"


def _place(rad: Tall) -> tuple[Any, ...]:
    return tuple(rad[felt] for felt in STED)
