"""A year of a synthetic county played as a command of its own, in a home of its own, and what it cost.

The same year is played once in a process, however many benches want to know of it.
"""

import json
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from deployments.maaling.prosesser import Lop, command, measured
from tasks.filer import ROT

AAR: Final = 2026
HELE: Final = f"{AAR}-12-31"


@cache
def played(ungdom: int, *, plain: bool, til: str = HELE, runde: int = 0) -> tuple[Lop, dict[str, float]]:
    """Return what the year cost until a day, and row → its last run's seconds. ``runde`` tells one from the next."""
    with TemporaryDirectory(prefix=f"spilling-{runde}-") as mappe:
        hjem = make_county(Path(mappe) / "hjem", ungdom)
        lop = measured([*command(hjem, "replay", str(AAR), "--json", "--until", til), *(["--plain"] * plain)])
    rader: list[dict[str, Any]] = json.loads(lop.ut)
    return lop, {rad["rad"]: rad["sekunder"] for rad in rader}


def make_county(hjem: Path, ungdom: int) -> Path:
    """Make a synthetic county in a new home, and return the home."""
    subprocess.run(  # noqa: S603 our own words
        command(hjem, "demo", "--youth", str(ungdom), "--year", str(AAR)), cwd=ROT, check=True, capture_output=True
    )
    return hjem
