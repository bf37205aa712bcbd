"""The Markdown that documents are made of: a page that says it is made, and tables that no cell can break."""

from collections.abc import Iterable, Sequence
from typing import Final

DOKUMENTASJON: Final = "python -m deployments.dokumentasjon"


def page(tittel: str, *linjer: str, av: str = DOKUMENTASJON) -> str:
    """Return a whole document of these lines under its title, which must stand first for the site to know it.

    ``av`` is the command that makes it.
    """
    om_filen = f"<!-- Laget av {av}. Endre kilden, ikke denne filen. -->"
    return "\n".join([f"# {tittel}", "", om_filen, "", *linjer]).rstrip("\n") + "\n"


def table(overskrifter: Sequence[str], rader: Iterable[Sequence[str]]) -> list[str]:
    """Return a Markdown table's lines; a cell's own bars and line breaks are made harmless."""
    linjer = [list(overskrifter), ["---"] * len(overskrifter), *rader]
    return ["| " + " | ".join(_cell(celle) for celle in linje) + " |" for linje in linjer] + [""]


def _cell(tekst: str) -> str:
    return " ".join(tekst.split()).replace("|", "\\|")
