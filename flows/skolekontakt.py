"""Rows 07 and 09: contact with every school in the region, and the meetings for those who leave it without plans."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.arbeid.fordeling import give_work
from tasks.arbeid.inntak import take_answers
from tasks.arbeid.lister import lay_out_lists
from tasks.arbeid.pliktarbeid import give_duties
from tasks.avvik import report
from tasks.forslag import propose
from tasks.kjoring import run
from tasks.rutine import routine
from tasks.skole.kontakt import school_work, tell_schools
from tasks.skole.moter import school_meetings, tell_meetings
from tasks.skole.skoler import load_schools
from tasks.skole.skolesvar import take_forms


@routine("Kontakt med skolene")
def skolekontakt(valg: Kjorevalg) -> Kjoreresultat:
    """Take in the schools and their forms, give the advisers the schools to contact, and propose an e-mail to each."""
    with run(valg) as kjoring:
        funn = take_answers(kjoring)
        funn += load_schools(kjoring)
        funn += take_forms(kjoring)
        give_work(kjoring, school_work(kjoring) + school_meetings(kjoring))
        funn += give_duties(kjoring)
        funn += tell_schools(kjoring)
        tell_meetings(kjoring)
        funn += lay_out_lists(kjoring)
        propose(kjoring)
        report(kjoring, funn)
    return kjoring.result()
