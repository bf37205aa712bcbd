"""A file as it was read, whatever kind it came in: what reading hands to validation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from schemas.format import Filformat

FORSTE_DATARAD: Final = 2
"""The number of the first row under the heading; in a JSON list, which has no heading, of the first element."""
MEST_RAATEKST: Final = 32_767
"""Characters kept of a row that has no columns: what a cell of a workbook holds."""
KODE_ANTALL_FELT: Final = "ÅH-2103"
KODE_FORMEL: Final = "ÅH-2104"
KODE_TALL: Final = "ÅH-2105"
KODE_BLITT_DATO: Final = "ÅH-2106"
KODE_CELLETYPE: Final = "ÅH-2107"
KODE_IKKE_TEKST: Final = "ÅH-2108"
KODE_SIFFER_TAPT: Final = "ÅH-2109"

Cellefeil = tuple[int, str, str]
"""Row number, column and code of a cell that could not be read as what it is."""
Reparert = tuple[int, str]
"""Row number and column of a cell that was mended while it was read."""


@dataclass(frozen=True)
class Innlest:
    """A file as it was read.

    ``ramme`` has one column per declared column, all text, an index from 0; ``rad_nr`` gives each of its rows' number
    in the file as Excel shows it (the heading is row 1). ``skjeve`` are the numbers of rows with too many or too few
    fields, which are in no frame, and ``raatekst`` the text of each as it came. ``cellefeil`` are cells that could not
    be read as what they are (their rows are in the frame), ``reparert`` those that were mended (a lost zero put back).
    ``kolonner_i_filen`` are our names of the columns that the file has: an optional one that is not there is blank in
    the frame, which is not the same as a file that says blank.
    """

    fil: str
    format: Filformat
    ramme: pd.DataFrame
    rad_nr: npt.NDArray[np.int64]
    skjeve: tuple[int, ...] = ()
    raatekst: Mapping[int, str] = field(default_factory=dict)
    cellefeil: tuple[Cellefeil, ...] = ()
    reparert: tuple[Reparert, ...] = ()
    kolonner_i_filen: frozenset[str] = frozenset()

    @property
    def antall(self) -> int:
        """Rows in the file, the heading not counted."""
        return len(self.ramme) + len(self.skjeve)
