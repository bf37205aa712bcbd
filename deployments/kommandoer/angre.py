"""``undo``: take a load back, as new facts."""

from typing import Annotated

from cyclopts import Parameter

from deployments.kommandoer.felles import parse_time, say, say_json
from deployments.miljo import through_server
from deployments.rader import service_flow
from schemas.angring import Angret, Angrevalg
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN


def undo(
    run_id: Annotated[str, Parameter(help="Kjøringen som skal angres, for eksempel 2026-12-1")],
    *,
    by: Annotated[str, Parameter(help="Navnet ditt")],
    reason: Annotated[str, Parameter(help="Hvorfor")],
    now: Annotated[str | None, Parameter(help="Tidspunktet som regnes som nå")] = None,
    dry_run: Annotated[bool, Parameter(help="Si hva som ville skjedd, og endre ingenting")] = False,
    json: Annotated[bool, Parameter(help="Svar som JSON")] = False,
) -> int:
    """Ta en innlasting tilbake: det som gjaldt før den, gjelder igjen, og historien viser begge deler."""
    valg = Angrevalg(kjoring_id=run_id, av=by, grunn=reason, naa=parse_time(now), bare_vis=dry_run)
    flyt = service_flow("angre")
    resultat = Angret.model_validate(flyt(valg) if through_server() else flyt.fn(valg))
    if json:
        say_json(resultat.model_dump(mode="json"))
    else:
        say(resultat.oppsummering())
    return UTGANG_TRENGER_NOEN if resultat.merknader else UTGANG_FERDIG
