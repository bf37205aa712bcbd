"""No row of its own: takes a load back, for every row that loads."""

from schemas.angring import Angret, Angrevalg
from tasks.angring import undo
from tasks.rutine import routine


@routine("Angre en innlasting")
def angre(valg: Angrevalg) -> Angret:
    """Let what held before the load hold again, as new facts; the history keeps both."""
    return undo(valg)
