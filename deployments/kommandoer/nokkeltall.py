"""``figures``: the key figures as a page, and as what may be handed out."""

from typing import Annotated

from cyclopts import Parameter

from deployments.kommandoer.felles import parse_date, parse_time, say
from tasks import nokkelside, nokkeltall, nokkelutlevering
from tasks.feil import UTGANG_FERDIG, BrukerFeil
from tasks.hjem import home
from tasks.klokke import local_date, now


def figures(
    *,
    as_of: Annotated[str | None, Parameter(help="Slik det var denne dagen (ÅÅÅÅ-MM-DD)")] = None,
    known_at: Annotated[str | None, Parameter(help="Slik vi kjente det da")] = None,
    release: Annotated[bool, Parameter(help="Lag filer som kan gis ut, der små tall er skjult")] = False,
) -> int:
    """Lag siden med nøkkeltallene. Ingenting i registeret endres."""
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
