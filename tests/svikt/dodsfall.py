"""``python -m tests.svikt.dodsfall FOLDER NUMBER OF``: every so many of the deaths, in a county of its own.

A line of JSON each as they come, so that those before one that cannot be judged are told.
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

from tests.svikt.drept import OFRE, STEG, Fylke, Skjebne, county, die, die_waiting, start_twice

GJOREMAAL: Final = {steg.gjor for steg in STEG} | {"godkjenn"}


def deaths() -> Iterator[Callable[[Fylke], Skjebne]]:
    """Yield every death: each victim at each stage, and while a proposal waits; last a home that is started twice."""
    for offer in OFRE:
        for steg in STEG:
            yield partial(die, steg=steg, offer=offer)
        yield partial(die_waiting, offer=offer)
    yield start_twice


def main(mappe: Path, nummer: int, antall: int) -> None:
    """Do every ``antall``th death from number ``nummer``, and tell of each."""
    with county(mappe / "fylke", GJOREMAAL) as fylke:
        for dod in list(deaths())[nummer::antall]:
            skjebne = dod(fylke)
            sys.stdout.write(json.dumps(asdict(skjebne)) + "\n")
            sys.stdout.flush()
            sys.stderr.write(f"stans: {skjebne.offer}, {skjebne.gjor}, {skjebne.steg} {' '.join(skjebne.brudd)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
