"""What a workbook's XML says that its reader does not tell: where the sheets are, which cells are formulas or errors.

Read with expat, element by element, within bounds; a document type, and with it every entity trick, is refused.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn
from xml.parsers import expat

import numpy as np

from schemas.format import Regnearkgrenser
from tasks.feil import BrukerFeil

BIT: Final = 1 << 20
Celle = tuple[int, int]
"""Row and column of a cell, both from 0."""
Start = Callable[[str, dict[str, str]], None]
SIFRE: Final = "0123456789"
TELL_PER: Final = 26
DELT_TEKST: Final = re.compile(rb"<(?:[^\s<>/:]+:)?si[\s/>]")
VERDI: Final = re.compile(rb"<(?:[^\s<>/:]+:)?v(?:\s[^<>]*)?>\s*(\d{1,9})\s*<")
UVANLIG: Final = re.compile(rb"""<!|<f[\s/>]|\bt\s*=\s*["']e["']|<[^\s<>/]+:(?:c|v|f|is|row)[\s/>]""")
CELLE: Final = re.compile(rb"<c[\s/>]")
VANLIG_KOLONNE: Final = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,7}"(?: [a-qs-z]{1,2}="[a-zA-Z0-9]+")*/?>')
VANLIG_RAD: Final = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
VERDI_MERKE: Final = re.compile(rb"<v[\s>]")
INNE_I_CELLE: Final = re.compile(rb"<is[\s>]")
MED_INNHOLD: Final = frozenset({"v", "is", "f"})


class Odelagt(Exception):
    """The XML is not what a workbook has."""


class ForStor(Exception):
    """There is more in the sheet than may be read."""


@dataclass(frozen=True)
class Ark:
    """A sheet: its name, whether it is shown, and the part of the workbook that holds it (lower case)."""

    navn: str
    vises: bool
    del_: str


@dataclass
class Arkskann:
    """What a sheet holds: rows and columns up to the last cell with content, values, formulas, errors."""

    rader: int = 0
    kolonner: int = 0
    verdier: int = 0
    formler: set[Celle] = field(default_factory=set)
    feilverdier: set[Celle] = field(default_factory=set)


def sheets(deler: Mapping[str, bytes], fil: str) -> list[Ark]:
    """Return the workbook's sheets in their order. BrukerFeil ÅH-2026 where it cannot be told which they are."""
    steder: dict[str, str] = {}
    ark: list[tuple[str, bool, str]] = []

    def relation(navn: str, attributter: dict[str, str]) -> None:
        if navn == "Relationship" and attributter.get("TargetMode") != "External":
            steder[attributter.get("Id", "")] = attributter.get("Target", "")

    def sheet(navn: str, attributter: dict[str, str]) -> None:
        if navn == "sheet":
            kjennetegn = next((verdi for nokkel, verdi in attributter.items() if nokkel.endswith(":id")), "")
            ark.append((attributter.get("name", ""), attributter.get("state", "visible") == "visible", kjennetegn))

    try:
        _parse(deler.get("xl/_rels/workbook.xml.rels", b""), relation)
        _parse(deler["xl/workbook.xml"], sheet)
    except (expat.ExpatError, Odelagt, ValueError):
        raise BrukerFeil("ÅH-2026", fil=fil) from None
    funnet = [Ark(navn, vises, _part(steder.get(kjennetegn, ""))) for navn, vises, kjennetegn in ark]
    if len({ett.navn.casefold() for ett in funnet}) < len(funnet):
        raise BrukerFeil("ÅH-2026", fil=fil)
    return [ett for ett in funnet if ett.del_.startswith("xl/worksheets/") and ett.del_ in deler]


def _part(sted: str) -> str:
    return posixpath.normpath(posixpath.join("/xl", sted)).lstrip("/").casefold()


def scan(xml: bytes, fil: str, grenser: Regnearkgrenser) -> Arkskann:
    """Return what a sheet holds. BrukerFeil ÅH-2026 (damaged), ÅH-2028 (more rows or columns than a workbook may)."""
    vanlig = _plain(xml)
    if vanlig is not None and _fits(vanlig, grenser):
        return vanlig
    leser = _Skanner(grenser.mest_elementer)
    try:
        _parse(xml, leser.start)
    except ForStor:
        raise too_large(fil, grenser) from None
    except (expat.ExpatError, Odelagt, ValueError):
        raise BrukerFeil("ÅH-2026", fil=fil) from None
    if not _fits(leser.skann, grenser):
        raise too_large(fil, grenser)
    return leser.skann


def _fits(skann: Arkskann, grenser: Regnearkgrenser) -> bool:
    return skann.rader <= grenser.mest_rader and skann.rader * skann.kolonner <= grenser.mest_celler


def _plain(xml: bytes) -> Arkskann | None:
    """Return what a sheet holds where every cell is written as Excel writes it, and none is a formula or an error.

    Told by patterns over the bytes, ten times as fast as element by element; None where anything is unusual.
    """
    if UVANLIG.search(xml):
        return None
    kolonner = VANLIG_KOLONNE.findall(xml)
    if len(kolonner) != len(CELLE.findall(xml)):
        return None
    verdier, rader = len(VERDI_MERKE.findall(xml)), VANLIG_RAD.findall(xml)
    if not rader or not (verdier or INNE_I_CELLE.search(xml)):
        return Arkskann()
    bredde = max(column_number(bokstaver.decode()) for bokstaver in set(kolonner)) + 1
    return Arkskann(max(map(int, set(rader))), bredde, verdier)


class _Skanner:
    """Follows where in the sheet the elements are; a cell without a reference stands after the one before."""

    def __init__(self, mest_elementer: int) -> None:
        self.skann = Arkskann()
        self._igjen = mest_elementer
        self._rad = self._kolonne = -1
        self._kjente: dict[str, int] = {}

    def start(self, navn: str, attributter: dict[str, str]) -> None:
        """Take one element."""
        self._igjen -= 1
        if self._igjen < 0:
            raise ForStor
        if navn == "c":
            self._cell(attributter)
        elif navn in MED_INNHOLD:
            if self._rad >= self.skann.rader:
                self.skann.rader = self._rad + 1
            if self._kolonne >= self.skann.kolonner:
                self.skann.kolonner = self._kolonne + 1
            if navn == "v":
                self.skann.verdier += 1
            elif navn == "f":
                self.skann.formler.add((self._rad, self._kolonne))
        elif navn == "row":
            self._rad = int(attributter["r"]) - 1 if "r" in attributter else self._rad + 1
            self._kolonne = -1

    def _cell(self, attributter: dict[str, str]) -> None:
        sted = attributter.get("r")
        if sted is None:
            self._kolonne += 1
        else:
            bokstaver = sted.rstrip(SIFRE)
            if bokstaver not in self._kjente:
                self._kjente[bokstaver] = column_number(bokstaver)
            self._rad, self._kolonne = int(sted[len(bokstaver) :]) - 1, self._kjente[bokstaver]
        if attributter.get("t") == "e":
            self.skann.feilverdier.add((self._rad, self._kolonne))


def shared_size(delte: bytes, ark: bytes, skann: Arkskann) -> int:
    """Return how many bytes the shared texts come to when each cell has got its own copy, as the reader makes them.

    Never too few: a value whose number cannot be seen counts as the longest text.
    """
    steder = [treff.start() for treff in DELT_TEKST.finditer(delte)] or [0]
    lengder = np.diff([*steder, len(delte)])
    lengst = int(lengder.max())
    if lengst * skann.verdier < len(delte) + len(ark):
        return lengst * skann.verdier
    numre = np.array(VERDI.findall(ark), dtype=np.int64)
    kjente = numre[numre < len(lengder)]
    return int(lengder[kjente].sum()) + lengst * (skann.verdier - len(numre))


def too_large(fil: str, grenser: Regnearkgrenser) -> BrukerFeil:
    """Return the refusal of a sheet that should have been a CSV file."""
    return BrukerFeil("ÅH-2028", fil=fil, rader=grenser.mest_rader, celler=grenser.mest_celler)


def column_number(bokstaver: str) -> int:
    """Return the place of a column from 0: A is 0, AA is 26. Odelagt where it is no column of a sheet."""
    if not 1 <= len(bokstaver) <= len("XFD") or not (bokstaver.isascii() and bokstaver.isalpha()):
        raise Odelagt
    nummer = 0
    for bokstav in bokstaver.upper():
        nummer = nummer * TELL_PER + ord(bokstav) - ord("A") + 1
    return nummer - 1


def _parse(xml: bytes, start: Start) -> None:
    """Call ``start`` with each element's name without its prefix, and its attributes."""
    leser = expat.ParserCreate()
    leser.StartDoctypeDeclHandler = _refuse
    leser.StartElementHandler = lambda navn, attributter: start(navn.rpartition(":")[2], attributter)
    for fra in range(0, len(xml), BIT):
        leser.Parse(xml[fra : fra + BIT], False)  # noqa: FBT003 not the last piece
    leser.Parse(b"", True)  # noqa: FBT003 the last


def _refuse(*_: object) -> NoReturn:
    raise Odelagt
