"""The worklist workbook: all that is to be done, nothing that can do harm, and only the answers open for typing."""

import io
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from schemas.arbeid import NOKKEL, OM_ARKET
from tasks.arbeid.ark import sheets
from tasks.arbeid.bok import MEST_TEKST, VALGLISTER, VEILEDNING, write_book
from tests.tasks.arbeid.bokprove import DAG, book, opened, place, row

FARLIGE = ["=1+1", "+47", "@SUM(A1)", "{=1+1}", "http://x.no", "mailto:a@x.no", "0047", '=cmd|" /C calc"!A0']


def rules(side: Any) -> dict[str, Any]:
    """Heading → the data validation of its cells."""
    return {
        side.cell(1, omraade.min_col).value: regel
        for regel in side.data_validations.dataValidation
        for omraade in regel.sqref.ranges
    }


def guide(bok: Any) -> str:
    return "\n".join(str(celle.value) for rad in bok[VEILEDNING] for celle in rad if celle.value)


def test_only_the_sheets_with_rows_are_shown_and_the_guide_stands_first() -> None:
    bok = opened(book(row("ringeliste")))
    assert [side.title for side in bok if side.sheet_state == "visible"] == [VEILEDNING, "Ringeliste"]
    assert {side.title for side in bok if side.sheet_state == "veryHidden"} == {VALGLISTER, OM_ARKET}


def test_the_rows_stand_in_the_order_given_with_the_key_last_and_hidden() -> None:
    side = opened(book(row("ringeliste", 2, "over frist"), row("ringeliste", 1)))["Ringeliste"]
    hoder = [celle.value for celle in side[1]]
    assert hoder[:-1] == ["Hast", "Frist", *(kolonne.overskrift for kolonne in sheets(DAG)["ringeliste"].kolonner)]
    assert hoder[-1] == NOKKEL
    assert side.column_dimensions[side.cell(1, len(hoder)).column_letter].hidden
    assert [side.cell(nr, len(hoder)).value for nr in (2, 3)] == ["O2026-12-1-0002", "O2026-12-1-0001"]
    assert [side.cell(nr, 2).value for nr in (2, 3)] == ["20.11.2026", "20.11.2026"]


def test_a_first_column_that_nobody_has_anything_in_is_left_out() -> None:
    med, uten = row("ringeliste"), row("ringeliste", for_hvem="")
    tittel = "Stedfortreder for"
    assert tittel in [celle.value for celle in opened(book(med, uten))["Ringeliste"][1]]
    assert tittel not in [celle.value for celle in opened(book(uten))["Ringeliste"][1]]


def test_what_must_be_mended_has_a_column_only_where_a_row_has_something_to_mend() -> None:
    uten, med = book(row("ringeliste")), book(row("ringeliste"), row("ringeliste", 2, maa_rettes="Datoen mangler."))
    assert "Må rettes" not in [celle.value for celle in opened(uten)["Ringeliste"][1]]
    side = opened(med)["Ringeliste"]
    assert [side.cell(nr, place(side, "Må rettes")).value for nr in (2, 3)] == [None, "Datoen mangler."]
    assert side.cell(3, place(side, "Navn")).value == "navn 2"
    assert rules(side)["Dato"].type == "date"


@pytest.mark.parametrize("navn", sorted(sheets(DAG)))
def test_only_the_answer_cells_are_open_and_the_sheet_is_protected(navn: str) -> None:
    ark = sheets(DAG)[navn]
    side = opened(book(row(navn), ark=navn))[ark.tittel]
    apne = {side.cell(1, celle.column).value for celle in side[2] if not celle.protection.locked}
    assert side.protection.sheet
    assert apne == {kolonne.overskrift for kolonne in ark.svarkolonner}
    assert all(celle.protection.locked for celle in side[1])


def test_sheets_may_be_filtered_and_columns_made_wider() -> None:
    vern = opened(book(row("ringeliste")))["Ringeliste"].protection
    assert (vern.autoFilter, vern.sort, vern.formatColumns, vern.insertRows, vern.deleteColumns) == (
        False, False, False, True, True,
    )  # fmt: skip


def test_every_answer_cell_takes_only_what_it_is_for() -> None:
    regler = rules(opened(book(row("skoler"), row("skoler", 2), ark="skoler"))["Skoler"])
    assert {hode: regel.type for hode, regel in regler.items()} == {
        "Svar": "list", "Dato": "date", "Kanal": "list", "Antall uten søknad": "whole", "Merknad": "textLength",
    }  # fmt: skip
    assert regler["Merknad"].formula1 == str(MEST_TEKST)
    assert all(str(regel.sqref).endswith("3") for regel in regler.values())


@pytest.mark.parametrize("navn", sorted(sheets(DAG)))
def test_every_answer_cell_tells_in_words_what_to_write(navn: str) -> None:
    ark = sheets(DAG)[navn]
    regler = rules(opened(book(row(navn), ark=navn))[ark.tittel])
    assert set(regler) == {kolonne.overskrift for kolonne in ark.svarkolonner}
    assert all(r.showInputMessage and r.prompt and r.showErrorMessage and r.error for r in regler.values())


@pytest.mark.parametrize("navn", sorted(sheets(DAG)))
def test_the_lists_hold_exactly_what_may_be_chosen(navn: str) -> None:
    ark, bok = sheets(DAG)[navn], opened(book(row(navn), ark=navn))
    regler = rules(bok[ark.tittel])
    for kolonne in ark.svarkolonner:
        if kolonne.valg:
            omraade = regler[kolonne.overskrift].formula1.partition("!")[2].replace("$", "")
            assert tuple(celle.value for (celle,) in bok[VALGLISTER][omraade]) == kolonne.valg


@pytest.mark.parametrize("farlig", FARLIGE)
def test_nothing_from_outside_becomes_a_formula_a_link_or_a_number(farlig: str) -> None:
    innhold = write_book(
        book(row("ringeliste", navn=farlig, merknad=farlig, dato=farlig, maa_rettes=farlig), navn=farlig)
    )
    pakke = zipfile.ZipFile(io.BytesIO(innhold))
    ark = [pakke.read(navn) for navn in pakke.namelist() if navn.startswith("xl/worksheets/")]
    assert not any(b"<f>" in xml or b"hyperlink" in xml for xml in ark)
    side = opened(book(row("ringeliste", navn=farlig)))["Ringeliste"]
    celle = side.cell(2, place(side, "Navn"))
    assert (celle.value, celle.data_type) == (farlig, "s")


def test_signs_that_cannot_be_shown_are_not_written() -> None:
    side = opened(book(row("ringeliste", navn="Kari\u202eNordmann\x07", mobil="a\nb")))["Ringeliste"]
    assert side.cell(2, place(side, "Navn")).value == "Kari\ufffdNordmann\ufffd"
    assert side.cell(2, place(side, "Mobil")).value == "a\nb"


def test_an_answer_from_last_time_stands_there_again_a_date_as_a_date() -> None:
    rader = row("ringeliste", dato="2026-10-30", svar="Ikke svar"), row("ringeliste", 2, dato="i går")
    side = opened(book(*rader))["Ringeliste"]
    dato, svar = side.cell(2, place(side, "Dato")), side.cell(2, place(side, "Svar"))
    assert (dato.is_date, f"{dato.value:%Y-%m-%d}", dato.number_format) == (True, "2026-10-30", "dd.mm.yyyy")
    assert svar.value == "Ikke svar"
    assert side.cell(3, place(side, "Dato")).value == "i går"


def test_what_is_late_is_red_and_what_soon_is_yellow_in_words_too() -> None:
    rader = [row("ringeliste", nr, hast) for nr, hast in enumerate(("over frist", "snart", ""), start=1)]
    side = opened(book(*rader))["Ringeliste"]
    farger = [side.cell(nr, 1).fill.fgColor.rgb for nr in (2, 3, 4)]
    assert farger[:2] == ["FFC00000", "FFFFD966"]
    assert len(set(farger)) == 3
    assert [side.cell(nr, 1).value for nr in (2, 3, 4)] == ["over frist", "snart", None]


def test_the_headings_and_the_names_stay_in_sight_and_the_print_fits_the_paper() -> None:
    side = opened(book(row("ringeliste")))["Ringeliste"]
    assert side.freeze_panes == side.cell(2, place(side, "Navn") + 1).coordinate
    assert (side.page_setup.orientation, int(side.page_setup.paperSize)) == ("landscape", 9)
    assert side.print_title_rows in ("1:1", "$1:$1")
    assert (side.page_setup.fitToWidth or 1, side.page_setup.fitToHeight) == (1, 0)


def test_the_guide_tells_how_much_there_is_and_when_the_first_deadline_is() -> None:
    tekst = guide(opened(book(row("ringeliste", 1, "over frist"), row("ringeliste", 2))))
    assert "Oppgaver i alt: 2." in tekst
    assert "Første frist: 20.11.2026." in tekst
    assert "Ringeliste (2, 1 over frist)" in tekst


@pytest.mark.parametrize(("antall", "ord_"), [(1, "1 ungdom med"), (3, "3 ungdommer med")])
def test_the_protected_are_a_number_in_the_guide_and_nothing_else(antall: int, ord_: str) -> None:
    assert f"{ord_} skjermet adresse står ikke i listene" in guide(opened(book(row("ringeliste"), skjermede=antall)))
    assert "skjermet" not in guide(opened(book(row("ringeliste"))))


def test_the_workbook_says_whose_it_is_and_of_which_day() -> None:
    om = {rad[0].value: rad[1].value for rad in opened(book(row("ringeliste")))[OM_ARKET]}
    assert om == {"mottaker": "R05", "aar": "2026", "dato": "2026-11-02", "versjon": "1"}


def test_the_same_worklist_gives_the_same_bytes() -> None:
    bok = book(row("ringeliste"))
    assert write_book(bok) == write_book(bok)
    assert write_book(bok) != write_book(replace(bok, skjermede=1))


def test_nothing_is_written_outside_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    for navn in ("mkstemp", "mkdtemp", "TemporaryFile", "NamedTemporaryFile"):
        monkeypatch.setattr(f"tempfile.{navn}", refuse)
    assert write_book(book(row("ringeliste")))
