"""The transfers that Udir has: what was handed over and not refused, and what stands in it."""

import csv
import io
from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from tasks.leveranseformat import delivery_format

FORMAT = "udir_overforing"
HOS_UDIR = """
    SELECT o.rad, o.aar, o.versjon, o.telledato, o.navn, o.sha256, o.antall, o.data
    FROM overforing o JOIN utsending_naa u USING (forslag_id)
    WHERE u.forslag_tilstand IN ('iverksettes', 'iverksatt') AND u.tilstand <> 'avvist'
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


def with_udir(con: duckdb.DuckDBPyConnection) -> list[Udirpakke]:
    """Return what has been handed over, or is being, and not refused; in order of counting date and version."""
    return [Udirpakke(*rad) for rad in con.execute(HOS_UDIR).fetchall()]


def lines(data: bytes) -> pd.DataFrame:
    """Return a data file's lines: our column names, every value text as it stands in the file."""
    format_ = delivery_format(FORMAT)
    tekst = io.StringIO(data.decode(format_["tegnsett"]), newline="")
    rader = list(csv.reader(tekst, delimiter=format_["skilletegn"]))
    navn = {kolonne["overskrift"]: kolonne["navn"] for kolonne in format_["kolonner"]}
    return pd.DataFrame(rader[1:], columns=[navn[overskrift] for overskrift in rader[0]], dtype="str")
