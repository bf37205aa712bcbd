"""The files that rows in quarantine came in: as they were frozen, and what has been said of their rows so far."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import duckdb

from schemas.innlest import Innlest
from tasks import overlegg
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.innboks import frozen
from tasks.lesing import read
from tasks.overlegg import Overlegg


class Sted(NamedTuple):
    """Where a row came from: its file's sha256 and its number there."""

    sha256: str
    rad_nr: int


@dataclass(frozen=True)
class Kilde:
    """A file: as read, and for the rows asked about: as they came, what knows them again, and what has been said.

    A row without columns came with every column blank.
    """

    innlest: Innlest
    kom: dict[int, dict[str, str]]
    spor: dict[int, str]
    sagt: dict[int, Overlegg]

    def values(self, rad_nr: int) -> dict[str, str] | None:
        """Return the row as corrected so far, or None where there is no such row."""
        sagt = self.sagt.get(rad_nr)
        return dict(sagt.verdier) if sagt and sagt.verdier is not None else self.kom.get(rad_nr)

    def is_corrected(self, rad_nr: int) -> bool:
        """Tell whether somebody has given the row other values than it came with."""
        return rad_nr in self.sagt and self.sagt[rad_nr].verdier is not None

    def has_heard(self, rad_nr: int, grunn: str, endringer: dict[str, str]) -> bool:
        """Tell whether what is said of the row is what has been said already."""
        naa, sagt = self.values(rad_nr) or {}, self.sagt.get(rad_nr)
        return naa | endringer == naa and grunn == (sagt.grunn if sagt and grunn else "")


class Kilder:
    """The files of the rows in ``steder``, each read once and when it is asked for."""

    def __init__(self, con: duckdb.DuckDBPyConnection, hjem: Hjem, steder: Collection[Sted]) -> None:
        """Take the open transaction and the rows that will be asked about."""
        self._con = con
        self._hjem = hjem
        self._steder = steder
        self._lest: dict[str, Kilde | None] = {}

    def find(self, sha256: str) -> Kilde | None:
        """Return the file, or None where the register has none such or it cannot be read by today's format."""
        if sha256 not in self._lest:
            self._lest[sha256] = self._read(sha256, [sted.rad_nr for sted in self._steder if sted.sha256 == sha256])
        return self._lest[sha256]

    def _read(self, sha256: str, rader: list[int]) -> Kilde | None:
        mottatt = frozen(self._con, self._hjem, sha256)
        try:
            innlest = read(mottatt.innhold, mottatt.fil, mottatt.format) if mottatt else None
        except BrukerFeil:
            return None
        if innlest is None:
            return None
        tom = {kolonne.navn: "" for kolonne in innlest.format.kolonner}
        kom = overlegg.values(innlest, rader) | {rad_nr: dict(tom) for rad_nr in set(rader) & set(innlest.skjeve)}
        egne = overlegg.of_file(self._con, sha256)
        andres = overlegg.carried(self._con, sha256, innlest, set(rader) - egne.keys())
        return Kilde(innlest, kom, overlegg.fingerprints(innlest, rader), egne | andres)
