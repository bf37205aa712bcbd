"""What a file is, from its first bytes: the ending of its name only says what it should be."""

from pathlib import PurePath
from typing import Final

from schemas.format import Filformat, Filtype
from tasks.feil import BrukerFeil

MAKROENDELSER: Final = (".xlsm", ".xltm", ".xlam", ".xlsb")
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK\x03\x04"
LAAST: Final = "EncryptedPackage".encode("utf-16-le")
"""The stream that an Office file with a password consists of."""
KJENTE: Final = {
    b"%PDF": "en PDF-fil",
    b"{\\rtf": "et RTF-dokument",
    b"\x1f\x8b": "en pakket fil (gzip)",
    b"7z\xbc\xaf": "en pakket fil (7z)",
    b"Rar!": "en pakket fil (rar)",
    b"\x89PNG": "et bilde",
    b"\xff\xd8\xff": "et bilde",
    b"PAR1": "en Parquet-fil",
    b"SQLite format": "en database",
}
HTML: Final = (b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<script", b"<meta")
SETT_PAA: Final = 4096


def kind_of(fil: str, format_: Filformat) -> Filtype | None:
    """Return the kind that the file's ending says, None where the format takes no such file."""
    endelse = PurePath(fil).suffix.casefold()
    return next((type_ for type_ in format_.typer if endelse == f".{type_}"), None)


def wrong_ending(fil: str, format_: Filformat) -> BrukerFeil:
    """Return the refusal of a file whose ending the format does not take: ÅH-2024 (made for macros), ÅH-2019."""
    if "xlsx" in format_.typer and PurePath(fil).suffix.casefold() in MAKROENDELSER:
        return BrukerFeil("ÅH-2024", fil=fil)
    return BrukerFeil("ÅH-2019", fil=fil, typer=", ".join(f".{type_}" for type_ in format_.typer))


def check_content(innhold: bytes, fil: str, type_: Filtype | None) -> None:
    """Refuse a file whose bytes are of another kind than ``type_`` (None: no kind would do).

    BrukerFeil ÅH-2011 (nothing in it), ÅH-2021 (a web page), ÅH-2022 (an old workbook), ÅH-2023 (a password),
    ÅH-2025 (anything else).
    """
    if not innhold or innhold.isspace():
        raise BrukerFeil("ÅH-2011", fil=fil)
    if innhold.startswith(OLE):
        raise BrukerFeil("ÅH-2023" if LAAST in innhold else "ÅH-2022", fil=fil)
    if _is_html(innhold):
        raise BrukerFeil("ÅH-2021", fil=fil)
    funnet = next((navn for merke, navn in KJENTE.items() if innhold.startswith(merke)), "")
    if innhold.startswith(ZIP) and type_ not in ("xlsx", None):
        funnet = "en arbeidsbok eller en annen pakket fil"
    if not funnet and type_ == "xlsx" and not innhold.startswith(ZIP):
        funnet = "tekst eller noe annet enn en arbeidsbok"
    if funnet:
        raise BrukerFeil("ÅH-2025", fil=fil, funnet=funnet)


def _is_html(innhold: bytes) -> bool:
    """Tell whether a page begins here, in any of the ways text is written, with a comment or a declaration first."""
    begynnelse = innhold[:SETT_PAA].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return begynnelse.startswith(b"<") and any(merke in begynnelse for merke in HTML)
