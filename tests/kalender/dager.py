"""Weeks, Easter and days off, by the rules themselves."""

from collections.abc import Iterator
from datetime import date, timedelta

DAG = timedelta(days=1)
UKEDAGER = ("ma", "ti", "on", "to", "fr", "lø", "sø")
FASTE = ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))
FRA_PASKE = (-3, -2, 0, 1, 39, 49, 50)
"""Maundy Thursday, Good Friday, Easter Day and Monday, Ascension, Whit Sunday and Monday, in days from Easter Day."""


def easter(aar: int) -> date:
    """Return Easter Day by the Gregorian computus (Meeus, Jones and Butcher)."""
    gyllental, (hundre, rest) = aar % 19, divmod(aar, 100)
    skudd, skuddrest = divmod(hundre, 4)
    korreksjon = (hundre - (hundre + 8) // 25 + 1) // 3
    epakt = (19 * gyllental + hundre - skudd - korreksjon + 15) % 30
    firer, firerrest = divmod(rest, 4)
    ukedag = (32 + 2 * skuddrest + 2 * firer - epakt - firerrest) % 7
    sen = (gyllental + 11 * epakt + 22 * ukedag) // 451
    maaned, dag = divmod(epakt + ukedag - 7 * sen + 114, 31)
    return date(aar, maaned, dag + 1)


def days_off(aar: int) -> set[date]:
    """Return the public holidays of a year."""
    return {date(aar, *dag) for dag in FASTE} | {easter(aar) + antall * DAG for antall in FRA_PASKE}


def is_open(dag: date) -> bool:
    """Tell whether people are at work."""
    return dag.weekday() < 5 and dag not in days_off(dag.year)


def monday(aar: int, uke: int) -> date:
    """Return the Monday of a week: the first week is the one that holds 4 January."""
    fjerde = date(aar, 1, 4)
    return fjerde - fjerde.weekday() * DAG + timedelta(weeks=uke - 1)


def has_53_weeks(aar: int) -> bool:
    """Tell whether the year's first or last day is a Thursday, which makes it a long one."""
    return 3 in {date(aar, 1, 1).weekday(), date(aar, 12, 31).weekday()}


def each(fra: date, til: date) -> Iterator[date]:
    """Yield the days from the first to the last."""
    dag = fra
    while dag <= til:
        yield dag
        dag += DAG


def open_days(fra: date, til: date) -> list[date]:
    """Return the working days among them."""
    return [dag for dag in each(fra, til) if is_open(dag)]


def later(dag: date) -> date:
    """Return the day, or the first working day after it."""
    return dag if is_open(dag) else later(dag + DAG)


def earlier(dag: date) -> date:
    """Return the day, or the last working day before it."""
    return dag if is_open(dag) else earlier(dag - DAG)


def written(dag: date | None) -> str:
    """Return a day as a caseworker writes it: ``ma 16.02.2026``."""
    return f"{UKEDAGER[dag.weekday()]} {dag:%d.%m.%Y}" if dag else ""
