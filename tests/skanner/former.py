"""How somebody's name or number may be written: as bytes to look for, whatever stands around them."""

import base64
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

TEGNSETT: Final = ("utf-8", "latin-1", "utf-16-le", "utf-16-be", "utf-32-le")
NUMMER: Final = re.compile(r"\d{11}")
TELEFON: Final = re.compile(r"\d{8}")
MELLOMROM: Final = (" ", "\u00a0", "\u202f")


def forms(naler: Iterable[str]) -> dict[bytes, str]:
    """Return every byte form → the needle it is of. A needle of less than four characters would be found everywhere."""
    svar: dict[bytes, str] = {}
    for nal in naler:
        if len(nal) < 4:
            raise ValueError("en nål må ha minst fire tegn")
        for tekst, tegnsett in product(_texts(nal), TEGNSETT):
            try:
                svar.setdefault(tekst.encode(tegnsett), nal)
            except UnicodeEncodeError:
                continue
        for form in (unicodedata.normalize(norm, nal).encode() for norm in ("NFC", "NFD")):
            svar |= dict.fromkeys((form.hex().encode(), form.hex().upper().encode()), nal)
            svar |= dict.fromkeys(_in_base64(form), nal)
    return svar


def _texts(nal: str) -> set[str]:
    if NUMMER.fullmatch(nal):
        return {nal, *(f"{nal[:6]}{tegn}{nal[6:]}" for tegn in MELLOMROM)}
    if TELEFON.fullmatch(nal):
        return {f"{land}{nal}" for land in ("", "+47", "0047", "47")}
    return {
        unicodedata.normalize(norm, variant)
        for variant in (nal, nal.lower(), nal.upper(), nal.title(), nal.casefold(), *_apart(nal))
        for norm in ("NFC", "NFD", "NFKC")
    }


def _apart(nal: str) -> list[str]:
    """Return the needle as a line break, a tab or a hard space would part its words."""
    return [nal.replace(" ", tegn) for tegn in ("\n", "\r\n", "\t", "\u00a0", "_", "-", "+")] if " " in nal else []


def _in_base64(form: bytes) -> Iterator[bytes]:
    """Yield what stays of the needle in base64 at each of the three places it may begin, in both alphabets."""
    for foran in range(3):
        kodet = base64.b64encode(bytes(foran) + form).rstrip(b"=")
        fra, til = (0, 2, 3)[foran], len(kodet) - (1 if (foran + len(form)) % 3 else 0)
        kjerne = kodet[fra:til]
        if len(kjerne) >= 5:
            yield kjerne
            yield kjerne.translate(bytes.maketrans(b"+/", b"-_"))
