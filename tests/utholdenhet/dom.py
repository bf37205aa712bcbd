"""The judge: what must stay as it is, what may grow by as much each year, and what must level out."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from tests.utholdenhet.maaling import Aarsslutt, slope

OPPVARMING: Final = 5
"""Years in which the process still loads what it needs once: memory is judged by those after them."""
MEST_MINNE_PER_AAR: Final = 3.0
"""MB a year, of the line through the years after the first ones."""
MEST_SPREDNING: Final = 1.5
"""How many times the median year's rows any year may add."""
UTJEVNET: Final = 0.25
"""How much of what a year adds without deletion may be left over when there is deletion."""
SLUTTAAR: Final = 4
"""How many years at the end must have levelled out."""


def judge(aar: Sequence[Aarsslutt], slettes_fra: int) -> Iterator[str]:
    """Yield what does not hold. ``slettes_fra`` is the first year that ends with deletion."""
    varme = aar[OPPVARMING:]
    if len(varme) > 1 and (vekst := slope([ett.minne_mb for ett in varme])) > MEST_MINNE_PER_AAR:
        yield f"Minnet vokser {vekst:.1f} MB i året."
    for navn, antall in (("åpne filer", [e.apne_filer for e in aar]), ("tråder", [e.traader for e in aar])):
        if max(antall) > antall[0]:
            yield f"Antallet {navn} vokser: fra {antall[0]} til {max(antall)}."
    yield from _growth([ett.rader_i_alt for ett in aar if ett.aar < slettes_fra])
    yield from _levels_out(aar, slettes_fra)


def _growth(rader: Sequence[int]) -> Iterator[str]:
    """The register grows by as much every year while nothing is deleted."""
    nye = [etter - foer for foer, etter in pairwise(rader)]
    if not nye:
        return
    if max(nye) > MEST_SPREDNING * median(nye):
        yield f"Ett år la til {max(nye)} rader, et vanlig år {median(nye):.0f}."


def _levels_out(aar: Sequence[Aarsslutt], slettes_fra: int) -> Iterator[str]:
    """The people, and what is known of them, stop growing when those whose time is out are deleted."""
    slutt = [ett for ett in aar if ett.aar >= slettes_fra][-SLUTTAAR:]
    uten = [ett for ett in aar if ett.aar < slettes_fra]
    if len(slutt) < SLUTTAAR or len(uten) <= 1:
        return
    if not slutt[-1].slettet:
        yield "Ingen er slettet."
    for navn, antall in (
        ("personer", lambda ett: ett.personer),
        ("opplysninger", lambda ett: ett.rader["fakta"]),
    ):
        foer, etter = slope([antall(ett) for ett in uten]), slope([antall(ett) for ett in slutt])
        if etter > UTJEVNET * foer:
            yield f"Antallet {navn} vokser fortsatt {etter:.0f} i året med sletting, mot {foer:.0f} uten."
