"""Known weaknesses in the parts: pip-audit asks a database, and its answer is judged part by part.

A part the database did not answer for is not a part without weaknesses: pip-audit itself says «none found» and ends
well when it was answered for none.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

UNNTAK: Final = Path(__file__).with_name("sarbarhetsunntak.csv")
LENGST_SEKUNDER: Final = 600


class Svar(NamedTuple):
    """What the database answered: parts asked for that it knew, parts it did not, and part → weaknesses."""

    kjent: tuple[str, ...]
    ikke_svart: tuple[str, ...]
    funnet: Mapping[str, tuple[str, ...]]


def ask(laas: Path, *valg: str) -> Svar | None:
    """Ask for everything in a lock; ``valg`` is which database. None where there was no answer at all."""
    with TemporaryDirectory() as mappe:
        ut = Path(mappe) / "svar.json"
        kommando = [sys.executable, "-m", "pip_audit", "--requirement", str(laas), "--disable-pip", "--require-hashes"]
        utgave = ["--progress-spinner", "off", "--format", "json", "--output", str(ut), *valg]
        subprocess.run([*kommando, *utgave], capture_output=True, check=False, timeout=LENGST_SEKUNDER)  # noqa: S603
        return read(json.loads(ut.read_bytes())) if ut.is_file() and ut.stat().st_size else None


def read(rapport: Mapping[str, Any]) -> Svar:
    """Return what pip-audit's report says."""
    deler: Sequence[Mapping[str, Any]] = rapport["dependencies"]
    return Svar(
        tuple(f"{en['name']} {en['version']}" for en in deler if "version" in en),
        tuple(en["name"] for en in deler if "skip_reason" in en),
        {f"{en['name']} {en['version']}": _ids(en) for en in deler if en.get("vulns")},
    )


def _ids(del_: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(svakhet["id"] for svakhet in del_["vulns"])


def judge(svar: Svar | None, ventet: int, dato: date) -> Iterator[str]:
    """Yield, in bokmål, what keeps us from saying that the parts have no known weaknesses on the day."""
    if svar is None:
        yield "Databasen over sårbarheter kunne ikke spørres."
        return
    if svar.ikke_svart or len(svar.kjent) < ventet:
        yield f"Databasen svarte for {len(svar.kjent)} av {ventet} deler."
    for del_, svakheter in svar.funnet.items():
        for svakhet in svakheter:
            if not is_waived(del_, svakhet, dato):
                yield f"{del_} har sårbarheten {svakhet}."


def is_waived(del_: str, svakhet: str, dato: date) -> bool:
    """Tell whether somebody has written why a weakness does not matter here, and until when."""
    with UNNTAK.open(encoding="utf-8", newline="") as fil:
        unntak = list(csv.DictReader(fil, delimiter=";"))
    return any(
        (rad["del"], rad["svakhet"]) == (del_, svakhet) and rad["grunn"] and rad["gyldig_til"] >= dato.isoformat()
        for rad in unntak
    )
