"""Row 19: who wants follow-up when school starts is given the county's code for the coming school year."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.arbeid.fordeling import give_work
from tasks.arbeid.inntak import take_answers
from tasks.arbeid.lister import lay_out_lists
from tasks.arbeid.pliktarbeid import give_duties
from tasks.avvik import report
from tasks.forslag import propose
from tasks.kjoring import run
from tasks.rutine import routine
from tasks.skoleaarskode import warn
from tasks.skolestart import starting_school, tell_school_start


@routine("Kode for kommende skoleår")
def kommende_skoleaar(valg: Kjorevalg) -> Kjoreresultat:
    """Ask the advisers about each who is to start school; a school is told only where the ground is written down."""
    with run(valg) as kjoring:
        funn = take_answers(kjoring)
        give_work(kjoring, starting_school(kjoring))
        funn += give_duties(kjoring)
        warn(kjoring)
        funn += tell_school_start(kjoring)
        funn += lay_out_lists(kjoring)
        propose(kjoring)
        report(kjoring, funn)
    return kjoring.result()
