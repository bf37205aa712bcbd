"""A workbook by its declared format: one sheet → a frame of text, each cell made text by what kind of cell it is.

A formula or an error in a cell that is read is a fault of its row. Hidden rows and columns are read as any other. What
becomes of the other kinds of cell stands in ``tasks.celler``.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np
import pyarrow as pa
from python_calamine import CalamineWorkbook

from schemas.format import Filformat
from schemas.innlest import FORSTE_DATARAD, KODE_CELLETYPE, KODE_FORMEL, MEST_RAATEKST, Innlest
from tasks import overskrifter
from tasks.arkskann import Ark, Arkskann, scan, shared_size, sheets
from tasks.celler import Celletekster, Uleselig, Verdi
from tasks.csvfil import is_spoilt
from tasks.feil import BrukerFeil
from tasks.formater import limits
from tasks.pakke import repack, unpack
from tasks.ramme import to_frame

BUNKE: Final = 10_000
FELLES: Final = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedstrings.xml", "xl/styles.xml")
SST: Final = re.compile(rb"<((?:[^\s<>/:]+:)?sst)\b[^>]*?(/?)>")
"""The element around the shared texts: the reader sets aside as much memory as it claims there are texts."""
DELTEKSTER: Final = "xl/sharedstrings.xml"


def read_workbook(innhold: bytes, fil: str, format_: Filformat) -> Innlest:
    """Read the sheet. BrukerFeil ÅH-2011, ÅH-2013, ÅH-2014, ÅH-2023–2030, ÅH-2036, ÅH-2039."""
    deler = unpack(innhold, fil)
    ark, skann = _choose(deler, fil, format_)
    if is_spoilt(deler.get(DELTEKSTER, b"")) or is_spoilt(deler[ark.del_]):
        raise BrukerFeil("ÅH-2039", fil=fil)
    bare = {navn: deler[navn] for navn in (*FELLES, ark.del_) if navn in deler}
    del deler
    if delte := bare.get(DELTEKSTER):
        _check_shared(delte, bare[ark.del_], skann, fil)
        bare[DELTEKSTER] = SST.sub(rb"<\1\2>", delte)
        del delte
    rader = _rows(repack(bare), ark, skann.rader, fil)
    forste = [str(verdi) if (0, plass) not in skann.formler else "" for plass, verdi in enumerate(next(rader, []))]
    while forste and not forste[-1].strip():
        forste.pop()
    navn = overskrifter.match(forste, fil, format_)
    return _read(rader, navn, skann, fil, format_)


def _check_shared(delte: bytes, ark: bytes, skann: Arkskann, fil: str) -> None:
    """Refuse texts that are shared by so many cells, or are so many, that they fill the machine. BrukerFeil ÅH-2027."""
    grenser = limits().regneark
    for_mange = delte.count(b"<si") > grenser.mest_celler
    if for_mange or shared_size(delte, ark, skann) > grenser.mest_utpakket:
        raise BrukerFeil("ÅH-2027", fil=fil)


def _choose(deler: dict[str, bytes], fil: str, format_: Filformat) -> tuple[Ark, Arkskann]:
    """Return the sheet to read and what it holds: the one the format names, else the only one shown with content."""
    alle = sheets(deler, fil)
    if format_.ark:
        aktuelle = [ett for ett in alle if ett.navn.casefold() == format_.ark.casefold()]
        if not aktuelle:
            raise BrukerFeil("ÅH-2030", fil=fil, ark=format_.ark)
    else:
        aktuelle = [ett for ett in alle if ett.vises]
    funnet = [(ett, scan(deler[ett.del_], fil, limits().regneark)) for ett in aktuelle]
    med_innhold = [(ett, skann) for ett, skann in funnet if skann.rader]
    if len(med_innhold) > 1:
        raise BrukerFeil("ÅH-2029", fil=fil, ark=", ".join(f"«{_shown(ett.navn)}»" for ett, _ in med_innhold))
    if not med_innhold:
        raise BrukerFeil("ÅH-2011", fil=fil)
    return med_innhold[0]


def _shown(navn: str) -> str:
    """Return a sheet's name without what cannot be shown."""
    return "".join(tegn if tegn.isprintable() else "?" for tegn in navn)


def _rows(pakket: io.BytesIO, ark: Ark, antall: int, fil: str) -> Iterator[list[Verdi]]:
    """Yield the sheet's ``antall`` rows from the first, each from the first column, blank where nothing was told.

    BrukerFeil ÅH-2026 where the workbook cannot be read after all.
    """
    with _readers_faults(fil):
        lest = CalamineWorkbook.from_filelike(pakket).get_sheet_by_name(ark.navn)
        rad, kolonne = lest.start or (0, 0)
        yield from ([] for _ in range(rad))
        foran: list[Verdi] = [""] * kolonne
        for verdier in lest.iter_rows():
            yield foran + verdier
        yield from ([] for _ in range(antall - rad - lest.height))


@contextmanager
def _readers_faults(fil: str) -> Iterator[None]:
    """Turn whatever the workbook reader fails with into ÅH-2026: a fault in its own language is no Exception."""
    try:
        yield
    except (BrukerFeil, GeneratorExit, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # noqa: BLE001 see above
        raise BrukerFeil("ÅH-2026", fil=fil) from None


class _Radleser:
    """Takes the rows under the headings a batch at a time, so that only text is kept of what has been read."""

    def __init__(self, navn: list[str], skann: Arkskann, format_: Filformat) -> None:
        kolonner = {kolonne.navn: kolonne for kolonne in format_.kolonner}
        self.bredde = len(navn)
        self.leste = [(plass, kolonner[navnet]) for plass, navnet in enumerate(navn) if navnet]
        self.merket = _marked(skann)
        self.biter: dict[str, list[pa.Array]] = {kolonne.navn: [] for _, kolonne in self.leste}
        self.celler = Celletekster(format_.datoformat)
        self.raatekst: dict[int, str] = {}
        self.rad_nr: list[int] = []
        self._bunke: list[list[Verdi]] = []

    def add(self, nummer: int, rad: list[Verdi]) -> None:
        """Take one row; a row with nothing in the columns that are read is none."""
        if any(verdi != "" for verdi in rad[self.bredde :]):
            self.raatekst[nummer] = ";".join(str(verdi) for verdi in rad)[:MEST_RAATEKST]
            return
        rad += [""] * (self.bredde - len(rad))
        if any(rad[plass] != "" or (nummer, plass) in self.merket for plass, _ in self.leste):
            self.rad_nr.append(nummer)
            self._bunke.append(rad)
            if len(self._bunke) == BUNKE:
                self.flush()

    def flush(self) -> None:
        """Make text of the rows taken since last."""
        numre = self.rad_nr[len(self.rad_nr) - len(self._bunke) :]
        for plass, kolonne in self.leste:
            verdier: list[Verdi | Uleselig] = [rad[plass] for rad in self._bunke]
            for sted, nummer in enumerate(numre) if self.merket else ():
                if kode := self.merket.get((nummer, plass)):
                    verdier[sted] = Uleselig(kode)
            self.biter[kolonne.navn].append(self.celler.texts(verdier, numre, kolonne))
        self._bunke.clear()


def _read(rader: Iterator[list[Verdi]], navn: list[str], skann: Arkskann, fil: str, format_: Filformat) -> Innlest:
    """Return the rows under the headings."""
    leser, grenser = _Radleser(navn, skann, format_), limits().fil
    for nummer, rad in enumerate(rader, start=FORSTE_DATARAD):
        leser.add(nummer, rad)
        if len(leser.celler.feil) > grenser.mest_feil or len(leser.raatekst) > grenser.mest_darlige_rader:
            raise BrukerFeil("ÅH-2036", fil=fil, grense=grenser.mest_darlige_rader)
    leser.flush()
    if not leser.rad_nr and not leser.raatekst:
        raise BrukerFeil("ÅH-2014", fil=fil)
    tekster = {navn: pa.chunked_array(biter, pa.string()) for navn, biter in leser.biter.items()}
    return Innlest(
        fil,
        format_,
        to_frame(tekster, format_),
        np.array(leser.rad_nr, dtype=np.int64),
        tuple(leser.raatekst),
        leser.raatekst,
        tuple(leser.celler.feil),
        tuple(leser.celler.reparert),
        frozenset(tekster),
    )


def _marked(skann: Arkskann) -> dict[tuple[int, int], str]:
    """Return (row number, column's place) → code of the cells that the reader gives a value for and must not."""
    return {(rad + 1, plass): KODE_CELLETYPE for rad, plass in skann.feilverdier} | {
        (rad + 1, plass): KODE_FORMEL for rad, plass in skann.formler
    }
