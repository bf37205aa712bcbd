"""SMS by the county's own function in front of LinkMobility: one message, one call, once.

The service cannot be asked what it has taken, so a lost answer is ``uavklart``: for a person. The number is looked up
when the message is to go, and kept no longer. Source: vestfoldfylke/azf-send-sms, README (address, key, body, answer).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from schemas.innstillinger import Sms
from schemas.verdier import Tilstand
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.kanal import Leveringssvar, Post
from tasks.klokke import local_date
from tasks.nettkall import Brudd, Nettklient, Nettsvar, client, must_be_ours, wait_until
from tasks.register.nokkel import sendable_secret
from tasks.smstekst import is_too_long

Nummeroppslag = Callable[[Sequence[Post]], Mapping[str, str]]
"""Look up the items' numbers, at the moment they are to be used: ``utsending_id`` → number."""

TJENESTE: Final = "SMS-tjenesten"
MILJOVARIABEL: Final = "ARSHJUL_SMS_NOKKEL"
NOKKELFIL: Final = "sms.nokkel"
NOKKELRING: Final = "arshjul-sms"
NOKKELHODE: Final = "x-functions-key"
LAND: Final = "NO"
LANDKODE: Final = 47
UKJENTE_PA_RAD: Final = 2
"""So many lost answers in a row, and the service is left alone."""

UTEN_NUMMER: Final = "sms_uten_nummer"
UGYLDIG_NUMMER: Final = "sms_ugyldig_nummer"
FOR_LANG: Final = "sms_for_lang"
INGEN_KONTAKT: Final = "sms_ingen_kontakt"
OMDIRIGERT: Final = "sms_omdirigert"
AVVIST: Final = "sms_avvist"
UTEN_SVAR: Final = "sms_uten_svar"
UFORSTAELIG: Final = "sms_uforstaelig"
AVBRUTT: Final = "sms_avbrutt"
STOPPER: Final = {
    HTTPStatus.UNAUTHORIZED: "sms_ingen_tilgang",
    HTTPStatus.FORBIDDEN: "sms_ingen_tilgang",
    HTTPStatus.NOT_FOUND: "sms_ukjent_adresse",
    HTTPStatus.METHOD_NOT_ALLOWED: "sms_ukjent_adresse",
    HTTPStatus.TOO_MANY_REQUESTS: "sms_vent",
}
"""Nothing was taken, and the next one would fare the same."""
EGNE_GRUNNER: Final = frozenset({
    UTEN_NUMMER, UGYLDIG_NUMMER, FOR_LANG, INGEN_KONTAKT, OMDIRIGERT, AVVIST, UTEN_SVAR, UFORSTAELIG, AVBRUTT,
    *STOPPER.values(),
})  # fmt: skip
"""Every reason that this channel may give."""


@dataclass(frozen=True)
class Smsvei:
    """The message service as the county has set it up, and who knows the numbers."""

    valg: Sms
    finn_numre: Nummeroppslag
    bolk: int = 1
    tvil_sekunder: int = 0

    @contextmanager
    def open(self, hjem: Hjem, naa: datetime) -> Iterator["Smslevering"]:
        """Make ready. BrukerFeil ÅH-1630 (not this machine in ``øve``), ÅH-1652 (no usable key)."""
        must_be_ours(hjem.innstillinger.modus, self.valg.adresse, TJENESTE)
        nokkel = sendable_secret(hjem.mappe, MILJOVARIABEL, NOKKELFIL, NOKKELRING)
        if not nokkel:
            raise BrukerFeil("ÅH-1652", variabel=MILJOVARIABEL, fil=NOKKELFIL)
        with client(self.valg.adresse, {NOKKELHODE: nokkel, "Accept": "application/json"}) as klient:
            yield Smslevering(self.valg, self.finn_numre, klient, naa)


@dataclass
class Smslevering:
    """The message service, ready."""

    valg: Sms
    finn_numre: Nummeroppslag
    klient: Nettklient
    naa: datetime
    numre: Mapping[str, str] = field(default_factory=dict, repr=False)
    ukjente: int = 0

    def prepare(self, poster: Sequence[Post]) -> None:
        """Look up the numbers of these items, and forget those of the ones before."""
        self.numre = self.finn_numre(poster)

    def deliver(self, post: Post) -> Leveringssvar:
        """Send the message, once."""
        tekst = json.loads(post.innhold)["tekst"]
        if not (oppgitt := self.numre.get(post.utsending_id, "")):
            return Leveringssvar(Tilstand.AVVIST, UTEN_NUMMER)
        if not (nummer := msisdn(oppgitt, utenlandske=self.valg.utenlandske)):
            return Leveringssvar(Tilstand.AVVIST, UGYLDIG_NUMMER)
        if is_too_long(tekst, local_date(self.naa)):
            return Leveringssvar(Tilstand.AVVIST, FOR_LANG)
        melding = {
            "receivers": [nummer],
            "message": tekst,
            "sender": self.valg.avsender,
            "referenceId": post.referanse,
        }
        svar = self._judged(post, self.klient.call(self.klient.request("POST", self.valg.adresse, json=melding)))
        self.ukjente = self.ukjente + 1 if svar.tilstand is Tilstand.UAVKLART else 0
        if self.ukjente >= UKJENTE_PA_RAD:
            return Leveringssvar(svar.tilstand, svar.grunn, stopp=True)
        return svar

    def look_for(self, post: Post) -> Leveringssvar:  # noqa: ARG002 every channel is asked alike
        """Tell that nobody knows: no way to ask is documented."""
        return Leveringssvar(Tilstand.UAVKLART, AVBRUTT)

    def _judged(self, post: Post, svar: Nettsvar | Brudd) -> Leveringssvar:
        """Return the one state that an answer means. Where the message may have been taken, nobody knows."""
        if svar is Brudd.IKKE_SENDT:
            return Leveringssvar(Tilstand.PLANLAGT, INGEN_KONTAKT, stopp=True)
        if isinstance(svar, Brudd) or svar.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Leveringssvar(Tilstand.UAVKLART, UTEN_SVAR)
        if svar.status >= HTTPStatus.MULTIPLE_CHOICES:
            return self._refused(svar)
        if not (ekstern := _message_id(svar.innhold, post.referanse)):
            return Leveringssvar(Tilstand.UAVKLART, UFORSTAELIG)
        return Leveringssvar(Tilstand.SENDT, ekstern_id=ekstern)

    def _refused(self, svar: Nettsvar) -> Leveringssvar:
        if svar.status < HTTPStatus.BAD_REQUEST:
            return Leveringssvar(Tilstand.PLANLAGT, OMDIRIGERT, stopp=True)
        if svar.status not in STOPPER:
            return Leveringssvar(Tilstand.AVVIST, AVVIST)
        vent = wait_until(svar.hoder.get("Retry-After", ""), self.naa)
        til = vent if svar.status == HTTPStatus.TOO_MANY_REQUESTS else None
        return Leveringssvar(Tilstand.PLANLAGT, STOPPER[HTTPStatus(svar.status)], stopp=True, vent_til=til)


def msisdn(nummer: str, *, utenlandske: bool = False) -> str:
    """Return a mobile number as the service takes it: country and number, digits only. Blank where it is none."""
    try:
        lest = phonenumbers.parse(nummer, LAND)
    except NumberParseException:
        return ""
    norsk = lest.country_code == LANDKODE
    mobil = phonenumbers.number_type(lest) in {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
    bare_tall = not any(tegn.isalpha() for tegn in nummer)
    if not (bare_tall and mobil and phonenumbers.is_valid_number(lest) and (norsk or utenlandske)):
        return ""
    return phonenumbers.format_number(lest, PhoneNumberFormat.E164).removeprefix("+")


def _message_id(innhold: bytes, referanse: str) -> str:
    """Return our one message's id at the service, blank where the answer is of another form or about something else."""
    try:
        lest: Any = json.loads(innhold)
        (melding,) = lest["messages"]
        funnet, gjelder = melding["messageId"], melding["referenceId"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return funnet if isinstance(funnet, str) and gjelder == referanse else ""
