"""Maskinporten: a signed word that we are the county, for a token that opens one service for a couple of minutes.

The token is kept in memory until shortly before it expires, never on disk; no message, log or exception holds it or
the key. Source: docs.digdir.no, Maskinporten, JWT grants (RFC 7523).
"""

import json
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.oauth2.rfc7523.assertion import sign_jwt_bearer_assertion
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from schemas.innstillinger import Maskinporten
from tasks import klokke
from tasks.digdir import Tjeneste, ask, not_as_documented
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.klokke import Ur
from tasks.nettkall import client, must_be_ours
from tasks.register.nokkel import read_secret

MILJOVARIABEL: Final = "ARSHJUL_MASKINPORTEN_NOKKEL"
NOKKELFIL: Final = "maskinporten.nokkel"
NOKKELRING: Final = "arshjul-maskinporten"
TJENESTE: Final = Tjeneste("Maskinporten", "maskinporten")
TILLATELSE: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PASTANDEN_VARER: Final = timedelta(seconds=100)
"""Digdir takes at most 120 seconds."""
MARGIN: Final = timedelta(seconds=20)

_tokener: dict[tuple[Maskinporten, str], tuple[str, datetime]] = {}


def token(hjem: Hjem, omfang: str, ur: Ur | None = None) -> str:
    """Return a token for the scopes ``omfang`` (by spaces), a new one only where the last is about to expire.

    BrukerFeil ÅH-1630 (mode ``øve`` and not this machine), ÅH-1631 (not set up), ÅH-1632 (no usable key), and as
    ``digdir.ask``.
    """
    ur = ur or Ur(klokke.stopwatch(lopende=True))
    valg = hjem.innstillinger.maskinporten
    if valg is None:
        raise BrukerFeil("ÅH-1631")
    gjemt, utloper = _tokener.get((valg, omfang), ("", ur.naa()))
    if utloper > ur.naa():
        return gjemt
    must_be_ours(hjem.innstillinger.modus, valg.adresse, TJENESTE.navn)
    nytt, varer = _fetch(valg, _key(hjem), omfang, ur)
    _tokener[valg, omfang] = (nytt, ur.naa() + varer - MARGIN)
    return nytt


def forget(hjem: Hjem, omfang: str) -> None:
    """Let go of a token that a service would not take."""
    if valg := hjem.innstillinger.maskinporten:
        _tokener.pop((valg, omfang), None)


def _key(hjem: Hjem) -> RSAKey:
    """Return the county's private key. The library's own errors may show it, so ours is raised outside."""
    tekst = read_secret(hjem.mappe, MILJOVARIABEL, NOKKELFIL, NOKKELRING)
    try:
        nokkel = RSAKey.import_key(json.loads(tekst) if tekst.startswith("{") else tekst)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        nokkel = None
    if nokkel is None or not nokkel.is_private:
        raise BrukerFeil("ÅH-1632", variabel=MILJOVARIABEL, fil=NOKKELFIL)
    return nokkel


def _fetch(valg: Maskinporten, nokkel: RSAKey, omfang: str, ur: Ur) -> tuple[str, timedelta]:
    """Return a new token and how long it lasts. An assertion is used once, so each attempt signs its own."""
    with client(valg.adresse) as klient:
        svar = ask(
            klient,
            lambda: klient.request(
                "POST",
                valg.adresse,
                data={"grant_type": TILLATELSE, "assertion": _assertion(valg, nokkel, omfang, ur.naa())},
            ),
            TJENESTE,
            ur,
        )
    gitt, varer = svar.get("access_token"), svar.get("expires_in")
    if not _can_be_sent(gitt) or type(varer) is not int or varer <= 0:
        raise not_as_documented(TJENESTE)
    return str(gitt), timedelta(seconds=varer)


def _assertion(valg: Maskinporten, nokkel: RSAKey, omfang: str, naa: datetime) -> str:
    """Return who we are and what we ask for, signed; the library adds a ``jti`` of its own each time."""
    fra = int(naa.timestamp())
    pastand: str = sign_jwt_bearer_assertion(
        nokkel,
        issuer=valg.klient_id,
        audience=valg.utsteder,
        issued_at=fra,
        expires_at=fra + int(PASTANDEN_VARER.total_seconds()),
        claims={"scope": omfang},
        header={"kid": valg.nokkel_id},
        alg="RS256",
    )
    return pastand


def _can_be_sent(gitt: Any) -> bool:  # noqa: ANN401 whatever the answer holds
    """Tell whether a token is one that a header can carry."""
    return isinstance(gitt, str) and gitt.isascii() and gitt.isprintable() and gitt == "".join(gitt.split()) != ""
