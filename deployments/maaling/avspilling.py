"""What Prefect costs: the year of the 1 141-youth county through the engine against the same bodies without it.

Both are whole commands in processes of their own, in homes of their own, one after the other. The ratio includes the
engine's start; what a flow run adds is the median over the rows, where the start falls out.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deployments.maaling import Maaling
from deployments.maaling.hvile import resting_memory
from tasks.filer import ROT

AAR = 2026
GRENSE = 2.0
GRENSE_PER_KJORING = 0.3


def bench_avspilling(ungdom: int = 1141, runder: int = 1, til: str = f"{AAR}-12-31") -> Maaling:
    """Play the year to ``til`` both ways ``runder`` times, and compare medians; also the memory ``start`` rests at."""
    med, uten, tillegg = [], [], []
    with TemporaryDirectory() as mappe:
        for runde in range(runder):
            sekunder_uten, rader_uten = _replay(Path(mappe) / f"{runde}-uten", ungdom, "--until", til, "--plain")
            sekunder_med, rader_med = _replay(Path(mappe) / f"{runde}-med", ungdom, "--until", til)
            uten.append(sekunder_uten)
            med.append(sekunder_med)
            tillegg += [rader_med[rad] - rader_uten[rad] for rad in rader_uten]
        hvile = resting_memory(Path(mappe) / "hvile")
    per_kjoring = statistics.median(tillegg)
    return Maaling(
        navn="avspilling",
        forhold=statistics.median(med) / statistics.median(uten),
        grense=GRENSE,
        deler={
            "gjennom_prefect_sekunder": statistics.median(med),
            "uten_prefect_sekunder": statistics.median(uten),
            "tillegg_per_kjoring_sekunder": per_kjoring,
            **hvile,
        },
        holdt=per_kjoring <= GRENSE_PER_KJORING,
    )


def _replay(hjem: Path, ungdom: int, *valg: str) -> tuple[float, dict[str, float]]:
    """Make a county, play its year, and return the seconds of the whole command and of each row."""
    _command(hjem, "demo", "--youth", str(ungdom), "--year", str(AAR))
    start = time.perf_counter()
    rader: list[dict[str, Any]] = json.loads(_command(hjem, "replay", str(AAR), "--json", *valg))
    return time.perf_counter() - start, {rad["rad"]: rad["sekunder"] for rad in rader}


def _command(hjem: Path, *ord_: str) -> str:
    return subprocess.run(  # noqa: S603 our own program
        [sys.executable, "-m", "deployments", "--home", str(hjem), *ord_],
        cwd=ROT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
