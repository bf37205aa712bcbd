"""This county's settings, as ``innstillinger.toml`` holds them. No secrets: the key stands elsewhere."""

from pydantic import BaseModel, ConfigDict, Field

from schemas.arshjul import Radvalg
from schemas.verdier import Modus


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
    radvalg: tuple[Radvalg, ...] = ()
