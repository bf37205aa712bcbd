"""The pages that the wheel's page leads to: one for each run, each stop and each proposal. Written when they change.

A page carries a mark of what it was made from, so that a hundred runs from before cost no more than looking.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from schemas.arshjul import Rad
from tasks.arshjul import find_row
from tasks.filer import DATA, write_file
from tasks.hjem import Hjem
from tasks.sider import FORSIDE, MAL, Del, folder, mark_of, render, way_to_front

MEST_NAVN: Final = 60
KILDER: Final = ("underside.py", "kjoringsside.py", "forslagsside.py", "stoppside.py")
"""The modules beside this one that say what stands on the pages: a new version of them makes the pages anew."""


@dataclass(frozen=True)
class Underside:
    """A page to be: its folder among the pages, what it is made from, and how to make its parts."""

    mappe: str
    tittel: str
    per_dato: date
    grunnlag: object
    deler: Callable[[], list[Del]]


def write(hjem: Hjem, side: Underside) -> bool:
    """Write the page where it is not already made from the same; tell whether it was written."""
    if is_made(hjem, side):
        return False
    html = render(hjem, side.tittel, side.per_dato, side.deler(), way_to_front(side.mappe), _mark(hjem, side))
    write_file(folder(hjem) / side.mappe / FORSIDE, html)
    return True


def is_made(hjem: Hjem, side: Underside) -> bool:
    """Tell whether the page is there, made from the same."""
    return mark_of(folder(hjem) / side.mappe / FORSIDE) == _mark(hjem, side)


def _mark(hjem: Hjem, side: Underside) -> str:
    hele = (_edition(), hjem.innstillinger.fylke.navn, side.tittel, side.per_dato, side.grunnlag)
    return hashlib.sha256(repr(hele).encode()).hexdigest()[:32]


@cache
def _edition() -> str:
    """Return what tells one version of the pages from another."""
    stier = [*(Path(__file__).with_name(navn) for navn in KILDER), DATA / "maler" / MAL, DATA / "maler" / "stil.css"]
    return hashlib.sha256(b"".join(sti.read_bytes() for sti in stier)).hexdigest()


def row_name(rad: str | Rad) -> str:
    """Return a row by number and the beginning of what it is: "14 · Brev til ikkesøkere m Questback …"."""
    funnet = find_row(rad) if isinstance(rad, str) else rad
    plan = " ".join(funnet.plan.split()).rstrip(".")
    if len(plan) > MEST_NAVN:
        plan = plan[:MEST_NAVN].rsplit(" ", 1)[0].rstrip(" ,.") + " …"
    return f"{funnet.nr} · {plan}"


def counted(antall: int, en: str, flere: str) -> str:
    """Return a number with its noun."""
    return f"{antall} {en if antall == 1 else flere}"
