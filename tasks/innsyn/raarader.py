"""The rows of a delivered file that a person is in, as they came, whatever the file's format was or has become."""

import csv
import io
import json
import re
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from python_calamine import CalamineWorkbook

SKILLETEGN: Final = ";\t,|"
TEGNSETT: Final = ("utf-8-sig", "cp1252", "latin-1")
ZIP: Final = b"PK\x03\x04"
IKKE_SIFFER: Final = re.compile(r"\D")


class Raarad(NamedTuple):
    """A row: its number as Excel shows it (the heading is row 1), and its cells by heading."""

    rad_nr: int
    celler: tuple[tuple[str, str], ...]


def rows_with(innhold: bytes, numre: Collection[str]) -> list[Raarad]:
    """Return the rows in which one of the national ids is a cell of its own, blank or not between its two parts."""
    if innhold.startswith(ZIP):
        ark = CalamineWorkbook.from_filelike(io.BytesIO(innhold))
        tabeller = [ark.get_sheet_by_name(navn).to_python(skip_empty_area=False) for navn in ark.sheet_names]
        return [rad for tabell in tabeller for rad in _of_table([_as_text(celler) for celler in tabell], numre)]
    tekst = _decoded(innhold)
    if tekst.lstrip()[:1] in {"{", "["}:
        return list(_of_json(tekst, numre))
    return list(_of_table(_split(tekst), numre))


def _decoded(innhold: bytes) -> str:
    for tegnsett in TEGNSETT:
        try:
            return innhold.decode(tegnsett)
        except UnicodeDecodeError:
            continue
    raise AssertionError  # latin-1 reads every byte


def _split(tekst: str) -> list[list[str]]:
    overskrift = tekst.partition("\n")[0]
    skille = max(SKILLETEGN, key=overskrift.count)
    return list(csv.reader(io.StringIO(tekst), delimiter=skille))


def _as_text(celler: Collection[object]) -> list[str]:
    return [str(int(verdi)) if isinstance(verdi, float) and verdi.is_integer() else str(verdi) for verdi in celler]


def _of_table(rader: list[list[str]], numre: Collection[str]) -> Iterator[Raarad]:
    hoder = rader[0] if rader else []
    for nummer, rad in enumerate(rader, start=1):
        if any(_is_number(verdi, numre) for verdi in rad):
            navn = [*hoder, *(f"Kolonne {nr}" for nr in range(len(hoder) + 1, len(rad) + 1))]
            yield Raarad(nummer, tuple((hode, verdi) for hode, verdi in zip(navn, rad, strict=False) if verdi.strip()))


def _of_json(tekst: str, numre: Collection[str]) -> Iterator[Raarad]:
    """Yield the objects that have the number, each whole and numbered as the list it is in numbers it."""
    try:
        lest = json.loads(tekst)
    except json.JSONDecodeError:
        return
    yield from _objects(lest, 1, numre)


def _objects(verdi: object, nummer: int, numre: Collection[str]) -> Iterator[Raarad]:
    if isinstance(verdi, list):
        for nr, en in enumerate(verdi, start=2):
            yield from _objects(en, nr, numre)
    elif isinstance(verdi, dict):
        inni = [rad for en in verdi.values() for rad in _objects(en, nummer, numre)]
        celler = tuple((str(navn), _plain(en)) for navn, en in verdi.items() if _plain(en))
        if inni:
            yield from inni
        elif any(_is_number(en, numre) for _, en in celler):
            yield Raarad(nummer, celler)


def _plain(verdi: object) -> str:
    if verdi is None:
        return ""
    return json.dumps(verdi, ensure_ascii=False) if isinstance(verdi, dict | list) else str(verdi)


def _is_number(verdi: str, numre: Collection[str]) -> bool:
    return any(nummer in verdi for nummer in numre) or IKKE_SIFFER.sub("", verdi) in numre
