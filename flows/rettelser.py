"""No row of its own: takes the corrections to facts that wait in the inbox, all of them or none."""

from schemas.rettelser import Rettelsesvalg, Rettet
from tasks.hjem import home
from tasks.klokke import now
from tasks.rettelser import apply_corrections
from tasks.rutine import routine


@routine("Bruk rettelser")
def rettelser(valg: Rettelsesvalg) -> Rettet:
    """Use every correction whose old value is what the register holds; one that does not fit stops them all."""
    return apply_corrections(home(), valg.naa or now(), bare_vis=valg.bare_vis)
