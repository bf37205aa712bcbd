"""No row of its own: a person approves, rejects or stops a proposal, for every row that proposes."""

from schemas.avgjorelse import Avgjorelsesvalg, Avgjort
from tasks.avgjorelse import decide
from tasks.hjem import home
from tasks.klokke import now
from tasks.rutine import routine


@routine("Godkjenn, avvis eller stopp et forslag")
def avgjore(valg: Avgjorelsesvalg) -> Avgjort:
    """Write the decision as a row, bound to the content the proposal has now; nothing is sent here."""
    return decide(home(), valg, valg.naa or now())
