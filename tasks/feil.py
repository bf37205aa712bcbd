"""One tree of errors: what a person can mend, shown in Norwegian with a code, and faults of the program.

Texts stand in ``data/meldinger.csv`` (code, what is wrong, what to do). A text may hold names of files, columns,
rows and settings, never the value of a person column.
"""

import csv
from collections.abc import Sequence
from functools import cache
from typing import Final

from tasks.filer import DATA

UTGANG_FERDIG: Final = 0
UTGANG_TRENGER_NOEN: Final = 1
UTGANG_AVVIST: Final = 2
UTGANG_PROGRAMFEIL: Final = 3


@cache
def messages() -> dict[str, tuple[str, str]]:
    """Return code → (what is wrong, what to do), as read from ``data/meldinger.csv``."""
    with (DATA / "meldinger.csv").open(encoding="utf-8", newline="") as fil:
        return {rad["kode"]: (rad["tekst"], rad["gjor"]) for rad in csv.DictReader(fil, delimiter=";")}


def listed(steder: Sequence[str], mest: int) -> str:
    """Return the places as one text, not longer than anyone will read."""
    flere = f" og {len(steder) - mest} til" if len(steder) > mest else ""
    return "; ".join(steder[:mest]) + flere


class ArshjulFeil(Exception):
    """Root of every error that the program raises itself."""


class BrukerFeil(ArshjulFeil):
    """Refused: bad input or use. Shown without a traceback; exit code 2.

    ``deler`` fill the named places of the message: file names, columns, counts, never a person's value.
    """

    def __init__(self, kode: str, **deler: object) -> None:
        """Look up the text of ``kode``; a code without a text raises KeyError (a fault, found by the tests)."""
        tekst, gjor = messages()[kode]
        self.kode = kode
        self.deler = deler
        self.tekst = tekst.format(**deler)
        self.gjor = gjor.format(**deler)
        super().__init__(f"{kode} {self.tekst} {self.gjor}".strip())


class ProgramFeil(ArshjulFeil):
    """A fault in the program, told by kind and place only: the original text may hold a person's data."""
