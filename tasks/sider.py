"""Pages for people: HTML files under ``rapporter/sider/`` that hold counts and never a person.

While the program runs they are served on this machine only; ``ARSHJUL_SIDER`` is then where.
"""

import os
from dataclasses import dataclass
from datetime import date
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


@dataclass(frozen=True)
class Figur:
    """A chart: its SVG, and in words what it shows, for those who hear the page."""

    tittel: str
    svg: str
    beskrivelse: str


@dataclass(frozen=True)
class Del:
    """A part of a page: a heading, text, and the chart and table that say the same."""

    tittel: str
    tekst: str = ""
    figur: Figur | None = None
    tabell: Tabell | None = None


def folder(hjem: Hjem) -> Path:
    """Return where the pages lie."""
    return hjem.mappe / "rapporter" / "sider"


def write_page(hjem: Hjem, mappe: str, tittel: str, per_dato: date, deler: list[Del]) -> Side:
    """Write a page as ``MAPPE/index.html`` and return where it is."""
    miljo = Environment(loader=FileSystemLoader(DATA / "maler"), autoescape=True, undefined=StrictUndefined)
    html = miljo.get_template(MAL).render(
        tittel=tittel, fylke=hjem.innstillinger.fylke.navn, per_dato=f"{per_dato:%d.%m.%Y}", deler=deler, Markup=Markup
    )
    write_file(folder(hjem) / mappe / FORSIDE, html.encode())
    return Side(tittel=tittel, adresse=address(mappe))


def address(mappe: str) -> str:
    """Return where a page can be opened: on this machine while the program runs, else its path under the home."""
    rot = os.environ.get(ADRESSE)
    return f"{rot}/{mappe}/{FORSIDE}" if rot else f"rapporter/sider/{mappe}/{FORSIDE}"
