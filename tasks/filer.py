"""Where the project's own files lie, and the one way to write a file that others read."""

import os
from pathlib import Path

ROT = Path(__file__).resolve().parent.parent
DATA = ROT / "data"

MAPPE_RETTIGHETER = 0o700
FIL_RETTIGHETER = 0o600
HALVSKREVET = ".del"


def make_folder(mappe: Path) -> Path:
    """Make a folder that only the owner can open, parents included, and return it."""
    for del_ in (*reversed(mappe.parents), mappe):
        if not del_.exists():
            del_.mkdir(mode=MAPPE_RETTIGHETER)
    return mappe


def write_file(sti: Path, innhold: bytes) -> Path:
    """Write a whole file or nothing: to a name beside it, flushed to disk, then renamed in place."""
    make_folder(sti.parent)
    midlertidig = sti.with_name(f".{sti.name}.{os.getpid()}{HALVSKREVET}")
    handtak = os.open(midlertidig, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FIL_RETTIGHETER)
    try:
        with os.fdopen(handtak, "wb") as fil:
            fil.write(innhold)
            fil.flush()
            os.fsync(fil.fileno())
        midlertidig.replace(sti)
    except BaseException:
        # On a full disk what was half written is what there is no room for.
        midlertidig.unlink(missing_ok=True)
        raise
    return sti
