"""The annual wheel: the table that the county owns, and the values that a year makes of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series
from pydantic import ConfigDict

UKE_MONSTER: Final = r"^([1-9]|[1-4]\d|5[0-3])?$"
DAG_MONSTER: Final = r"^((0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?$"
RAD_MONSTER: Final = r"^\d{2}(-[a-z0-9]+)+$"


class Farge(StrEnum):
    """The three kinds of row, as the wheel's own legend explains them."""

    HVIT = "hvit"
    ROSA = "rosa"
    GRONN = "grønn"


class Fristregel(StrEnum):
    """How the date of a deadline is to be read."""

    FOER = "før"  # the day before is the last day
    INNEN = "innen"  # the day itself is the last day
    PER = "per"  # the day that the figures describe
    FOER_FLYTTES = "før_flyttes"  # application deadline: Saturday or Sunday moves to Monday (vilbli.no)
    PAA = "på"  # the row is that day, moved to a working day


class Forsinkelse(StrEnum):
    """What a planned run does when it comes late, because the machine was off; each row has its own."""

    STRAKS = "straks"  # at once, however late
    STRAKS_TIL = "straks_til"  # at once until some weeks after the window; later a person decides
    BARE_SISTE = "bare_siste"  # the newest of several; nothing when the season is over
    FOR_RADEN = "før_raden"  # at once, unless the row that it prepares has been run
    ETTER_SENDT = "etter_sendt"  # as straks_til, and only when what the row builds on has been sent


@dataclass(frozen=True)
class Dag:
    """A day that comes every year."""

    maaned: int
    dag: int


@dataclass(frozen=True)
class Rad:
    """One row of the wheel, typed. Texts are the county's own words; absent is None."""

    nr: int
    rad: str
    maaned: str | None
    uke: str | None
    plan: str
    merknad: str | None
    farge: Farge
    farge_kilde: str
    flyt: str
    uke_fra: int | None = None
    uke_til: int | None = None
    fra_dag: Dag | None = None
    til_dag: Dag | None = None
    frist_dag: Dag | None = None
    frist_regel: Fristregel | None = None
    ekstra_frist_dag: Dag | None = None
    telledag: Dag | None = None
    dager_foer_telledato: int | None = None
    etter: str | None = None
    parametre: Mapping[str, str] = field(default_factory=dict, hash=False)
    rytme_uker: int | None = None
    etter_dager: int = 0
    forsinket: Forsinkelse = Forsinkelse.STRAKS
    forsinket_uker: int | None = None
    forsinket_rad: str | None = None
    forsinket_kilde: str = "antatt"


@dataclass(frozen=True)
class Radvalg:
    """The administrator's choice for a row and a year, with its reason.

    ``dato`` is the day the row runs, ``fra`` and ``til`` its window. A choice without dates says that the row stays as
    the wheel has it, so that its conflicts are settled.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    rad: str
    aar: int
    begrunnelse: str
    dato: date | None = None
    fra: date | None = None
    til: date | None = None
    hopp_over: bool = False

    @property
    def avgjor_alt(self) -> bool:
        """Whether nothing is left to judge: the row is skipped, or kept as the wheel has it."""
        return self.hopp_over or not (self.dato or self.fra or self.til)


@dataclass(frozen=True)
class Konflikt:
    """Where the wheel and the calendar (or the wheel and itself) disagree, and what to do about it."""

    kode: str
    tekst: str
    forslag: str


@dataclass(frozen=True)
class Raddatoer:
    """A row in a year: window, deadline (last day), counting date and the day it runs, all in Europe/Oslo."""

    rad: Rad
    aar: int
    fra: date
    til: date
    frist: date | None
    telledato: date | None
    kjoredato: date
    konflikter: tuple[Konflikt, ...] = ()
    valg: Radvalg | None = None
    ekstra_frist: date | None = None
    sesongslutt: date = date.max
    kjoredatoer: tuple[date, ...] = ()


@dataclass(frozen=True)
class Skoleferie:
    """A school holiday week that a county has published."""

    fylke: str
    navn: str
    uke: int
    kilde: str
    sist_kontrollert: date


def _is_object(tekst: str) -> bool:
    """Tell whether the text is a JSON object of texts."""
    try:
        verdi = json.loads(tekst)
    except json.JSONDecodeError:
        return False
    return isinstance(verdi, dict) and all(isinstance(del_, str) for del_ in verdi.values())


class Arshjulskjema(pa.DataFrameModel):
    """``data/arshjul.csv`` as text: thirty rows in the wheel's order; an empty text means absent."""

    nr: Series[str] = pa.Field(unique=True, str_matches=r"^[1-9]\d?$", description="Radens nummer i årshjulet.")
    rad: Series[str] = pa.Field(unique=True, str_matches=RAD_MONSTER, description="Radens faste navn.")
    maaned: Series[str] = pa.Field(description="Måned, ord for ord fra årshjulet.")
    uke: Series[str] = pa.Field(description="Uke, ord for ord fra årshjulet.")
    plan: Series[str] = pa.Field(str_length={"min_value": 1}, description="Hva som skal gjøres, ord for ord.")
    merknad: Series[str] = pa.Field(description="Merknad, ord for ord fra årshjulet.")
    farge: Series[str] = pa.Field(isin=list(Farge), description="Hvem raden gjelder: hvit, rosa eller grønn.")
    farge_kilde: Series[str] = pa.Field(
        isin=["utledet", "oppgitt"], description="Om fargen er utledet av innholdet eller oppgitt av fylket."
    )
    uke_fra: Series[str] = pa.Field(str_matches=UKE_MONSTER, description="Første ISO-uke.")
    uke_til: Series[str] = pa.Field(str_matches=UKE_MONSTER, description="Siste ISO-uke.")
    fra_dato: Series[str] = pa.Field(str_matches=DAG_MONSTER, description="Første dag (MM-DD) når raden ikke har uke.")
    til_dato: Series[str] = pa.Field(str_matches=DAG_MONSTER, description="Siste dag (MM-DD) når raden ikke har uke.")
    frist: Series[str] = pa.Field(str_matches=DAG_MONSTER, description="Dagen fristen nevner (MM-DD).")
    frist_regel: Series[str] = pa.Field(isin=["", *Fristregel], description="Hvordan fristen skal leses.")
    ekstra_frist: Series[str] = pa.Field(str_matches=DAG_MONSTER, description="Radens andre frist (MM-DD), siste dag.")
    telledato: Series[str] = pa.Field(str_matches=DAG_MONSTER, description="Dagen tallene til Udir gjelder (MM-DD).")
    dager_foer_telledato: Series[str] = pa.Field(
        str_matches=r"^\d*$", description="Hvor mange dager før telledatoen rapporten skal kjøres, etter merknaden."
    )
    etter: Series[str] = pa.Field(description="Raden denne raden bygger på, og som skal kjøres før den.")
    flyt: Series[str] = pa.Field(str_matches=r"^[a-z_]+$", description="Modulen i flows/ som kjører raden.")
    parametre: Series[str] = pa.Field(description="Parametre til flyten som JSON-objekt.")
    rytme_uker: Series[str] = pa.Field(
        str_matches=r"^[1-9]?$", description="Hvor mange uker det er mellom kjøringene i vinduet; tom er én kjøring."
    )
    etter_dager: Series[str] = pa.Field(
        str_matches=r"^\d{0,2}$", description="Hvor mange dager raden går videre etter vinduet og fristene."
    )
    forsinket: Series[str] = pa.Field(
        isin=list(Forsinkelse), description="Hva en planlagt kjøring gjør når den kommer for sent."
    )
    forsinket_uker: Series[str] = pa.Field(
        str_matches=r"^\d?$", description="Hvor mange uker etter vinduet den ennå går av seg selv."
    )
    forsinket_rad: Series[str] = pa.Field(description="Raden den må komme før når den er for sen.")
    forsinket_kilde: Series[str] = pa.Field(
        isin=["antatt", "oppgitt"], description="Om regelen er antatt av programmet eller oppgitt av fylket."
    )

    class Config:
        """No other columns, and in this order."""

        strict = True
        ordered = True

    @pa.check("parametre", name="er_json_objekt")
    @classmethod
    def parametre_er_objekt(cls, verdier: Series[str]) -> pd.Series:
        """Parameters are a JSON object of texts."""
        return verdier.map(_is_object)

    @pa.check("etter", name="bygger_paa_kjent_rad")
    @classmethod
    def etter_er_navn(cls, verdier: Series[str]) -> pd.Series:
        """The row built on is empty or a whole id."""
        return verdier.str.match(f"{RAD_MONSTER}|^$")

    @pa.dataframe_check(name="forsinket_har_sitt")
    @classmethod
    def forsinket_har_sitt(cls, ramme: pd.DataFrame) -> pd.Series:
        """The late rule has what it needs, and nothing that another rule needs."""
        regel = ramme["forsinket"]
        med_uker = regel.isin([Forsinkelse.STRAKS_TIL, Forsinkelse.ETTER_SENDT])
        return (
            (med_uker == (ramme["forsinket_uker"] != ""))
            & ((regel == Forsinkelse.FOR_RADEN) == ramme["forsinket_rad"].str.match(RAD_MONSTER))
            & ((regel != Forsinkelse.ETTER_SENDT) | (ramme["etter"] != ""))
            & ((regel != Forsinkelse.BARE_SISTE) | (ramme["rytme_uker"] != ""))
        )

    @pa.dataframe_check(name="har_vindu")
    @classmethod
    def har_vindu(cls, ramme: pd.DataFrame) -> pd.Series:
        """Each row has a start and an end that dates can be computed from."""
        start = (ramme["uke_fra"] != "") | (ramme["fra_dato"] != "") | (ramme["frist_regel"] == Fristregel.PAA)
        return start & ((ramme["uke_til"] != "") | (ramme["til_dato"] != "") | (ramme["frist"] != ""))

    @pa.dataframe_check(name="frist_har_regel")
    @classmethod
    def frist_har_regel(cls, ramme: pd.DataFrame) -> pd.Series:
        """A deadline has a rule, and a rule a deadline."""
        return (ramme["frist"] == "") == (ramme["frist_regel"] == "")


class Skoleferieskjema(pa.DataFrameModel):
    """``data/skoleferier.csv`` as text: one row per county and holiday."""

    fylke: Series[str] = pa.Field(description="Fylket som har fastsatt ferien.")
    navn: Series[str] = pa.Field(description="Feriens navn.")
    uke: Series[str] = pa.Field(str_matches=r"^([1-9]|[1-4]\d|5[0-3])$", description="ISO-uke.")
    kilde: Series[str] = pa.Field(str_startswith="https://", description="Hvor ferien står.")
    sist_kontrollert: Series[str] = pa.Field(
        str_matches=r"^\d{4}-\d{2}-\d{2}$", description="Når kilden sist ble kontrollert."
    )

    class Config:
        """No other columns; one row per county and holiday."""

        strict = True
        unique = ["fylke", "navn"]  # noqa: RUF012
