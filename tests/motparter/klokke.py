"""The stand-ins' clock: stands still until it is moved, or follows the machine's with a shift."""

import threading
from datetime import UTC, datetime, timedelta

OVINGSSTART = datetime(2026, 5, 12, 6, 0, tzinfo=UTC)


class Klokke:
    """A clock to share. Without ``start`` it follows the machine's."""

    def __init__(self, start: datetime | None = OVINGSSTART) -> None:
        self._start = start
        self._flyttet = timedelta()
        self._laas = threading.Lock()

    def naa(self) -> datetime:
        """Return the time."""
        with self._laas:
            return (self._start or datetime.now(UTC)) + self._flyttet

    def advance(self, timer: float) -> None:
        """Move the clock."""
        with self._laas:
            self._flyttet += timedelta(hours=timer)

    def set(self, naa: datetime) -> None:
        """Say what the time is."""
        with self._laas:
            self._flyttet = naa - (self._start or datetime.now(UTC))
