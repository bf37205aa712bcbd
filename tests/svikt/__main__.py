"""All that is done on the small disk: ``python -m tests.svikt MAPPE kort|hel [NAVN…]``, in a room of its own.

Answers with every outcome as JSON, and tells on the way how far it has come.
"""

import json
import sys
import time
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from deployments.rader import UTEN_RAD, built_rows, load_flow
from tests.svikt.annen import restored
from tests.svikt.full import Disk, Proving, Utfall
from tests.svikt.fullt import full_county
from tests.svikt.hjemmet import GJOREMAAL
from tests.svikt.steder import faults, outcome

LANG_LOGG, ANNEN, STARTET = "lang-logg", "annen", "startet"
"""Where the register is written anew beside itself; on another machine; with the county started."""
KORT = ("last", ANNEN)


def load_all() -> None:
    """Load what the children would load, each for itself."""
    import_module("tasks.hjul.side")
    for navn in {rad.flyt for rad in built_rows()} | set(UTEN_RAD):
        load_flow(navn)


def prove(proving: Proving, *, kort: bool) -> list[Utfall]:
    """Make every fault while one thing is done."""
    start = time.monotonic()
    alle = [*proving.every_page(kort=kort), *proving.every_file(kort=kort)]
    alle += [outcome(proving, feil) for feil in faults(proving.navn, kort=kort)]
    sys.stderr.write(f"{proving.hva}: {len(alle)} ganger på {time.monotonic() - start:.0f} sekunder\n")
    return alle


def main(mappe: str, hvordan: str, *bare: str) -> None:
    """Do each thing in turn."""
    kort = hvordan == "kort"
    load_all()
    disk = Disk(Path(mappe))
    egne = {
        LANG_LOGG: lambda: prove(Proving(disk, "last", lang_logg=True), kort=kort),
        ANNEN: lambda: restored(disk),
        STARTET: lambda: full_county(Path(mappe)),
    }
    alle: list[Utfall] = []
    for navn in bare or (KORT if kort else (*GJOREMAAL, *egne)):
        alle += egne[navn]() if navn in egne else prove(Proving(disk, navn), kort=kort)
    sys.stdout.write(json.dumps([asdict(utfall) for utfall in alle]))


if __name__ == "__main__":
    main(*sys.argv[1:])
