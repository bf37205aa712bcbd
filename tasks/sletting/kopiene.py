"""The backups that the home knows of: past their limit they are removed, for they hold everyone deleted since."""

import hashlib
import json
from datetime import date, datetime
from pathlib import Path
from typing import Final, NamedTuple

from tasks.filer import write_file
from tasks.hjem import Hjem
from tasks.klokke import local_date

LISTE: Final = "sikkerhetskopi.json"


class Kopier(NamedTuple):
    """The backups past their limit: those that can be removed, those that cannot be found, and how many are left."""

    slettes: tuple[Path, ...]
    borte: tuple[Path, ...]
    igjen: int


def find_backups(hjem: Hjem, grense: date | None) -> Kopier:
    """Return the backups from before the day. One whose file is another than was written is not ours to remove."""
    slettes, borte, igjen = [], [], 0
    for kopi in _noted(hjem):
        sti = Path(kopi["fil"])
        if grense is None or local_date(datetime.fromisoformat(kopi["tid"])) >= grense:
            igjen += 1
        elif sti.is_file() and _hash_of(sti) == kopi["sha256"]:
            slettes.append(sti)
        else:
            borte.append(sti)
    return Kopier(tuple(slettes), tuple(borte), igjen)


def remove_backups(hjem: Hjem, kopier: Kopier) -> None:
    """Remove the backups' files and strike them, and those that are not there, off the list."""
    for sti in kopier.slettes:
        sti.unlink(missing_ok=True)
    if ut := {str(sti) for sti in (*kopier.slettes, *kopier.borte)}:
        igjen = [kopi for kopi in _noted(hjem) if kopi["fil"] not in ut]
        write_file(hjem.mappe / LISTE, json.dumps(igjen, ensure_ascii=False, indent=1).encode())


def _noted(hjem: Hjem) -> list[dict[str, str]]:
    sti = hjem.mappe / LISTE
    notert: list[dict[str, str]] = json.loads(sti.read_bytes()) if sti.is_file() else []
    return notert


def _hash_of(sti: Path) -> str:
    with sti.open("rb") as fil:
        return hashlib.file_digest(fil, "sha256").hexdigest()
