"""An adviser at work on her worklist: it is opened with openpyxl, filled in, saved, and laid in the inbox."""

import io
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from tasks.hjem import Hjem

BOK = "arbeidsliste_{}.xlsx"


def folder(hjem: Hjem) -> Path:
    return hjem.utboks / "arbeidslister"


def rows(hjem: Hjem, eier: str, ark: str) -> list[dict[str, Any]]:
    """The rows of a sheet of someone's list, heading → value."""
    bok = openpyxl.load_workbook(folder(hjem) / BOK.format(eier))
    if ark not in bok.sheetnames:
        return []
    hoder, *rader = bok[ark].iter_rows(values_only=True)
    return [dict(zip(hoder, rad, strict=True)) for rad in rader]


def titles(hjem: Hjem, eier: str) -> list[str]:
    sti = folder(hjem) / BOK.format(eier)
    return openpyxl.load_workbook(sti).sheetnames if sti.exists() else []


def fill_in(
    hjem: Hjem,
    eier: str,
    ark: str,
    svar: Mapping[int, Mapping[str, Any]] | Mapping[str, Any],
    navn: str = "",
    endre: Callable[[Any], None] = lambda _: None,
) -> Path:
    """Fill in rows (place → heading → value; or every row alike) and lay the book in the inbox. ``endre`` does more."""
    bok = openpyxl.load_workbook(folder(hjem) / BOK.format(eier))
    side = bok[ark]
    plass = {celle.value: celle.column for celle in side[1]}
    alle = range(side.max_row - 1)
    hver = svar if all(isinstance(nummer, int) for nummer in svar) else dict.fromkeys(alle, svar)
    for nummer, celler in hver.items():
        for hode, verdi in celler.items():
            side.cell(nummer + 2, plass[hode]).value = verdi
    endre(bok)
    ut = io.BytesIO()
    bok.save(ut)
    hjem.innboks.mkdir(exist_ok=True)
    sti = hjem.innboks / (navn or BOK.format(eier))
    sti.write_bytes(ut.getvalue())
    return sti


def day(tekst: str) -> date:
    return date.fromisoformat(tekst)
