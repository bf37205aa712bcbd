"""A workbook is a zip of XML parts: unpacked here within bounds, so that no file can take the machine.

The sizes a zip declares are only a claim: every part is unpacked a piece at a time, never past what it declared, and
its checksum must then agree. What the workbook reader gets is a new zip of just those parts, so that it can see nothing
that was not counted here.
"""

import io
import zipfile
import zlib
from typing import Final

from tasks.feil import BrukerFeil
from tasks.formater import limits

BIT: Final = 1 << 20
KRYPTERT: Final = 0x1
METODER: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ARBEIDSBOK: Final = "xl/workbook.xml"
INNHOLDSTYPER: Final = "[content_types].xml"
MAKRODELER: Final = ("vbaproject.bin", "xl/macrosheets/", "xl/intlmacrosheets/")
MAKROTYPE: Final = b"macroenabled"
ROTFIL: Final = "_rels/.rels"
ROT: Final = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    f'Target="{ARBEIDSBOK}"/></Relationships>'
)
"""Where the workbook is, in the zip that the reader gets: where it was looked at."""
IKKE_LEST: Final = ("xl/media/", "xl/embeddings/", "xl/printersettings/", "xl/activex/")


def unpack(innhold: bytes, fil: str) -> dict[str, bytes]:
    """Return the workbook's parts by their names in lower case, pictures and the like left out.

    BrukerFeil ÅH-2023 (encrypted), ÅH-2024 (macros), ÅH-2025 (a zip of something else), ÅH-2026 (damaged), ÅH-2027
    (too large unpacked).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(innhold)) as pakke:
            _check_directory(pakke, fil)
            deler = _read_parts(pakke, fil)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        raise BrukerFeil("ÅH-2026", fil=fil) from None
    if MAKROTYPE in deler.get(INNHOLDSTYPER, b"").lower():
        raise BrukerFeil("ÅH-2024", fil=fil)
    if ARBEIDSBOK not in deler:
        raise BrukerFeil("ÅH-2025", fil=fil, funnet="en annen pakket fil enn en arbeidsbok")
    return deler


def repack(deler: dict[str, bytes]) -> io.BytesIO:
    """Return a zip of the parts of a workbook, not compressed; the parts are taken out of ``deler`` one by one."""
    ut = io.BytesIO()
    with zipfile.ZipFile(ut, "w", zipfile.ZIP_STORED) as pakke:
        pakke.writestr(zipfile.ZipInfo(ROTFIL), ROT)
        while deler:
            navn, innhold = deler.popitem()
            pakke.writestr(zipfile.ZipInfo(navn), innhold)
    ut.seek(0)
    return ut


def _check_directory(pakke: zipfile.ZipFile, fil: str) -> None:
    """Judge what the zip says of itself."""
    grenser, deler = limits().regneark, pakke.infolist()
    navn = [del_.filename.casefold() for del_ in deler]
    if any(merke in ett for ett in navn for merke in MAKRODELER):
        raise BrukerFeil("ÅH-2024", fil=fil)
    if any(del_.flag_bits & KRYPTERT for del_ in deler):
        raise BrukerFeil("ÅH-2023", fil=fil)
    if len(set(navn)) < len(navn) or any(del_.compress_type not in METODER for del_ in deler):
        raise BrukerFeil("ÅH-2026", fil=fil)
    for_mye = sum(del_.file_size for del_ in deler) > grenser.mest_utpakket or any(
        del_.file_size > max(grenser.pakk_fra, del_.compress_size * grenser.mest_utpakket_forhold) for del_ in deler
    )
    if for_mye or len(deler) > grenser.mest_deler:
        raise BrukerFeil("ÅH-2027", fil=fil)


def _read_parts(pakke: zipfile.ZipFile, fil: str) -> dict[str, bytes]:
    """Unpack each part a piece at a time, so that one that is larger than it says is cut off before it has grown."""
    deler: dict[str, bytes] = {}
    for del_ in pakke.infolist():
        navn = del_.filename.casefold()
        if navn.startswith(IKKE_LEST):
            continue
        with pakke.open(del_) as strom:
            innhold = b"".join(iter(lambda: strom.read(BIT), b""))
        if len(innhold) != del_.file_size:
            raise BrukerFeil("ÅH-2026", fil=fil)
        deler[navn] = innhold
    return deler
