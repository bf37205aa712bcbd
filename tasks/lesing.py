"""Reading a file by its declared format: bytes → one frame of text, nothing guessed.

The ending of its name says which kind a file is, its first bytes must agree, and a module per kind reads it. Row
numbers are those Excel shows: the heading is row 1.
"""

from collections.abc import Callable
from pathlib import Path

from schemas.format import Filformat, Filtype
from schemas.innlest import KODE_ANTALL_FELT, Innlest
from tasks.csvfil import read_csv
from tasks.feil import BrukerFeil
from tasks.filslag import check_content, kind_of, wrong_ending
from tasks.formater import limits
from tasks.jsonfil import read_json
from tasks.regneark import read_workbook

__all__ = ["KODE_ANTALL_FELT", "Innlest", "read", "read_bytes"]

LESERE: dict[Filtype, Callable[[bytes, str, Filformat], Innlest]] = {
    "csv": read_csv,
    "xlsx": read_workbook,
    "json": read_json,
}


def read_bytes(sti: Path) -> bytes:
    """Return a file's bytes; BrukerFeil ÅH-2003 (cannot be read), ÅH-2037 (larger than any file that is taken)."""
    try:
        if sti.stat().st_size > limits().fil.mest_oktetter:
            raise BrukerFeil("ÅH-2037", fil=sti.name, grense=_megabytes(limits().fil.mest_oktetter))
        return sti.read_bytes()
    except OSError:
        raise BrukerFeil("ÅH-2003", fil=sti.name) from None


def read(innhold: bytes, fil: str, format_: Filformat) -> Innlest:
    """Read a whole file; BrukerFeil ÅH-20xx where the file itself is not what the format says."""
    type_ = kind_of(fil, format_)
    check_content(innhold, fil, type_)
    if type_ is None:
        raise wrong_ending(fil, format_)
    grense = largest(type_)
    if len(innhold) > grense:
        raise BrukerFeil("ÅH-2037", fil=fil, grense=_megabytes(grense))
    return LESERE[type_](innhold, fil, format_)


def largest(type_: Filtype) -> int:
    """Return how many bytes a file of the kind may have."""
    grenser = limits()
    return {
        "csv": grenser.fil.mest_oktetter,
        "xlsx": grenser.regneark.mest_oktetter,
        "json": grenser.json_.mest_oktetter,
    }[type_]


def _megabytes(oktetter: int) -> str:
    return f"{oktetter // 1_000_000} MB"
