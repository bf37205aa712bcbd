"""Row 24: those who declined, did not show up or left early, from Vigo's file and the schools' lists."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.avvik import report
from tasks.innlasting import load
from tasks.kjoring import run
from tasks.konvertering import convert, unconverted
from tasks.otto import prepare_load_file
from tasks.rutine import routine
from tasks.vurdering import take_in


@routine("Innlasting av neisvarere, ikkemøtere og tidligsluttere")
def innlasting_neisvarere(valg: Kjorevalg) -> Kjoreresultat:
    """Read the lists, set bad rows aside, settle who is on several, and give them their reason for enrolment."""
    with run(valg) as kjoring:
        vurdert = take_in(kjoring, "vigo_ot_linjer") + take_in(kjoring, "skole_ikke_mott", pakrevd=False)
        funn = load(kjoring, vurdert)
        konvertert = convert(kjoring)
        report(kjoring, funn + unconverted(konvertert))
        prepare_load_file(kjoring, "neisvarer")
    return kjoring.result()
