"""Rows 02, 17 and 28: the advisers' updates in, and the transfer to Udir tried before it counts."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.avvik import report
from tasks.forberedelse import rehearse_transfer
from tasks.innlasting import load
from tasks.kjoring import run
from tasks.konvertering import convert, unconverted
from tasks.steg import routine
from tasks.svar import register_answers
from tasks.vurdering import take_in


@routine("Forberede overføring til Udir")
def forberede_overforing(valg: Kjorevalg) -> Kjoreresultat:
    """Load OTTO's extract and the answers, then tell who could not be reported today and whose task that is."""
    with run(valg) as kjoring:
        funn = load(kjoring, take_in(kjoring, "otto_uttrekk", pakrevd=False))
        funn += register_answers(kjoring, take_in(kjoring, "questback_svar", pakrevd=False))
        funn += unconverted(convert(kjoring))
        funn += rehearse_transfer(kjoring)
        report(kjoring, funn)
    return kjoring.result()
