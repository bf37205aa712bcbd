"""What may be wrapped in what: each decoder is given bytes and yields (how, the bytes inside). None runs anything."""

import base64
import binascii
import bz2
import html
import io
import lzma
import pickletools
import quopri
import re
import tarfile
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Final
from urllib.parse import unquote_to_bytes

import pypdf

Del = tuple[str, bytes]
KRYPTERT: Final = 1
MEST: Final = 256 * 1024 * 1024
"""So many bytes may one wrapping hold; more is refused aloud, never left out."""

OMSKREVET: Final = frozenset({"escape", "prosent", "html", "quoted-printable", "utf-16-le", "utf-16-be"})
"""The same bytes read in another way: a file that is not text is no longer the file it was."""
BASE64: Final = re.compile(rb"(?:[A-Za-z0-9+/_-]{20,}(?:\r?\n|\\n|\\r\\n)?)+={0,2}")
HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2}[ :]?){12,}")
BACKSLASH: Final = re.compile(rb"\\+u([0-9a-fA-F]{4})|\\+U([0-9a-fA-F]{8})|\\+x([0-9a-fA-F]{2})")
PROSENT: Final = re.compile(rb"%[0-9a-fA-F]{2}")
ENTITET: Final = re.compile(rb"&#?\w{2,32};")
LIKHET: Final = re.compile(rb"=(?:[0-9A-Fa-f]{2}|\r?\n)")
LITE: Final = 64 * 1024
RUNDT: Final = 1024
"""So many bytes on each side of an escape are read with it: more than anybody's name and address."""
KODEORD: Final = re.compile(rb"(?:=\?[\w-]+\?[BbQq]\?[^?\r\n]*\?=\s*)+")
PAKKET: Final[dict[str, tuple[re.Pattern[bytes], Callable[[], object]]]] = {
    "gzip": (re.compile(rb"\x1f\x8b\x08"), lambda: zlib.decompressobj(31)),
    "zlib": (re.compile(rb"[\x58\x68\x78][\x01\x5e\x9c\xda]"), lambda: zlib.decompressobj(15)),
    "bz2": (re.compile(rb"BZh[1-9]1AY&SY"), bz2.BZ2Decompressor),
    "xz": (re.compile(rb"\xfd7zXZ\x00"), lzma.LZMADecompressor),
    "lzma": (re.compile(rb"\x5d\x00\x00[\x00-\xff]{2}\xff{8}"), lzma.LZMADecompressor),
}


class Uleselig(Exception):
    """Something that could not be opened, or is more than anyone will look through: nobody knows what is in it."""


KORT: Final = 128
SYNLIG: Final = bytes(set(range(32, 127)) | set(b"\t\r\n"))
BEGYNNELSER: Final = (
    b"\x1f\x8b\x08",
    b"\x58",
    b"\x68",
    b"\x78",
    b"BZh",
    b"\xfd7zXZ",
    b"\x5d\x00\x00",
    b"PK",
    b"\x80",
    b"%PDF",
)


def parts(data: bytes) -> Iterator[Del]:
    """Yield everything inside ``data``, one step in.

    A few bytes that are neither text nor begin as anything packed are what a hash becomes when it is read as hex or
    base64; a register has tens of thousands.
    """
    if len(data) < KORT and not data.startswith(BEGYNNELSER) and len(data.translate(None, SYNLIG)) * 2 > len(data):
        return
    for avkoder in (_base64, _hex, _escapes, _coded_words, _packed, _zip, _tar, _pickle, _pdf):
        yield from avkoder(data)


def _base64(data: bytes) -> Iterator[Del]:
    for treff in BASE64.finditer(data):
        # A hash or an id: base64 of that length that happens to be only hex is not met with.
        if HEX.fullmatch(treff[0].replace(b"-", b"")):
            continue
        tegn = re.sub(rb"[\r\n]|\\[rn]", b"", treff[0]).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        for forskjovet in range(4):
            del_ = tegn[forskjovet : len(tegn) - (len(tegn) - forskjovet) % 4 * ((len(tegn) - forskjovet) % 4 == 1)]
            try:
                yield "base64", base64.b64decode(del_ + b"=" * (-len(del_) % 4))
            except binascii.Error:
                continue


def _hex(data: bytes) -> Iterator[Del]:
    for treff in HEX.finditer(data):
        tegn = re.sub(rb"[ :]", b"", treff[0])
        yield "hex", bytes.fromhex(tegn[: len(tegn) // 2 * 2].decode())
        yield "hex", bytes.fromhex(tegn[1 : 1 + (len(tegn) - 1) // 2 * 2].decode())


def _escapes(data: bytes) -> Iterator[Del]:
    if del_ := _around(BACKSLASH, data):
        yield "escape", BACKSLASH.sub(_unescaped, del_)
    if del_ := _around(PROSENT, data):
        yield "prosent", unquote_to_bytes(del_.replace(b"+", b" "))
    if del_ := _around(ENTITET, data):
        for tegnsett in ("utf-8", "latin-1"):
            tekst = del_.decode(tegnsett, errors="replace")
            if (ut_ := html.unescape(tekst)) != tekst:
                yield "html", ut_.encode(errors="replace")
    if del_ := _around(LIKHET, data):
        yield "quoted-printable", quopri.decodestring(del_)
    if b"\xff\xfe" in data or b"\xfe\xff" in data or b"\x00" in data:
        for tegnsett in ("utf-16-le", "utf-16-be"):
            for fra in (0, 1):
                yield tegnsett, _shrunk(data[fra:], tegnsett)


def _around(skrivemate: re.Pattern[bytes], data: bytes) -> bytes:
    """Return what stands around everything that is written in this way; all of what is small, nothing where none is.

    Each way of writing may lie in each other: a database of many megabytes read anew for each of them is never done.
    """
    if len(data) <= LITE:
        return data if skrivemate.search(data) else b""
    biter: list[tuple[int, int]] = []
    for treff in skrivemate.finditer(data):
        fra, til = max(treff.start() - RUNDT, 0), treff.end() + RUNDT
        if biter and fra <= biter[-1][1]:
            biter[-1] = (biter[-1][0], til)
        else:
            biter.append((fra, til))
    return b"\n".join(data[fra:til] for fra, til in biter)


def _shrunk(data: bytes, tegnsett: str) -> bytes:
    """Return UTF-16 as UTF-8, only where it is mostly that: else every binary file would be read four times over."""
    tekst = data[: len(data) // 2 * 2].decode(tegnsett, errors="replace")
    ascii_ = sum("\x00" < tegn < "\u0180" for tegn in tekst[:4096])
    return tekst.encode(errors="replace") if ascii_ * 2 > len(tekst[:4096]) else b""


def _unescaped(treff: re.Match[bytes]) -> bytes:
    if treff[3]:
        return bytes.fromhex(treff[3].decode())
    tegn = chr(min(int(treff[1] or treff[2], 16), 0x10FFFF))
    return tegn.encode(errors="replace")


def _coded_words(data: bytes) -> Iterator[Del]:
    for treff in KODEORD.finditer(data):
        try:
            yield "hode", str(make_header(decode_header(treff[0].decode("latin-1")))).encode()
        except (HeaderParseError, LookupError, UnicodeDecodeError, binascii.Error):
            continue


def _packed(data: bytes) -> Iterator[Del]:
    for navn, (merke, lag) in PAKKET.items():
        for treff in merke.finditer(data):
            if ut := _unpacked(lag(), data[treff.start() :]):
                yield navn, ut


def _unpacked(pakker: object, data: bytes) -> bytes:
    """Return what could be unpacked, also of a stream that is cut off. Nothing where the mark was there by chance."""
    ut = bytearray()
    for fra in range(0, len(data), 65536):
        try:
            ut += pakker.decompress(data[fra : fra + 65536])  # type: ignore[attr-defined] the three have no common type
        except (zlib.error, OSError, EOFError, lzma.LZMAError):
            break
        if len(ut) > MEST:
            raise Uleselig
        if pakker.eof:  # type: ignore[attr-defined]
            break
    return bytes(ut)


def _zip(data: bytes) -> Iterator[Del]:
    if b"PK\x03\x04" not in data:
        return
    try:
        arkiv = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError):
        yield from _zip_without_list(data)
        return
    with arkiv:
        for post in arkiv.infolist():
            if post.file_size > MEST or post.flag_bits & KRYPTERT:
                raise Uleselig
            yield "zip", f"{post.filename}\n".encode() + post.comment
            try:
                yield f"zip:{post.filename}", arkiv.read(post)
            except (zipfile.BadZipFile, NotImplementedError, zlib.error, ValueError, EOFError):
                continue


def _zip_without_list(data: bytes) -> Iterator[Del]:
    """Yield the members of an archive whose end is cut off: each has a heading of its own."""
    for treff in re.finditer(rb"PK\x03\x04.{22}(..)(..)", data, re.DOTALL):
        fra = treff.end() + int.from_bytes(treff[1], "little") + int.from_bytes(treff[2], "little")
        yield "zip", _unpacked(zlib.decompressobj(-15), data[fra:])


def _tar(data: bytes) -> Iterator[Del]:
    if data[257:262] != b"ustar":
        return
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as arkiv:
            for post in arkiv:
                if post.isfile() and (fil := arkiv.extractfile(post)):
                    yield f"tar:{post.name}", post.name.encode() + b"\n" + fil.read()
                    yield f"tar:{post.name}", data[post.offset_data : post.offset_data + post.size]
    except tarfile.TarError:
        return


def _pickle(data: bytes) -> Iterator[Del]:
    """Yield the texts and bytes of a pickle, read word by word and never loaded."""
    if not (data[:1] == b"\x80" or data.rstrip()[-1:] == b"."):
        return
    try:
        for _, verdi, _ in pickletools.genops(data):
            if isinstance(verdi, str):
                yield "pickle", verdi.encode(errors="replace")
            elif isinstance(verdi, bytes | bytearray):
                yield "pickle", bytes(verdi)
    except (ValueError, IndexError, OverflowError, MemoryError):
        return


def _pdf(data: bytes) -> Iterator[Del]:
    if b"%PDF-" not in data[:1024]:
        return
    try:
        with warnings.catch_warnings(action="ignore"):
            leser = pypdf.PdfReader(io.BytesIO(data))
            sider = [side.extract_text() for side in leser.pages]
            opplysninger = [str(verdi) for verdi in (leser.metadata or {}).values()]
            vedlegg = [innhold for liste in leser.attachments.values() for innhold in liste]
    except (pypdf.errors.PyPdfError, ValueError, KeyError, TypeError):
        return
    tekst = "\n".join([*sider, *opplysninger])
    yield "pdf", unicodedata.normalize("NFKC", tekst).encode()
    yield "pdf", " ".join(unicodedata.normalize("NFKC", tekst).split()).encode()
    for innhold in vedlegg:
        yield "pdf-vedlegg", innhold
