"""A county's released key figures as others read them, and the national table made from many."""

from datetime import date, datetime
from typing import Annotated, Literal

import pandera.pandas as pa
from pandera.typing import Series
from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.nokkeltall import MAALTALL

FORMAT = "arshjul-nokkeltall"
UTGAVE = 1
LANDET = "landet"
"""Stands where a county's number does, for the sum of all of them."""


class Utleverttall(BaseModel):
    """One number that a county has released, or the sign that it is hidden."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    maaltall: str
    fra_dato: str
    dato: str
    region: str
    gruppe: str
    til_gruppe: str
    verdi: Annotated[float, Field(ge=0)] | None
    skjult: bool

    @model_validator(mode="after")
    def _hidden_is_not_told(self) -> "Utleverttall":
        if self.skjult and self.verdi is not None:
            raise ValueError("et skjult tall står i filen")
        if self.maaltall not in MAALTALL:
            raise ValueError("måltallet finnes ikke")
        return self


class Utlevering(BaseModel):
    """Everything a county has released as of a day, and the rule for small numbers it was made by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["arshjul-nokkeltall"]
    utgave: Literal[1]
    fylke: Annotated[str, Field(min_length=1)]
    fylkesnummer: Annotated[tuple[Annotated[str, Field(pattern=r"^\d\d$")], ...], Field(min_length=1)]
    dato: date
    kjent: datetime | None
    grense: Annotated[int, Field(ge=1)]
    null_vises: bool
    tall: Annotated[tuple[Utleverttall, ...], Field(min_length=1)]


class Nasjonalt(pa.DataFrameModel):
    """The national table: every number that all the counties have, for the country and for each of them."""

    fylke: Series[str] = pa.Field(description="Fylkets nummer, eller landet")
    maaltall: Series[str] = pa.Field(isin=list(MAALTALL), description="Hva tallet er")
    fra_dato: Series[str] = pa.Field(description="Første dag der tallet gjelder et tidsrom, ellers blank")
    dato: Series[str] = pa.Field(description="Dagen tallet gjelder, eller siste dag i tidsrommet")
    gruppe: Series[str] = pa.Field(description="Statusgruppe eller antall dager, eller alle")
    til_gruppe: Series[str] = pa.Field(description="Gruppen på siste dag i en overgang, ellers blank")
    verdi: Series[float] = pa.Field(ge=0, nullable=True, description="Tallet; tomt der det er skjult")
    skjult: Series[bool] = pa.Field(description="Om tallet ikke vises av hensyn til ungdommene")
    sum_vist: Series[float] = pa.Field(ge=0, nullable=True, description="Summen av de fylkene som viser tallet sitt")
    fylker_vist: Series[int] = pa.Field(ge=0, description="Hvor mange fylker som viser tallet sitt")

    class Config:
        """Only these columns, nothing turned into another type, one value per county, figure, day and group."""

        strict = True
        coerce = False
        unique = ("fylke", "maaltall", "fra_dato", "dato", "gruppe", "til_gruppe")
