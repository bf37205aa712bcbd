"""The calendar's run under way, where it comes late: whether it is run, and what is answered where it is not."""

from schemas.kjoring import Hoppet, Kjorevalg
from tasks import klokke
from tasks.arshjul import find_row, row_dates, year_of
from tasks.feil import BrukerFeil
from tasks.forsinkelse import Hva, is_late, judge, known
from tasks.hjem import home
from tasks.steg import calendar_time


def pass_over(valg: Kjorevalg) -> Hoppet | None:
    """Return the answer of a late run that does nothing, by its row's rule; None for one that is to be run.

    BrukerFeil ÅH-3153 where a person is to decide.
    """
    planlagt, naa = calendar_time(), valg.naa or klokke.now()
    if planlagt is None or not is_late(planlagt, naa):
        return None
    hjem, dag, rad = home(), klokke.local_date(planlagt), find_row(valg.rad)
    d = row_dates(rad, valg.aar or year_of(rad, dag, hjem.radvalg), hjem.radvalg)
    with hjem.register.transaction(f"rad {rad.rad} for {d.aar}, som er for sen") as con:
        dom = judge(d, dag, known(con), naa)
    if dom.hva is Hva.SPOR:
        raise BrukerFeil("ÅH-3153", dato=f"{dag:%d.%m.%Y}", grunn=dom.grunn)
    return Hoppet(rad=rad.rad, aar=d.aar, planlagt=dag, grunn=dom.grunn) if dom.hva is Hva.HOPP else None
