"""The backups that the home knows of: past their limit they are removed, for they hold everyone deleted since."""

from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from tasks.hjem import Hjem
from tasks.klokke import local_date
from tasks.kopiliste import hash_of, taken, write_taken


class Kopier(NamedTuple):
    """The backups past their limit: those that can be removed, those that cannot be found, and how many are left."""

    slettes: tuple[Path, ...]
    borte: tuple[Path, ...]
    igjen: int


def find_backups(hjem: Hjem, grense: date | None) -> Kopier:
    """Return the backups from before the day. One whose file is another than was written is not ours to remove."""
    slettes, borte, igjen = [], [], 0
    for kopi in taken(hjem.mappe):
        sti = Path(kopi["fil"])
        if grense is None or local_date(datetime.fromisoformat(kopi["tid"])) >= grense:
            igjen += 1
        elif sti.is_file() and hash_of(sti) == kopi["sha256"]:
            slettes.append(sti)
        else:
            borte.append(sti)
    return Kopier(tuple(slettes), tuple(borte), igjen)


def remove_backups(hjem: Hjem, kopier: Kopier) -> None:
    """Remove the backups' files and strike them, and those that are not there, off the list."""
    for sti in kopier.slettes:
        sti.unlink(missing_ok=True)
    if ut := {str(sti) for sti in (*kopier.slettes, *kopier.borte)}:
        igjen = [kopi for kopi in taken(hjem.mappe) if kopi["fil"] not in ut]
        write_taken(hjem.mappe, igjen)
