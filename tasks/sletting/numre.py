"""National ids in a file of any of the kinds that we read, however it is packed."""

import io
import re
import zipfile
import zlib
from typing import Final

NUMMER: Final = re.compile(r"(?<!\d)(\d{6})[ .\u00a0]?(\d{5})(?!\d)|(?<![\d.])(\d{10})(?![\d.])")
"""Eleven digits, also in two groups; ten where a spreadsheet has dropped the nought in front."""


def numbers_in(innhold: bytes) -> set[str]:
    """Return everything in a file that has a national id's form: of a workbook, in all its parts."""
    return {
        (treff[1] + treff[2]) if treff[1] else f"0{treff[3]}"
        for tekst in _texts(innhold)
        for treff in NUMMER.finditer(tekst)
    }


def _texts(innhold: bytes) -> list[str]:
    if not zipfile.is_zipfile(io.BytesIO(innhold)):
        return [innhold.decode("utf-8", errors="replace")]
    with zipfile.ZipFile(io.BytesIO(innhold)) as pakke:
        return [_read(pakke, del_) for del_ in pakke.infolist()]


def _read(pakke: zipfile.ZipFile, del_: zipfile.ZipInfo) -> str:
    """Return a part as text. One that cannot be opened is no workbook of ours, and was refused when it came."""
    try:
        return pakke.read(del_).decode("utf-8", errors="replace")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        return ""
