"""Comparing what would be sent to Udir with what was sent: the counts, the county's limits, and what exceeds them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series


class Mot(StrEnum):
    """Which transfer today's is held against; the last one by another limit where it counts something else."""

    FORRIGE = "forrige"
    FORRIGE_ANNET = "forrige_annet"
    I_FJOR = "i_fjor"


class Kryss(pa.DataFrameModel):
    """How many lines of a transfer have each combination of values; codes as they stand in the file."""

    status: Series[str] = pa.Field(description="OT-status")
    grunn: Series[str] = pa.Field(description="Tilmeldingsgrunn")
    alder: Series[str] = pa.Field(str_matches=r"^(-?\d+|ukjent)$", description="Hele kalenderår på telledatoen")
    kjonn: Series[str] = pa.Field(isin=["jente", "gutt", "ukjent"], description="Kjønn etter fødselsnummeret")
    kommune: Series[str] = pa.Field(description="Kommunenummer i dag; tomt når det ikke er oppgitt")
    antall: Series[int] = pa.Field(gt=0, description="Antall ungdommer")

    class Config:
        """Only these columns, one row a combination."""

        strict = True
        unique = ("status", "grunn", "alder", "kjonn", "kommune")


@dataclass(frozen=True)
class Telling:
    """A transfer counted: its counting date, whether it counts a day or the whole school year, and the ``Kryss``."""

    telledato: date
    omfang: str
    kryss: pd.DataFrame

    @property
    def antall(self) -> int:
        """How many youth it has."""
        return int(self.kryss["antall"].sum())

    def per(self, dimensjon: str) -> dict[str, int]:
        """Return value → how many youth have it."""
        return {str(verdi): int(antall) for verdi, antall in self.kryss.groupby(dimensjon)["antall"].sum().items()}


@dataclass(frozen=True)
class Grense:
    """How much a count (per cent of what it was) or a share (percentage points) may change before it is told.

    Nothing is told where both counts are under ``minste_antall``. ``gjelder`` is the status code or the group of codes
    whose share it is, blank for a count.
    """

    dimensjon: str
    mot: Mot
    gjelder: str
    grense: Fraction
    minste_antall: int


@dataclass(frozen=True)
class Endring:
    """A change that exceeds a limit: of which value, how many of how many there were and are, and against what."""

    grense: Grense
    verdi: str
    foer: int
    naa: int
    alle_foer: int
    alle_naa: int
    telledato: date
