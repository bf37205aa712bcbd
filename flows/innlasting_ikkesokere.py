"""Rows 08 and 12: those who have not applied, from Vigo's file into the register."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.avvik import report
from tasks.innlasting import load
from tasks.kjoring import run
from tasks.otto import prepare_load_file
from tasks.rutine import routine
from tasks.vurdering import take_in


@routine("Innlasting av ikkesøkere")
def innlasting_ikkesokere(valg: Kjorevalg) -> Kjoreresultat:
    """Read the file, set bad rows aside, load the good ones, and tell who is new, changed and gone."""
    with run(valg) as kjoring:
        vurdert = take_in(kjoring, "vigo_ikkesokere")
        funn = load(kjoring, vurdert)
        report(kjoring, funn)
        prepare_load_file(kjoring, "ikkesoker")
    return kjoring.result()
