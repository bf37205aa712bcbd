"""The county's logo: read from the home, looked through, and kept as letters were approved with it.

Nothing is ever fetched: an SVG that points out of itself is refused, and a PNG is drawn from inside an SVG. The logo of
an approved letter is kept under its own hash, so that the letter stays the same letter when the county gets a new one.
"""

import base64
import struct
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final
from xml.parsers import expat

import typst

from tasks.brev import STANDARDER, make_compiler
from tasks.feil import BrukerFeil
from tasks.filer import write_file
from tasks.formater import limits
from tasks.hjem import Hjem

MAPPE: Final = "logoer"
PNG: Final = b"\x89PNG\r\n\x1a\n"
PNG_MAAL: Final = struct.Struct(">8x4x4sII")
SVG: Final = "http://www.w3.org/2000/svg"
SKILLE: Final = " "
INNENFOR: Final = ("#", "data:image/png", "data:image/jpeg")
MED_SKRIFT: Final = ("text", "foreignObject")
PROVE: Final = b'#set document(title: "Logo")\n#image("logo.svg", alt: "Logo")'


class _Avvist(Exception):
    """The logo is not taken; says why."""


def keep_logo(hjem: Hjem) -> str:
    """Keep the logo that the settings name, and return its hash: what letters hold of it; blank where they name none.

    BrukerFeil ÅH-1511 (not there), ÅH-1512 (neither SVG nor PNG), ÅH-1513 (too large), ÅH-1514 (cannot be drawn).
    """
    navn = hjem.innstillinger.fylke.logo
    if not navn:
        return ""
    sti = (hjem.mappe / navn).resolve()
    if not (sti.is_relative_to(hjem.mappe.resolve()) and sti.is_file()):
        raise BrukerFeil("ÅH-1511", fil=navn)
    if sti.stat().st_size > limits().logo.mest_oktetter:
        raise BrukerFeil("ÅH-1513", fil=navn, mest=f"{limits().logo.mest_oktetter // 1000} kB")
    svg = _as_drawn(sti.read_bytes(), navn)
    sha = sha256(svg).hexdigest()
    if not (plass := _place(hjem, sha)).exists():
        write_file(plass, svg)
    return sha


def kept_logo(hjem: Hjem, sha: str) -> bytes:
    """Return the logo that letters were approved with, nothing for a blank hash.

    BrukerFeil ÅH-1515 where it is gone or another.
    """
    if not sha:
        return b""
    sti = _place(hjem, sha)
    svg = sti.read_bytes() if sti.is_file() else b""
    if sha256(svg).hexdigest() != sha:
        raise BrukerFeil("ÅH-1515", fil=f"{MAPPE}/{sti.name}")
    return svg


def _place(hjem: Hjem, sha: str) -> Path:
    return hjem.mappe / MAPPE / f"{sha}.svg"


@cache
def _as_drawn(innhold: bytes, navn: str) -> bytes:
    """Return the logo as SVG, looked through and drawn once."""
    if innhold.startswith(PNG):
        svg = _png_as_svg(innhold, navn)
    else:
        _look_through(innhold, navn)
        svg = innhold
    _draw(svg, navn)
    return svg


def _png_as_svg(innhold: bytes, navn: str) -> bytes:
    """Return an SVG that holds the PNG whole: what typst is given in memory must be text."""
    if len(innhold) < PNG_MAAL.size:
        raise BrukerFeil("ÅH-1512", fil=navn)
    slag, bredde, hoyde = PNG_MAAL.unpack_from(innhold)
    if slag != b"IHDR" or not bredde * hoyde:
        raise BrukerFeil("ÅH-1512", fil=navn)
    if bredde * hoyde > limits().logo.mest_bildepunkter:
        raise BrukerFeil("ÅH-1513", fil=navn, mest=f"{limits().logo.mest_bildepunkter} bildepunkter")
    data = base64.b64encode(innhold).decode()
    maal = f'width="{bredde}" height="{hoyde}"'
    return f'<svg xmlns="{SVG}" {maal}><image {maal} href="data:image/png;base64,{data}"/></svg>'.encode()


def _look_through(innhold: bytes, navn: str) -> None:
    """Refuse what is not an SVG, what points out of itself, and letters that depend on the machine's fonts."""
    leser = expat.ParserCreate(namespace_separator=SKILLE)

    def root(merke: str, attributter: dict[str, str]) -> None:
        if merke != f"{SVG}{SKILLE}svg":
            raise ValueError
        leser.StartElementHandler = _element
        _element(merke, attributter)

    leser.StartElementHandler, leser.StartDoctypeDeclHandler = root, _document_type
    grunn: str | None = ""
    try:
        leser.Parse(innhold, True)  # noqa: FBT003 expat's own signature
    except _Avvist as avvist:
        grunn = str(avvist)
    except (expat.ExpatError, ValueError, LookupError):
        grunn = None
    if grunn is None:
        raise BrukerFeil("ÅH-1512", fil=navn)
    if grunn:
        raise BrukerFeil("ÅH-1514", fil=navn, grunn=grunn)


def _element(merke: str, attributter: dict[str, str]) -> None:
    if merke.rpartition(SKILLE)[2] in MED_SKRIFT:
        raise _Avvist("den har tekst som ikke er gjort om til kurver")
    lenker = [verdi for attributt, verdi in attributter.items() if attributt.rpartition(SKILLE)[2] == "href"]
    if not all(lenke.strip().startswith(INNENFOR) for lenke in lenker):
        raise _Avvist("den viser til noe utenfor seg selv")


def _document_type(_navn: str, _system: str | None, _offentlig: str | None, har_egne: int) -> None:
    if har_egne:
        raise _Avvist("den har egne XML-entiteter")


def _draw(svg: bytes, navn: str) -> None:
    """Draw the logo once, to see that it can be."""
    try:
        make_compiler().compile({"main.typ": PROVE, "logo.svg": svg}, pdf_standards=list(STANDARDER), timestamp=0)
    except typst.TypstError:
        kan_tegnes = False
    else:
        kan_tegnes = True
    if not kan_tegnes:
        raise BrukerFeil("ÅH-1514", fil=navn, grunn="den kan ikke tegnes")
