"""``forget``: delete what is past its retention limit."""

from typing import Annotated

from cyclopts import Parameter

from deployments.kommandoer.felles import parse_time, say, say_json
from deployments.miljo import through_server
from tasks import klokke
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN
from tasks.hjem import home
from tasks.klokke import local_date
from tasks.sletting.frister import meanings
from tasks.sletting.gjennomforing import forget as delete


def forget(
    *,
    by: Annotated[str, Parameter(help="Navnet ditt")] = "",
    now: Annotated[str | None, Parameter(help="Tidspunktet som regnes som nå")] = None,
    dry_run: Annotated[bool, Parameter(help="Si hva som ville blitt slettet, og slett ingenting")] = False,
    json: Annotated[bool, Parameter(help="Svar som JSON")] = False,
) -> int:
    """Slett det som er over oppbevaringsfristen, for godt. Se først hva det er med `--dry-run`."""
    naa = parse_time(now) or klokke.now()
    resultat = delete(home(), by, naa, bare_vis=dry_run, tjener_gaar=through_server())
    if json:
        say_json(resultat.model_dump(mode="json"))
    else:
        say(resultat.oppsummering(meanings(local_date(naa))))
    return UTGANG_TRENGER_NOEN if resultat.merknader else UTGANG_FERDIG
