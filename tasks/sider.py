"""Pages for people: HTML files under ``rapporter/sider/`` that hold counts and never a person.

While the program runs they are served on this machine only; ``ARSHJUL_SIDER`` is then where. The front page lists them.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from schemas.kjoring import Side, Tabell
from tasks.filer import DATA, write_file
from tasks.hjem import Hjem

ADRESSE: Final = "ARSHJUL_SIDER"
MAL: Final = "side.html"
FORSIDE: Final = "index.html"
FORSIDETITTEL: Final = "Alle sidene"
INGEN_SIDER: Final = "Sidene kommer her når en rad som lager en, er kjørt, eller med ./arshjul figures."
OM_SIDEN: Final = re.compile(r'<meta name="arshjul-(\w+)" content="([^"]*)">')
MEST_HODE: Final = 2000
TALL: Final = re.compile(r"[\d\u00a0,]*\d|[:–]")
"""A number as people write it, and the signs that stand for one."""


@dataclass(frozen=True)
class Figur:
    """A chart: its SVG, and in words what it shows, for those who hear the page."""

    tittel: str
    svg: str
    beskrivelse: str


@dataclass(frozen=True)
class Del:
    """A part of a page: a heading, text, the chart and table that say the same, and links within the pages."""

    tittel: str
    tekst: str = ""
    figur: Figur | None = None
    tabell: Tabell | None = None
    lenker: tuple[Side, ...] = ()


def folder(hjem: Hjem) -> Path:
    """Return where the pages lie."""
    return hjem.mappe / "rapporter" / "sider"


def write_page(hjem: Hjem, mappe: str, tittel: str, per_dato: date, deler: list[Del]) -> Side:
    """Write a page as ``MAPPE/index.html``, put it on the front page, and return where it is."""
    forside = "../" * len(Path(mappe).parts) + FORSIDE
    write_file(folder(hjem) / mappe / FORSIDE, render(hjem, tittel, per_dato, deler, forside))
    write_front_page(hjem, per_dato)
    return Side(tittel=tittel, adresse=address(mappe))


def render(hjem: Hjem, tittel: str, per_dato: date, deler: list[Del], forside: str = "") -> bytes:
    """Return a page as HTML that needs nothing but itself; ``forside`` is the way to the front page, if it has one."""
    miljo = Environment(loader=FileSystemLoader(DATA / "maler"), autoescape=True, undefined=StrictUndefined)
    html = miljo.get_template(MAL).render(
        tittel=tittel,
        fylke=hjem.innstillinger.fylke.navn,
        dato=per_dato.isoformat(),
        per_dato=f"{per_dato:%d.%m.%Y}",
        deler=deler,
        forside=forside,
        forsidetittel=FORSIDETITTEL,
        number_columns=_number_columns,
        Markup=Markup,
    )
    return html.encode()


def _number_columns(tabell: Tabell) -> list[bool]:
    """Return for each column whether all in it are numbers, which stand to the right."""
    return [all(TALL.fullmatch(str(rad[nr])) for rad in tabell.rader) for nr in range(len(tabell.hoder))]


def write_front_page(hjem: Hjem, per_dato: date) -> None:
    """Write the list of the pages, by kind, the newest first; libraries' own pages are reached from ours.

    It is as of its newest page, or ``per_dato`` while there are none.
    """
    funnet = sorted(_found(folder(hjem)), reverse=True)
    deler = [
        Del(navn, lenker=tuple(Side(tittel=_day(dag), adresse=sti) for dag, tittel, sti in funnet if tittel == navn))
        for navn in sorted({tittel for _, tittel, _ in funnet})
    ]
    nyest = date.fromisoformat(funnet[0][0]) if funnet else per_dato
    html = render(hjem, FORSIDETITTEL, nyest, deler or [Del("Ingen sider ennå", INGEN_SIDER)])
    write_file(folder(hjem) / FORSIDE, html)


def _found(rot: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the date, title and path of each page of ours."""
    for sti in rot.rglob(f"*/{FORSIDE}"):
        with sti.open(encoding="utf-8", errors="replace") as fil:
            om = dict(OM_SIDEN.findall(fil.read(MEST_HODE)))
        if om:
            yield om["dato"], unescape(om["tittel"]), sti.relative_to(rot).as_posix()


def _day(iso: str) -> str:
    return f"{date.fromisoformat(iso):%d.%m.%Y}"


def are_served() -> bool:
    """Tell whether the pages can be opened in a browser now."""
    return bool(os.environ.get(ADRESSE))


def address(mappe: str) -> str:
    """Return where a page can be opened: on this machine while the program runs, else its path under the home."""
    rot = os.environ.get(ADRESSE)
    return f"{rot}/{mappe}/{FORSIDE}" if rot else f"rapporter/sider/{mappe}/{FORSIDE}"


def path_of(adresse: str) -> str:
    """Return an address within the pages, wherever they were shown when it was made."""
    rot = os.environ.get(ADRESSE)
    return adresse.removeprefix(f"{rot}/" if rot else "").removeprefix("rapporter/sider/")
