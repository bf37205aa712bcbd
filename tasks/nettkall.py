"""One call over the network, once: a whole answer, or knowing whether the other side may have acted on it.

No message or exception holds anything of the request: it may be a letter, a key or a person's number.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, Final

import httpx

from schemas.innstillinger import DENNE_MASKINEN
from schemas.verdier import Modus
from tasks.feil import BrukerFeil

TIDSGRENSER: Final = httpx.Timeout(connect=5.0, read=20.0, write=20.0, pool=5.0)
FRIST_SEKUNDER: Final = 30.0
"""A whole call; the library's limits are per read, and an answer may trickle for ever."""
VENT_SEKUNDER: Final = 60.0
LENGSTE_VENT_SEKUNDER: Final = 86_400.0
MEST_SVAR: Final = 16 * 1024 * 1024


class Brudd(Enum):
    """Why there is no whole answer."""

    IKKE_SENDT = "ikke sendt"
    """Nobody was reached: nothing of the call has been acted on."""
    UKJENT = "ukjent"
    """The call, or some of it, left us: it may have been acted on."""


def json_object(innhold: bytes) -> dict[str, Any] | None:
    """Return the one whole JSON object that an answer is, None where it is anything else."""
    try:
        lest = json.loads(innhold)
    except (ValueError, RecursionError):
        return None
    return lest if isinstance(lest, dict) else None


@dataclass(frozen=True)
class Nettsvar:
    """A whole answer."""

    status: int
    hoder: httpx.Headers
    innhold: bytes


class Nettklient:
    """Calls to one service on kept connections; follows nothing, retries nothing, and never outlives its deadline."""

    def __init__(self, adresse: str, hoder: dict[str, str] | None = None) -> None:
        denne_maskinen = httpx.URL(adresse).host == DENNE_MASKINEN
        self._frist = FRIST_SEKUNDER
        self._klient = httpx.Client(
            base_url=adresse, headers=hoder, timeout=TIDSGRENSER, follow_redirects=False, trust_env=not denne_maskinen
        )
        self._kaller = ThreadPoolExecutor(1)

    def call(self, foresporsel: httpx.Request) -> Nettsvar | Brudd:
        """Make the call, once."""
        oppdrag = self._kaller.submit(self._call, foresporsel)
        try:
            return oppdrag.result(self._frist)
        except TimeoutError:
            # The thread that waits ends by itself when the client closes.
            self._kaller.shutdown(wait=False)
            self._kaller = ThreadPoolExecutor(1)
            return Brudd.UKJENT

    def request(self, metode: str, sti: str, **deler: object) -> httpx.Request:
        """Build a call without making it, as ``httpx.Client.build_request``."""
        return self._klient.build_request(metode, sti, **deler)  # type: ignore[arg-type]

    def close(self) -> None:
        """Let go of the connections."""
        self._klient.close()
        self._kaller.shutdown(wait=False)

    def _call(self, foresporsel: httpx.Request) -> Nettsvar | Brudd:
        try:
            svar = self._klient.send(foresporsel, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Brudd.IKKE_SENDT
        except httpx.TransportError:
            return Brudd.UKJENT
        try:
            innhold = _bounded(svar)
        except (httpx.TransportError, httpx.DecodingError):
            return Brudd.UKJENT
        finally:
            svar.close()
        return Brudd.UKJENT if innhold is None else Nettsvar(svar.status_code, svar.headers, innhold)


def _bounded(svar: httpx.Response) -> bytes | None:
    deler, antall = [], 0
    for del_ in svar.iter_bytes():
        antall += len(del_)
        if antall > MEST_SVAR:
            return None
        deler.append(del_)
    return b"".join(deler)


@contextmanager
def client(adresse: str, hoder: dict[str, str] | None = None) -> Iterator[Nettklient]:
    """Open a client for one service and close it at the end."""
    klient = Nettklient(adresse, hoder)
    try:
        yield klient
    finally:
        klient.close()


def asked_seconds(retry_after: str, naa: datetime) -> float | None:
    """Return for how long ``Retry-After`` (seconds, or a date) asks us to wait, None where it says neither."""
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - naa).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def wait_until(retry_after: str, naa: datetime) -> datetime:
    """Return until when a service that takes no more now is left alone: as it asks, at most a day; else a minute."""
    sekunder = asked_seconds(retry_after, naa)
    return naa + timedelta(seconds=VENT_SEKUNDER if sekunder is None else min(sekunder, LENGSTE_VENT_SEKUNDER))


def must_be_ours(modus: Modus, adresse: str, tjeneste: str) -> None:
    """Refuse a service elsewhere in mode ``øve``, where nothing leaves the machine. BrukerFeil ÅH-1630."""
    if modus is Modus.OVE and httpx.URL(adresse).host != DENNE_MASKINEN:
        raise BrukerFeil("ÅH-1630", tjeneste=tjeneste, maskin=DENNE_MASKINEN)
