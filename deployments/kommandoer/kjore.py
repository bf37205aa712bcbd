"""``run``: one row now; also the manual rerun after a correction."""

from typing import Annotated

from cyclopts import Parameter

from deployments.kommandoer.felles import parse_date, parse_time, say, say_json
from deployments.miljo import through_server
from deployments.rader import run_row
from schemas.kjoring import Kjoreresultat, Kjorevalg
from schemas.verdier import Utfall
from tasks.arshjul import find_row
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN


def run(
    row: Annotated[str, Parameter(help="Radens nummer eller navn")],
    *,
    year: Annotated[int, Parameter(help="År i årshjulet")],
    as_of: Annotated[str | None, Parameter(help="Dagen kjøringen ser på (ÅÅÅÅ-MM-DD)")] = None,
    now: Annotated[str | None, Parameter(help="Tidspunktet kjøringen regner som nå")] = None,
    known_at: Annotated[
        str | None, Parameter(help="Slik det var kjent da (overføring, forberedelse og ajourhold); endrer ingenting")
    ] = None,
    dry_run: Annotated[bool, Parameter(help="Si hva som ville skjedd, og endre ingenting")] = False,
    accept: Annotated[str, Parameter(help="Koden i ÅH-2015 når en uvanlig leveranse likevel er riktig")] = "",
    by: Annotated[str, Parameter(help="Navnet ditt; må oppgis i drift når raden foreslår noe")] = "",
    json: Annotated[bool, Parameter(help="Svar som JSON")] = False,
) -> int:
    """Kjør en rad nå, for eksempel etter en rettelse."""
    rad = find_row(row)
    valg = Kjorevalg(
        rad=rad.rad,
        aar=year,
        per_dato=parse_date(as_of),
        naa=parse_time(now),
        kjent_tid=parse_time(known_at, slutten_av_dagen=True),
        bare_vis=dry_run,
        godta=accept,
        av=by,
    )
    resultat = run_row(rad, valg, plain=not through_server())
    if json:
        say_json(resultat.model_dump(mode="json"))
    else:
        say(resultat.oppsummering())
    return exit_code(resultat)


def exit_code(resultat: Kjoreresultat) -> int:
    """Return 1 where a person must do something, else 0."""
    venter = resultat.utfall != Utfall.FERDIG or resultat.oppgaver or resultat.avvik
    return UTGANG_TRENGER_NOEN if venter else UTGANG_FERDIG
