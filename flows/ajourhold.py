"""Rows 03 and 29: the whole register held against the county's rules, and each finding given to whoever can mend it."""

from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.ajourhold import give_tasks, judge_register, tell
from tasks.kjoring import run
from tasks.rutine import routine


@routine("Ajourhold")
def ajourhold(valg: Kjorevalg) -> Kjoreresultat:
    """Judge the register as it is, give out tasks and close the mended; with ``kjent_tid``, only tell how it was."""
    with run(valg) as kjoring:
        kontrollert = judge_register(kjoring, valg.per_dato)
        if not valg.kjent_tid:
            give_tasks(kjoring, kontrollert)
        tell(kjoring, kontrollert)
    return kjoring.result()
