"""The declared input formats: read once from ``data/formater/``, found by name or by a file's name."""

import tomllib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from schemas.format import Filformat
from tasks.feil import BrukerFeil
from tasks.filer import DATA


@cache
def formats() -> dict[str, Filformat]:
    """Return every input format by its name."""
    lest = (
        Filformat.model_validate(tomllib.loads(sti.read_text(encoding="utf-8")))
        for sti in sorted((DATA / "formater").glob("*.toml"))
    )
    return {format_.navn: format_ for format_ in lest}


def find_format(navn: str) -> Filformat:
    """Return the format called ``navn``; BrukerFeil ÅH-2001 where there is none."""
    if navn not in formats():
        raise BrukerFeil("ÅH-2001", navn=navn, kjente=", ".join(formats()))
    return formats()[navn]


def format_of(sti: Path) -> Filformat:
    """Return the one format whose file-name pattern fits; BrukerFeil ÅH-2002 where none does."""
    for format_ in formats().values():
        if fnmatch(sti.name.casefold(), format_.monster):
            return format_
    raise BrukerFeil("ÅH-2002", fil=sti.name, kjente=", ".join(f.monster for f in formats().values()))
