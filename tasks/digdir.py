"""One question to a service of Digdir's: asked again for a while; every failure is one message that names nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from tasks.feil import BrukerFeil
from tasks.gjentakelse import FORBIGAAENDE, FRIST, Pause, again, asked_pause
from tasks.klokke import Ur
from tasks.nettkall import Brudd, Nettklient, Nettsvar, json_object

IKKE_TILGANG: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True)
class Tjeneste:
    """What the service is called in messages, and the part of the settings that says where it is."""

    navn: str
    del_: str


def ask(klient: Nettklient, lag: Callable[[], httpx.Request], tjeneste: Tjeneste, ur: Ur) -> dict[str, Any]:
    """Return the service's answer, a JSON object.

    BrukerFeil ÅH-1633 (not reached, or no whole answer), ÅH-1634 (not let in), ÅH-1635 and ÅH-1636 (refused, for good
    or for now), ÅH-1637 (no such answer as is documented).
    """
    svar = again(lambda: klient.call(lag()), lambda svar: _pause(svar, ur), ur)
    if isinstance(svar, Brudd):
        sekunder = int(FRIST.total_seconds())
        raise BrukerFeil("ÅH-1633", tjeneste=tjeneste.navn, del_=tjeneste.del_, sekunder=sekunder)
    if svar.status in IKKE_TILGANG:
        raise BrukerFeil("ÅH-1634", tjeneste=tjeneste.navn, status=svar.status)
    if svar.status in FORBIGAAENDE:
        raise BrukerFeil("ÅH-1636", tjeneste=tjeneste.navn, status=svar.status)
    if svar.status != HTTPStatus.OK:
        raise BrukerFeil("ÅH-1635", tjeneste=tjeneste.navn, status=svar.status, del_=tjeneste.del_)
    return _object(svar, tjeneste)


def not_as_documented(tjeneste: Tjeneste) -> BrukerFeil:
    """Return that an answer is not what the service's documentation says it is."""
    return BrukerFeil("ÅH-1637", tjeneste=tjeneste.navn, del_=tjeneste.del_)


def _pause(svar: Nettsvar | Brudd, ur: Ur) -> Pause | None:
    if isinstance(svar, Brudd):
        return Pause()
    return asked_pause(svar.hoder.get("Retry-After", ""), ur) if svar.status in FORBIGAAENDE else None


def _object(svar: Nettsvar, tjeneste: Tjeneste) -> dict[str, Any]:
    """Return the body as JSON. The parser's own error would show it, so ours is raised outside."""
    innhold = json_object(svar.innhold)
    if innhold is None:
        raise not_as_documented(tjeneste)
    return innhold
