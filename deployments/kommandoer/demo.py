"""``demo``: a synthetic county in an empty home."""

from typing import Annotated

from cyclopts import Parameter

from deployments.demo import Demo
from deployments.demofylke import make_demo
from deployments.kommandoer.felles import say
from tasks.feil import UTGANG_FERDIG
from tasks.hjem import home

STANDARD = Demo()


def demo(
    *,
    youth: Annotated[int, Parameter(help="Antall ungdommer i registeret ved nyttår")] = STANDARD.ungdom,
    seed: Annotated[int, Parameter(help="Samme tall gir samme fylke")] = STANDARD.fro,
    year: Annotated[int, Parameter(help="Året filene kommer i")] = STANDARD.aar,
) -> int:
    """Lag en syntetisk fylkeskommune i en tom hjemmemappe. Ingen nummer i den kan tilhøre noen."""
    hjem = home()
    make_demo(hjem, Demo(ungdom=youth, fro=seed, aar=year))
    say(f"Demofylkeskommunen er klar: {youth} ungdommer, {year}. Spill av året med ./arshjul replay {year}.")
    return UTGANG_FERDIG
