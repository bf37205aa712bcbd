"""Pages for people: HTML files under ``rapporter/sider/`` that hold counts and never a person.

While the program runs they are served on this machine only; ``ARSHJUL_SIDER`` is then where. The front page is the
wheel (``tasks/hjul/side.py``); ``alle/index.html`` lists the others.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from schemas.kjoring import Side, Tabell
from tasks.filer import DATA, write_file
from tasks.hjem import Hjem

ADRESSE: Final = "ARSHJUL_SIDER"
MAL: Final = "side.html"
FORSIDE: Final = "index.html"
FORSIDETITTEL: Final = "Årshjulet"
ALLE: Final = "alle"
ALLETITTEL: Final = "Alle sidene"
INGEN_SIDER: Final = "Sidene kommer her når en rad som lager en, er kjørt, eller med ./arshjul figures."
OM_SIDEN: Final = re.compile(r'<meta name="arshjul-(\w+)" content="([^"]*)">')
MEST_HODE: Final = 2000
TALL: Final = re.compile(r"[+\u2212]?[\d\u00a0,]*\d|[:–]")
"""A number as people write it, and the signs that stand for one."""


@dataclass(frozen=True)
class Figur:
    """A chart: its SVG, and in words what it shows, for those who hear the page."""

    tittel: str
    svg: str
    beskrivelse: str


@dataclass(frozen=True)
class Del:
    """A part of a page: a heading, text, points, the chart and table that say the same, and links within the pages."""

    tittel: str
    tekst: str = ""
    figur: Figur | None = None
    tabell: Tabell | None = None
    lenker: tuple[Side, ...] = ()
    punkter: tuple[str, ...] = ()


def folder(hjem: Hjem) -> Path:
    """Return where the pages lie."""
    return hjem.mappe / "rapporter" / "sider"


def write_page(hjem: Hjem, mappe: str, tittel: str, per_dato: date, deler: list[Del]) -> Side:
    """Write a page as ``MAPPE/index.html``, put it on the list of pages, and return where it is."""
    write_file(folder(hjem) / mappe / FORSIDE, render(hjem, tittel, per_dato, deler, way_to_front(mappe)))
    write_list(hjem, per_dato)
    return Side(tittel=tittel, adresse=address(mappe))


def way_to_front(mappe: str) -> str:
    """Return the way from the page in ``mappe`` to the front page."""
    return "../" * len(Path(mappe).parts) + FORSIDE


@cache
def template(navn: str) -> Template:
    """Return a page's template: what it is filled with is text and never markup, unless it says so."""
    miljo = Environment(
        loader=FileSystemLoader(DATA / "maler"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return miljo.get_template(navn)


def render(hjem: Hjem, tittel: str, per_dato: date, deler: list[Del], forside: str = "", merke: str = "") -> bytes:
    """Return a county's page as HTML that needs nothing but itself; ``forside`` is the way to the front page, if any.

    A page with a ``merke`` is found from the front page and does not stand on the list: the mark says what it was
    made from.
    """
    return render_for(hjem.innstillinger.fylke.navn, tittel, per_dato, deler, forside, merke)


def render_for(hvem: str, tittel: str, per_dato: date, deler: list[Del], forside: str = "", merke: str = "") -> bytes:
    """Return a page as ``render`` does, for ``hvem``: a county, or all of them."""
    html = template(MAL).render(
        tittel=tittel,
        fylke=hvem,
        dato=per_dato.isoformat(),
        per_dato=f"{per_dato:%d.%m.%Y}",
        deler=deler,
        forside=forside,
        forsidetittel=FORSIDETITTEL,
        merke=merke,
        number_columns=_number_columns,
        Markup=Markup,
    )
    return html.encode()


def mark_of(sti: Path) -> str:
    """Return what a page says that it was made from; blank where there is no such page."""
    return _about(sti).get("merke", "") if sti.is_file() else ""


def _number_columns(tabell: Tabell) -> list[bool]:
    """Return for each column whether all in it are numbers, which stand to the right."""
    return [all(TALL.fullmatch(str(rad[nr])) for rad in tabell.rader) for nr in range(len(tabell.hoder))]


def write_list(hjem: Hjem, per_dato: date) -> None:
    """Write the list of the pages, by kind, the newest first; libraries' own pages are reached from ours.

    It is as of its newest page, or ``per_dato`` while there are none.
    """
    rot = folder(hjem)
    funnet = sorted(_found(rot), reverse=True)
    nyest = date.fromisoformat(funnet[0][0]) if funnet else per_dato
    deler = [
        Del(
            navn, lenker=tuple(Side(tittel=_day(d), adresse=f"../{sti}") for d, tittel, sti in funnet if tittel == navn)
        )
        for navn in sorted({tittel for _, tittel, _ in funnet})
    ]
    html = render(hjem, ALLETITTEL, nyest, deler or [Del("Ingen sider ennå", INGEN_SIDER)], way_to_front(ALLE))
    write_file(rot / ALLE / FORSIDE, html)


def _found(rot: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the date, title and path of each page of ours that stands on it."""
    for sti in rot.glob(f"*/**/{FORSIDE}"):
        om = _about(sti)
        if "tittel" in om and sti.parent != rot / ALLE:
            yield om["dato"], unescape(om["tittel"]), sti.relative_to(rot).as_posix()


def _about(sti: Path) -> dict[str, str]:
    with sti.open(encoding="utf-8", errors="replace") as fil:
        return dict(OM_SIDEN.findall(fil.read(MEST_HODE)))


def _day(iso: str) -> str:
    return f"{date.fromisoformat(iso):%d.%m.%Y}"


def are_served() -> bool:
    """Tell whether the pages can be opened in a browser now."""
    return bool(os.environ.get(ADRESSE))


def address(mappe: str) -> str:
    """Return where a page can be opened: on this machine while the program runs, else its path under the home."""
    rot = os.environ.get(ADRESSE)
    return f"{rot}/{mappe}/{FORSIDE}" if rot else f"rapporter/sider/{mappe}/{FORSIDE}"


def front_page() -> str:
    """Return where the front page is shown; only while the pages are served."""
    return f"{os.environ[ADRESSE]}/"


def path_of(adresse: str) -> str:
    """Return an address within the pages, wherever they were shown when it was made."""
    rot = os.environ.get(ADRESSE)
    return adresse.removeprefix(f"{rot}/" if rot else "").removeprefix("rapporter/sider/")
