"""What can go wrong, and when: rules that a test gives a stand-in before or while it is used."""

import random
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import Any


class Svikt(StrEnum):
    """Every way to fail. Those from ``STATUS_…`` on are about SvarUt's answers to a question of status."""

    STATUS = "status"
    """Answered with another status (``status``, ``vent`` for Retry-After), in the service's own shape."""
    INNLOGGINGSSIDE = "innloggingsside"
    """200 and a log-in page in HTML."""
    AVKORTET_JSON = "avkortet_json"
    """200 and the first half of the JSON, with the length of that half."""
    UTEN_ID = "uten_id"
    """200 and JSON without what was asked for."""
    DYP_JSON = "dyp_json"
    """200 and JSON nested deeper than a reader goes."""
    TOM = "tom"
    """200 and no body."""
    VIDERESENDING = "videresending"
    """302 to another address."""
    FEIL_ID = "feil_id"
    """Answered about something else."""
    TULL = "tull"
    """Bytes that are not HTTP."""
    KJEMPESVAR = "kjempesvar"
    """200 and more bytes than anyone should read (``antall_byte``)."""
    TREG_FOR = "treg_for"
    """Waits ``sekunder`` before the work is done. It is done even if the caller has gone."""
    TREG_ETTER = "treg_etter"
    """Waits ``sekunder`` after the work is done, before the answer."""
    BRUDD_FOR_LESING = "brudd_for_lesing"
    """The connection is reset before the body is read."""
    BRUDD_UNDER_LESING = "brudd_under_lesing"
    """The connection is reset when half the body is read."""
    BRUDD_ETTER_BEHANDLING = "brudd_etter_behandling"
    """The work is done, then the connection is reset: no answer."""
    BRUDD_I_SVARET = "brudd_i_svaret"
    """The work is done, and half of the answer comes before the connection is closed."""
    DRYPP = "drypp"
    """The work is done, and the answer comes one byte at a time (``sekunder`` apart), and never ends."""
    OPPSLAG_TOMT = "oppslag_tomt"
    """The look-up by our reference finds nothing, though it is there (not indexed yet)."""
    STATUS_SEN = "status_sen"
    """The status as it was ``timer`` ago."""
    STATUS_DOBBEL = "status_dobbel"
    """Every status twice."""
    STATUS_ELDRE = "status_eldre"
    """The newest status and then the one before, with its older time: out of order."""
    STATUS_UKJENT_ID = "status_ukjent_id"
    """A status more, about something nobody sent."""
    STATUS_MANGLER = "status_mangler"
    """No status for those asked for."""
    STATUS_UKJENT_ORD = "status_ukjent_ord"
    """A word that is not among the thirteen (``ord``)."""
    STATUS_UTEN_LISTE = "status_uten_liste"
    """Something else than a list of statuses."""


IKKE_BEHANDLET = frozenset(
    {Svikt.STATUS, Svikt.INNLOGGINGSSIDE, Svikt.VIDERESENDING, Svikt.TULL, Svikt.BRUDD_FOR_LESING}
    | {Svikt.BRUDD_UNDER_LESING, Svikt.OPPSLAG_TOMT}
)


@dataclass(frozen=True)
class Feil:
    """A way to fail, with what it needs.

    ``behandlet`` says whether the work is done all the same; None: as the way to fail says. ``bare`` names the
    references that a fault of status is about; the others in the same answer are told of as they are.
    """

    hva: str
    status: int = 503
    vent: int | str | datetime | None = None
    sekunder: float = 60.0
    antall_byte: int = 17 * 1024 * 1024
    timer: float = 24.0
    ord: str = "TAPT_I_TAAKEN"
    bare: Collection[str] = ()
    behandlet: bool | None = None

    @property
    def gjor_arbeidet(self) -> bool:
        """Whether the stand-in does what it was asked."""
        return self.hva not in IKKE_BEHANDLET if self.behandlet is None else self.behandlet

    @property
    def retry_after(self) -> str:
        """The header, blank for none."""
        if isinstance(self.vent, datetime):
            return format_datetime(self.vent, usegmt=True)
        return "" if self.vent is None else str(self.vent)


@dataclass
class Regel:
    """When to fail: every request the rule is about, unless fewer are named.

    ``nr`` counts from one, those that the rule is about since it was given. ``andel`` is drawn from the seed ``fro``.
    ``ganger`` is how often at most. ``truffet`` tells how often it has.
    """

    feil: Feil
    vei: frozenset[str] = frozenset()
    ref: str | None = None
    nr: frozenset[int] = frozenset()
    andel: float | None = None
    ganger: int | None = None
    fro: int = 0
    sett: int = 0
    truffet: int = 0
    _trekning: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._trekning = random.Random(self.fro)

    def hits(self, vei: str, refer: Collection[str] | None) -> bool:
        """Tell whether this request fails, and count it."""
        if (self.vei and vei not in self.vei) or (self.ref is None) != (refer is None):
            return False
        if self.ref is not None and self.ref not in (refer or ()):
            return False
        self.sett += 1
        trukket = self.andel is None or self._trekning.random() < self.andel
        if (self.nr and self.sett not in self.nr) or not trukket:
            return False
        if self.ganger is not None and self.truffet >= self.ganger:
            return False
        self.truffet += 1
        return True


class Feilplan:
    """The rules a stand-in goes by, in the order they were given; the first that hits counts."""

    def __init__(self) -> None:
        self._regler: list[Regel] = []
        self._laas = threading.Lock()

    def add(
        self,
        hva: str,
        *,
        vei: str | Collection[str] = (),
        ref: str | None = None,
        nr: int | Collection[int] = (),
        andel: float | None = None,
        fro: int = 0,
        ganger: int | None = None,
        **valg: Any,
    ) -> Regel:
        """Add a rule and return it."""
        veier = frozenset([vei] if isinstance(vei, str) else vei)
        numre = frozenset([nr] if isinstance(nr, int) else nr)
        regel = Regel(Feil(hva, **valg), veier, ref, numre, andel, ganger, fro)
        with self._laas:
            self._regler.append(regel)
        return regel

    def clear(self) -> None:
        """Forget every rule."""
        with self._laas:
            self._regler.clear()

    @property
    def asks_for_references(self) -> bool:
        """Whether any rule is about a reference."""
        with self._laas:
            return any(regel.ref is not None for regel in self._regler)

    def choose(self, vei: str, refer: Collection[str] | None = None) -> Feil | None:
        """Return how this request fails: by rules that ask for no reference, or (``refer``) by those that do."""
        with self._laas:
            traff = [regel for regel in self._regler if regel.hits(vei, refer)]
        return traff[0].feil if traff else None
