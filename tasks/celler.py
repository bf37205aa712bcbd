"""What a workbook's cell becomes as text, by what kind of cell it is and what its column holds.

Text stays as it is. A date is written as the format writes dates, in columns that hold dates. A whole number is its
digits; a national id or a code that has lost the zero in front gets it back (an id only where its control digits then
agree), which is reported. Anything else is a fault: true and false, times of day, dates and numbers that the column
cannot hold.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import numpy as np
import pyarrow as pa

from schemas import fodselsnummer
from schemas.format import Kolonne
from schemas.innlest import (
    KODE_BLITT_DATO,
    KODE_CELLETYPE,
    KODE_SIFFER_TAPT,
    KODE_TALL,
    Cellefeil,
    Reparert,
)
from schemas.kontroll import UGYLDIGE_IDER

E_FORM: Final = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
"""A long number as Excel shows it: the digits are gone."""
STORST_HELTALL: Final = 10**15
"""From here a number in a cell no longer holds every digit."""


@dataclass(frozen=True)
class Uleselig:
    """A cell whose value is not read at all, and the code that says why."""

    kode: str


Verdi = str | int | float | bool | date | datetime | time | timedelta


class Celletekster:
    """Makes columns of cells columns of text, and gathers what was wrong (``feil``) and what was mended."""

    def __init__(self, datoformat: str) -> None:
        """Take how the format writes dates."""
        self._datoformat = datoformat
        self.feil: list[Cellefeil] = []
        self.reparert: list[Reparert] = []

    def texts(self, verdier: Sequence[Verdi | Uleselig], numre: Sequence[int], kolonne: Kolonne) -> pa.Array:
        """Return the texts of one column's cells; ``numre`` are their rows' numbers."""
        if kolonne.art != "id" and set(map(type, verdier)) <= {str}:
            return pa.array(verdier, pa.string())
        tekster, kandidater = [], []
        for plass, verdi in enumerate(verdier):
            tekst, kode = self._text(verdi, kolonne)
            tekster.append(tekst)
            if kode:
                self.feil.append((numre[plass], kolonne.navn, kode))
            elif not isinstance(verdi, str) and _has_lost_zero(tekst, kolonne):
                kandidater.append(plass)
        self._restore(tekster, kandidater, numre, kolonne)
        return pa.array(tekster, pa.string())

    def _restore(self, tekster: list[str], kandidater: list[int], numre: Sequence[int], kolonne: Kolonne) -> None:
        """Put the zero back in front of numbers; an id must then be one, by its control digits."""
        if not kandidater:
            return
        nye = [f"0{tekster[plass]}" for plass in kandidater]
        slag = fodselsnummer.classify(pa.array(nye, pa.string()), ())
        gode = np.ones(len(nye), np.bool_) if kolonne.art != "id" else ~np.isin(slag, list(UGYLDIGE_IDER))
        for plass, ny, god in zip(kandidater, nye, gode.tolist(), strict=True):
            if god:
                tekster[plass] = ny
                self.reparert.append((numre[plass], kolonne.navn))
            else:
                self.feil.append((numre[plass], kolonne.navn, KODE_TALL))

    def _text(self, verdi: Verdi | Uleselig, kolonne: Kolonne) -> tuple[str, str]:
        """Return a cell's text and the code of what is wrong with it, blank where nothing is."""
        if isinstance(verdi, str):
            tapt = kolonne.art == "id" and E_FORM.fullmatch(verdi.strip())
            return verdi, KODE_SIFFER_TAPT if tapt else ""
        if isinstance(verdi, Uleselig):
            return "", verdi.kode
        if isinstance(verdi, bool):
            return ("SANN" if verdi else "USANN"), KODE_CELLETYPE
        if isinstance(verdi, int | float):
            return _number(verdi, kolonne)
        if isinstance(verdi, date) and kolonne.art == "dato":
            return verdi.strftime(self._datoformat), ""
        return str(verdi), KODE_BLITT_DATO


def _number(tall: float, kolonne: Kolonne) -> tuple[str, str]:
    if not (abs(tall) < STORST_HELTALL and tall == int(tall)):
        return str(tall), KODE_TALL
    tekst = str(int(tall))
    mulig_id = len(tekst) in (fodselsnummer.LENGDE, fodselsnummer.LENGDE - 1) and tekst.isdigit()
    return tekst, "" if kolonne.art != "id" or mulig_id else KODE_TALL


def _has_lost_zero(tekst: str, kolonne: Kolonne) -> bool:
    bredde = fodselsnummer.LENGDE if kolonne.art == "id" else kolonne.bredde
    return len(tekst) == bredde - 1 and tekst.isdigit()
