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
from tests.svikt.full import Disk, Proving, Utfall
from tests.svikt.hjemmet import GJOREMAAL
from tests.svikt.steder import faults, outcome

KORT = ("last",)
LANG_LOGG = ("last", True)
"""Where the register is written anew beside itself."""


def load_all() -> None:
    """Load what the children would load, each for itself."""
    import_module("tasks.hjul.side")
    for navn in {rad.flyt for rad in built_rows()} | set(UTEN_RAD):
        load_flow(navn)


def prove(proving: Proving, navn: str, *, kort: bool) -> list[Utfall]:
    """Make every fault while one thing is done."""
    start = time.monotonic()
    alle = [*proving.every_page(kort=kort), *proving.every_file(kort=kort)]
    if proving.navn == navn:
        alle += [outcome(proving, feil) for feil in faults(navn, kort=kort)]
    sys.stderr.write(f"{proving.hva}: {len(alle)} ganger på {time.monotonic() - start:.0f} sekunder\n")
    return alle


def main(mappe: str, hvordan: str, *bare: str) -> None:
    """Do each thing in turn."""
    kort = hvordan == "kort"
    load_all()
    disk = Disk(Path(mappe))
    disse = [(navn, False) for navn in bare or (KORT if kort else GJOREMAAL)] + ([] if kort or bare else [LANG_LOGG])
    alle = [ett for navn, lang in disse for ett in prove(Proving(disk, navn, lang_logg=lang), navn, kort=kort)]
    sys.stdout.write(json.dumps([asdict(utfall) for utfall in alle]))


if __name__ == "__main__":
    main(*sys.argv[1:])
