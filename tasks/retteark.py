"""A workbook that comes back: its sheets with a key column → rows of cells, in whatever program it was saved."""

import io
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, Final

import openpyxl

from schemas.karantenebok import AVVIS, NOKKEL, Nokkel, parse_key
from tasks.celler import Verdi
from tasks.pakke import unpack

MEST_FELT: Final = 300
IKKE_TEKST: Final = (bool, int, float, date, time, timedelta)


@dataclass(frozen=True)
class Arkrad:
    """A row that came back.

    ``sted`` is its sheet and row, ``celler`` heading → value, ``ubrukelige`` the headings of cells with a formula or an
    error; ``nokkel`` None where the key is gone.
    """

    sted: str
    nokkel: Nokkel | None
    celler: dict[str, Verdi]
    ubrukelige: tuple[str, ...]

    @property
    def avvis(self) -> str:
        """The reason for dismissing the row, blank when there is none."""
        return str(self.celler.get(AVVIS, "")).strip()


def read_workbook(innhold: bytes) -> tuple[str, list[Arkrad]] | None:
    """Return who saved the workbook last and its rows, or None where it is not a workbook that has a key column.

    Sheets without one are nobody's business. Whatever is wrong with the file, it is only not read.
    """
    try:
        unpack(innhold, "")
        with warnings.catch_warnings(action="ignore"):
            bok = openpyxl.load_workbook(io.BytesIO(innhold), read_only=True, keep_links=False)
        arkene = [list(_rows(ark.title, ark.iter_rows(max_col=MEST_FELT))) for ark in bok.worksheets]
        lagret_av = str(bok.properties.lastModifiedBy or "")
    except Exception:  # noqa: BLE001 openpyxl raises whatever the broken part gives; none of it may be told
        return None
    rader = [rad for ark in arkene for rad in ark]
    return (lagret_av, rader) if rader else None


def _rows(ark: str, linjer: Iterator[Any]) -> Iterator[Arkrad]:
    """Yield the rows under the headings, those with nothing in them left out."""
    overskrifter = [_value(celle.value or "") for celle in next(linjer, ())]
    if NOKKEL not in overskrifter:
        return
    for nummer, linje in enumerate(linjer, start=2):
        celler = {str(navn): celle for navn, celle in reversed(list(zip(overskrifter, linje, strict=False))) if navn}
        verdier = {navn: _value("" if celle.value is None else celle.value) for navn, celle in celler.items()}
        if any(verdi != "" for verdi in verdier.values()):
            ubrukelige = tuple(sorted(navn for navn, celle in celler.items() if celle.data_type in ("f", "e")))
            yield Arkrad(f"{ark}, rad {nummer}", parse_key(str(verdier.get(NOKKEL, ""))), verdier, ubrukelige)


def _value(verdi: object) -> Verdi:
    """Return a cell's value, its text composed as ours are."""
    return unicodedata.normalize("NFC", str(verdi)) if not isinstance(verdi, IKKE_TEKST) else verdi
