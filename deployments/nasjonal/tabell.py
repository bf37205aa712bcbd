"""The operator's table: the operation's name, where its Prefect answers, and the counties that this machine serves."""

import tomllib
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from deployments.miljo import addresses
from tasks.adgang import PROXYVARIABEL, Adgang
from tasks.feil import BrukerFeil
from tasks.register.nokkel import NOKKELFIL, read_secret

FIL: Final = "fylker.toml"
PASSORDVARIABEL, PASSORDFIL, PASSORDRING = "ARSHJUL_DRIFT_PASSORD", "drift.passord", "arshjul-drift"
DORVARIABEL, DORRING = "ARSHJUL_DOR_PASSORD", "arshjul-dor"
PROXYRING: Final = "arshjul-dor-proxy"
IKKE_ADSKILT: Final = "fylkene må ha hvert sitt nummer, hver sin mappe og hver sine porter"
ANDRES_RETTIGHETER: Final = 0o077


def _whole(sti: Path) -> Path:
    if not sti.is_absolute():
        raise ValueError("mappen må skrives helt ut, fra rotmappen")
    return sti


HelSti = Annotated[Path, AfterValidator(_whole)]


class Fylke(BaseModel):
    """A county as the operator sees it. ``konto`` is the account its runs have, blank for the worker's own.

    ``dor`` and ``sider`` are the ports of its door and its pages, 0 for none; ``vertsnavn`` and ``navnehode`` what they
    are in a home's settings.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    nummer: str = Field(pattern=r"^[0-9]{2}$")
    navn: str = Field(min_length=1)
    hjem: HelSti
    nokkelfil: HelSti | None = None
    konto: str = Field(default="", pattern=r"^[a-z_][a-z0-9_-]*$|^$")
    dor: int = Field(default=0, ge=0, le=65535)
    sider: int = Field(default=0, ge=0, le=65535)
    vertsnavn: tuple[str, ...] = ()
    navnehode: str = ""

    @property
    def addresses(self) -> tuple[str, str]:
        """Where the county's people open Prefect and its pages; blank for what it has not."""
        return addresses(self.vertsnavn, self.dor, self.sider)

    @property
    def ko(self) -> str:
        """The county's queue in the work pool, and the mark of what is its own."""
        return f"fylke-{self.nummer}"

    @property
    def nokkel(self) -> Path:
        """The file that opens the register."""
        return self.nokkelfil or self.hjem / NOKKELFIL


class Drift(BaseModel):
    """The operator's table. ``navn`` is the operation's: homes belong to it, whichever worker's machine they are on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    navn: str = Field(min_length=1)
    api: str = Field(pattern=r"^https?://[^/@]+/api$")
    pulje: str = Field(default="arshjul", pattern=r"^[a-z0-9-]+$")
    samtidige: int = Field(default=0, ge=0)
    fylker: tuple[Fylke, ...] = Field(default=(), alias="fylke")

    def county(self, nummer: str) -> Fylke:
        """Return a county; BrukerFeil ÅH-1734 where it is not in the table."""
        for fylke in self.fylker:
            if fylke.nummer == nummer:
                return fylke
        raise BrukerFeil("ÅH-1734", fylke=nummer, kjente=", ".join(fylke.nummer for fylke in self.fylker) or "ingen")


def read_table(sti: Path) -> Drift:
    """Read the table; BrukerFeil ÅH-1731 (missing), ÅH-1732 (others may read it), ÅH-1733 (names what is wrong)."""
    if not sti.is_file():
        raise BrukerFeil("ÅH-1731", fil=sti.name)
    if sti.stat().st_mode & ANDRES_RETTIGHETER:
        raise BrukerFeil("ÅH-1732", fil=sti.name)
    try:
        drift = Drift.model_validate(tomllib.loads(sti.read_text("utf-8")))
    except ValidationError as feil:
        hva = ", ".join(".".join(str(ledd) for ledd in enkelt["loc"]) for enkelt in feil.errors())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as feil:
        hva = f"filen er ikke gyldig TOML ({type(feil).__name__})"
    else:
        if _are_apart(drift.fylker):
            return drift
        hva = IKKE_ADSKILT
    raise BrukerFeil("ÅH-1733", fil=sti.name, felt=hva)


def _are_apart(fylker: tuple[Fylke, ...]) -> bool:
    """Tell whether no two counties share a number, a home, a key or a port."""
    porter = [port for fylke in fylker for port in (fylke.dor, fylke.sider) if port]
    nummer, hjem = [fylke.nummer for fylke in fylker], [fylke.hjem.resolve() for fylke in fylker]
    sett = (nummer, hjem, [fylke.nokkel.resolve() for fylke in fylker], porter)
    return all(len(set(verdier)) == len(verdier) for verdier in sett)


def operators_password(sti: Path) -> str:
    """Return what the server, the workers and the doors share; BrukerFeil ÅH-1735 where it is missing."""
    return _secret(sti, PASSORDVARIABEL, PASSORDFIL, PASSORDRING)


def door_access(sti: Path, fylke: Fylke) -> Adgang:
    """Return what is asked of a county's own people at its door; BrukerFeil ÅH-1735 where a secret is missing."""
    passord = _secret(sti, DORVARIABEL, f"dor-{fylke.nummer}.passord", f"{DORRING}-{fylke.nummer}")
    if not fylke.navnehode:
        return Adgang(passord, fylke.vertsnavn)
    hemmelighet = _secret(sti, PROXYVARIABEL, f"dor-{fylke.nummer}.hemmelighet", f"{PROXYRING}-{fylke.nummer}")
    return Adgang(passord, fylke.vertsnavn, fylke.navnehode, hemmelighet)


def _secret(sti: Path, variabel: str, fil: str, ring: str) -> str:
    if hemmelighet := read_secret(sti.parent, variabel, fil, ring):
        return hemmelighet
    raise BrukerFeil("ÅH-1735", variabel=variabel, fil=fil)
