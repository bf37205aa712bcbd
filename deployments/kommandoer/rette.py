"""``correct``: the corrections to facts that wait in the inbox."""

from typing import Annotated

from cyclopts import Parameter

from deployments.kommandoer.felles import parse_time, say, say_json
from deployments.miljo import through_server
from deployments.rader import service_flow
from schemas.rettelser import Rettelsesvalg, Rettet
from tasks.feil import UTGANG_FERDIG


def correct(
    *,
    now: Annotated[str | None, Parameter(help="Tidspunktet som regnes som nå")] = None,
    dry_run: Annotated[bool, Parameter(help="Si hva som ville skjedd, og endre ingenting")] = False,
    json: Annotated[bool, Parameter(help="Svar som JSON")] = False,
) -> int:
    """Bruk rettelsene i innboks, alle eller ingen. Trygt å kjøre to ganger."""
    valg = Rettelsesvalg(bare_vis=dry_run, naa=parse_time(now))
    flyt = service_flow("rettelser")
    resultat = Rettet.model_validate(flyt(valg) if through_server() else flyt.fn(valg))
    if json:
        say_json(resultat.model_dump(mode="json"))
    else:
        say(resultat.oppsummering())
    return UTGANG_FERDIG
