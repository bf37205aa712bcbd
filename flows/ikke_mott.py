"""Row 22: those who did not show up are contacted within a week and offered guidance within three."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.arbeid.fordeling import give_work
from tasks.arbeid.inntak import take_answers
from tasks.arbeid.lister import lay_out_lists
from tasks.arbeid.pliktarbeid import give_duties
from tasks.avvik import report
from tasks.forslag import propose
from tasks.ikke_mott import start_clocks, tell_clocks, to_meet
from tasks.innlasting import load
from tasks.kjoring import run
from tasks.rutine import routine
from tasks.vurdering import take_in


@routine("Ungdom som ikke har møtt ved skolestart")
def ikke_mott(valg: Kjorevalg) -> Kjoreresultat:
    """Merge the schools' lists, start the clock of each new one, and give the advisers whom to reach by when."""
    with run(valg) as kjoring:
        funn = take_answers(kjoring)
        funn += load(kjoring, take_in(kjoring, "skole_ikke_mott", pakrevd=False))
        start_clocks(kjoring)
        give_work(kjoring, to_meet(kjoring))
        funn += give_duties(kjoring)
        funn += tell_clocks(kjoring)
        funn += lay_out_lists(kjoring)
        propose(kjoring)
        report(kjoring, funn)
    return kjoring.result()
