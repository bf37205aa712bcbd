"""What a channel is to the outbox: it carries one item at a time, once, and says what became of it.

A channel never tries again and never decides that something unknown went well. What it answers is a state of the
outbox, so that every fault of every service ends as one of six documented words.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.verdier import Kanal, Mottaker, Tilstand
from tasks.hjem import Hjem


@dataclass(frozen=True)
class Pakkefiler:
    """A sealed transfer as it is handed over."""

    navn: str
    data: bytes
    manifest: bytes


@dataclass(frozen=True)
class Post:
    """One item on its way out.

    ``innhold`` is the JSON it was approved with, ``pakke`` a transfer's sealed files. ``referanse`` is what we call it
    to the receiver: its id and a piece that no other register's items have. ``ekstern_id`` is what the receiver calls
    it, blank until the receiver has answered.
    """

    utsending_id: str
    mappe: str
    kanal: Kanal
    mottaker: Mottaker
    innhold: str
    referanse: str = ""
    pakke: Pakkefiler | None = None
    ekstern_id: str = ""


@dataclass(frozen=True)
class Leveringssvar:
    """What became of one item.

    Attributes:
        tilstand: ``levert`` or ``sendt`` (accepted; a receipt will tell), ``planlagt`` (certainly not accepted: it may
            go later), ``avvist`` (refused for good), ``sender`` (unknown, and the receiver can be asked later),
            ``uavklart`` (unknown, and nobody can be asked: for a person).
        grunn: Why, from ``data/kodeverk/leveringsgrunner.csv``; blank when all is well.
        ekstern_id: What the receiver calls the item, when it has told.
        stopp: The channel takes nothing more now: the items after this one must wait.
        vent_til: When the receiver has said that it takes more.
    """

    tilstand: Tilstand
    grunn: str = ""
    ekstern_id: str = ""
    stopp: bool = False
    vent_til: datetime | None = None


class Leveranse(Protocol):
    """A channel that is open: connected, logged in."""

    def prepare(self, poster: Sequence[Post]) -> None:
        """Make ready what the items need (files written on all cores, addresses looked up). Nothing leaves."""

    def deliver(self, post: Post) -> Leveringssvar:
        """Hand the item over, exactly one attempt."""

    def look_for(self, post: Post) -> Leveringssvar:
        """Tell what came of an item that was cut off: ``planlagt`` only where it certainly did not arrive."""


class Kanalvei(Protocol):
    """A way to deliver, as the county has set it up.

    ``bolk`` is how many items may be under way at once: one where a lost answer leaves the item unclear.
    ``tvil_sekunder`` is how long an item may still be on its way in to the receiver after we lost it: not asked before.
    """

    @property
    def bolk(self) -> int:
        """How many items may be under way at once."""

    @property
    def tvil_sekunder(self) -> int:
        """How long a lost item may still be on its way in."""

    def open(self, hjem: Hjem, naa: datetime) -> AbstractContextManager[Leveranse]:
        """Open the channel. BrukerFeil where it cannot be used as it is set up."""
