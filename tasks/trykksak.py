"""What follows letters to the printer: an address sheet and a cover note, beside the PDFs in the same folder.

The bundle is the folder itself, with one numbered PDF for each letter. A merged PDF would be lighter to send, but to
merge or split loses the tags that make a letter readable to all (and with them both standards it claims), and a letter
must be the same bytes on paper as in the archive. So nothing is merged; the cover note says what must be there.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from hashlib import sha256
from typing import Final

import xlsxwriter
from xlsxwriter.workbook import Workbook

from schemas.brev import Brevdata
from tasks.feil import ProgramFeil

ADRESSELISTE: Final = "adresseliste"
FOLGESEDDEL: Final = "folgeseddel"
KOLONNER: Final = (
    ("Nr.", 6), ("Navn", 34), ("Adresse", 36), ("Postnummer", 12), ("Poststed", 20), ("Fil", 30), ("Sider", 8)
)  # fmt: skip
SIDETALL: Final = re.compile(rb"/Type/Pages/Count (\d+)")
SIDER_PER_ARK: Final = 2
A4: Final = 9
"""Excel's number for the paper."""
INNSTILLINGER: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True)
class Trykkbrev:
    """One letter that is printed: the item's id, what it holds, and its PDF."""

    utsending_id: str
    brev: Brevdata
    pdf: bytes

    @property
    def fil(self) -> str:
        """The file's name in the folder."""
        return f"{self.utsending_id}.pdf"

    @property
    def sider(self) -> int:
        """How many pages the letter has."""
        if not (funnet := SIDETALL.search(self.pdf)):
            raise ProgramFeil("PDF-filen sier ikke hvor mange sider den har")
        return int(funnet[1])


def print_sheets(mappe: str, navn: str, brevene: Sequence[Trykkbrev]) -> dict[str, bytes]:
    """Return the address sheet and the cover note of these letters (path under ``utboks/`` → bytes).

    ``mappe`` is the row's folder under ``print/``, ``navn`` the proposal's id, which the files are named after. The
    letters are numbered by the items' ids. The same letters give the same bytes; no letters give no files.
    """
    if not brevene:
        return {}
    i_rekkefolge = sorted(brevene, key=lambda enkelt: enkelt.utsending_id)
    liste = f"{navn}-{ADRESSELISTE}.xlsx"
    arbeidsbok = _address_sheet(navn, i_rekkefolge)
    seddel = _cover_note(navn, i_rekkefolge, {liste: arbeidsbok})
    return {f"print/{mappe}/{liste}": arbeidsbok, f"print/{mappe}/{navn}-{FOLGESEDDEL}.csv": seddel}


def _address_sheet(navn: str, brevene: Sequence[Trykkbrev]) -> bytes:
    """Return the workbook: one line for each letter, everything as text."""
    ut = io.BytesIO()
    bok = xlsxwriter.Workbook(ut, INNSTILLINGER)
    # The letters' own day, so that the same letters give the same bytes.
    bok.set_properties({"title": f"Adresseliste {navn}", "created": datetime.combine(brevene[0].brev.dato, time())})
    _write_sheet(bok, brevene)
    bok.close()
    return ut.getvalue()


def _write_sheet(bok: Workbook, brevene: Sequence[Trykkbrev]) -> None:
    side = bok.add_worksheet("Adresseliste")
    hode = bok.add_format({"bold": True, "bg_color": "#1F4E5F", "font_color": "white", "num_format": "@"})
    tekst = bok.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
    for kolonne, (overskrift, bredde) in enumerate(KOLONNER):
        side.set_column(kolonne, kolonne, bredde)
        side.write_string(0, kolonne, overskrift, hode)
    for rad, enkelt in enumerate(brevene, start=1):
        for kolonne, verdi in enumerate(_line(rad, enkelt)):
            side.write_string(rad, kolonne, verdi, tekst)
    side.freeze_panes(1, 0)
    side.repeat_rows(0)
    side.set_landscape()
    side.set_paper(A4)
    side.fit_to_pages(1, 0)


def _line(nummer: int, enkelt: Trykkbrev) -> list[str]:
    brev = enkelt.brev
    felt = (brev.navn, brev.adresselinje1, brev.postnummer, brev.poststed)
    return [str(nummer), *(" ".join(verdi.split()) for verdi in felt), enkelt.fil, str(enkelt.sider)]


def _cover_note(navn: str, brevene: Sequence[Trykkbrev], andre: dict[str, bytes]) -> bytes:
    """Return the note: how many of what, how many sheets of paper, and the hash of each file. Nobody is named."""
    sider = [enkelt.sider for enkelt in brevene]
    slag = Counter("Kopier til foresatte" if enkelt.brev.gjelder else "Brev til ungdom" for enkelt in brevene)
    maalform = Counter("På nynorsk" if enkelt.brev.maalform == "nn" else "På bokmål" for enkelt in brevene)
    filer = [(enkelt.fil, str(antall), enkelt.pdf) for enkelt, antall in zip(brevene, sider, strict=True)]
    linjer: list[tuple[str, ...]] = [
        ("Følgeseddel", navn),
        ("Brev i alt", str(len(brevene))),
        *((hva, str(antall)) for hva, antall in [*sorted(slag.items()), *sorted(maalform.items())]),
        ("Ark, trykt på én side", str(sum(sider))),
        ("Ark, trykt på begge sider", str(sum(-(-antall // SIDER_PER_ARK) for antall in sider))),
        (),
        ("Fil", "Sider", "SHA-256"),
        *((fil, antall, sha256(innhold).hexdigest()) for fil, antall, innhold in filer),
        *((fil, "", sha256(innhold).hexdigest()) for fil, innhold in andre.items()),
    ]
    ut = io.StringIO()
    csv.writer(ut, delimiter=";", lineterminator="\r\n").writerows(linjer)
    return ut.getvalue().encode("utf-8-sig")
