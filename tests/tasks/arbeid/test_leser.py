"""A worklist that comes back: what is written is read as it was meant, and what cannot be read is told of."""

import io
import random
import zipfile
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.arbeid import NOKKEL, OM_ARKET, Art, Kolonne, Lestrad
from tasks.arbeid.bok import MEST_TEKST, write_book
from tasks.arbeid.leser import read_book
from tasks.arbeid.svarceller import FORMEL, Celle, read_cell
from tests.karanteneprove import ARK as KARANTENEARK
from tests.tasks.arbeid.bokprove import DAG, book, filled, opened, place, row, saved

MIDDAG = datetime.combine(date(2026, 3, 14), time(12))
BOK = book(*(row("ringeliste", nummer) for nummer in range(1, 6)))
DATO, TALL = Kolonne("dato", "Dato", 12, Art.DATO), Kolonne("antall", "Antall", 12, Art.TALL)
VALG, TEKST = Kolonne("kanal", "Kanal", 12, Art.VALG, ("e-post", "SMS")), Kolonne("m", "Merknad", 12, Art.TEKST)


def rows(fyll: Any, bok: Any = BOK) -> tuple[Lestrad, ...]:
    lest = read_book(filled(bok, fyll), DAG)
    assert lest
    return lest.rader


def changed(endre: Any) -> Any:
    """What is read after ``endre(excel, side)``."""
    excel = opened(BOK)
    endre(excel, excel["Ringeliste"])
    return read_book(saved(excel), DAG)


def test_a_worklist_that_nobody_has_written_in_says_nothing() -> None:
    lest = read_book(write_book(BOK), DAG)
    assert lest
    assert (lest.mottaker, lest.aar, lest.dato, lest.rader, lest.merknader) == ("R05", 2026, DAG, (), ())


def test_what_is_written_comes_back_with_its_key_and_only_the_rows_with_something_in() -> None:
    def fyll(_: Any, write: Any) -> None:
        write(3, "Svar", " ikke   SVAR")
        write(3, "Dato", datetime(2026, 11, 1))  # noqa: DTZ001 as Excel has it
        write(3, "Ny OT-status", "OTOV")
        write(3, "Merknad", " Ringer igjen\n i morgen ")

    svar = {"svar": "Ikke svar", "dato": "2026-11-01", "ot_status": "OTOV Oppfølging og veiledning"}
    merknad = {"merknad": "Ringer igjen\n i morgen"}
    assert rows(fyll) == (Lestrad("ringeliste", 3, "O2026-12-1-0002", svar | merknad),)


def test_a_row_that_could_not_be_used_last_time_says_the_same_again() -> None:
    lest = read_book(write_book(book(row("ringeliste", dato="2026-10-30", svar="Kanskje"))), DAG)
    assert lest
    assert lest.rader[0].celler == {"svar": "Kanskje", "dato": "2026-10-30"}
    assert lest.rader[0].feil == (("svar", "ÅH-2504"),)


@pytest.mark.parametrize("verdi", [MIDDAG.date(), MIDDAG, "2026-03-14", "14.3.2026", "14.03.2026"])
def test_a_date_is_read_however_it_is_written(verdi: object) -> None:
    assert read_cell(verdi, DATO) == Celle("2026-03-14")


IKKE_DATO = [
    "31.2.2026", "14/3/2026", "14.3.26", "3/14/2026", "i går", 46000.0, True, time(8), "2026-3-14", "٠1.03.2026",
    date(1900, 1, 1), "1.1.1999", "2026-W10-1", "20260314", date(9999, 1, 1),
]  # fmt: skip


@pytest.mark.parametrize("verdi", IKKE_DATO)
def test_what_is_no_date_or_may_be_several_is_refused(verdi: object) -> None:
    assert read_cell(verdi, DATO).feil == "ÅH-2503"


@pytest.mark.parametrize(("verdi", "tekst"), [("12", "12"), (12.0, "12"), (0, "0"), ("007", "7")])
def test_a_whole_number_is_read(verdi: object, tekst: str) -> None:
    assert read_cell(verdi, TALL) == Celle(tekst)


@pytest.mark.parametrize("verdi", [-1, "-1", 1.5, "1,5", "12 stk", True, 1e300, float("nan"), "²", 100_000, DAG])
def test_what_is_no_whole_number_is_refused(verdi: object) -> None:
    assert read_cell(verdi, TALL).feil == "ÅH-2505"


@pytest.mark.parametrize("verdi", ["brevdue", "e-post SMS", 1.0, True, "e"])
def test_what_is_not_a_choice_is_refused_and_kept_to_be_shown(verdi: object) -> None:
    celle = read_cell(verdi, VALG)
    assert (celle.feil, bool(celle.tekst)) == ("ÅH-2504", True)


@pytest.mark.parametrize(
    ("verdi", "kode"),
    [
        ("a" * MEST_TEKST, ""),
        ("a" * (MEST_TEKST + 1), "ÅH-2506"),
        ("snudd \u202e tekst", "ÅH-2507"),
        ("pip \x07", "ÅH-2507"),
        (1.5, "ÅH-2508"),
        (True, "ÅH-2508"),
        (date(2026, 3, 1), "ÅH-2508"),
        (FORMEL, "ÅH-2502"),
        (5.0, ""),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused(verdi: object, kode: str) -> None:
    assert read_cell(verdi, TEKST).feil == kode


@pytest.mark.parametrize("farlig", ["=1+1", "#N/A"])
def test_a_formula_or_an_error_gives_no_value(farlig: str) -> None:
    (rad,) = rows(lambda _, write: write(2, "Merknad", farlig))
    assert (rad.celler, rad.feil) == ({"merknad": ""}, (("merknad", "ÅH-2502"),))


def test_a_formula_where_nobody_reads_is_nobodys_business() -> None:
    assert rows(lambda _, write: write(2, "Navn", "=1+1")) == ()


def test_a_formula_in_the_key_gives_no_key() -> None:
    (rad,) = rows(lambda _, write: write(2, NOKKEL, "=A1"))
    assert (rad.nokkel, rad.feil) == ("", (("", "ÅH-2501"),))


@pytest.mark.parametrize("kolonne", ["Navn", "Svar"])
def test_a_row_added_by_hand_has_no_key_and_is_told_of(kolonne: str) -> None:
    (rad,) = rows(lambda _, write: write(20, kolonne, "Ikke svar"))
    assert (rad.rad_nr, rad.nokkel, rad.feil) == (20, "", (("", "ÅH-2501"),))


def test_the_same_row_twice_with_the_same_answer_is_one() -> None:
    def fyll(_: Any, write: Any) -> None:
        for nummer in (3, 9):
            write(nummer, "Svar", "Ikke svar")
            write(nummer, NOKKEL, "O2026-12-1-0002")

    assert [rad.rad_nr for rad in rows(fyll)] == [3]


def test_the_same_row_twice_with_different_answers_is_a_fault_of_both() -> None:
    def fyll(_: Any, write: Any) -> None:
        for nummer, svar in ((3, "Ikke svar"), (9, "Ikke nådd, gir opp")):
            write(nummer, "Svar", svar)
            write(nummer, NOKKEL, "O2026-12-1-0002")

    assert [(rad.rad_nr, rad.feil) for rad in rows(fyll)] == [(3, (("", "ÅH-2509"),)), (9, (("", "ÅH-2509"),))]


def test_sorted_hidden_and_moved_are_as_good_as_any() -> None:
    excel = opened(BOK)
    side = excel["Ringeliste"]
    side.cell(4, place(side, "Svar")).value = "Ikke svar"
    linjer = [[celle.value for celle in rad] for rad in side.iter_rows()]
    ny = excel.create_sheet("Ny")
    bredde = list(range(len(linjer[0])))
    random.Random(7).shuffle(bredde)
    for linje in [linjer[0], *reversed(linjer[1:])]:
        ny.append([linje[plass] for plass in bredde])
    ny.row_dimensions[3].hidden = True
    excel.remove(side)
    ny.title = "Ringeliste"
    lest = read_book(saved(excel), DAG)
    assert lest
    assert [(rad.nokkel, rad.celler) for rad in lest.rader] == [("O2026-12-1-0003", {"svar": "Ikke svar"})]
    assert lest.merknader == ()


def test_rows_put_above_the_headings_do_not_hide_them() -> None:
    def endre(_: Any, side: Any) -> None:
        side.cell(2, place(side, "Svar")).value = "Ikke svar"
        side.insert_rows(1, 2)

    assert [(rad.rad_nr, rad.nokkel) for rad in changed(endre).rader] == [(4, "O2026-12-1-0001")]


def test_without_the_key_column_nothing_of_the_sheet_is_used() -> None:
    def endre(_: Any, side: Any) -> None:
        side.cell(2, place(side, "Svar")).value = "Ikke svar"
        side.delete_cols(place(side, NOKKEL))

    lest = changed(endre)
    assert (lest.rader, lest.merknader) == ((), (("Ringeliste", NOKKEL, "ÅH-2512"),))


def test_an_answer_column_that_is_gone_is_told_of_and_the_others_are_read() -> None:
    def endre(_: Any, side: Any) -> None:
        side.cell(2, place(side, "Svar")).value = "Ikke svar"
        side.cell(1, place(side, "Dato")).value = "Når"

    lest = changed(endre)
    assert lest.merknader == (("Ringeliste", "Dato", "ÅH-2513"),)
    assert lest.rader[0].celler == {"svar": "Ikke svar"}


def test_two_columns_with_one_heading_are_both_left_unread() -> None:
    def endre(_: Any, side: Any) -> None:
        side.cell(2, place(side, "Svar")).value = "Ikke svar"
        side.cell(1, place(side, "Mobil")).value = "svar "

    lest = changed(endre)
    assert (lest.rader, lest.merknader) == ((), (("Ringeliste", "Svar", "ÅH-2516"),))


def test_a_sheet_without_its_headings_is_told_of() -> None:
    assert changed(lambda _, side: side.delete_rows(1)).merknader == (("Ringeliste", "", "ÅH-2514"),)


def test_a_sheet_that_is_not_ours_is_told_of_where_it_holds_anything() -> None:
    def endre(excel: Any, _: Any) -> None:
        excel.create_sheet("Tom")
        excel.create_sheet("Notater").append(["Ring Kari"])

    assert changed(endre).merknader == (("Notater", "", "ÅH-2515"),)


def test_a_worklist_that_no_longer_says_whose_it_is_is_still_read() -> None:
    def endre(excel: Any, side: Any) -> None:
        excel.remove(excel[OM_ARKET])
        side.cell(2, place(side, "Svar")).value = "Ikke svar"

    lest = changed(endre)
    assert (lest.mottaker, lest.aar, lest.dato, len(lest.rader)) == ("", 0, None, 1)


def test_another_workbook_is_not_ours() -> None:
    excel = openpyxl.Workbook()
    excel.active.append(["Navn", "Svar"])
    excel.active.title = KARANTENEARK
    assert read_book(saved(excel), DAG) is None


@pytest.mark.parametrize("innhold", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, b"Svar;Dato\n"])
def test_what_is_no_workbook_is_not_ours(innhold: bytes) -> None:
    assert read_book(innhold, DAG) is None


def test_a_worklist_that_would_fill_the_machine_is_not_opened() -> None:
    def fill(_: Any, side: Any) -> None:
        for nummer in range(7, 6_000):
            side.cell(nummer, 3).value = "x" * 30_000

    assert changed(fill) is None
    assert changed(lambda _, side: side.cell(300_000, 1, "x")) is None


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_worklist_never_stops_the_run(data: st.DataObject) -> None:
    helt = write_book(BOK)
    sted = data.draw(st.integers(0, len(helt) - 1))
    lest = read_book(helt[:sted] + data.draw(st.binary(max_size=8)) + helt[sted + 4 :], DAG)
    assert lest is None or not lest.rader


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["xl/worksheets/sheet2.xml", "xl/workbook.xml", "xl/sharedstrings.xml"]), st.data())
def test_damage_inside_the_package_never_stops_the_run(navn: str, data: st.DataObject) -> None:
    ut, kilde = io.BytesIO(), zipfile.ZipFile(io.BytesIO(write_book(BOK)))
    with zipfile.ZipFile(ut, "w") as pakke:
        for del_ in kilde.namelist():
            xml = kilde.read(del_)
            if del_.casefold() == navn:
                sted = data.draw(st.integers(0, len(xml)))
                xml = xml[:sted] + data.draw(st.binary(max_size=6)) + xml[sted + data.draw(st.integers(0, 6)) :]
            pakke.writestr(del_, xml)
    read_book(ut.getvalue(), DAG)


SVAR = st.fixed_dictionaries(
    {},
    optional={
        "Svar": st.sampled_from(["Ikke svar", "Ikke nådd, gir opp"]),
        "Dato": st.dates(date(2020, 1, 1), date(2030, 12, 31)),
        "Merknad": st.text(st.characters(min_codepoint=33, max_codepoint=0x17F, exclude_characters="=\x7f"), min_size=1)
        .filter(str.isprintable)
        .filter(lambda tekst: not tekst.startswith("#")),
    },
)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.integers(2, 6), SVAR))
def test_whatever_is_written_in_whichever_rows_comes_back_just_so(svar: dict[int, dict[str, Any]]) -> None:
    def fyll(_: Any, write: Any) -> None:
        for nummer, celler in svar.items():
            for hode, verdi in celler.items():
                write(nummer, hode, verdi)

    ventet = {
        nummer: {hode.casefold(): str(verdi).strip() for hode, verdi in celler.items()}
        for nummer, celler in svar.items()
        if celler
    }
    assert {rad.rad_nr: dict(rad.celler) for rad in rows(fyll)} == ventet
