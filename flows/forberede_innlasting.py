"""Rows 11 and 23: is the file for the coming load here, and what would be set aside if it were loaded today."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.avvik import report
from tasks.forberedelse import inspect_waiting
from tasks.innboks import receive
from tasks.kjoring import run
from tasks.rutine import routine


@routine("Forberede innlasting")
def forberede_innlasting(valg: Kjorevalg) -> Kjoreresultat:
    """Judge what waits in the inbox without loading anything; the files stay where they are."""
    with run(valg) as kjoring:
        filer = receive(kjoring, kjoring.rad.parametre["format"], pakrevd=False)
        funn = inspect_waiting(kjoring, filer)
        report(kjoring, funn)
    return kjoring.result()
