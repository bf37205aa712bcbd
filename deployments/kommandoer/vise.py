"""``show``: a documented view of the register, read-only."""

import getpass
from typing import Annotated, Literal

from cyclopts import Parameter

from deployments.kommandoer.felles import parse_date, parse_time, say
from tasks import visninger
from tasks.feil import UTGANG_FERDIG
from tasks.hjem import home

Form = Annotated[Literal["table", "json", "csv"], Parameter(help="Form: table, json eller csv")]


def show(
    view: Annotated[str, Parameter(help="Visningens navn")],
    *,
    as_of: Annotated[str | None, Parameter(help="Slik det var denne dagen")] = None,
    known_at: Annotated[str | None, Parameter(help="Slik vi kjente det da")] = None,
    format: Form = "table",  # noqa: A002 the contract's word
    persondata: Annotated[bool, Parameter(help="Ta med fødselsnummer og navn; skrives i revisjonsloggen")] = False,
) -> int:
    """Vis en del av registeret. Ingenting endres."""
    ramme = visninger.show(
        home(),
        view,
        parse_date(as_of),
        parse_time(known_at, slutten_av_dagen=True),
        getpass.getuser() if persondata else None,
    )
    if format == "json":
        say(ramme.to_json(orient="records", force_ascii=False, date_format="iso", indent=2))
    elif format == "csv":
        say(ramme.to_csv(index=False, sep=";").rstrip("\n"))
    else:
        say("Ingen rader." if ramme.empty else ramme.to_string(index=False, na_rep=""))
    return UTGANG_FERDIG
