"""A form that comes back, whatever has been done to it: the good answers, and where the others are.

Nothing in the file is repeated in a fault but our own words: a cell, a sheet's name or a file's name may be a pupil's.
"""

import io
import re
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import openpyxl
import pyarrow as pa

from schemas.arbeid import OM_ARKET
from schemas.kontroll import is_printable
from schemas.skole import MEST_TEGN, Cellefeil, Lestskjema, Skjemafelt, Skjemaid, Svarart
from tasks.pakke import unpack
from tasks.skole.maler import templates
from tasks.skole.skolebok import ARK, HODERAD, KONTROLL, MEST_TALL, SPORSMAL, SVAR

MEST_RADER, MEST_KOLONNER = 300, 30
ET_ANNET_ARK: Final = "et annet ark"
DATOTEKST: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{2})-(\d{2})")
Linje = tuple[tuple[object, bool], ...]
"""A row's cells: value, and whether it is a formula or an error."""
Svar = str | int | date


class Feil(StrEnum):
    """What may be wrong with a cell, by its message's code."""

    IKKE_TALL = "ÅH-3136"
    IKKE_DATO = "ÅH-3137"
    IKKE_TEKST = "ÅH-3138"
    FREMMED = "ÅH-3139"
    MANGLER = "ÅH-3140"
    FORMEL = "ÅH-3141"


def read_form(innhold: bytes, skoletype: str | None = None) -> Lestskjema | None:
    """Return the form, or None where the file is not one we made; never an error, whatever the bytes.

    Without the kind of school only whose it is can be told.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            unpack(innhold, "")
            bok = openpyxl.load_workbook(io.BytesIO(innhold), read_only=True, keep_links=False)
            arkene = {ark.title: _lines(ark) for ark in bok.worksheets}
        id_, kontroll = _identity(arkene.pop(OM_ARKET))
        if skoletype is None:
            return Lestskjema(id_, kontroll, {})
        svar, feil = _answers(arkene.pop(ARK, []), templates()[skoletype].felter, id_.aar)
    except Exception:  # noqa: BLE001 openpyxl raises whatever the broken part gives; none of it may be told
        return None
    andre = [
        Cellefeil(Feil.FREMMED, ET_ANNET_ARK, 1, "") for linjer in arkene.values() if any(map(_has_content, linjer))
    ]
    return Lestskjema(id_, kontroll, svar, (*feil, *andre[:1]))


def _lines(ark: Any) -> list[Linje]:  # noqa: ANN401 openpyxl's own sheet
    rader = ark.iter_rows(max_row=MEST_RADER, max_col=MEST_KOLONNER)
    return [tuple((celle.value, celle.data_type in ("f", "e")) for celle in rad) for rad in rader]


def _identity(linjer: Iterable[Linje]) -> tuple[Skjemaid, str]:
    """Return whose form it is, and its checksum. KeyError, ValueError where that is gone."""
    om = {_text(linje[0][0]): _text(linje[1][0]) for linje in linjer if len(linje) > 1}
    return Skjemaid(om["skolenummer"], om["rad"], int(om["aar"])), om[KONTROLL]


def _answers(
    linjer: Sequence[Linje], felter: Sequence[Skjemafelt], aar: int
) -> tuple[dict[str, Svar], list[Cellefeil]]:
    """Return question → answer of the good cells, and the faults of the others in order of row."""
    hode = next((nr for nr, linje in enumerate(linjer) if {SPORSMAL, SVAR} <= {_text(v) for v, _ in linje}), None)
    if hode is None:
        return {}, [Cellefeil(Feil.FREMMED, ARK, HODERAD + 1, SVAR)]
    navn = [_text(verdi) for verdi, _ in linjer[hode]]
    hvor, hva = navn.index(SPORSMAL), navn.index(SVAR)
    sporsmal = {_text(felt.tekst).casefold(): felt for felt in felter}
    svar: dict[str, Svar] = {}
    sett: set[str] = set()
    feil = []
    for nr, linje in enumerate(linjer[hode + 1 :], start=hode + 2):
        felt = sporsmal.get(_text(linje[hvor][0]).casefold())
        verdi, er_formel = linje[hva]
        if felt is None or felt.navn in sett:
            feil += [Cellefeil(Feil.FREMMED, ARK, nr, SVAR)] if _has_content(linje) else []
            continue
        sett.add(felt.navn)
        tolket = Feil.FORMEL if er_formel else _meant(felt, verdi, aar)
        if isinstance(tolket, Feil):
            feil.append(Cellefeil(tolket, ARK, nr, felt.tekst))
        elif tolket is not None:
            svar[felt.navn] = tolket
    borte = [felt for felt in felter if felt.pakrevd and felt.navn not in sett]
    return svar, [*feil, *(Cellefeil(Feil.MANGLER, ARK, HODERAD + 1, felt.tekst) for felt in borte)]


def _meant(felt: Skjemafelt, verdi: object, aar: int) -> Svar | Feil | None:
    """Return an answer, None where the cell is blank and may be, or the code of what is wrong with it."""
    if _text(verdi) == "":
        return Feil.MANGLER if felt.pakrevd else None
    if felt.art is Svarart.TALL:
        return _count(verdi)
    return _day(verdi, aar) if felt.art is Svarart.DATO else _words(verdi)


def _count(verdi: object) -> int | Feil:
    if isinstance(verdi, str) and re.fullmatch(r"[0-9]{1,6}", _text(verdi)):
        return int(_text(verdi))
    if (
        isinstance(verdi, int | float)
        and not isinstance(verdi, bool)
        and verdi == int(verdi)
        and 0 <= verdi <= MEST_TALL
    ):
        return int(verdi)
    return Feil.IKKE_TALL


def _day(verdi: object, aar: int) -> date | Feil:
    """Return the date, when it is one of the year of the form or one beside it."""
    dag = verdi.date() if isinstance(verdi, datetime) else verdi
    if isinstance(dag, str) and (treff := DATOTEKST.fullmatch(_text(dag))):
        d, m, a, a2, m2, d2 = treff.groups()
        try:
            dag = date(int(a or a2), int(m or m2), int(d or d2))
        except ValueError:
            return Feil.IKKE_DATO
    return dag if isinstance(dag, date) and abs(dag.year - aar) <= 1 else Feil.IKKE_DATO


def _words(verdi: object) -> str | Feil:
    if not isinstance(verdi, str | int) or isinstance(verdi, bool):
        return Feil.IKKE_TEKST
    tekst = _text(verdi)
    kan_vises = is_printable(pa.array([tekst], pa.string()))[0].as_py()
    return tekst if kan_vises and len(tekst) <= MEST_TEGN else Feil.IKKE_TEKST


def _has_content(linje: Linje) -> bool:
    return any(er_formel or _text(verdi) for verdi, er_formel in linje)


def _text(verdi: object) -> str:
    return "" if verdi is None else unicodedata.normalize("NFC", str(verdi)).strip()
