"""The list in the home of the backups taken of it: doctor asks how old the newest is, and deletion what must go."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tasks.filer import write_file

LISTE: Final = "sikkerhetskopi.json"
"""Each with ``tid`` (ISO, with zone), ``fil`` (whole path) and ``sha256``."""


def taken(hjem: Path) -> list[dict[str, str]]:
    """Return the backups that the home knows of, the oldest first; see ``LISTE``."""
    sti = hjem / LISTE
    liste: list[dict[str, str]] = json.loads(sti.read_bytes()) if sti.is_file() else []
    return liste


def write_taken(hjem: Path, kopier: Sequence[dict[str, str]]) -> None:
    """Let these be the backups that the home knows of."""
    write_file(hjem / LISTE, json.dumps(list(kopier), ensure_ascii=False, indent=1).encode())


def hash_of(sti: Path) -> str:
    """Return the SHA-256 of a file."""
    with sti.open("rb") as fil:
        return hashlib.file_digest(fil, "sha256").hexdigest()
