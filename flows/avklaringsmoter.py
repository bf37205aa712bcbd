"""Row 21: clarifying meetings for pupils who may break off, from week 35 to the end of the year."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.arbeid.fordeling import give_work
from tasks.arbeid.inntak import take_answers
from tasks.arbeid.lister import lay_out_lists
from tasks.arbeid.pliktarbeid import give_duties
from tasks.avvik import report
from tasks.forslag import propose
from tasks.kjoring import run
from tasks.rutine import routine
from tasks.skole.moter import load_pupils_at_risk, season_meetings, tell_meetings


@routine("Avklaringsmøter på de videregående skolene")
def avklaringsmoter(valg: Kjorevalg) -> Kjoreresultat:
    """Take in whom the schools report, give the advisers the meetings, and follow up those who break off."""
    with run(valg) as kjoring:
        funn = take_answers(kjoring)
        funn += load_pupils_at_risk(kjoring)
        give_work(kjoring, season_meetings(kjoring))
        funn += give_duties(kjoring)
        tell_meetings(kjoring)
        funn += lay_out_lists(kjoring)
        propose(kjoring)
        report(kjoring, funn)
    return kjoring.result()
