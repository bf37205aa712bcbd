"""The key figures: one long table, every number a row."""

import pandera.pandas as pa
from pandera.typing import Series

ALLE = "alle"
"""The sum over regions or groups."""
MAALTALL = {
    "tilmeldte": "Ungdommer som er tilmeldt på datoen",
    "i_skolearet": "Ungdommer som har vært tilmeldt fra skoleårets start til og med datoen, hver telt én gang",
    "avsluttet": "De av dem som ikke lenger er tilmeldt på datoen",
    "overgang": "Ungdommer etter gruppen på første dag (gruppe) og på siste dag (til_gruppe)",
    "forste_kontakt": "Ungdommer tilmeldt i skoleåret, etter dager fra tilmelding til første kontakt",
    "andel_innen": "Prosent av dem som er tilmeldt i skoleåret, som har hatt kontakt innen så mange dager",
    "ventetid_median": "Dager til første kontakt: halvparten av dem som har hatt kontakt, ventet ikke lenger",
    "ventetid_p90": "Dager til første kontakt: ni av ti som har hatt kontakt, ventet ikke lenger",
}
ANTALL = ("tilmeldte", "i_skolearet", "avsluttet", "overgang", "forste_kontakt")
"""The figures that count youth; the others are computed from them."""


class Nokkeltall(pa.DataFrameModel):
    """Every key figure as of a day: what it is, of which day, region and group."""

    maaltall: Series[str] = pa.Field(isin=list(MAALTALL), description="Hva tallet er")
    fra_dato: Series[str] = pa.Field(
        str_matches=r"^(\d{4}-\d{2}-\d{2})?$", description="Første dag der tallet gjelder et tidsrom, ellers blank"
    )
    dato: Series[str] = pa.Field(
        str_matches=r"^\d{4}-\d{2}-\d{2}$", description="Dagen tallet gjelder, eller siste dag i tidsrommet"
    )
    region: Series[str] = pa.Field(description="Regionen ungdommen hører til på datoen, eller alle")
    gruppe: Series[str] = pa.Field(
        description="Statusgruppe eller antall dager, eller alle; blank der det ikke gjelder"
    )
    til_gruppe: Series[str] = pa.Field(description="Gruppen på siste dag i en overgang, ellers blank")
    verdi: Series[float] = pa.Field(ge=0, nullable=True, description="Tallet; tomt der ingen har hatt kontakt")
    grunnlag: Series[int] = pa.Field(ge=0, description="Antall ungdommer tallet er regnet av")

    class Config:
        """Only these columns, nothing turned into another type, one value per figure, day, region and group."""

        strict = True
        coerce = False
        unique = ("maaltall", "dato", "region", "gruppe", "til_gruppe")
