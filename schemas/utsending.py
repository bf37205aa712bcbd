"""What leaves the house: one dispatch, those left out, and a proposal made of both."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from schemas.verdier import Kanal, Mottaker


@dataclass(frozen=True)
class Sending:
    """One item: to whom, by which channel, with which content.

    ``nokkel`` is made from row, year, person and recipient before anything is sent, and never sent twice.
    ``innhold`` is everything the channel needs to make the item, as JSON.
    """

    person_id: str
    mottaker: Mottaker
    mottaker_ref: str
    kanal: Kanal
    nokkel: str
    innhold: str
    token: str = ""

    @property
    def innhold_sha256(self) -> str:
        """The hash of what is approved of this item: who gets what. Its channel is decided on the day of dispatch."""
        return _sha256(self.nokkel, self.innhold)


@dataclass(frozen=True)
class Utelatt:
    """Someone who would have got something and does not, with the reason's code."""

    person_id: str
    mottaker: Mottaker
    grunn_kode: str
    raadgiver: str = ""


@dataclass
class Utkast:
    """What a row would send today: the items and those left out; ``skjermede`` of these are never named."""

    sendinger: list[Sending] = field(default_factory=list)
    utelatte: list[Utelatt] = field(default_factory=list)
    skjermede: frozenset[str] = frozenset()


def content_hash(enkelthasher: Iterable[str]) -> str:
    """Return one hash over the hashes of all items: what an approval is bound to."""
    return _sha256(*sorted(enkelthasher))


def make_key(*ledd: object) -> str:
    """Return the key of an item from what it is about."""
    return _sha256(*(str(enkelt) for enkelt in ledd))[:32]


def letter_key(rad: str, aar: int, person_id: str, mottaker: str, mottaker_ref: str) -> str:
    """Return the key of a letter: one per row, year, youth and recipient, whatever is in it."""
    return make_key(rad, aar, person_id, mottaker, mottaker_ref)


def as_json(verdi: Any) -> str:  # noqa: ANN401 any JSON value
    """Return JSON that is the same text for the same content; dates as ISO."""
    return json.dumps(verdi, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _sha256(*ledd: str) -> str:
    return hashlib.sha256("\x1f".join(ledd).encode()).hexdigest()
