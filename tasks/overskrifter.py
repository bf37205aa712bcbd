"""Headings: which of a file's columns is which of ours."""

import unicodedata
from collections.abc import Sequence

from schemas.format import Filformat
from tasks.feil import BrukerFeil


def fold(overskrift: str) -> str:
    """Return a heading as headings are compared: case, outer white space and the way of writing å mean nothing."""
    return unicodedata.normalize("NFC", overskrift).strip().casefold()


def match(funnet: Sequence[str], fil: str, format_: Filformat) -> list[str]:
    """Return our name of each of a file's columns, blank where the county has said that it is not read.

    BrukerFeil ÅH-2013 with all that is wrong at once: missing and doubled columns by name, unknown ones counted only,
    since a file without headings has a person in its first line.
    """
    ventet = {fold(kolonne.overskrift): kolonne for kolonne in format_.kolonner}
    fylkets = {fold(fra): fold(til) for fra, til in format_.fylkets.items()}
    brettet = [fylkets.get(fold(overskrift), fold(overskrift)) for overskrift in funnet]
    leste = [overskrift for overskrift, fra in zip(brettet, funnet, strict=True) if overskrift or fold(fra) == ""]
    mangler = [k.overskrift for navn, k in ventet.items() if k.pakrevd and navn not in leste]
    ukjente = sum(navn not in ventet for navn in leste)
    doble = [ventet[navn].overskrift for navn in ventet if leste.count(navn) > 1]
    if mangler or ukjente or doble:
        raise BrukerFeil(
            "ÅH-2013",
            fil=fil,
            format=format_.navn,
            mangler=", ".join(mangler) or "ingen",
            ukjente=ukjente,
            doble=", ".join(doble) or "ingen",
        )
    return [ventet[navn].navn if navn else "" for navn in brettet]
