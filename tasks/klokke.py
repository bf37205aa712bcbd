"""The one place that reads the clock. Every rule is given its time; only what starts a run asks here."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")


def now() -> datetime:
    """Return the time in Oslo, with zone."""
    return datetime.now(OSLO)


def to_utc(tid: datetime) -> datetime:
    """Return the same moment as the register stores it: UTC without zone."""
    return tid.astimezone(UTC).replace(tzinfo=None)


def from_utc(tid: datetime) -> datetime:
    """Return a stored moment in Oslo time, with zone."""
    return tid.replace(tzinfo=UTC).astimezone(OSLO)


def local_date(tid: datetime) -> date:
    """Return the date in Oslo at that moment."""
    return tid.astimezone(OSLO).date()
