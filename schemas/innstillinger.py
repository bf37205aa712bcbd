"""This county's settings, as ``innstillinger.toml`` holds them. No secrets: the key stands elsewhere."""

import httpx
from pydantic import BaseModel, ConfigDict, Field, field_validator

from schemas.arshjul import Radvalg
from schemas.verdier import Modus

DENNE_MASKINEN = "127.0.0.1"


class _Del(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fylke(_Del):
    """Who sends the letters."""

    navn: str
    fylkesnummer: tuple[str, ...]
    avsender: str
    avsender_nynorsk: str = "Oppfølgingstenesta"
    telefon: str
    epost: str
    nettside: str


class Ansvarlig(_Del):
    """The OTTO-ansvarlig, who gets what no adviser owns."""

    epost: str


class Grenser(_Del):
    """How much a delivery may shrink or grow against the last one before a person must look (shares of last)."""

    krymp_andel: float = Field(ge=0, le=1)
    vokse_andel: float = Field(ge=1)


class Undersokelse(_Del):
    """The survey: the letter's reference is added to the address."""

    adresse: str


class VigoOt(_Del):
    """Where VIGO OT is asked for its youth, and which county asks. The key to it never stands here."""

    adresse: str
    fylkesnr: str = Field(pattern=r"^\d{2}$")

    @field_validator("adresse")
    @classmethod
    def _is_safe(cls, verdi: str) -> str:
        """Take ``https`` only, except on this machine; no password and no question in the address."""
        try:
            adresse = httpx.URL(verdi)
        except (httpx.InvalidURL, ValueError):
            raise ValueError("ikke en adresse") from None
        trygg = adresse.scheme == "https" or (adresse.scheme == "http" and adresse.host == DENNE_MASKINEN)
        if not (trygg and adresse.host) or adresse.userinfo or adresse.query or adresse.fragment:
            raise ValueError("ikke en trygg adresse")
        return verdi


class Raadgiver(_Del):
    """An adviser and the municipalities she answers for."""

    id: str
    navn: str
    epost: str
    kommuner: tuple[str, ...]


class Innstillinger(_Del):
    """Everything a county decides for itself."""

    modus: Modus = Modus.OVE
    fylke: Fylke
    ansvarlig: Ansvarlig
    grenser: Grenser
    undersokelse: Undersokelse
    radgivere: tuple[Raadgiver, ...]
    vigo_ot: VigoOt | None = None
    radvalg: tuple[Radvalg, ...] = ()
    overskrifter: dict[str, dict[str, str]] = {}
    """Format → the county's own heading → the declared one, or blank for a column that is not read."""
