"""The declared input formats: read once from ``data/formater/``, found by name or by a file's name.

A county whose files have other headings says so in its settings (``[overskrifter.FORMAT]``); the format it gets is
the declared one with those headings added.
"""

import tomllib
from functools import cache
from pathlib import Path

from schemas.format import Filformat, Lesegrenser
from schemas.innstillinger import Innstillinger
from tasks.feil import BrukerFeil
from tasks.filer import DATA
from tasks.overskrifter import fold


@cache
def formats() -> dict[str, Filformat]:
    """Return every input format by its name, as declared."""
    lest = (
        Filformat.model_validate(tomllib.loads(sti.read_text(encoding="utf-8")))
        for sti in sorted((DATA / "formater").glob("*.toml"))
    )
    return {format_.navn: format_ for format_ in lest}


@cache
def limits() -> Lesegrenser:
    """Return how large files may be."""
    return Lesegrenser.model_validate(tomllib.loads((DATA / "lesegrenser.toml").read_text(encoding="utf-8")))


def find_format(navn: str, innstillinger: Innstillinger | None = None) -> Filformat:
    """Return the format called ``navn``, with the county's own headings where its settings are given.

    BrukerFeil ÅH-2001 where there is none.
    """
    if navn not in formats():
        raise BrukerFeil("ÅH-2001", navn=navn, kjente=", ".join(formats()))
    return with_headings(formats()[navn], innstillinger.overskrifter.get(navn, {}) if innstillinger else {})


def format_of(sti: Path, innstillinger: Innstillinger | None = None) -> Filformat:
    """Return the one format whose file-name pattern fits; BrukerFeil ÅH-2002 where none does."""
    for format_ in formats().values():
        if format_.fits(sti.name):
            return find_format(format_.navn, innstillinger)
    raise BrukerFeil("ÅH-2002", fil=sti.name, kjente=", ".join(f.filnavn for f in formats().values()))


def with_headings(format_: Filformat, fylkets: dict[str, str]) -> Filformat:
    """Return the format with a county's headings: each maps to a declared one, or to blank and is not read."""
    return format_.model_copy(update={"fylkets": dict(fylkets)}) if fylkets else format_


def wrong_headings(overskrifter: dict[str, dict[str, str]]) -> list[str]:
    """Return the settings under ``[overskrifter]`` that cannot be meant, as ``overskrifter.FORMAT.HEADING``.

    An unknown format, a target the format lacks, two headings for one column, or a heading of the format's own.
    """
    gale = [f"overskrifter.{navn}" for navn in overskrifter if navn not in formats()]
    for navn in overskrifter.keys() & formats().keys():
        egne = {fold(kolonne.overskrift) for kolonne in formats()[navn].kolonner}
        brukte = [fold(til) for til in overskrifter[navn].values() if til]
        kilder = [fold(fra) for fra in overskrifter[navn]]
        gale += [
            f"overskrifter.{navn}.{fra}"
            for fra, til in overskrifter[navn].items()
            if (til and (fold(til) not in egne or brukte.count(fold(til)) > 1))
            or fold(fra) in egne
            or kilder.count(fold(fra)) > 1
        ]
    return sorted(gale)
