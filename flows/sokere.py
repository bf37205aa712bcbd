"""Rows 01, 06 and 10: help with applying, with the attachment for those of 1 February, and the late applications."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.arbeid.fordeling import give_work
from tasks.arbeid.inntak import take_answers
from tasks.arbeid.lister import lay_out_lists
from tasks.arbeid.pliktarbeid import give_duties
from tasks.avvik import report
from tasks.forslag import propose
from tasks.kjoring import run
from tasks.rutine import routine
from tasks.soker.arbeid import applicant_findings, applicant_table, applicant_work
from tasks.soker.sokere import load_applicants


@routine("Søkere")
def sokere(valg: Kjorevalg) -> Kjoreresultat:
    """Take in who has applied, give the advisers those who have not, and propose the attachments to the archive."""
    with run(valg) as kjoring:
        funn = take_answers(kjoring)
        funn += load_applicants(kjoring)
        give_work(kjoring, applicant_work(kjoring))
        funn += give_duties(kjoring)
        kjoring.tabeller.append(applicant_table(kjoring))
        funn += applicant_findings(kjoring)
        funn += lay_out_lists(kjoring)
        propose(kjoring)
        report(kjoring, funn)
    return kjoring.result()
