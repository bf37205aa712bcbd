"""``access``: everything we hold about one youth, as a PDF."""

import getpass
import sys
from typing import Annotated

from cyclopts import Parameter

from deployments.kommandoer.felles import say
from tasks import klokke
from tasks.feil import UTGANG_FERDIG
from tasks.hjem import home
from tasks.innsyn.utskrift import write_access

FRA_INNDATA = "-"


def access(
    person: Annotated[
        str,
        Parameter(
            help="Ungdommens nummer i registeret, eller - for å gi det på neste linje", allow_leading_hyphen=True
        ),
    ],
    *,
    by: Annotated[str, Parameter(help="Navnet ditt; uten det brukes brukernavnet på maskinen")] = "",
) -> int:
    """Skriv ut alt som er lagret om en ungdom, som PDF. Skrives i revisjonsloggen."""
    hvem = sys.stdin.readline() if person == FRA_INNDATA else person
    hjem = home()
    sti = write_access(hjem, hvem, by.strip() or getpass.getuser(), klokke.now())
    say(f"Innsynet ligger i {sti.relative_to(hjem.mappe)}. Se over det før det gis videre, og slett det etterpå.")
    return UTGANG_FERDIG
