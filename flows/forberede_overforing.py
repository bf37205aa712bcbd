"""Rows 02, 17 and 28: the advisers' updates in, and the transfer to Udir tried before it counts."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.avvik import report, retell
from tasks.forberedelse import rehearse_transfer
from tasks.hjem import home
from tasks.innlasting import load
from tasks.kjoring import run
from tasks.klokke import now
from tasks.konvertering import convert, unconverted
from tasks.nokkelside import attach
from tasks.rutine import routine
from tasks.skoleaarskode import warn
from tasks.svar import register_answers
from tasks.vigo_ot import fetch
from tasks.vurdering import take_in


@routine("Forberede overføring til Udir")
def forberede_overforing(valg: Kjorevalg) -> Kjoreresultat:
    """Load what OTTO or VIGO OT has and the answers, then tell what would happen if the transfer were sent today.

    With ``kjent_tid`` it only tells how that stood then.
    """
    hentet = [] if valg.kjent_tid else fetch(home(), valg.naa or now())
    with run(valg) as kjoring:
        if valg.kjent_tid:
            retell(kjoring, valg.kjent_tid, rehearse_transfer(kjoring))
        else:
            vurdert = take_in(kjoring, "otto_uttrekk", pakrevd=False)
            vurdert += take_in(kjoring, "vigo_ot_rest", pakrevd=False, hentet=hentet)
            funn = load(kjoring, vurdert)
            funn += register_answers(kjoring, take_in(kjoring, "questback_svar", pakrevd=False))
            funn += unconverted(convert(kjoring))
            funn += rehearse_transfer(kjoring)
            warn(kjoring)
            report(kjoring, funn)
        attach(kjoring)
    return kjoring.result()
