"""``wheel``: the rows' dates in a year, with every conflict between wheel and calendar."""

from typing import Annotated, Literal

from cyclopts import Parameter

from deployments.kommandoer.felles import say, say_json
from tasks import arshjul, hjultegning
from tasks.hjem import INNSTILLINGER, home
from tasks.hjul import feed, side
from tasks.klokke import local_date, now

Form = Annotated[Literal["text", "json", "svg", "html", "ics"], Parameter(help="Form: text, json, svg, html eller ics")]


def wheel(
    year: Annotated[int, Parameter(help="Året")],
    *,
    format: Form = "text",  # noqa: A002 the contract's word
) -> int:
    """Vis radenes datoer i et år, med alle konflikter mellom årshjul og kalender.

    Som html vises også hvordan radene står, når hjemmemappen har et register. Som ics åpnes hjulet i en kalender.
    """
    hjem = home()
    har_innstillinger = (hjem.mappe / INNSTILLINGER).is_file()
    datoer = arshjul.wheel(year, hjem.radvalg if har_innstillinger else ())
    if format == "json":
        say_json(arshjul.as_json(datoer))
    elif format == "svg":
        i_dag = local_date(now())
        say(hjultegning.draw(datoer, year, i_dag if i_dag.year == year else None))
    elif format == "html":
        say(side.year_page(hjem, year, now()).decode())
    elif format == "ics":
        navn = hjem.innstillinger.fylke.navn if har_innstillinger else str(year)
        say(feed.calendar(navn, datoer, now()).decode())
    else:
        say(arshjul.as_text(datoer))
    return 0
