"""``figures``: the key figures as a page, and as what may be handed out."""

from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from deployments.kommandoer.felles import parse_date, parse_time, say
from tasks import nasjonalside, nasjonalt, nokkelside, nokkeltall, nokkelutlevering
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN, BrukerFeil
from tasks.hjem import home
from tasks.klokke import local_date, now

SAMLET: Final = "samlet"
"""The folder beside the released files that the national table is written in."""


def figures(
    *,
    as_of: Annotated[str | None, Parameter(help="Slik det var denne dagen (ÅÅÅÅ-MM-DD)")] = None,
    known_at: Annotated[str | None, Parameter(help="Slik vi kjente det da")] = None,
    release: Annotated[bool, Parameter(help="Lag filer som kan gis ut, der små tall er skjult")] = False,
    together: Annotated[
        Path | None, Parameter(help="Slå sammen det flere fylker har gitt ut og som ligger i denne mappen")
    ] = None,
) -> int:
    """Lag siden med nøkkeltallene. Ingenting i registeret endres."""
    if together is not None:
        return _together(together)
    hjem, dato, kjent = home(), parse_date(as_of), parse_time(known_at, slutten_av_dagen=True)
    dag = dato or local_date(kjent or now())
    ramme = nokkeltall.read(hjem, dag, kjent)
    if ramme.empty:
        raise BrukerFeil("ÅH-1220", dato=f"{dag:%d.%m.%Y}")
    side = nokkelside.write(hjem, ramme, dag, kjent)
    say(f"Nøkkeltallene per {dag:%d.%m.%Y}: {side.adresse}")
    if release:
        for sti in nokkelutlevering.write(hjem, ramme, dag, kjent):
            say(f"Kan gis ut, små tall er skjult: {sti.relative_to(hjem.mappe)}")
    return UTGANG_FERDIG


def _together(mappe: Path) -> int:
    """Make the national table of the released files in a folder; no register is opened."""
    landet = nasjonalt.gather(mappe)
    for sti in nasjonalside.write(landet, mappe / SAMLET):
        say(f"Skrevet: {sti}")
    if not landet.mangler:
        return UTGANG_FERDIG
    say(f"{nasjonalside.how_many(landet)} er med. Disse mangler: {', '.join(landet.mangler)}")
    return UTGANG_TRENGER_NOEN
