"""``wheel``: the rows' dates in a year, with every conflict between wheel and calendar."""

from typing import Annotated, Literal

from cyclopts import Parameter

from deployments.kommandoer.felles import say, say_json
from tasks import arshjul, hjultegning
from tasks.feil import BrukerFeil
from tasks.hjem import INNSTILLINGER, home
from tasks.klokke import local_date, now

BYGGET = ("text", "json", "svg")
Form = Annotated[Literal["text", "json", "svg", "html", "ics"], Parameter(help="Form: text, json eller svg")]


def wheel(
    year: Annotated[int, Parameter(help="Året")],
    *,
    format: Form = "text",  # noqa: A002 the contract's word
) -> int:
    """Vis radenes datoer i et år, med alle konflikter mellom årshjul og kalender."""
    if format not in BYGGET:
        raise BrukerFeil("ÅH-1207", form=format, kjente=", ".join(BYGGET))
    hjem = home()
    valg = hjem.radvalg if (hjem.mappe / INNSTILLINGER).is_file() else ()
    datoer = arshjul.wheel(year, valg)
    if format == "json":
        say_json(arshjul.as_json(datoer))
    elif format == "svg":
        i_dag = local_date(now())
        say(hjultegning.draw(datoer, year, i_dag if i_dag.year == year else None))
    else:
        say(arshjul.as_text(datoer))
    return 0
