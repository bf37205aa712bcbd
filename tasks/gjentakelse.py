"""Look-ups that are tried again where what is wrong may pass. Only what changes nothing with others comes here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final, TypeVar

from tasks.klokke import Ur
from tasks.nettkall import asked_seconds

T = TypeVar("T")

FORSOK: Final = 4
FRIST: Final = timedelta(seconds=60)
"""All attempts together."""
FORSTE_PAUSE_SEKUNDER: Final = 1.0
LENGSTE_PAUSE_SEKUNDER: Final = 30.0
FORBIGAAENDE: Final = frozenset({
    HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT,
})  # fmt: skip


@dataclass(frozen=True)
class Pause:
    """How long to wait before the next attempt; None is twice as long as the last time."""

    sekunder: float | None = None


def again(en_gang: Callable[[], T], pause: Callable[[T], Pause | None], ur: Ur, frist: timedelta = FRIST) -> T:
    """Do it once, and again for as long as ``pause`` says of what came that it may pass; return what came last."""
    svar = en_gang()
    for nummer in range(FORSOK - 1):
        venter = pause(svar)
        if venter is None:
            break
        sekunder = FORSTE_PAUSE_SEKUNDER * 2**nummer if venter.sekunder is None else venter.sekunder
        if ur.brukt() + timedelta(seconds=sekunder) >= frist:
            break
        ur.sov(sekunder)
        svar = en_gang()
    return svar


def asked_pause(retry_after: str, ur: Ur) -> Pause:
    """Return how long the service asks us to wait, at most our longest."""
    sekunder = asked_seconds(retry_after, ur.naa())
    return Pause() if sekunder is None else Pause(min(sekunder, LENGSTE_PAUSE_SEKUNDER))
