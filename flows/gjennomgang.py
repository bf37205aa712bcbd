"""Rows 04, 18 and 27: every youth reviewed by her adviser before the deadline."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.arbeid.fordeling import give_work
from tasks.arbeid.inntak import take_answers
from tasks.arbeid.lister import lay_out_lists
from tasks.arbeid.pliktarbeid import give_duties
from tasks.avvik import report
from tasks.forslag import propose
from tasks.gjennomgang import not_reviewed, tell_progress
from tasks.kjoring import run
from tasks.rutine import routine


@routine("Gjennomgang av alle ungdommer")
def gjennomgang(valg: Kjorevalg) -> Kjoreresultat:
    """Take in what the advisers have written, give each her list of those not yet reviewed, and show what is left."""
    with run(valg) as kjoring:
        funn = take_answers(kjoring)
        give_work(kjoring, not_reviewed(kjoring))
        funn += give_duties(kjoring)
        funn += tell_progress(kjoring)
        funn += lay_out_lists(kjoring)
        propose(kjoring)
        report(kjoring, funn)
    return kjoring.result()
