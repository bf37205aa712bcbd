"""Row 15: those who have not answered the letter are called in weeks 21 to 32."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.arbeid.fordeling import give_work
from tasks.arbeid.inntak import take_answers
from tasks.arbeid.lister import lay_out_lists
from tasks.arbeid.pliktarbeid import give_duties
from tasks.avvik import report
from tasks.forslag import propose
from tasks.kjoring import run
from tasks.ringing import tell_calls, to_call
from tasks.rutine import routine
from tasks.svar import register_answers
from tasks.vurdering import take_in


@routine("Kontakt med dem som ikke har svart")
def kontakt_ikke_svart(valg: Kjorevalg) -> Kjoreresultat:
    """Take in answers and attempts, and give each adviser the list of those she is to reach."""
    with run(valg) as kjoring:
        funn = take_answers(kjoring)
        funn += register_answers(kjoring, take_in(kjoring, "questback_svar", pakrevd=False))
        give_work(kjoring, to_call(kjoring))
        funn += give_duties(kjoring)
        funn += tell_calls(kjoring)
        funn += lay_out_lists(kjoring)
        propose(kjoring)
        report(kjoring, funn)
    return kjoring.result()
