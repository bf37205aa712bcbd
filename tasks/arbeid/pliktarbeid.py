"""The standing duties as work: judged at every run of an advisers' row, whichever it is."""

from typing import Final

from tasks import kodeverk
from tasks.arbeid.fordeling import is_over, make
from tasks.arbeid.plikter import duties, findings, standing
from tasks.arbeid.pliktmaal import measures, waiting
from tasks.avvik import Funn
from tasks.kjoring import Kjoring
from tasks.oppgaver import APEN, LUKKET
from tasks.steg import step

TABELL: Final = "regler/plikter"
FUNN: Final = "ÅH-3130"


@step("Se etter pliktene")
def give_duties(kjoring: Kjoring) -> list[Funn]:
    """Make the open tasks about duties exactly those that the rules ask for today; return what is past its deadline.

    A duty is about the youth, not about the row: whichever row runs takes over from the last. A row whose season is
    over leaves them to the others.
    """
    if is_over(kjoring):
        return []
    alle, dato = standing(kjoring), kjoring.per_dato
    make(kjoring, duties(alle, dato), {rad["kode"] for rad in kodeverk.all_rows(TABELL)}, overta=True)
    kjoring.con.execute(
        "UPDATE avvik SET tilstand = ?, lukket_kjoring_id = ?"
        " WHERE tilstand = ? AND kode = ? AND NOT (rad = ? AND aar = ?)",
        [LUKKET, kjoring.kjoring_id, APEN, FUNN, kjoring.rad.rad, kjoring.aar],
    )
    kjoring.tabeller += [measures(alle, dato), waiting(kjoring)]
    return findings(alle, dato)
