"""The frames that go from one step to the next inside a run; input files have theirs in ``innfiler``."""

import pandera.pandas as pa
from pandera.typing import Series


class _Ramme(pa.DataFrameModel):
    class Config:
        """Only the named columns, in any order, nothing turned into another type."""

        strict = True
        coerce = False


class Feilramme(_Ramme):
    """What is wrong with a file: one row per fault. No values."""

    rad_nr: Series[int] = pa.Field(
        ge=0, description="Radens nummer slik Excel viser det; 0 når feilen ikke er i en fil"
    )
    kolonne: Series[str] = pa.Field(description="Kolonnens navn hos oss; tom når hele raden er feil")
    kode: Series[str] = pa.Field(str_startswith="ÅH-", description="Meldingens kode")


class NyeFakta(_Ramme):
    """Facts to be added where they say something new."""

    person_id: Series[str] = pa.Field(str_matches=r"^P\d+$", description="Personens nummer i registeret")
    felt: Series[str] = pa.Field(str_matches=r"^[a-z0-9_]+$", description="Hva faktumet gjelder")
    verdi: Series[str] = pa.Field(description="Verdien som tekst; tom betyr ingen verdi")
    gyldig_fra: Series[pa.DateTime] = pa.Field(description="Dagen faktumet gjelder fra")

    class Config(_Ramme.Config):
        """One value per person, field and day."""

        unique = ("person_id", "felt", "gyldig_fra")
