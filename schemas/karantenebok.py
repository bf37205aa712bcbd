"""The quarantine workbook: what stands in it, how a row is known again, and how a value is shown.

A value is shown so that it can be read and does no harm; what is shown and comes back as it was means the value itself.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from schemas.format import Filformat

AARSAK, FIL, RAD, AVVIS = "Årsak", "Fil", "Rad", "Avvis"
LINJE = "Linjen slik den kom"
NOKKEL = "Nøkkel (skal ikke endres)"
EGNE = (AARSAK, FIL, RAD, AVVIS, LINJE, NOKKEL)
"""The headings that are ours; no input format has one of them."""

SKJERMET = "(skjermet)"
UGRADERT = "ugradert"
GRADERING = "adressegradering"
ADRESSEDELER = ("adresselinje1", "adresselinje2", "adresselinje3", "postnummer", "poststed")
PERSONER = ("foresatt1_", "foresatt2_")
LUKKEDE_ORD = re.compile("fortrolig|klient|gradert")

UVISELIG = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
ERSTATNING = "\ufffd"
FORTSATT_UVISELIG = "\x1a"
"""What a mark for something that could not be shown is read as: a fault still, until somebody writes the value."""
MEST_ENHETER = 32_000
"""A cell of a workbook holds 32 767 UTF-16 units."""
KUTTET = " … (kuttet)"
KODET = re.compile("_x([0-9A-Fa-f]{4})_")
NOKKELFORM = re.compile(r"([0-9a-f]{64}):(\d{1,12}):(\d{1,12})")


class Nokkel(NamedTuple):
    """Which row of which file; ``lopenr`` says which correction the values shown come from, 0 as the row came."""

    sha256: str
    rad_nr: int
    lopenr: int

    def __str__(self) -> str:
        """Return the key as it stands in the workbook."""
        return f"{self.sha256}:{self.rad_nr}:{self.lopenr}"


@dataclass(frozen=True)
class Bokrad:
    """A row of the workbook.

    ``feil`` are (column, code); ``verdier`` our column → value; ``linje`` the text of a row that came without columns,
    else blank; ``i_filen`` the columns that the row's file has.
    """

    nokkel: Nokkel
    fil: str
    feil: tuple[tuple[str, str], ...]
    verdier: Mapping[str, str]
    linje: str
    i_filen: frozenset[str]


def parse_key(tekst: str) -> Nokkel | None:
    """Return the key that the text is, or None."""
    treff = NOKKELFORM.fullmatch(tekst.strip())
    return Nokkel(treff[1], int(treff[2]), int(treff[3])) if treff else None


def shown(verdi: str) -> str:
    """Return a value as a cell shows it: what cannot be seen replaced, what a cell cannot hold cut off."""
    tekst = UVISELIG.sub(ERSTATNING, verdi)
    utf16 = tekst.encode("utf-16-le", "replace")
    if len(utf16) <= 2 * MEST_ENHETER:
        return tekst
    return utf16[: 2 * MEST_ENHETER].decode("utf-16-le", "ignore") + KUTTET


def shown_row(verdier: Mapping[str, str], format_: Filformat) -> dict[str, str]:
    """Return what a row's cells show: addresses that are not open are not shown."""
    skjult = protected_columns(verdier, format_)
    return {navn: SKJERMET if verdi and navn in skjult else shown(verdi) for navn, verdi in verdier.items()}


def shown_line(linje: str, format_: Filformat) -> str:
    """Return what is shown of a row without columns: nothing where it may hold an address that is not open."""
    felt = [del_.strip().strip('"') for del_ in linje.split(format_.skilletegn)]
    lukket = any(LUKKEDE_ORD.search(del_.casefold()) for del_ in felt if del_ != UGRADERT)
    apen = not _addresses(format_) or (UGRADERT in felt and not lukket)
    return shown(linje) if apen else SKJERMET


def protected_columns(verdier: Mapping[str, str], format_: Filformat) -> frozenset[str]:
    """Return the address columns of a row that must not be shown: open is exactly «ugradert» and nothing else.

    One protected person closes every address of the row, since those who are named together may live together.
    """
    adresser = _addresses(format_)
    foresatte = {person: verdier.get(f"{person}{GRADERING}", "") for person in PERSONER}
    if verdier.get(GRADERING, "") != UGRADERT or any(grad not in ("", UGRADERT) for grad in foresatte.values()):
        return adresser
    lukkede = tuple(person for person, grad in foresatte.items() if grad != UGRADERT)
    return frozenset(navn for navn in adresser if navn.startswith(lukkede))


def _addresses(format_: Filformat) -> frozenset[str]:
    """Return the columns that say where a person lives; a school's address is nobody's."""
    return frozenset(k.navn for k in format_.kolonner if k.persondata and k.navn.endswith(ADRESSEDELER))


def is_same(celle: str, vist: str) -> bool:
    """Tell whether a cell that came back says what was shown, however the program that saved it codes odd signs."""
    return celle == vist or _decoded(celle) == _decoded(vist)


def meant(celle: str) -> str:
    """Return the value that a changed cell gives; a mark for what is not shown gives none, and stays a fault."""
    if celle.strip() == SKJERMET or celle.endswith(KUTTET):
        return FORTSATT_UVISELIG
    return celle.replace(ERSTATNING, FORTSATT_UVISELIG)


def _decoded(tekst: str) -> str:
    """Return the text without Excel's codes for signs, however many times they have been coded."""
    while (neste := KODET.sub(lambda treff: chr(int(treff[1], 16)), tekst)) != tekst:
        tekst = neste
    return unicodedata.normalize("NFC", UVISELIG.sub(ERSTATNING, tekst.replace("\r\n", "\n")))
