"""Rows 02, 17 and 28: the advisers' updates in, and the transfer to Udir tried before it counts."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.avvik import report
from tasks.forberedelse import rehearse_transfer
from tasks.hjem import home
from tasks.innlasting import load
from tasks.kjoring import run
from tasks.klokke import now
from tasks.konvertering import convert, unconverted
from tasks.steg import routine
from tasks.svar import register_answers
from tasks.vigo_ot import fetch
from tasks.vurdering import take_in


@routine("Forberede overføring til Udir")
def forberede_overforing(valg: Kjorevalg) -> Kjoreresultat:
    """Load what OTTO or VIGO OT has and the answers, then tell who could not be reported and whose task that is."""
    hentet = fetch(home(), valg.naa or now())
    with run(valg) as kjoring:
        vurdert = take_in(kjoring, "otto_uttrekk", pakrevd=False)
        vurdert += take_in(kjoring, "vigo_ot_rest", pakrevd=False, hentet=hentet)
        funn = load(kjoring, vurdert)
        funn += register_answers(kjoring, take_in(kjoring, "questback_svar", pakrevd=False))
        funn += unconverted(convert(kjoring))
        funn += rehearse_transfer(kjoring)
        report(kjoring, funn)
    return kjoring.result()
