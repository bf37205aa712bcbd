"""What an answer cell says, by what its column takes: text as it was meant, or what is wrong with it."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import pyarrow as pa

from schemas.arbeid import Art, Kolonne
from schemas.kontroll import is_printable_text
from tasks.arbeid.ark import choice
from tasks.arbeid.bok import MEST_ANTALL, MEST_TEKST
from tasks.kalender import FORSTE_AAR, SISTE_AAR

KODE_FORMEL = "ÅH-2502"
KODE_DATO = "ÅH-2503"
KODE_VALG = "ÅH-2504"
KODE_TALL = "ÅH-2505"
KODE_LANG = "ÅH-2506"
KODE_TEGN = "ÅH-2507"
KODE_SLAG = "ÅH-2508"
ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
NORSK: Final = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})")
SIFRE: Final = re.compile("[0-9]{1,6}")


class _Formel:
    """A formula or an error: whatever value the file gives for it is not one that somebody has written."""


FORMEL: Final = _Formel()


@dataclass(frozen=True)
class Celle:
    """An answer cell: its text (a date as ISO, a choice as it is declared), blank where it is empty.

    With ``feil``, a message's code, the text is only what is to be shown to whoever wrote it.
    """

    tekst: str = ""
    feil: str = ""


def read_cell(verdi: object, kolonne: Kolonne) -> Celle:
    """Return what a cell of the column says."""
    if verdi is FORMEL:
        return Celle("", KODE_FORMEL)
    tekst = text_of(verdi)
    if not tekst:
        return Celle()
    if len(tekst) > MEST_TEKST:
        return Celle(_showable(tekst[:MEST_TEKST]), KODE_LANG)
    if not _is_showable(tekst):
        return Celle(_showable(tekst), KODE_TEGN)
    return LESERE[kolonne.art or Art.TEKST](verdi, tekst, kolonne)


def text_of(verdi: object) -> str:
    """Return a cell's value as it is shown, without blanks around it."""
    if isinstance(verdi, str):
        return unicodedata.normalize("NFC", verdi).replace("\r\n", "\n").replace("_x000D_\n", "\n").strip()
    if isinstance(verdi, bool):
        return "SANN" if verdi else "USANN"
    if isinstance(verdi, float) and verdi.is_integer() and abs(verdi) < 10**15:
        return str(int(verdi))
    if isinstance(verdi, date):
        return f"{verdi:%d.%m.%Y}" if verdi.year >= FORSTE_AAR else verdi.isoformat()
    return "" if verdi is None or verdi is FORMEL else str(verdi)


def _text(verdi: object, tekst: str, _: Kolonne) -> Celle:
    er_tekst = isinstance(verdi, str) or (_is_number(verdi) and tekst.isdigit())
    return Celle(tekst, "" if er_tekst else KODE_SLAG)


def _choice(verdi: object, tekst: str, kolonne: Kolonne) -> Celle:
    valgt = choice(kolonne, tekst) if isinstance(verdi, str) else None
    return Celle(tekst, KODE_VALG) if valgt is None else Celle(valgt)


def _date(verdi: object, tekst: str, _: Kolonne) -> Celle:
    """Read a real date, or one written as 2026-03-14 or 14.3.2026."""
    dag: date | None = None
    if isinstance(verdi, date):
        dag = verdi.date() if isinstance(verdi, datetime) else verdi
    elif isinstance(verdi, str):
        dag = _written_date(tekst)
    if dag is None or not FORSTE_AAR <= dag.year <= SISTE_AAR:
        return Celle(tekst, KODE_DATO)
    return Celle(dag.isoformat())


def _written_date(tekst: str) -> date | None:
    iso, norsk = ISO.fullmatch(tekst), NORSK.fullmatch(tekst)
    deler = iso.groups() if iso else norsk.groups()[::-1] if norsk else None
    try:
        return date(*map(int, deler)) if deler else None
    except ValueError:
        return None


def _count(verdi: object, tekst: str, _: Kolonne) -> Celle:
    er_tall = (isinstance(verdi, str) or _is_number(verdi)) and SIFRE.fullmatch(tekst)
    return Celle(str(int(tekst))) if er_tall and int(tekst) <= MEST_ANTALL else Celle(tekst, KODE_TALL)


LESERE: Final[Mapping[Art, Callable[[object, str, Kolonne], Celle]]] = {
    Art.VALG: _choice,
    Art.DATO: _date,
    Art.TALL: _count,
    Art.TEKST: _text,
}


def _is_number(verdi: object) -> bool:
    return isinstance(verdi, int | float)


def _is_showable(tekst: str) -> bool:
    return bool(is_printable_text(pa.array([tekst], pa.string()))[0].as_py())


def _showable(tekst: str) -> str:
    return "".join(tegn if tegn in "\n\t" or tegn.isprintable() else "\ufffd" for tegn in tekst)
