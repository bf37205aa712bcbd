"""How fast a channel may go: so many a minute, so many a day, and what is told while it waits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import duckdb

from schemas.innstillinger import Kanalgrense
from schemas.verdier import Kanal
from tasks import kodeverk
from tasks.feil import messages
from tasks.klokke import OSLO, Ur, from_utc, local_date, to_utc

DOGNGRENSE = "dogngrense"
MINUTTGRENSE = "minuttgrense"
BUNKER_I_MINUTTET = 12
"""A throttled channel goes in bunches of five seconds, not a minute's all at once."""


@dataclass
class Takt:
    """The pace of one channel through one sending, which began at ``start``; ``ledig`` after that it may go on."""

    kanal: Kanal
    grense: Kanalgrense
    start: datetime
    ur: Ur
    ledig: timedelta = timedelta()

    def room_today(self, con: duckdb.DuckDBPyConnection, bolk: int) -> int:
        """Return how many of the next bunch may go now: none when the day's are used up."""
        if self.grense.per_minutt:
            bolk = max(1, min(bolk, self.grense.per_minutt // BUNKER_I_MINUTTET))
        if self.grense.per_dogn is None:
            return bolk
        midnatt = datetime.combine(self._today(), time(), OSLO)
        svar = con.execute(
            "SELECT count(*) FROM utsending_hendelse h JOIN utsending u USING (utsending_id)"
            " WHERE u.kanal = ? AND h.tilstand = 'sender' AND h.tid >= ?",
            [self.kanal, to_utc(midnatt)],
        ).fetchone()
        return max(0, min(bolk, self.grense.per_dogn - (svar[0] if svar else 0)))

    def tomorrow(self) -> datetime:
        """Return when a channel that has used up its day may go on."""
        return datetime.combine(self._today() + timedelta(days=1), time(), OSLO)

    def wait_turn(self, si: Callable[[datetime], None]) -> None:
        """Sleep until the next bunch may go; ``si`` is told until when, before the sleep."""
        if (vent := self.ledig - self.ur.brukt()) > timedelta():
            si(self.start + self.ledig)
            self.ur.sov(vent.total_seconds())

    def began(self, antall: int) -> None:
        """Note that a bunch goes now: the next is that much later, however long the channel has stood still before."""
        if self.grense.per_minutt:
            self.ledig = self.ur.brukt() + timedelta(minutes=antall / self.grense.per_minutt)

    def _today(self) -> date:
        return local_date(self.start + self.ur.brukt())


def note_wait(con: duckdb.DuckDBPyConnection, forslag_id: str, kanal: Kanal, til: datetime, grunn: str) -> None:
    """Write that the proposal's channel waits until ``til``, instead of what was said before."""
    clear_wait(con, forslag_id, kanal)
    con.execute("INSERT INTO utsending_vent VALUES (?, ?, ?, ?)", [forslag_id, kanal, to_utc(til), grunn])


def clear_wait(con: duckdb.DuckDBPyConnection, forslag_id: str, kanal: Kanal) -> None:
    """Forget what the proposal's channel waited for."""
    con.execute("DELETE FROM utsending_vent WHERE forslag_id = ? AND kanal = ?", [forslag_id, kanal])


def reason_text(grunn: str, dato: date) -> str:
    """Return what a reason means, in words: a code of ``kodeverk/leveringsgrunner`` or of a message."""
    tekster = {rad["kode"]: rad["tekst"] for rad in kodeverk.valid_on("kodeverk/leveringsgrunner", dato)}
    return tekster.get(grunn) or messages().get(grunn, (grunn, ""))[0]


def waits(con: duckdb.DuckDBPyConnection, forslag_id: str) -> list[tuple[str, datetime, str]]:
    """Return (channel, until when, why) of what the proposal waits for."""
    rader = con.execute(
        "SELECT kanal, vent_til, grunn FROM utsending_vent WHERE forslag_id = ? ORDER BY ALL", [forslag_id]
    ).fetchall()
    return [(kanal, from_utc(til), grunn) for kanal, til, grunn in rader]
