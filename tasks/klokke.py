"""The one place that reads the clock. Every rule is given its time; only what starts a run asks here."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")


def now() -> datetime:
    """Return the time in Oslo, with zone."""
    return datetime.now(OSLO)


def stopwatch(*, lopende: bool) -> Callable[[], timedelta]:
    """Return a function that tells how long it is since now; where time is given (not ``lopende``) it stands still."""
    start = time.perf_counter()
    return lambda: timedelta(seconds=time.perf_counter() - start) if lopende else timedelta()


@dataclass(frozen=True)
class Ur:
    """Waiting for others: how long it has lasted, what the time is, and sleep, so that a test need not wait."""

    brukt: Callable[[], timedelta]
    naa: Callable[[], datetime] = now
    sov: Callable[[float], None] = time.sleep


def clock(naa: datetime | None) -> Ur:
    """Return a clock to wait by: the real one, or where the time is given (``naa``) one that neither goes nor waits."""
    return Ur(stopwatch(lopende=True)) if naa is None else Ur(stopwatch(lopende=False), sov=lambda _: None)


def to_utc(tid: datetime) -> datetime:
    """Return the same moment as the register stores it: UTC without zone."""
    return tid.astimezone(UTC).replace(tzinfo=None)


def from_utc(tid: datetime) -> datetime:
    """Return a stored moment in Oslo time, with zone."""
    return tid.replace(tzinfo=UTC).astimezone(OSLO)


def file_day(sti: Path) -> date:
    """Return the day a file was last written, in Oslo."""
    return local_date(datetime.fromtimestamp(sti.stat().st_mtime, UTC))


def local_date(tid: datetime) -> date:
    """Return the date in Oslo at that moment."""
    return tid.astimezone(OSLO).date()
