"""Clocks: how long something may take from the day it began, and when it is soon too late.

The clocks are rows of ``data/regler/klokker.csv``; the one in force on the day a clock starts is the one it runs by.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from tasks import kodeverk
from tasks.feil import ProgramFeil
from tasks.kalender import DAG, working_day_on_or_after

REGEL: Final = "regler/klokker"
OVER_FRIST: Final = "over frist"
SNART: Final = "snart"
MAANEDER_I_AARET: Final = 12


def clock(kode: str, dato: date) -> kodeverk.Kode:
    """Return the clock's row in force on the day; ProgramFeil where there is none."""
    for rad in kodeverk.valid_on(REGEL, dato):
        if rad["kode"] == kode:
            return rad
    raise ProgramFeil(f"klokken {kode} har ingen rad som gjelder {dato.isoformat()}")


def deadline(kode: str, start: date) -> date:
    """Return the last day of a clock that starts on ``start``, which is day nought.

    Calendar days and months are counted through holidays; with working days, public holidays and weekends are skipped,
    and the deadline is always a working day.
    """
    rad = clock(kode, start)
    if rad["enhet"] not in ENHETER:
        raise ProgramFeil(f"klokken {kode} har enheten {rad['enhet']}, som ikke finnes")
    return ENHETER[rad["enhet"]](start, int(rad["dager"]))


def warn_days(kode: str, dato: date) -> int:
    """Return how many calendar days before its deadline a clock in force on ``dato`` warns."""
    return int(clock(kode, dato)["varsle_dager"])


def warn_from(kode: str, frist: date) -> date:
    """Return the first day that the deadline is near: as many calendar days before it as the clock warns."""
    return frist - warn_days(kode, frist) * DAG


def urgency(frist: date, i_dag: date, varsle_dager: int) -> str:
    """Return how urgent it is: past the deadline (not on its own day), near it, or blank."""
    if i_dag > frist:
        return OVER_FRIST
    return SNART if i_dag >= frist - varsle_dager * DAG else ""


def _calendar_days(start: date, antall: int) -> date:
    return start + antall * DAG


def _working_days(start: date, antall: int) -> date:
    frist = working_day_on_or_after(start) if antall == 0 else start
    for _ in range(antall):
        frist = working_day_on_or_after(frist + DAG)
    return frist


def _months(start: date, antall: int) -> date:
    """Return the same day of the month, or the month's last day where it has no such day."""
    aar, maaned = divmod(start.month - 1 + antall, MAANEDER_I_AARET)
    aar, maaned = start.year + aar, maaned + 1
    return date(aar, maaned, min(start.day, monthrange(aar, maaned)[1]))


ENHETER: Final[Mapping[str, Callable[[date, int], date]]] = MappingProxyType(
    {"kalenderdager": _calendar_days, "virkedager": _working_days, "maaneder": _months}
)
"""How each unit of ``klokker.csv`` is counted; the column ``dager`` is how many of it."""
