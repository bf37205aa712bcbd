"""Rows 05, 20 and 30: the sealed transfer to Udir, one line per youth enrolled."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.forslag import propose
from tasks.kjoring import run
from tasks.overforing import reproduce, seal
from tasks.rutine import routine


@routine("Overføring til Udir")
def overforing(valg: Kjorevalg) -> Kjoreresultat:
    """Propose the package as it is known today, or make again exactly what was known at an earlier moment."""
    with run(valg) as kjoring:
        if kjoring.kjent_tid:
            reproduce(kjoring)
        else:
            propose(kjoring)
            seal(kjoring)
    return kjoring.result()
