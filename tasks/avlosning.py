"""Which row's run replaces which: a later load of the same group takes over what an earlier one left open."""

from schemas.arshjul import Rad
from tasks.arshjul import read_wheel
from tasks.kjoring import Kjoring

INNLASTINGER = ("innlasting_ikkesokere", "innlasting_neisvarere")
FORBEREDELSE = "forberede_innlasting"


def replaced_rows(rad: Rad) -> list[str]:
    """Return the earlier rows whose open quarantine and findings a run of ``rad`` takes over."""
    if rad.flyt not in INNLASTINGER:
        return []
    return [
        annen.rad
        for annen in read_wheel()
        if annen.nr < rad.nr and (annen.flyt == rad.flyt or (annen.flyt == FORBEREDELSE and annen.rad == rad.etter))
    ]


def is_replaced(kjoring: Kjoring) -> bool:
    """Tell whether a later row has been run this year and has taken over from this one."""
    senere = [rad.rad for rad in read_wheel() if kjoring.rad.rad in replaced_rows(rad)]
    svar = kjoring.con.execute(
        """
        SELECT 1 FROM kjoring WHERE aar = ? AND list_contains(?, rad)
          AND kjoring_id NOT IN (SELECT angret_kjoring_id FROM angring UNION ALL SELECT kjoring_id FROM angring)
        """,
        [kjoring.aar, senere],
    ).fetchone()
    return svar is not None
