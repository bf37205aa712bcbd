"""KS SvarUt v2: one letter, one call, and our own reference by which SvarUt can be asked what came of it.

A call whose answer was lost is never made again before SvarUt has been asked and has had time to be done with it.
Source: KS, fiks-svarut-klient, openapi (send, ekstern referanse, status) v2.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from schemas.brev import Brevdata
from schemas.innstillinger import SvarUt
from schemas.verdier import Kanal, Tilstand
from tasks import maskinporten
from tasks.brevutkast import has_address, letter_of
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.kanal import Leveringssvar, Post
from tasks.klokke import OSLO
from tasks.nettkall import Brudd, Nettklient, Nettsvar, client, json_object, must_be_ours, wait_until
from tasks.register.nokkel import sendable_secret
from tasks.trykkeri import Side, start_all

TJENESTE: Final = "SvarUt"
OMFANG: Final = "ks:fiks"
MILJOVARIABEL: Final = "ARSHJUL_SVARUT_PASSORD"
PASSORDFIL: Final = "svarut.passord"
NOKKELRING: Final = "arshjul-svarut"
GJENTATT: Final = "GJENTAGENDE_FORSENDELSE"
BOLK: Final = 100
UKJENTE_PA_RAD: Final = 3
STATUSER_OM_GANGEN: Final = 100
STOPPER: Final = {
    HTTPStatus.MOVED_PERMANENTLY: "svarut_omdirigert",
    HTTPStatus.FOUND: "svarut_omdirigert",
    HTTPStatus.SEE_OTHER: "svarut_omdirigert",
    HTTPStatus.TEMPORARY_REDIRECT: "svarut_omdirigert",
    HTTPStatus.PERMANENT_REDIRECT: "svarut_omdirigert",
    HTTPStatus.UNAUTHORIZED: "svarut_ingen_tilgang",
    HTTPStatus.FORBIDDEN: "svarut_ingen_tilgang",
    HTTPStatus.NOT_FOUND: "svarut_ukjent_konto",
    HTTPStatus.TOO_MANY_REQUESTS: "svarut_vent",
}
"""Nothing was taken, and the next one would fare the same."""


Skriver = Callable[[Sequence[Brevdata], Hjem], list[Callable[[], Side]]]


@dataclass(frozen=True)
class Svarutvei:
    """SvarUt as the county has set it up; ``skriv`` begins to write letters as PDF."""

    valg: SvarUt
    bolk: int = BOLK
    skriv: Skriver = start_all

    @property
    def tvil_sekunder(self) -> int:
        """How long SvarUt may still be at work on a call that we lost."""
        return self.valg.tvil_minutter * 60

    @contextmanager
    def open(self, hjem: Hjem, naa: datetime) -> Iterator["Svarutlevering"]:
        """Log in. BrukerFeil ÅH-1630 (not this machine in ``øve``), ÅH-1670 (no password), and Maskinporten's own."""
        must_be_ours(hjem.innstillinger.modus, self.valg.adresse, TJENESTE)
        passord = sendable_secret(hjem.mappe, MILJOVARIABEL, PASSORDFIL, NOKKELRING)
        if not passord:
            raise BrukerFeil("ÅH-1670", variabel=MILJOVARIABEL, fil=PASSORDFIL)
        hoder = {
            "IntegrasjonId": self.valg.integrasjon_id,
            "IntegrasjonPassord": passord,
            "Accept": "application/json",
        }
        with client(self.valg.adresse, hoder) as klient:
            yield Svarutlevering(hjem, self.valg, klient, naa, self.skriv)


@dataclass
class Svarutlevering:
    """SvarUt, logged in."""

    hjem: Hjem
    valg: SvarUt
    klient: Nettklient
    naa: datetime
    skriv: Skriver
    sider: dict[str, Callable[[], Side]] = field(default_factory=dict)
    ukjente: int = 0

    def prepare(self, poster: Sequence[Post]) -> None:
        """Begin to write the letters as PDF: the next is written while one is being sent."""
        sider = self.skriv([letter_of(post.innhold) for post in poster], self.hjem)
        self.sider = {post.utsending_id: side for post, side in zip(poster, sider, strict=True)}

    def deliver(self, post: Post) -> Leveringssvar:
        """Send the letter, once."""
        side = self.sider[post.utsending_id]()
        if isinstance(side, BrukerFeil):
            return Leveringssvar(Tilstand.AVVIST, side.kode)
        deler = {
            "forsendelse": (None, shipment(post, self.valg), "application/json"),
            "filer_0": (FILNAVN, side, PDF),
        }
        svar = self._call("POST", self._path(), files=deler)
        if svar is Brudd.IKKE_SENDT:
            return Leveringssvar(Tilstand.PLANLAGT, "svarut_ikke_naadd", stopp=True)
        resultat = None if svar is Brudd.UKJENT else self._judged(post, svar)
        if resultat is None:
            return self._unknown(post)
        self.ukjente = 0
        return resultat

    def look_for(self, post: Post) -> Leveringssvar:
        """Ask by our reference whether SvarUt has the letter."""
        funnet = self._find(post)
        if funnet is None:
            return Leveringssvar(Tilstand.SENDER, "svarut_uten_svar")
        return _found(funnet) if funnet else Leveringssvar(Tilstand.PLANLAGT)

    def statuses(self, poster: Sequence[Post]) -> dict[str, tuple[str, datetime]]:
        """Return SvarUt's id → (status, since when) of the letters it answers about.

        An answer about a letter not asked about, or that cannot be read, is left out. BrukerFeil ÅH-1671 where SvarUt
        does not answer.
        """
        kjente: dict[str, tuple[str, datetime]] = {}
        for fra in range(0, len(poster), STATUSER_OM_GANGEN):
            spurt = [post.ekstern_id for post in poster[fra : fra + STATUSER_OM_GANGEN]]
            innhold = _json(self._call("POST", f"{self._path()}/status-sok", json={"forsendelseIds": spurt}))
            statuser = innhold.get("statuser", []) if innhold is not None else None
            if not isinstance(statuser, list):
                raise BrukerFeil("ÅH-1671")
            for enkelt in statuser:
                lest = _status(enkelt)
                if lest and lest[0] in spurt:
                    kjente[lest[0]] = max(kjente.get(lest[0], lest[1:]), lest[1:], key=lambda par: par[1])
        return kjente

    def _call(self, metode: str, sti: str, **deler: object) -> Nettsvar | Brudd:
        """Call with a token that is good now: it lasts a couple of minutes, and a sending lasts longer."""
        hode = {"Authorization": f"Bearer {maskinporten.token(self.hjem, OMFANG)}"}
        return self.klient.call(self.klient.request(metode, sti, headers=hode, **deler))

    def _path(self) -> str:
        return f"v2/kontoer/{self.valg.konto_id}/forsendelser"

    def _judged(self, post: Post, svar: Nettsvar) -> Leveringssvar | None:
        """Return what a whole answer means, None where SvarUt may have taken the letter all the same."""
        if svar.status == HTTPStatus.OK:
            ekstern = _id(_json(svar))
            return Leveringssvar(Tilstand.SENDT, ekstern_id=ekstern) if ekstern else None
        if svar.status in STOPPER:
            vent = wait_until(svar.hoder.get("Retry-After", ""), self.naa)
            grunn = STOPPER[HTTPStatus(svar.status)]
            return Leveringssvar(Tilstand.PLANLAGT, grunn, stopp=True, vent_til=vent)
        if svar.status == HTTPStatus.CONFLICT or GJENTATT in _error_code(svar):
            return self._repeated(post)
        er_avvist = HTTPStatus.BAD_REQUEST <= svar.status < HTTPStatus.INTERNAL_SERVER_ERROR
        if er_avvist and svar.status != HTTPStatus.REQUEST_TIMEOUT:
            return Leveringssvar(Tilstand.AVVIST, "svarut_avvist")
        return None

    def _unknown(self, post: Post) -> Leveringssvar:
        """Ask at once; where SvarUt does not have it yet, it may still come to have it, and is asked again later."""
        self.ukjente += 1
        if funnet := self._find(post):
            return _found(funnet)
        vent = self.naa + timedelta(minutes=self.valg.tvil_minutter)
        stopp = self.ukjente >= UKJENTE_PA_RAD
        return Leveringssvar(Tilstand.SENDER, "svarut_uten_svar", stopp=stopp, vent_til=vent)

    def _repeated(self, post: Post) -> Leveringssvar:
        funnet = self._find(post)
        return _found(funnet) if funnet else Leveringssvar(Tilstand.UAVKLART, "svarut_gjentatt")

    def _find(self, post: Post) -> list[str] | None:
        """Return SvarUt's ids for our reference; None where SvarUt does not say."""
        innhold = _json(self._call("GET", self._path(), params={"eksternRef": post.referanse}))
        funnet = innhold.get("forsendelseIds") if innhold is not None else None
        return [str(enkelt) for enkelt in funnet] if isinstance(funnet, list) else None


FILNAVN: Final = "brev.pdf"
PDF: Final = "application/pdf"


def shipment(post: Post, valg: SvarUt) -> bytes:
    """Return what SvarUt is told about a letter, as JSON.

    The recipient's number is given only where the letter goes digitally: with it SvarUt looks for a mailbox. Without a
    whole address the letter can never be printed, and SvarUt must be told so.
    """
    innhold = json.loads(post.innhold)
    brev = letter_of(post.innhold)
    forsendelse = {
        "tittel": innhold["tittel"],
        "mottaker": _recipient(post, brev, innhold["digital_id"]),
        "avgivendeSystem": "Årshjul",
        "eksternReferanse": post.referanse,
        "korrelasjonsid": post.mappe,
        "kunDigitalLevering": not has_address(brev),
        "dokumenter": [{"filnavn": FILNAVN, "mimeType": PDF}],
        "lenker": [{"url": brev.svaradresse, "tekst": innhold["tittel"]}],
    }
    if valg.konteringskode:
        forsendelse["konteringskode"] = valg.konteringskode
    return json.dumps(forsendelse, ensure_ascii=False).encode()


def _recipient(post: Post, brev: Brevdata, digital_id: str) -> dict[str, str]:
    felter = {
        "navn": brev.navn,
        "digitalId": digital_id if post.kanal is Kanal.DIGITAL else "",
        "adresselinje1": brev.adresselinje1,
        "postnummer": brev.postnummer,
        "poststed": brev.poststed,
    }
    return {navn: verdi for navn, verdi in felter.items() if verdi}


def _found(ider: list[str]) -> Leveringssvar:
    return Leveringssvar(Tilstand.SENDT, "" if len(ider) == 1 else "svarut_flere", ider[0])


def _json(svar: Nettsvar | Brudd) -> dict[str, Any] | None:
    """Return a good answer's JSON object, else None."""
    return None if isinstance(svar, Brudd) or svar.status != HTTPStatus.OK else json_object(svar.innhold)


def _id(innhold: Mapping[str, Any] | None) -> str:
    """Return the letter's id at SvarUt, blank where the answer has none of the promised form."""
    try:
        return str(UUID(str((innhold or {})["id"])))
    except (KeyError, ValueError):
        return ""


def _error_code(svar: Nettsvar) -> str:
    return str((json_object(svar.innhold) or {}).get("errorCode", ""))


def _status(enkelt: object) -> tuple[str, str, datetime] | None:
    """Return (id, status, since when) of one line of the answer, None where it has another form."""
    if not isinstance(enkelt, dict):
        return None
    try:
        tid = datetime.fromisoformat(str(enkelt["sisteStatusEndring"]))
        return str(enkelt["id"]), str(enkelt["status"]), tid if tid.tzinfo else tid.replace(tzinfo=OSLO)
    except (KeyError, ValueError):
        return None
