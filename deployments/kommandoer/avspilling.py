"""``replay``: a whole year of the demo county, in order."""

import sys
from typing import Annotated

from cyclopts import Parameter

from deployments.avspilling import Avspilling
from deployments.demo import Demo
from deployments.demofylke import make_demo, read_demo
from deployments.kommandoer.felles import parse_date, say, say_json
from schemas.kjoring import Kjoreresultat
from schemas.verdier import Utfall
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN, BrukerFeil
from tasks.hjem import INNSTILLINGER, home


def replay(
    year: int,
    *,
    until: Annotated[str | None, Parameter(help="Siste dag som spilles av (ÅÅÅÅ-MM-DD)")] = None,
    plain: Annotated[bool, Parameter(help="Bare arbeidet, uten Prefect", negative="")] = False,
    json: Annotated[bool, Parameter(help="Svar som JSON", negative="")] = False,
) -> int:
    """Spill av demofylkeskommunens år: filer kommer, rader kjøres, forslag godkjennes, brev besvares."""
    hjem = home()
    if not (hjem.mappe / INNSTILLINGER).is_file():
        sys.stderr.write("Lager en demofylkeskommune først …\n")
        make_demo(hjem, Demo(aar=year))
    demo = read_demo(hjem)
    if demo is None or demo.aar != year:
        raise BrukerFeil("ÅH-1209", aar=year, finnes=f"en for {demo.aar}" if demo else "ingen")
    resultater = Avspilling(hjem, demo, plain, parse_date(until), (lambda _: None) if json else _line).play()
    if json:
        say_json([resultat.model_dump(mode="json") for resultat in resultater])
    ferdig = all(resultat.utfall == Utfall.FERDIG for resultat in resultater)
    return UTGANG_FERDIG if ferdig else UTGANG_TRENGER_NOEN


def _line(r: Kjoreresultat) -> None:
    tall = {"inn": r.inn, "lastet": r.lastet, "uendret": r.uendret, "borte": r.borte, "til side": r.karantene}
    tall |= {"foreslått": r.foreslaatt, "sendt": r.sendt, "oppgaver": r.oppgaver, "avvik": r.avvik}
    say(f"{r.rad:<38} {r.utfall:<8} " + ", ".join(f"{navn} {antall}" for navn, antall in tall.items() if antall))
