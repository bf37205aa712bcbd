"""The calendar: ISO weeks, Norwegian public holidays and working days. Nothing here knows what day it is."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from tasks.feil import BrukerFeil

FORSTE_AAR: Final = 2000
SISTE_AAR: Final = 2100
OSLO: Final = ZoneInfo("Europe/Oslo")
KJORETID: Final = time(8)  # the office is open, so that a person sees what a run asks for
MAANEDER: Final = (
    *("januar", "februar", "mars", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "desember"),
)
UKEDAGER: Final = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
DAG: Final = timedelta(days=1)
_MANDAG: Final = 1
_LORDAG: Final = 6
_SONDAG: Final = 7
_I_SISTE_UKE: Final = (12, 28)  # by ISO 8601 always in the year's last week


def check_year(aar: int) -> int:
    """Return the year, or raise BrukerFeil ÅH-1203 when the calendar does not reach it."""
    if not FORSTE_AAR <= aar <= SISTE_AAR:
        raise BrukerFeil("ÅH-1203", aar=aar, forste=FORSTE_AAR, siste=SISTE_AAR)
    return aar


def school_year(aar: int) -> str:
    """Return the school year that starts in ``aar``, as Vigo writes it: 20262027."""
    return f"{aar}{aar + 1}"


def week_start(aar: int, uke: int) -> date:
    """Return the Monday of an ISO week; ValueError when the ISO year has no such week."""
    return date.fromisocalendar(aar, uke, _MANDAG)


def week_end(aar: int, uke: int) -> date:
    """Return the Sunday of an ISO week; ValueError when the ISO year has no such week."""
    return date.fromisocalendar(aar, uke, _SONDAG)


def week_of(dato: date) -> int:
    """Return the number of the ISO week that holds the date."""
    return dato.isocalendar().week


def weeks_in_year(aar: int) -> int:
    """Return how many weeks the ISO year has: 52 or 53."""
    return week_of(date(aar, *_I_SISTE_UKE))


@cache
def public_holidays(aar: int) -> Mapping[date, str]:
    """Return the Norwegian public holidays of a year with their names, for showing only: names join when two coincide.

    Ordinary Sundays are not among them.
    """
    funnet = holidays.country_holidays("NO", years=aar, language="no")
    return MappingProxyType(dict(sorted(funnet.items())))


def is_weekend(dato: date) -> bool:
    """Tell whether the date is a Saturday or a Sunday."""
    return dato.isoweekday() >= _LORDAG


def is_working_day(dato: date) -> bool:
    """Tell whether the date is Monday to Friday and no public holiday."""
    return not is_weekend(dato) and dato not in public_holidays(dato.year)


def working_day_on_or_after(dato: date) -> date:
    """Return the date itself when it is a working day, else the next one."""
    while not is_working_day(dato):
        dato += DAG
    return dato


def working_day_on_or_before(dato: date) -> date:
    """Return the date itself when it is a working day, else the last one before it."""
    while not is_working_day(dato):
        dato -= DAG
    return dato


def days(fra: date, til: date) -> tuple[date, ...]:
    """Return every date from ``fra`` to ``til``, both included; none when ``til`` is the earlier."""
    return tuple(fra + n * DAG for n in range((til - fra).days + 1))


def working_days(fra: date, til: date) -> tuple[date, ...]:
    """Return the working days from ``fra`` to ``til``, both included."""
    return tuple(dato for dato in days(fra, til) if is_working_day(dato))


def weekend_to_monday(dato: date) -> date:
    """Move a Saturday or Sunday to the Monday after; other days, public holidays too, stay."""
    while is_weekend(dato):
        dato += DAG
    return dato


def run_time(dato: date) -> datetime:
    """Return when a run starts on a date: office hours in Europe/Oslo, summer time or not."""
    return datetime.combine(dato, KJORETID, tzinfo=OSLO)


def day_text(dato: date) -> str:
    """Write a date as an administrator reads it: ``mandag 15. juni``."""
    return f"{UKEDAGER[dato.weekday()]} {short_text(dato)}"


def short_text(dato: date) -> str:
    """Write a date without its weekday: ``15. juni``."""
    return f"{dato.day}. {MAANEDER[dato.month - 1]}"


def span_text(fra: date, til: date) -> str:
    """Write a window as short as it can be read: ``8.–14. juni``, ``27. april – 3. mai``, ``15. mars``."""
    if fra == til:
        return short_text(fra)
    if (fra.year, fra.month) == (til.year, til.month):
        return f"{fra.day}.–{short_text(til)}"
    return f"{short_text(fra)} – {short_text(til)}"
