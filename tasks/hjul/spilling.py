"""What day it is while the demo's year is played: the pages show how it stands then, and not on the wall's day."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Final

from tasks.filer import write_file
from tasks.hjem import Hjem

FIL: Final = "demo/spilles.json"


def set_played(hjem: Hjem, tid: datetime | None) -> None:
    """Note how far the playing process has come; None when it is through."""
    if tid is None:
        _file(hjem).unlink(missing_ok=True)
    else:
        write_file(_file(hjem), json.dumps({"pid": os.getpid(), "tid": tid.isoformat()}).encode())


def played_now(hjem: Hjem) -> datetime | None:
    """Return the time in the year that is being played, None where none is: the one who played it may be gone."""
    try:
        notat = json.loads(_file(hjem).read_bytes())
        os.kill(notat["pid"], 0)
    except (OSError, ValueError, KeyError):
        return None
    return datetime.fromisoformat(notat["tid"])


def _file(hjem: Hjem) -> Path:
    return hjem.mappe / FIL
