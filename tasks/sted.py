"""Where an error came from, without what it says: an error's own text may hold a person's data."""

import sys
import traceback
from pathlib import Path

from tasks.filer import ROT


def place_of(feil: BaseException) -> str:
    """Return the error's kind and the last place in our own code: never its message."""
    steder = [ramme for ramme in traceback.extract_tb(feil.__traceback__) if _is_ours(Path(ramme.filename))]
    sted = next((f"{Path(r.filename).relative_to(ROT)}:{r.lineno}" for r in reversed(steder)), "ukjent sted")
    return f"{type(feil).__name__} i {sted}"


def _is_ours(fil: Path) -> bool:
    """Tell whether a file is ours and no library's: the environment may lie inside our own folder."""
    return fil.is_relative_to(ROT) and not fil.is_relative_to(sys.prefix)
