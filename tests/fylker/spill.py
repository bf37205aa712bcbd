"""The flow of the proof: a part of a county's year, played plain inside the process that its worker started."""

import os
from datetime import date
from typing import Any, Final

from prefect import flow

from tasks.hjem import home
from tests.fylker.spilling import play_until

NAVN: Final = "00 · Spill en del av året"
INNGANG: Final = "tests/fylker/spill.py:spill"
SPOR: Final = "prefect/spilt_av"
"""Left in the home by each that begins a part: which run, and how many of them."""


@flow(name=NAVN, persist_result=False, retries=0)
def spill(til: str) -> dict[str, Any]:
    """Play up to and on a day; the answer counts events."""
    with (home().mappe / SPOR).open("a") as fil:
        fil.write(f"{til} {os.getpid()}\n")
    return {"hendelser": play_until(home(), date.fromisoformat(til))}
