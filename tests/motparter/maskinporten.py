"""A stand-in for Maskinporten: a signed assertion in, an access token out (RFC 7523, and Digdir's own limits).

Which code an error gets among OAuth's, and that an unknown issuer is 401, is «antatt».
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from tests.motparter.klokke import Klokke
from tests.motparter.nettjener import Foresporsel, Nettjener, Svar
from tests.motparter.svikt import Feil, Svikt

TILLATELSE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
KLIENT_ID = "a3e0f5d2-90c4-4b1e-8f7a-2d6c5b8e1034"
NOKKEL_ID = "ot-provenokkel"
OMRAADER = ("ks:fiks", "krr:global/kontaktinformasjon.read", "krr:global/digitalpost.read")
LENGST_SEKUNDER = 120
SLINGRING = timedelta(seconds=10)


@dataclass(frozen=True)
class Token:
    """What was given out."""

    omraade: frozenset[str]
    utloper: datetime


class Avslag(Exception):
    """An OAuth error."""

    def __init__(self, kode: str, hvorfor: str, status: int = 400) -> None:
        super().__init__(hvorfor)
        self.kode, self.hvorfor, self.status = kode, hvorfor, status


class Maskinporten(Nettjener):
    """The stand-in.

    Args:
        offentlig_nokkel: The client's public key, PEM. Signatures are checked with no other.
        omraader: The scopes the client has been given.
        levetid_sekunder: How long a token is good.
        sjekk_klokke: Hold the assertion's times up against the clock; otherwise only how long it says it lasts.
    """

    def __init__(
        self,
        offentlig_nokkel: bytes,
        *,
        port: int = 0,
        klokke: Klokke | None = None,
        klient_id: str = KLIENT_ID,
        nokkel_id: str = NOKKEL_ID,
        omraader: tuple[str, ...] = OMRAADER,
        levetid_sekunder: int = 120,
        sjekk_klokke: bool = True,
    ) -> None:
        super().__init__(port=port, klokke=klokke)
        self._nokler = {nokkel_id: RSAKey.import_key(offentlig_nokkel)}
        self.klient_id, self.omraader = klient_id, frozenset(omraader)
        self.levetid_sekunder, self.sjekk_klokke = levetid_sekunder, sjekk_klokke
        self._tokener: dict[str, Token] = {}
        self._brukt: set[str] = set()

    @property
    def adresse(self) -> str:
        """The token endpoint."""
        return f"{self.rot}/token"

    @property
    def utsteder(self) -> str:
        """Its own name: the audience of the assertion."""
        return f"{self.rot}/"

    @property
    def gitt(self) -> list[Token]:
        """Every token given out."""
        with self.laas:
            return list(self._tokener.values())

    def accepts(self, token: str, omraade: str) -> bool:
        """Tell whether a token is ours, not too old, and for that scope."""
        with self.laas:
            gitt = self._tokener.get(token)
        gammelt = gitt is not None and self.sjekk_klokke and self.klokke.naa() >= gitt.utloper
        return gitt is not None and omraade in gitt.omraade and not gammelt

    def scopes(self, token: str) -> frozenset[str] | None:
        """Return what a token is for, None where it is not ours or too old."""
        with self.laas:
            gitt = self._tokener.get(token)
        gammelt = gitt is not None and self.sjekk_klokke and self.klokke.naa() >= gitt.utloper
        return None if gitt is None or gammelt else gitt.omraade

    def revoke(self) -> None:
        """Let no token be good any more."""
        with self.laas:
            self._tokener.clear()

    def route(self, foresporsel: Foresporsel) -> str:
        return "token" if (foresporsel.metode, foresporsel.sti) == ("POST", "/token") else ""

    def handle(self, vei: str, foresporsel: Foresporsel) -> Svar:
        if not vei:
            return self.refuse(404, foresporsel)
        try:
            omraade = self._judge(foresporsel)
        except Avslag as avslag:
            return Svar.json(avslag.status, {"error": avslag.kode, "error_description": avslag.hvorfor})
        token = secrets.token_urlsafe(24)
        self._tokener[token] = Token(omraade, self.klokke.naa() + timedelta(seconds=self.levetid_sekunder))
        svar = {"access_token": token, "token_type": "Bearer", "expires_in": self.levetid_sekunder}
        return Svar.json(200, svar | {"scope": " ".join(sorted(omraade))})

    def refuse(self, status: int, _foresporsel: Foresporsel) -> Svar:
        return Svar.json(status, {"error": "server_error", "error_description": "Maskinporten kan ikke svare nå"})

    def distort(self, feil: Feil, _vei: str, _foresporsel: Foresporsel, svar: Svar) -> Svar:
        if feil.hva == Svikt.FEIL_ID:
            return Svar.json(200, json.loads(svar.kropp) | {"access_token": "et-token-ingen-har-gitt"})
        return svar

    def received(self) -> dict[str, Any]:
        return {"antall": len(self._tokener), "referanser": {}}

    def _judge(self, foresporsel: Foresporsel) -> frozenset[str]:
        """Return the scopes asked for. Raises Avslag."""
        if foresporsel.hoder.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            raise Avslag("invalid_request", "Innholdet må være application/x-www-form-urlencoded")
        skjema = {navn: verdi[-1] for navn, verdi in parse_qs(foresporsel.kropp.decode("utf-8", "replace")).items()}
        if skjema.get("grant_type") != TILLATELSE:
            raise Avslag("unsupported_grant_type", "grant_type må være jwt-bearer")
        krav = self._verified(skjema.get("assertion", ""))
        if krav.get("iss") != self.klient_id:
            raise Avslag("invalid_client", f"Ukjent klient {krav.get('iss')!r}", 401)
        if krav.get("aud") not in (self.utsteder, [self.utsteder]):
            raise Avslag("invalid_grant", "Feil aud")
        self._check_times(krav)
        jti = krav.get("jti")
        if not isinstance(jti, str) or not jti or jti in self._brukt:
            raise Avslag("invalid_grant", "jti mangler eller er brukt")
        omraade = frozenset(str(krav.get("scope", "")).split())
        if not omraade or not omraade <= self.omraader:
            raise Avslag("invalid_scope", f"Klienten har ikke {' '.join(sorted(omraade - self.omraader))!r}")
        self._brukt.add(jti)
        return omraade

    def _verified(self, pastand: str) -> Mapping[str, Any]:
        """Return the claims of an assertion signed with RS256 by the client's key."""
        try:
            nokkel = self._nokler[jws.extract_compact(pastand.encode()).protected["kid"]]
            krav = json.loads(jws.deserialize_compact(pastand, nokkel, algorithms=["RS256"]).payload)
        except (JoseError, ValueError, KeyError, TypeError):
            raise Avslag("invalid_grant", "Ugyldig assertion") from None
        if not isinstance(krav, dict):
            raise Avslag("invalid_grant", "Ugyldig assertion")
        return krav

    def _check_times(self, krav: Mapping[str, Any]) -> None:
        fra, til = krav.get("iat"), krav.get("exp")
        if not isinstance(fra, int | float) or not isinstance(til, int | float):
            raise Avslag("invalid_grant", "iat og exp er påkrevd")
        if not 0 < til - fra <= LENGST_SEKUNDER:
            raise Avslag("invalid_grant", "exp kan være høyst 120 sekunder etter iat")
        naa = self.klokke.naa().timestamp()
        slingring = SLINGRING.total_seconds()
        if self.sjekk_klokke and not (fra - slingring <= naa <= til + slingring):
            raise Avslag("invalid_grant", "assertion er utløpt, eller fra framtiden")


def key_pair() -> tuple[bytes, bytes]:
    """Make a key for a test: private and public, PEM."""
    nokkel = rsa.generate_private_key(65537, 2048)
    ingen = serialization.NoEncryption()
    privat = nokkel.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, ingen)
    return privat, public_half(privat)


def public_half(privat: bytes) -> bytes:
    """Return the public key, PEM, of a private one."""
    nokkel = serialization.load_pem_private_key(privat, None)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return nokkel.public_key().public_bytes(serialization.Encoding.PEM, form)
