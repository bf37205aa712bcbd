"""What follows letters to the printer: the address sheet, the cover note, and that they tell the truth."""

import csv
import io
from dataclasses import replace
from hashlib import sha256
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from tasks import brev as brevmodul
from tasks.brev import MALER, render
from tasks.feil import ProgramFeil
from tasks.trykksak import Trykkbrev, print_sheets
from tests.tasks.test_brev import BREV

MAPPE, FORSLAG = "2026-14-brev-ikkesokere", "F2026-14-1"
LISTE = f"print/{MAPPE}/{FORSLAG}-adresseliste.xlsx"
SEDDEL = f"print/{MAPPE}/{FORSLAG}-folgeseddel.csv"


def letter(nummer: int, **felt: Any) -> Trykkbrev:
    brev = replace(BREV, **felt)
    return Trykkbrev(f"{FORSLAG}-{nummer:05}", brev, render(brev))


def rows(filer: dict[str, bytes]) -> list[list[Any]]:
    """The address sheet's lines, as another program reads them."""
    ark = openpyxl.load_workbook(io.BytesIO(filer[LISTE])).active
    assert ark is not None
    assert {celle.data_type for rad in ark.iter_rows() for celle in rad if celle.value is not None} == {"s"}
    assert ark.freeze_panes == "A2"
    return [[celle.value for celle in rad] for rad in ark.iter_rows()]


def note(filer: dict[str, bytes]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(filer[SEDDEL].decode("utf-8-sig")), delimiter=";"))


def test_the_address_sheet_has_one_line_for_each_letter_in_the_order_of_the_files() -> None:
    filer = print_sheets(MAPPE, FORSLAG, [letter(2, navn="Eva Ås", postnummer="0150", poststed="OSLO"), letter(1)])
    assert rows(filer) == [
        ["Nr.", "Navn", "Adresse", "Postnummer", "Poststed", "Fil", "Sider"],
        ["1", "Kari Nordmann", "Storgata 1", "3717", "Skien", "F2026-14-1-00001.pdf", "1"],
        ["2", "Eva Ås", "Storgata 1", "0150", "OSLO", "F2026-14-1-00002.pdf", "1"],
    ]


@pytest.mark.parametrize(
    "navn", ["=cmd|' /C calc'!A0", "+47 1", "-1", "@SUM(A1)", '=HYPERLINK("https://x.no")', "https://x.no", "{=1+1}"]
)
def test_a_name_is_text_in_the_sheet_whatever_it_looks_like(navn: str) -> None:
    filer = print_sheets(MAPPE, FORSLAG, [letter(1, navn=navn, adresselinje1=navn)])
    assert rows(filer)[1][1:3] == [navn, navn]


def test_a_line_break_in_a_name_is_a_space() -> None:
    assert rows(print_sheets(MAPPE, FORSLAG, [letter(1, navn="Kari\r\nNordmann")]))[1][1] == "Kari Nordmann"


def test_the_cover_note_counts_letters_and_paper_and_names_nobody() -> None:
    brevene = [letter(1), letter(2, gjelder="Kari Nordmann", navn="Mor Nordmann"), letter(3, maalform="nn")]
    filer = print_sheets(MAPPE, FORSLAG, brevene)
    assert note(filer)[:8] == [
        ["Følgeseddel", FORSLAG],
        ["Brev i alt", "3"],
        ["Brev til ungdom", "2"],
        ["Kopier til foresatte", "1"],
        ["På bokmål", "2"],
        ["På nynorsk", "1"],
        ["Ark, trykt på én side", "3"],
        ["Ark, trykt på begge sider", "3"],
    ]
    assert b"Nordmann" not in filer[SEDDEL]


def test_the_cover_note_has_the_hash_of_every_file_that_must_be_there() -> None:
    brevene = [letter(1), letter(2, navn="Eva Ås")]
    filer = print_sheets(MAPPE, FORSLAG, brevene)
    skal_ha = {enkelt.fil: enkelt.pdf for enkelt in brevene} | {LISTE.rpartition("/")[2]: filer[LISTE]}
    start = note(filer).index(["Fil", "Sider", "SHA-256"]) + 1
    assert {rad[0]: rad[2] for rad in note(filer)[start:]} == {
        fil: sha256(innhold).hexdigest() for fil, innhold in skal_ha.items()
    }


def test_the_same_letters_give_the_same_bytes() -> None:
    assert print_sheets(MAPPE, FORSLAG, [letter(1), letter(2)]) == print_sheets(MAPPE, FORSLAG, [letter(2), letter(1)])


def test_no_letters_need_no_sheet() -> None:
    assert print_sheets(MAPPE, FORSLAG, []) == {}


def test_pages_are_counted_as_a_reader_of_pdf_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    lang = b"\n#pagebreak()\nSide to\n#pagebreak()\nSide tre", (MALER / "brev.toml").read_bytes()
    monkeypatch.setattr(brevmodul, "_sources", lambda: ((MALER / "brev.typ").read_bytes() + lang[0], lang[1]))
    enkelt = letter(1)
    assert enkelt.sider == len(PdfReader(io.BytesIO(enkelt.pdf)).pages) == 3
    seddel = note(print_sheets(MAPPE, FORSLAG, [enkelt]))
    assert ["Ark, trykt på begge sider", "2"] in seddel


def test_a_file_that_is_no_letter_is_a_fault() -> None:
    with pytest.raises(ProgramFeil, match="sider"):
        print_sheets(MAPPE, FORSLAG, [replace(letter(1), pdf=b"%PDF-1.7")])
