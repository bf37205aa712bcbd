"""What KS SvarUt v2 takes: the fields of its published ``Forsendelse``, and what its texts demand between them.

The fields and limits are those of KS' OpenAPI for sending; the multipart is described on its developer pages. A field
it does not know is refused here («antatt»): a misspelt one would otherwise be lost in silence.
"""
# ruff: noqa: N815 (the fields have KS' own names)

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, MultipartDecoder, NeedData
from werkzeug.sansio.multipart import Field as Formfelt
from werkzeug.sansio.multipart import File as Formfil

FORBUDT_I_FILNAVN = '*:"\\/<>|?'
PDF = "application/pdf"
MEST_BYTE = 350 * 1024 * 1024
EKKO = 300


class Ugyldig(Exception):
    """The request is refused: status, what is said, and the code."""

    def __init__(self, melding: str, status: int = 400, kode: str = "UGYLDIG_FORSENDELSE") -> None:
        super().__init__(melding)
        self.melding, self.status, self.kode = melding, status, kode


class _Del(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _valid_name(navn: str) -> str:
    if set(navn) & set(FORBUDT_I_FILNAVN):
        raise ValueError("ulovlig tegn i filnavn")
    return navn


def _valid_url(url: str) -> str:
    deler = urlsplit(url)
    if not (deler.scheme and deler.netloc) or not url.isascii() or set(url) & set(' "<>\\^`{}|'):
        raise ValueError("ikke en lenke etter RFC 2396")
    return url


class Adresse(_Del):
    """A recipient, or where answers go."""

    navn: str = Field(min_length=1)
    digitalId: Annotated[str, Field(pattern=r"^(\d{9}|\d{11})$")] | None = None
    adresselinje1: str | None = None
    adresselinje2: str | None = None
    adresselinje3: str | None = None
    poststed: str | None = None
    postnummer: str | None = None
    land: str | None = None

    @property
    def kan_fa_papir(self) -> bool:
        """Whether a letter can be posted: a Norwegian address also has a postal number."""
        norsk = (self.land or "").strip().upper() in {"", "NO", "NOR", "NORGE", "NOREG", "NORWAY"}
        return bool(self.poststed and (self.postnummer or not norsk))


class Metadata(_Del):
    """A word and its value."""

    key: str
    value: str


class Dokument(_Del):
    """What is told of one file."""

    filnavn: Annotated[str, Field(min_length=1, max_length=226), AfterValidator(_valid_name)]
    mimeType: str = Field(min_length=1)
    skalSigneres: bool = False
    dokumentType: str | None = None
    giroarkSider: tuple[int, ...] = ()
    skalEkskluderesFraUtskrift: bool = False
    ekstraMetadata: tuple[Metadata, ...] = ()
    inneholderPersonsensitivInformasjon: bool = False


class Lenke(_Del):
    """A link in the digital message."""

    url: Annotated[str, AfterValidator(_valid_url)]
    tekst: str = Field(min_length=1)
    ledetekst: str | None = None


class Utskriftskonfigurasjon(_Del):
    """How it is printed."""

    utskriftMedFarger: bool = False
    tosidig: bool = False


class Forsendelse(_Del):
    """A letter to one recipient."""

    tittel: str = Field(min_length=1, max_length=1000)
    mottaker: Adresse
    eksponertFor: tuple[str, ...] = ()
    avgivendeSystem: str | None = Field(default=None, max_length=100)
    avgivendeSystemAktor: str | None = None
    konteringskode: str | None = Field(default=None, max_length=20, pattern=r"^[a-zA-Z0-9_\-.øæåØÆÅ]{0,20}$")
    kunDigitalLevering: bool = False
    kryptert: bool = False
    utskriftskonfigurasjon: Utskriftskonfigurasjon | None = None
    krevNiva4Innlogging: bool = False
    metadataFraAvleverendeSystem: dict[str, Any] | None = None
    metadataForImport: dict[str, Any] | None = None
    svarSendesTil: Adresse | None = None
    svarPaForsendelse: UUID | None = None
    dokumenter: tuple[Dokument, ...] = ()
    lenker: tuple[Lenke, ...] = Field(default=(), max_length=5)
    forsendelsestype: str | None = Field(default=None, max_length=100)
    eksternReferanse: str | None = Field(default=None, max_length=100)
    korrelasjonsid: str | None = Field(default=None, max_length=100)
    svarPaForsendelseLink: bool = False
    signeringUtloper: AwareDatetime | None = None
    signaturType: Literal["AUTENTISERT_SIGNATUR", "AVANSERT_SIGNATUR"] | None = None
    taushetsbelagtPost: bool = False

    @model_validator(mode="after")
    def _holds_together(self) -> "Forsendelse":
        til = self.mottaker
        navn = [dokument.filnavn for dokument in self.dokumenter]
        krav = {
            "mottaker.digitalId er påkrevd ved kun digital levering": not self.kunDigitalLevering or til.digitalId,
            "mottaker.poststed og postnummer er påkrevd": self.kunDigitalLevering or til.kan_fa_papir,
            "filnavn er ikke unikt": len(set(navn)) == len(navn),
            "svarSendesTil mangler postadresse": not self.svarSendesTil or self.svarSendesTil.kan_fa_papir,
            "svarPaForsendelseLink krever organisasjonsnummer": not self.svarPaForsendelseLink
            or len((self.svarSendesTil and self.svarSendesTil.digitalId) or "") == 9,
            "nivå 4 krever krypterte dokumenter": not self.krevNiva4Innlogging or self.kryptert,
            "kun PDF kan skrives ut": self.kunDigitalLevering
            or all(dok.mimeType == PDF or dok.skalEkskluderesFraUtskrift for dok in self.dokumenter),
            "kun ett dokument kan signeres, og det må være PDF": [
                dok.mimeType for dok in self.dokumenter if dok.skalSigneres
            ]
            in ([], [PDF]),
        }
        brutt = [melding for melding, holder in krav.items() if not holder]
        if brutt:
            raise ValueError("; ".join(brutt))
        return self


@dataclass(frozen=True)
class Fil:
    """A file that came with it."""

    navn: str
    sha256: str
    antall_byte: int


@dataclass(frozen=True)
class Innsending:
    """A whole request that is well formed."""

    forsendelse: Forsendelse
    raa: bytes
    filer: tuple[Fil, ...]
    data: tuple[bytes, ...]


def parse(hoder: dict[str, str], kropp: bytes) -> Innsending:
    """Read and check a request to send. Raises Ugyldig, whose text holds what was sent, as such texts do."""
    if len(kropp) > MEST_BYTE:
        raise Ugyldig("for stor forsendelse", 413, "FOR_STOR")
    deler = _parts(hoder.get("content-type", ""), kropp)
    if not deler or deler[0][0].name != "forsendelse":
        raise Ugyldig("første del må hete «forsendelse»")
    if parse_options_header(deler[0][0].headers.get("content-type"))[0] != "application/json":
        raise Ugyldig("delen «forsendelse» må være application/json")
    try:
        forsendelse = Forsendelse.model_validate_json(deler[0][1], strict=True)
    except ValidationError as feil:
        raise Ugyldig("; ".join(_tell(en) for en in feil.errors(include_url=False))) from None
    filer = tuple(_file(*del_) for del_ in deler[1:])
    _match(forsendelse, filer, [data for _, data in deler[1:]])
    return Innsending(forsendelse=forsendelse, raa=deler[0][1], filer=filer, data=tuple(data for _, data in deler[1:]))


def _parts(innholdstype: str, kropp: bytes) -> list[tuple[Formfelt | Formfil, bytes]]:
    """Return the parts of the multipart, whole."""
    slag, valg = parse_options_header(innholdstype)
    if slag != "multipart/form-data" or not valg.get("boundary"):
        raise Ugyldig("innholdet må være multipart/form-data", 415, "UGYLDIG_INNHOLDSTYPE")
    leser = MultipartDecoder(valg["boundary"].encode("latin-1"))
    deler: list[tuple[Formfelt | Formfil, bytes]] = []
    try:
        leser.receive_data(kropp)
        leser.receive_data(None)
        while not isinstance(hendelse := leser.next_event(), Epilogue | NeedData):
            if isinstance(hendelse, Formfelt | Formfil):
                deler.append((hendelse, b""))
            elif isinstance(hendelse, Data):
                deler[-1] = (deler[-1][0], deler[-1][1] + hendelse.data)
    except ValueError:
        raise Ugyldig("ødelagt multipart") from None
    return deler


def _file(felt: Formfelt | Formfil, data: bytes) -> Fil:
    if not isinstance(felt, Formfil):
        raise Ugyldig("en fil må ha filename")
    return Fil(navn=felt.filename or "", sha256=hashlib.sha256(data).hexdigest(), antall_byte=len(data))


def _match(forsendelse: Forsendelse, filer: tuple[Fil, ...], data: list[bytes]) -> None:
    """Check that the files are those that the documents tell of, in the same order."""
    if len(filer) != len(forsendelse.dokumenter):
        raise Ugyldig(f"{len(forsendelse.dokumenter)} dokumenter, men {len(filer)} filer")
    for dokument, fil, innhold in zip(forsendelse.dokumenter, filer, data, strict=True):
        if dokument.filnavn != fil.navn:
            raise Ugyldig(f"filen {fil.navn!r} svarer ikke til {dokument.filnavn!r}")
        if dokument.mimeType == PDF and not forsendelse.kryptert and not innhold.startswith(b"%PDF-"):
            raise Ugyldig(f"{fil.navn!r} er ikke en PDF")


def _tell(en: Any) -> str:
    sted = ".".join(str(del_) for del_ in en["loc"])
    return f"{sted}: {en['msg']} (fikk {str(en['input'])[:EKKO]!r})"
