"""``replay``: a whole year of the demo county, in order."""

import sys
from contextlib import ExitStack
from typing import Annotated

from cyclopts import Parameter

from deployments.kommandoer.felles import parse_date, say, say_json
from deployments.miljo import through_server
from deployments.server import temporary_api
from schemas.kjoring import Kjoreresultat
from schemas.verdier import Utfall
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN
from tasks.hjem import home


def replay(
    year: int,
    *,
    until: Annotated[str | None, Parameter(help="Siste dag som spilles av (ÅÅÅÅ-MM-DD)")] = None,
    plain: Annotated[bool, Parameter(help="Bare arbeidet, uten Prefect")] = False,
    json: Annotated[bool, Parameter(help="Svar som JSON")] = False,
) -> int:
    """Spill av demofylkeskommunens år: filer kommer, rader kjøres, forslag godkjennes, brev besvares."""
    hjem, til = home(), parse_date(until)
    with ExitStack() as stabel:
        vent = stabel.enter_context(temporary_api(hjem)) if not plain and not through_server() else None
        # Imported here, while the API comes up beside us.
        from deployments.avspilling import Avspilling  # noqa: PLC0415
        from deployments.demofylke import ready_demo  # noqa: PLC0415
        from deployments.motparter import running  # noqa: PLC0415

        demo = ready_demo(hjem, year, lambda tekst: sys.stderr.write(tekst + "\n"))
        if vent:
            vent()
        resultater = Avspilling(
            hjem, demo, plain, til, (lambda _: None) if json else _line, motparter=running(hjem)
        ).play()
    if json:
        say_json([resultat.model_dump(mode="json") for resultat in resultater])
    ferdig = all(resultat.utfall == Utfall.FERDIG for resultat in resultater)
    return UTGANG_FERDIG if ferdig else UTGANG_TRENGER_NOEN


def _line(r: Kjoreresultat) -> None:
    tall = {"inn": r.inn, "lastet": r.lastet, "uendret": r.uendret, "borte": r.borte, "til side": r.karantene}
    tall |= {"foreslått": r.foreslaatt, "sendt": r.sendt, "oppgaver": r.oppgaver, "avvik": r.avvik}
    say(f"{r.rad:<38} {r.utfall:<8} " + ", ".join(f"{navn} {antall}" for navn, antall in tall.items() if antall))
