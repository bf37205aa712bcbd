"""Rows 16 and 26: the reminder, to exactly those whose letter arrived and who have not answered."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.avvik import report
from tasks.forslag import propose
from tasks.kjoring import run
from tasks.ringeliste import note_selection
from tasks.rutine import routine
from tasks.svar import register_answers
from tasks.vurdering import take_in


@routine("Purrebrev")
def purrebrev(valg: Kjorevalg) -> Kjoreresultat:
    """Read the answers that have come, then propose reminders; nothing leaves before a person approves."""
    with run(valg) as kjoring:
        svar = take_in(kjoring, "questback_svar", pakrevd=False)
        funn = register_answers(kjoring, svar)
        report(kjoring, funn)
        propose(kjoring)
        note_selection(kjoring)
    return kjoring.result()
