"""How fast the advisers' workbooks are written, against bare XlsxWriter writing the same cells and validations.

Both in one process and in memory, in turns: ours from a worklist, with its guide, widths, locks and print set-up; bare
XlsxWriter from a list of cells with their texts ready.
"""

import gc
import io
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

import xlsxwriter
from python_calamine import CalamineWorkbook

from deployments.maaling import Maaling
from schemas.arbeid import Arbeidsbok, Arbeidsrad, Ark
from tasks.arbeid.ark import sheets
from tasks.arbeid.bok import OVER_FRIST, SKJULTE, SNART, VALGLISTER, headings, validation, write_book
from tasks.feil import ProgramFeil

GRENSE: Final = 1 / 0.7
DAG: Final = date(2026, 12, 1)
FRIST: Final = date(2026, 12, 18)
ARK: Final = "gjennomgang"
RADER: Final = 46
"""An adviser's share of the youth in a county of 1 070 with 23 advisers."""
T = TypeVar("T")
Celler = dict[str, list[list[str]]]
"""Sheet → its rows of texts."""


class _Bart(NamedTuple):
    """What bare XlsxWriter is given."""

    celler: Celler
    apne: range
    regler: Sequence[tuple[int, dict[str, Any]]]


def bench_arbeidsbok(antall: int = 1_000, runder: int = 10) -> Maaling:
    """Measure ours and bare XlsxWriter in turns and return the median of the rounds' ratios.

    ``antall`` workbooks in all, shared over the rounds. Raises ProgramFeil where the two do not hold the same cells.
    """
    boker = [worklist(nummer) for nummer in range(max(antall // runder, 1))]
    bart = _bare_of(boker[0])
    if read_cells(write_bare(bart)) != bart.celler:
        raise ProgramFeil("de to arbeidsbøkene i målingen har ikke de samme cellene")
    vaart, annet = partial(_all, write_book, boker), partial(_all, write_bare, [bart] * len(boker))
    sekunder = [_round(vaart, annet, vaar_forst=nummer % 2 == 0) for nummer in range(runder + 1)][1:]
    vaare, bare = zip(*sekunder, strict=True)
    forhold = [egen / annen for egen, annen in sekunder]
    deler = {
        "arbeidsboker_antall": float(len(boker) * runder),
        "rader_antall": float(RADER),
        "runder_antall": float(runder),
        "arshjul_per_sekund": len(boker) / statistics.median(vaare),
        "xlsxwriter_per_sekund": len(boker) / statistics.median(bare),
        "forhold_minst": min(forhold),
        "forhold_mest": max(forhold),
    }
    return Maaling("arbeidsbok", statistics.median(forhold), GRENSE, deler)


def worklist(nummer: int) -> Arbeidsbok:
    """Return one adviser's worklist, made up of filler."""
    ark = sheets(DAG)[ARK]
    rader = tuple(_row(ark, nummer, rad) for rad in range(RADER))
    return Arbeidsbok(f"R{nummer:03}", f"Rådgiver {nummer}", DAG.year, DAG, ((ark, rader),), 2)


def _row(ark: Ark, bok: int, rad: int) -> Arbeidsrad:
    celler = {k.navn: f"{k.overskrift} {bok} {rad}" for k in ark.kolonner if not k.art}
    hast = (OVER_FRIST, SNART, "")[min(rad // 5, 2)]
    return Arbeidsrad(f"O2026-13-{bok}-{rad:04}", FRIST, hast, celler)


def _bare_of(bok: Arbeidsbok) -> _Bart:
    """Return the cells and validations that our workbook has."""
    celler = read_cells(write_book(bok))
    ((ark, rader),) = bok.ark
    plasser = {hode: plass for plass, hode in enumerate(headings(ark, rader))}
    svar = [(plasser[kolonne.overskrift], kolonne) for kolonne in ark.svarkolonner]
    lister = {k.valg: f"={VALGLISTER}!$A$1:$A${len(k.valg)}" for k in ark.svarkolonner}
    regler = [(plass, validation(kolonne, lister)) for plass, kolonne in svar]
    return _Bart(celler, range(svar[0][0], svar[-1][0] + 1), regler)


def read_cells(innhold: bytes) -> Celler:
    """Return the texts of a workbook's sheets."""
    bok = CalamineWorkbook.from_filelike(io.BytesIO(innhold))
    alle = {navn: bok.get_sheet_by_name(navn).to_python(skip_empty_area=False) for navn in bok.sheet_names}
    return {navn: [[str(verdi) for verdi in rad] for rad in rader] for navn, rader in alle.items()}


def write_bare(bart: _Bart) -> bytes:
    """Write the cells and nothing but them, locked and open."""
    ut = io.BytesIO()
    bok = xlsxwriter.Workbook(ut, {"in_memory": True})
    lukket, apen = bok.add_format({"text_wrap": True}), bok.add_format({"locked": False, "border": 1})
    for navn, rader in bart.celler.items():
        side = bok.add_worksheet(navn)
        for nummer, rad in enumerate(rader):
            for plass, tekst in enumerate(rad):
                if tekst:
                    side.write_string(nummer, plass, tekst, lukket)
                else:
                    side.write_blank(nummer, plass, None, apen if plass in bart.apne else lukket)
        if navn in SKJULTE:
            side.hide()
        elif len(rader[0]) > len(bart.apne):
            for plass, regel in bart.regler:
                side.data_validation(1, plass, len(rader) - 1, plass, regel)
    bok.close()
    return ut.getvalue()


def _all(skriv: Callable[[T], bytes], boker: Sequence[T]) -> None:
    for bok in boker:
        skriv(bok)


def _round(vaart: Callable[[], None], annet: Callable[[], None], *, vaar_forst: bool) -> tuple[float, float]:
    """Return the seconds of ours and of XlsxWriter."""
    gc.collect()
    if vaar_forst:
        return _seconds(vaart), _seconds(annet)
    bare = _seconds(annet)
    return _seconds(vaart), bare


def _seconds(arbeid: Callable[[], None]) -> float:
    start = time.perf_counter()
    arbeid()
    return time.perf_counter() - start
