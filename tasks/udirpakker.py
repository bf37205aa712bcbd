"""The transfers that Udir has: what was handed over and not refused, and what stands in it."""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import pandas as pd

from schemas.kjoring import Tabell
from tasks.leveranseformat import delivery_format
from tasks.register.fakta import EVIG_TID

FORMAT = "udir_overforing"
HOS_UDIR = """
    SELECT o.rad, o.aar, o.versjon, o.telledato, o.navn, o.sha256, o.antall, o.data
    FROM overforing o JOIN utsending_kjent($kjent) u USING (forslag_id)
    WHERE u.forslag_tilstand IN ('iverksettes', 'iverksatt') AND u.tilstand <> 'avvist'
      AND ($rad = '' OR (o.rad = $rad AND o.aar = $aar))
    ORDER BY o.telledato, o.aar, o.rad, o.versjon
"""


@dataclass(frozen=True)
class Udirpakke:
    """A sealed transfer: ``data`` is the file as it was handed over, ``navn`` its name without ending."""

    rad: str
    aar: int
    versjon: int
    telledato: date
    navn: str
    sha256: str
    antall: int
    data: bytes

    def lines(self) -> pd.DataFrame:
        """Return the file's lines: our column names, every value text, one row a youth, in the file's order."""
        return lines(self.data)


def with_udir(
    con: duckdb.DuckDBPyConnection, rad: str = "", aar: int = 0, kjent: datetime | None = None
) -> list[Udirpakke]:
    """Return what has been handed over, or is being, and not refused; in order of counting date and version.

    Of one row and year when they are given; as it stood at ``kjent`` (UTC; now unless told).
    """
    svar = con.execute(HOS_UDIR, {"rad": rad, "aar": aar, "kjent": kjent or EVIG_TID})
    return [Udirpakke(*enkelt) for enkelt in svar.fetchall()]


def difference(forrige: Udirpakke, ny: bytes) -> Tabell:
    """Return how a new data file differs from one that Udir has: lines new and gone, and values changed by heading."""
    gamle, nye = (ramme.set_index("fodselsnummer").fillna("") for ramme in (forrige.lines(), lines(ny)))
    felles = nye.index.intersection(gamle.index)
    overskrifter = {k["navn"]: k["overskrift"] for k in delivery_format(FORMAT)["kolonner"]}
    ulike = (nye.loc[felles] != gamle.loc[felles, nye.columns]).sum()
    return Tabell(
        tittel=f"Forskjell fra versjon {forrige.versjon}, som Udir har",
        hoder=("Hva", "Antall"),
        rader=[
            ("Nye linjer", len(nye) - len(felles)),
            ("Linjer som er borte", len(gamle) - len(felles)),
            *((f"Endret {overskrifter[felt]}", int(antall)) for felt, antall in ulike.items() if antall),
        ],
    )


def lines(data: bytes) -> pd.DataFrame:
    """Return a data file's lines: our column names, every value text as it stands in the file."""
    format_ = delivery_format(FORMAT)
    tekst = io.StringIO(data.decode(format_["tegnsett"]), newline="")
    rader = list(csv.reader(tekst, delimiter=format_["skilletegn"]))
    navn = {kolonne["overskrift"]: kolonne["navn"] for kolonne in format_["kolonner"]}
    return pd.DataFrame(rader[1:], columns=[navn[overskrift] for overskrift in rader[0]], dtype="str")
