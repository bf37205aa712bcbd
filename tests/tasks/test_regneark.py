"""Workbooks: each kind of cell becomes text by a rule, what was mended is told, and nothing unpacks without bounds."""

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.fodselsnummer import control_digits
from tasks.arkskann import column_number, scan
from tasks.feil import BrukerFeil
from tasks.formater import find_format, limits
from tasks.lesing import read
from tests.filbygger import csv_file, good_row, judged, number, sheet_file, workbook

NAVN = "vigo_ot_linjer"
FORMAT = find_format(NAVN)
TIDLIG = number(5, dag=4)
"""An id that begins with a zero: as a number it has ten digits."""


def cell(kolonne: str, verdi):
    """Judge a workbook with a good row and one where a cell is ``verdi``; its text, its code, whether it was mended."""
    innlest, validert = judged(workbook(NAVN, good_row(NAVN, 9), good_row(NAVN) | {kolonne: verdi}), "a.xlsx", FORMAT)
    assert set(validert.feil["rad_nr"]) <= {3}
    feil = validert.feil.loc[validert.feil["kolonne"] == kolonne, "kode"].tolist()
    return str(innlest.ramme[kolonne].iloc[1]), feil, (3, kolonne) in innlest.reparert


def refused(innhold: bytes, fil: str = "a.xlsx") -> BrukerFeil:
    with pytest.raises(BrukerFeil) as feil:
        read(innhold, fil, FORMAT)
    return feil.value


def changed(skift, ekstra: dict[str, bytes] | None = None) -> bytes:
    """A good workbook whose parts have gone through ``skift(name, bytes)``, and extra parts."""
    ut = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOD)) as fra, zipfile.ZipFile(ut, "w", zipfile.ZIP_DEFLATED) as til:
        for navn in fra.namelist():
            til.writestr(navn, skift(navn, fra.read(navn)))
        for navn, innhold in (ekstra or {}).items():
            til.writestr(navn, innhold)
    return ut.getvalue()


GOD = workbook(NAVN, good_row(NAVN))


def test_a_workbook_and_a_csv_file_of_the_same_rows_give_the_same_frame():
    rader = [good_row(NAVN, 1), good_row(NAVN, 2, fornavn="Åse–é", poststed="")]
    fra_bok, fra_csv = read(workbook(NAVN, *rader), "a.xlsx", FORMAT), read(csv_file(NAVN, *rader), "a.csv", FORMAT)
    assert fra_bok.ramme.astype("str").equals(fra_csv.ramme.astype("str"))
    assert fra_bok.rad_nr.tolist() == fra_csv.rad_nr.tolist()
    assert fra_bok.kolonner_i_filen == fra_csv.kolonner_i_filen


def without_control() -> int:
    """Ten digits that no zero makes an id of."""
    ni = TIDLIG[:9]
    return int(f"{ni}{(int(str(control_digits(ni))) + 11) % 100:02}")


@pytest.mark.parametrize(
    ("kolonne", "verdi", "tekst", "feil", "reparert"),
    [
        ("fodselsnummer", int(TIDLIG), TIDLIG, [], True),
        ("fodselsnummer", int(number(3)), number(3), [], False),
        ("fodselsnummer", without_control(), str(without_control()), ["ÅH-2105"], False),
        ("fodselsnummer", 123, "123", ["ÅH-2105"], False),
        ("fodselsnummer", TIDLIG[1:], TIDLIG[1:], ["ÅH-2111"], False),
        ("fodselsnummer", "1,0101E+10", "1,0101E+10", ["ÅH-2109"], False),
        ("fodselsnummer", "1.0101E+10", "1.0101E+10", ["ÅH-2109"], False),
        ("foresatt1_fodselsnummer", int(TIDLIG), TIDLIG, [], True),
        ("postnummer", 3116, "3116", [], False),
        ("postnummer", 150, "0150", [], True),
        ("postnummer", 15, "15", ["ÅH-2121"], False),
        ("kommunenummer", 301, "0301", ["ÅH-2122"], True),
        ("mobilnummer", 40000000, "40000000", [], False),
        ("mobilnummer", 0.5, "0.5", ["ÅH-2105"], False),
        ("skoleaar", 20262027, "20262027", [], False),
        ("poststed", 1e300, "1e+300", ["ÅH-2105"], False),
        ("registrert_dato", date(2026, 3, 12), "12.03.2026", [], False),
        ("registrert_dato", datetime(2026, 3, 12, 10, 30), "12.03.2026", [], False),  # noqa: DTZ001 as a cell has it
        ("registrert_dato", "12.03.2026", "12.03.2026", [], False),
        ("registrert_dato", 46093, "46093", ["ÅH-2141"], False),
        ("registrert_dato", time(10, 30), "10:30:00", ["ÅH-2106"], False),
        ("adresselinje1", date(2026, 3, 12), "2026-03-12", ["ÅH-2106"], False),
        ("adressegradering", True, "SANN", ["ÅH-2107"], False),
        ("adresselinje1", "=1+1", "", ["ÅH-2104"], False),
        ("etternavn", "=NA()", "", ["ÅH-2104"], False),
        ("adresselinje1", "a\nb", "a\nb", ["ÅH-2102"], False),
    ],
)
def test_what_a_cell_becomes(kolonne, verdi, tekst, feil, reparert):
    assert cell(kolonne, verdi) == (tekst, feil, reparert)


def test_an_error_value_without_a_formula_is_a_fault_of_its_row():
    bok = openpyxl.load_workbook(io.BytesIO(GOD))
    bok.active["B2"] = "#N/A"
    bok.active["B2"].data_type = "e"
    ut = io.BytesIO()
    bok.save(ut)
    _, validert = judged(ut.getvalue(), "a.xlsx", FORMAT)
    assert validert.feil.to_numpy().tolist() == [[2, "fornavn", "ÅH-2107"]]


def test_a_last_row_of_formulas_that_nobody_has_calculated_is_not_lost():
    bok = openpyxl.load_workbook(io.BytesIO(GOD))
    bok.active["A3"] = "=A2"
    ut = io.BytesIO()
    bok.save(ut)
    _, validert = judged(ut.getvalue(), "a.xlsx", FORMAT)
    assert (validert.antall, validert.feil["rad_nr"].unique().tolist()) == (2, [3])


def test_row_numbers_are_those_that_excel_shows_hidden_rows_too():
    bok = openpyxl.load_workbook(io.BytesIO(GOD))
    for nummer in (4, 6):
        bok.active.append([]) if nummer > bok.active.max_row + 1 else None
        for plass, kolonne in enumerate(FORMAT.kolonner, start=1):
            bok.active.cell(nummer, plass).value = good_row(NAVN, nummer)[kolonne.navn]
    bok.active.row_dimensions[4].hidden = True
    bok.active.column_dimensions["B"].hidden = True
    ut = io.BytesIO()
    bok.save(ut)
    innlest = read(ut.getvalue(), "a.xlsx", FORMAT)
    assert innlest.rad_nr.tolist() == [2, 4, 6]
    assert innlest.ramme["fornavn"].tolist() == ["Kanarifugl"] * 3


def test_cells_beside_the_table_set_their_row_aside():
    hode = [k.overskrift for k in FORMAT.kolonner]
    rad = [good_row(NAVN)[k.navn] for k in FORMAT.kolonner]
    innlest = read(sheet_file({"A": [hode, rad, [*rad, None, "merknad"]]}), "a.xlsx", FORMAT)
    assert (innlest.rad_nr.tolist(), innlest.skjeve, innlest.antall) == ([2], (3,), 2)
    assert innlest.raatekst[3].endswith("merknad")


def test_several_sheets_with_content_are_told_by_name_and_hidden_or_empty_ones_do_not_count():
    ark = {"Ark1": [[k.overskrift for k in FORMAT.kolonner], list(good_row(NAVN).values())], "Notater": [["x"]]}
    assert "«Ark1», «Notater»" in str(refused(sheet_file(ark)))
    assert read(sheet_file(ark, skjult=["Notater"]), "a.xlsx", FORMAT).antall == 1
    assert read(sheet_file({**ark, "Notater": []}), "a.xlsx", FORMAT).antall == 1


def test_the_format_may_name_the_sheet():
    ark = {"Forside": [["x"]], "Data": [[k.overskrift for k in FORMAT.kolonner], list(good_row(NAVN).values())]}
    innlest = read(sheet_file(ark), "a.xlsx", FORMAT.model_copy(update={"ark": "data"}))
    assert innlest.antall == 1
    with pytest.raises(BrukerFeil, match=r"ÅH-2030.*«Annet»"):
        read(sheet_file(ark), "a.xlsx", FORMAT.model_copy(update={"ark": "Annet"}))


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504


@pytest.mark.parametrize(
    ("innhold", "kode"),
    [
        (b"", "ÅH-2011"),
        (sheet_file({"A": []}), "ÅH-2011"),
        (sheet_file({"A": [["Navn"], ["x"]]}), "ÅH-2013"),
        (workbook(NAVN), "ÅH-2014"),
        (b"<html><table>", "ÅH-2021"),
        (OLE, "ÅH-2022"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "ÅH-2023"),
        (csv_file(NAVN, good_row(NAVN)), "ÅH-2025"),
        (changed(lambda _, innhold: innhold, {"xl/vbaProject.bin": b"x"}), "ÅH-2024"),
        (changed(lambda _, innhold: innhold.replace(b"sheet.main", b"sheet.macroEnabled.main")), "ÅH-2024"),
        (changed(lambda _, innhold: innhold, {f"x{n}": b"" for n in range(2001)}), "ÅH-2027"),
        (changed(lambda _, innhold: b"<!DOCTYPE a>" + innhold[innhold.find(b"<", 2) :]), "ÅH-2026"),
        (changed(lambda _, innhold: innhold.replace(b"</sheetData>", b"")), "ÅH-2026"),
        (changed(lambda _, innhold: innhold.replace(b"worksheets/sheet1", b"worksheets/borte")), "ÅH-2011"),
        (changed(lambda _, innhold: innhold.replace(b'<c r="A2"', b'<c r="XFD1048576"')), "ÅH-2028"),
        (changed(lambda _, innhold: innhold.replace(b"T\xc3\x98", b"T\xc3\x83\xc2\xb8")), "ÅH-2039"),
        (GOD[:-60], "ÅH-2026"),
        (GOD[: len(GOD) // 2], "ÅH-2026"),
    ],
)
def test_a_file_that_is_no_workbook_for_us_is_refused_with_its_own_sentence(innhold, kode):
    assert refused(innhold).kode == kode


@pytest.mark.parametrize("navn", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_a_part_of_a_thousand_times_its_packed_size_is_not_unpacked(navn):
    bombe = changed(lambda n, innhold: b" " * 3_000_000 if n == navn else innhold)
    assert refused(bombe).kode == "ÅH-2027"


def test_a_claim_of_how_many_texts_there_are_is_not_believed():
    """The reader would set aside terabytes and the process be gone."""
    loegn = changed(lambda _, innhold: innhold.replace(b'uniqueCount="', b'uniqueCount="99999999999" x="'))
    assert read(loegn, "a.xlsx", FORMAT).antall == 1


def test_a_text_shared_by_very_many_cells_is_counted_for_each():
    celler = b"".join(b'<c t="s"><v>0</v></c>' for _ in range(2_000))
    stor = changed(
        lambda navn, innhold: (
            innhold.replace(b"<si><t>", b"<si><t>" + bytes(range(65, 91)) * 4_000, 1)
            if navn.endswith("sharedStrings.xml")
            else innhold.replace(b"</row>", celler + b"</row>", 1)
        )
    )
    assert refused(stor).kode == "ÅH-2027"


@settings(deadline=None)
@given(st.integers(0, 16383))
def test_columns_are_numbered_as_excel_letters_them(nummer):
    assert column_number(openpyxl.utils.get_column_letter(nummer + 1)) == nummer


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 30), st.sampled_from(["v", "is", ""])), max_size=8))
def test_the_fast_look_at_a_sheet_agrees_with_the_thorough_one(celler):
    """An empty comment makes the same sheet unusual, so that it is read element by element."""
    inni = {"v": "<v>1</v>", "is": "<is><t>x</t></is>", "": ""}
    xml = "".join(f'<c r="{openpyxl.utils.get_column_letter(k)}{r}">{inni[hva]}</c>' for r, k, hva in celler if hva)
    sider = [scan(f"<a>{merke}{xml}</a>".encode(), "a", limits().regneark) for merke in ("", "<!---->")]
    assert sider[0] == sider[1]
