"""VIGO OT's REST service as a second way in: one look-up, whose answer is read as a file from the inbox is.

The answer is kept as the very bytes that came; ``data/formater/vigo_ot_rest.toml`` says what they must be. Only the
look-up is ever tried again. No message, log or exception holds the key or anything of the answer.

Source: FINTLabs/fint-utdanning-ot-adapter (address, headers, shape of the answer).
"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

import httpx

from schemas.innstillinger import DENNE_MASKINEN, VigoOt
from schemas.verdier import Modus
from tasks import klokke
from tasks.feil import BrukerFeil
from tasks.formater import find_format, limits
from tasks.gjentakelse import FORBIGAAENDE, FRIST, Pause, again, asked_pause
from tasks.hjem import Hjem
from tasks.innboks import Mottatt
from tasks.klokke import Ur
from tasks.register.nokkel import sendable_secret
from tasks.steg import step

FORMAT: Final = "vigo_ot_rest"
MILJOVARIABEL: Final = "ARSHJUL_VIGO_OT_NOKKEL"
NOKKELFIL: Final = "vigo_ot.nokkel"
NOKKELRING: Final = "arshjul-vigo-ot"
TIDSGRENSER: Final = httpx.Timeout(connect=5.0, read=20.0, write=5.0, pool=5.0)
IKKE_TILGANG: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True)
class Utfall:
    """What one attempt came to: the body, or what was wrong, and how long to wait before the next, if it may pass."""

    innhold: bytes = b""
    feil: BrukerFeil | None = None
    pause: Pause | None = None


@step("Hent fra VIGO OT")
def fetch(hjem: Hjem, naa: datetime) -> list[Mottatt]:
    """Return VIGO OT's answer as a received file; none where the county has not set ``[vigo_ot]``.

    Called before a run opens the register, which nobody should wait for meanwhile. BrukerFeil as ``ask``.
    """
    valg = hjem.innstillinger.vigo_ot
    if valg is None:
        return []
    innhold = ask(hjem, valg, Ur(klokke.stopwatch(lopende=True)))
    fil = f"{FORMAT}_{naa.astimezone(klokke.OSLO):%Y-%m-%dT%H%M}.json"
    return [Mottatt(fil, hashlib.sha256(innhold).hexdigest(), innhold, find_format(FORMAT), ny=True)]


def ask(hjem: Hjem, valg: VigoOt, ur: Ur) -> bytes:
    """Return the whole answer, a JSON object, tried again for as long as ``FRIST`` where what is wrong may pass.

    BrukerFeil ÅH-1611 (mode ``øve`` and not this machine), ÅH-1612 (no usable key), ÅH-1613 (not our county), ÅH-1614
    (no contact), ÅH-1615 (not let in), ÅH-1616 and ÅH-1617 (refused, for good or for now), ÅH-1618 (sent elsewhere),
    ÅH-1619 (not JSON by its own word), ÅH-1620 (not whole), ÅH-1621 (too large).
    """
    hoder = _headers(hjem, valg)
    denne_maskinen = httpx.URL(valg.adresse).host == DENNE_MASKINEN
    with httpx.Client(
        headers=hoder, timeout=TIDSGRENSER, follow_redirects=False, trust_env=not denne_maskinen
    ) as klient:
        utfall = again(lambda: _attempt(klient, valg.adresse, ur), lambda utfall: utfall.pause, ur, FRIST)
    if utfall.feil is not None:
        raise utfall.feil
    return utfall.innhold


def _headers(hjem: Hjem, valg: VigoOt) -> dict[str, str]:
    """Return the documented headers where the mode and the county may ask at all."""
    if hjem.innstillinger.modus is Modus.OVE and httpx.URL(valg.adresse).host != DENNE_MASKINEN:
        raise BrukerFeil("ÅH-1611", maskin=DENNE_MASKINEN)
    if valg.fylkesnr not in hjem.innstillinger.fylke.fylkesnummer:
        raise BrukerFeil("ÅH-1613")
    nokkel = sendable_secret(hjem.mappe, MILJOVARIABEL, NOKKELFIL, NOKKELRING)
    if not nokkel:
        raise BrukerFeil("ÅH-1612", variabel=MILJOVARIABEL, fil=NOKKELFIL)
    return {
        "api-key": nokkel,
        "fylkesnr": valg.fylkesnr,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
    }


def _attempt(klient: httpx.Client, adresse: str, ur: Ur) -> Utfall:
    """Ask once, for what is left of the time: the library's limits are per read, and a line may trickle for ever.

    What is given up ends by itself when the client closes.
    """
    brutt = Utfall(feil=BrukerFeil("ÅH-1614", sekunder=int(FRIST.total_seconds())), pause=Pause())
    sporrer = ThreadPoolExecutor(1)
    try:
        return sporrer.submit(_ask_once, klient, adresse, ur).result((FRIST - ur.brukt()).total_seconds()) or brutt
    except TimeoutError:
        return brutt
    finally:
        sporrer.shutdown(wait=False)


def _ask_once(klient: httpx.Client, adresse: str, ur: Ur) -> Utfall | None:
    """Return what the service answers, None where the line broke. The library's errors hold the key, and end here."""
    try:
        with klient.stream("GET", adresse) as svar:
            return _refused(svar, ur) or _read(svar)
    except httpx.TransportError:
        return None


def _refused(svar: httpx.Response, ur: Ur) -> Utfall | None:
    """Return what the answer's first lines say is wrong, or None where it may be read."""
    status = svar.status_code
    if status in IKKE_TILGANG:
        return Utfall(feil=BrukerFeil("ÅH-1615", status=status, variabel=MILJOVARIABEL))
    if status in FORBIGAAENDE:
        pause = asked_pause(svar.headers.get("Retry-After", ""), ur)
        return Utfall(feil=BrukerFeil("ÅH-1617", status=status), pause=pause)
    if svar.is_redirect:
        return Utfall(feil=BrukerFeil("ÅH-1618", status=status))
    if status != HTTPStatus.OK:
        return Utfall(feil=BrukerFeil("ÅH-1616", status=status))
    innholdstype = svar.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
    if innholdstype != "application/json" or svar.headers.get("Content-Encoding", "identity") != "identity":
        return Utfall(feil=BrukerFeil("ÅH-1619"))
    return None


def _read(svar: httpx.Response) -> Utfall:
    """Return the body, stopped where it is too large."""
    mest = limits().json_.mest_oktetter
    innhold = bytearray()
    for bit in svar.iter_raw():
        innhold += bit
        if len(innhold) > mest:
            return Utfall(feil=BrukerFeil("ÅH-1621", mest=mest // 2**20))
    return Utfall(bytes(innhold)) if _is_object(bytes(innhold)) else Utfall(feil=BrukerFeil("ÅH-1620"))


def _is_object(innhold: bytes) -> bool:
    """Tell whether the bytes are one whole JSON object."""
    try:
        return isinstance(json.loads(innhold), dict)
    except (ValueError, RecursionError):
        return False
