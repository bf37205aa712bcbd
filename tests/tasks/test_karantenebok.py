"""The workbook: everything that is wrong, nothing that can do harm, and only what is to be typed in is open."""

import io
import shutil
import stat
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from xlsxwriter.worksheet import Worksheet

from schemas.karantenebok import AARSAK, EGNE, FIL, LINJE, MEST_ENHETER, NOKKEL, RAD, SKJERMET, Bokrad, Nokkel
from tasks import karantenebok, karantenemappe
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.formater import find_format, formats
from tasks.karantenebok import VEILEDNING, Ark, write_workbook
from tests.karanteneprove import ARK, Karanteneprove, askew, key_column

LAGET = datetime(2026, 4, 27, 6)  # noqa: DTZ001 the register's times are UTC without zone
FORMAT = find_format(ARK)
FARLIGE = [
    f"{start}{resten}"
    for start in ("=", "+", "-", "@", "\t=", "\r=", " =", "'=")
    for resten in ('cmd|" /C calc"!A0', 'HYPERLINK("http://x.no","a")', "1+1", "SUM(A1:A9)", "DDE(1;2)")
]


def book(*rader: Bokrad, format_: Any = FORMAT) -> Any:
    return openpyxl.load_workbook(io.BytesIO(write_workbook([Ark(format_, rader)], "Tittel", "kjør", LAGET)))


def row(rad_nr: int = 2, *feil: tuple[str, str], fil: str = "vigo.csv", linje: str = "", **verdier: str) -> Bokrad:
    alle = dict.fromkeys((kolonne.navn for kolonne in FORMAT.kolonner), "") | {"adressegradering": "ugradert"} | verdier
    return Bokrad(Nokkel("a" * 64, rad_nr, 0), fil, feil or (("epost", "ÅH-2124"),), alle, linje, frozenset())


def cells(side: Any, nummer: int = 2) -> dict[str, Any]:
    return {hode.value: celle for hode, celle in zip(side[1], side[nummer], strict=True)}


def shown(side: Any, nummer: int = 2) -> dict[str, str]:
    return {navn: celle.value or "" for navn, celle in cells(side, nummer).items()}


@pytest.mark.parametrize("navn", sorted(formats()))
def test_no_input_format_has_a_heading_of_ours(navn: str) -> None:
    assert not {kolonne.overskrift.casefold() for kolonne in formats()[navn].kolonner} & {e.casefold() for e in EGNE}


def test_every_fault_of_the_row_is_told_with_its_heading_and_what_to_do() -> None:
    tekst = shown(book(row(7, ("mobilnummer", "ÅH-2123"), ("epost", "ÅH-2124")))[ARK])[AARSAK]
    assert tekst.split("\n") == [
        "Mobilnr: Mobilnummeret har ikke gyldig form. Rett nummeret eller la feltet stå tomt.",
        "Epost: E-postadressen har ikke gyldig form. Rett adressen eller la feltet stå tomt.",
    ]


@pytest.mark.parametrize("farlig", FARLIGE)
def test_nothing_from_outside_becomes_a_formula_or_a_link(farlig: str) -> None:
    bok = book(row(2, fil=farlig, linje=farlig, fornavn=farlig, epost=farlig))
    pakke = zipfile.ZipFile(io.BytesIO(write_workbook([Ark(FORMAT, [row(2, fornavn=farlig)])], farlig, farlig, LAGET)))
    assert {celle.data_type for side in bok for rad in side.iter_rows() for celle in rad} <= {"s", "n"}
    assert not any(b"<f>" in pakke.read(navn) or b"hyperlink" in pakke.read(navn) for navn in pakke.namelist())
    assert shown(bok[ARK])["Fornavn"].strip("\ufffd") == farlig.strip("\t\r")


@pytest.mark.parametrize("borte", ["settings", "write_string"])
def test_of_the_two_guards_against_formulas_links_and_numbers_each_is_enough(
    borte: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if borte == "settings":
        monkeypatch.setattr(karantenebok, "INNSTILLINGER", {"in_memory": True, "strings_to_numbers": True})
    else:
        monkeypatch.setattr(Worksheet, "write_string", Worksheet.write)
    farlige = ["=1+1", "{=1+1}", "http://x.no", "mailto:a@x.no", "0047"]
    side = book(*(row(2, epost=farlig) for farlig in farlige))[ARK]
    celler = [cells(side, nummer)["Epost"] for nummer in range(2, 2 + len(farlige))]
    assert [(celle.value, celle.data_type, celle.hyperlink) for celle in celler] == [(f, "s", None) for f in farlige]


def test_a_column_that_the_row_s_own_file_does_not_have_is_not_open_for_typing() -> None:
    med, uten = frozenset({"fornavn", "epost"}), frozenset({"fornavn"})
    side = book(replace(row(2), i_filen=med), replace(row(3), i_filen=uten))[ARK]
    assert [cells(side, nummer)["Epost"].protection.locked for nummer in (2, 3)] == [False, True]


def test_every_cell_is_text_and_only_what_is_to_be_typed_in_is_open() -> None:
    bok = book(row(2, ("epost", "ÅH-2124"), epost="x"))
    celler = cells(bok[ARK])
    assert {celle.number_format for rad in bok[ARK].iter_rows() for celle in rad} == {"@"}
    assert {navn for navn, celle in celler.items() if celle.protection.locked} == {AARSAK, FIL, RAD, NOKKEL}
    assert bok[ARK].protection.sheet
    assert bok[VEILEDNING].protection.sheet
    assert bok[ARK].freeze_panes == "A2"
    assert bok[ARK].column_dimensions[celler[NOKKEL].column_letter].hidden


def test_the_faulty_cells_are_coloured_and_no_other_source_cell() -> None:
    celler = cells(book(row(2, ("epost", "ÅH-2124")))[ARK])
    farget = {navn for navn, celle in celler.items() if celle.fill.start_color.rgb == "FFFFE08A"}
    assert farget == {"Epost"}


def test_a_field_longer_than_a_cell_is_cut_and_what_cannot_be_shown_is_marked() -> None:
    vist = shown(book(row(2, fornavn="😀" * MEST_ENHETER, etternavn="A\x00\u202eB"))[ARK])
    assert len(vist["Fornavn"].encode("utf-16-le")) < 2 * 32_767
    assert vist["Fornavn"].endswith("(kuttet)")
    assert vist["Etternavn"] == "A\ufffd\ufffdB"


ADRESSE = {"adresselinje1": "Storgata 1", "postnummer": "3116", "poststed": "TØNSBERG"}
FORESATT = {f"foresatt1_{navn}": verdi for navn, verdi in ADRESSE.items()}
EGEN, FORESATTES = ("Adresselinje1", "Postnummer", "Poststed"), ("Foresatt1Adresselinje1", "Foresatt1Postnummer")


@pytest.mark.parametrize(
    ("sier", "skjult", "vises"),
    [
        ({"foresatt1_adressegradering": "ugradert"}, (), EGEN + FORESATTES),
        ({"adressegradering": ""}, EGEN + FORESATTES, ()),
        ({"adressegradering": "Ugradert"}, EGEN + FORESATTES, ()),
        ({"adressegradering": "fortrolig", "foresatt1_adressegradering": "ugradert"}, EGEN + FORESATTES, ()),
        ({"foresatt1_adressegradering": "fortrolig"}, EGEN + FORESATTES, ()),
        ({"foresatt1_adressegradering": ""}, FORESATTES, EGEN),
    ],
)
def test_an_address_is_shown_only_where_it_is_known_to_be_open(
    sier: dict[str, str], skjult: tuple[str, ...], vises: tuple[str, ...]
) -> None:
    vist = shown(book(row(2, ("postnummer", "ÅH-2121"), **ADRESSE | FORESATT | sier))[ARK])
    assert {vist[navn] for navn in skjult} <= {SKJERMET}
    assert SKJERMET not in {vist[navn] for navn in vises}
    assert ("rett den i kilden" in vist[AARSAK]) == ("Postnummer" in skjult)


@pytest.mark.parametrize(
    ("linje", "vises"),
    [("Åse;Storgata 1;ugradert;x", True), ("Åse;Storgata 1;x", False), ("Åse;Storgata 1;ugradert;fortrolig", False)],
)
def test_a_line_without_columns_is_shown_only_where_it_says_that_it_is_open(linje: str, *, vises: bool) -> None:
    assert shown(book(row(2, ("", "ÅH-2103"), linje=linje))[ARK])[LINJE] == (linje if vises else SKJERMET)


def test_the_same_rows_give_the_same_bytes() -> None:
    ark = [Ark(FORMAT, [row(2), row(3)])]
    assert write_workbook(ark, "T", "k", LAGET) == write_workbook(ark, "T", "k", LAGET)


def test_only_the_bad_rows_are_in_it_with_the_numbers_excel_shows(karantene: Karanteneprove) -> None:
    rader = [rad | {"Postnummer": "1"} if nr in (3, 8) else rad for nr, rad in enumerate(karantene.gode)]
    karantene.load(rader)
    vist = karantene.rows()
    assert [(rad[FIL], rad[RAD], rad["Postnummer"]) for rad in vist] == [
        ("vigo_ikkesokere.csv", "5", "1"), ("vigo_ikkesokere.csv", "10", "1"),
    ]  # fmt: skip
    assert vist[0]["Fodselsnummer"] == rader[3]["Fodselsnummer"]
    assert stat.S_IMODE(karantene.path().stat().st_mode) == 0o600


def test_a_dry_run_writes_no_workbook_and_a_lost_one_comes_back_the_same(karantene: Karanteneprove) -> None:
    rader = [karantene.gode[0] | {"Postnummer": "1"}, *karantene.gode[1:]]
    karantene.load(rader, bare_vis=True)
    assert karantene.books() == []
    karantene.run()
    innhold = karantene.path().read_bytes()
    karantene.path().unlink()
    karantene.run()
    assert karantene.path().read_bytes() == innhold


def test_a_crash_before_the_workbook_is_written_loses_nothing(
    karantene: Karanteneprove, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as drept:
        drept.setattr(karantenemappe, "write_file", lambda *_: 1 / 0)
        with pytest.raises(ProgramFeil):
            karantene.load([karantene.gode[0] | {"Postnummer": "1"}, *karantene.gode[1:]])
    assert karantene.books() == []
    karantenemappe.tidy_workbooks(karantene.fylke)
    assert [rad[RAD] for rad in karantene.rows()] == ["2"]
    karantene.load(karantene.gode)
    assert karantene.books() == []


@pytest.mark.parametrize(
    "feil",
    [
        OSError(28, "No space left on device"),
        duckdb.IOException("IO Error: Could not write file: No space left on device"),
        BrukerFeil("ÅH-1309", ledig=0, trengs=50, hvor="hjemmemappen"),
    ],
    ids=["filen", "registerets logg", "registeret"],
)
def test_a_full_disk_after_the_commit_is_told_and_the_run_stands(
    karantene: Karanteneprove, monkeypatch: pytest.MonkeyPatch, feil: Exception
) -> None:
    def full(*_: object) -> None:
        raise feil

    with monkeypatch.context() as fullt:
        fullt.setattr(karantenemappe, "write_file", full)
        with pytest.raises(BrukerFeil, match=r"ÅH-2407.*2026-12-1 er fullført"):
            karantene.load([karantene.gode[0] | {"Postnummer": "1"}, *karantene.gode[1:]])
    assert karantene.run().lastet == 0
    assert karantene.books() == ["karantene_2026-12-1.xlsx"]


def test_a_workbook_that_somebody_types_in_is_left_alone(karantene: Karanteneprove) -> None:
    karantene.load([karantene.gode[0] | {"Postnummer": "1"}, *karantene.gode[1:]])
    karantene.edit({2: {"Postnummer": "31"}}).save(karantene.path())
    innhold = karantene.path().read_bytes()
    karantene.load(karantene.gode)
    assert karantene.path().read_bytes() == innhold
    assert set(karantene.states()) == {(2, "rettet")}


def test_a_workbook_that_somebody_types_in_is_not_written_over_while_its_rows_are_open(
    karantene: Karanteneprove,
) -> None:
    karantene.load([karantene.gode[0] | {"Postnummer": "1"}, *karantene.gode[1:]])
    karantene.edit({2: {"Postnummer": "31"}}).save(karantene.path())
    innhold = karantene.path().read_bytes()
    karantene.run()
    assert karantene.path().read_bytes() == innhold


def test_a_workbook_that_waits_in_the_inbox_is_not_laid_out_again(karantene: Karanteneprove) -> None:
    karantene.load([karantene.gode[0] | {"Postnummer": "1"}, *karantene.gode[1:]])
    karantene.give_back({2: {"Postnummer": "3116"}})
    karantene.path().unlink()
    karantenemappe.tidy_workbooks(karantene.fylke)
    assert karantene.books() == []


def test_a_workbook_typed_in_where_it_lies_goes_when_its_copy_has_come_back(karantene: Karanteneprove) -> None:
    karantene.load([rad | {"Postnummer": "1"} if nr < 2 else rad for nr, rad in enumerate(karantene.gode)])
    karantene.edit({2: {"Postnummer": "3116"}}).save(karantene.path())
    shutil.copy(karantene.path(), karantene.fylke.innboks)
    karantene.run()
    assert [rad[RAD] for rad in karantene.rows()] == ["3"]


@pytest.mark.parametrize("laas", ["~$karantene_2026-12-1.xlsx", ".~lock.karantene_2026-12-1.xlsx#"])
def test_a_workbook_nobody_has_touched_goes_with_its_last_open_row_unless_it_is_open_in_a_program(
    karantene: Karanteneprove, laas: str
) -> None:
    karantene.load([karantene.gode[0] | {"Postnummer": "1"}, *karantene.gode[1:]])
    las = karantene.path().with_name(laas)
    las.touch()
    karantene.load(karantene.gode)
    assert "karantene_2026-12-1.xlsx" in karantene.books()
    las.unlink()
    karantene.run()
    assert karantene.books() == []


def test_a_workbook_that_cannot_be_removed_is_not_written_over(
    karantene: Karanteneprove, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(sti: Path, **valg: bool) -> None:
        if sti.parent.name == karantenemappe.MAPPE:
            raise PermissionError(sti.name)
        slett(sti, **valg)

    karantene.load([rad | {"Postnummer": "1"} if nr < 2 else rad for nr, rad in enumerate(karantene.gode)])
    innhold, slett = karantene.path().read_bytes(), Path.unlink
    karantene.give_back({2: {"Postnummer": "3116"}})
    with monkeypatch.context() as apen:
        apen.setattr(Path, "unlink", held)
        karantene.run()
    assert karantene.path().read_bytes() == innhold
    karantene.run()
    assert [rad[RAD] for rad in karantene.rows()] == ["3"]


def test_a_row_without_columns_is_shown_as_it_came_with_room_for_its_cells(karantene: Karanteneprove) -> None:
    karantene.load(askew(karantene.gode))
    (vist,) = karantene.rows()
    assert vist[LINJE].count(";") > len(FORMAT.kolonner) - 1
    assert not vist["Fornavn"]


def test_the_key_column_knows_each_row(karantene: Karanteneprove) -> None:
    karantene.load([karantene.gode[0] | {"Postnummer": "1"}, *karantene.gode[1:]])
    side = openpyxl.load_workbook(karantene.path())[ARK]
    ((sha256,),) = karantene.ask("SELECT sha256 FROM raafil")
    assert side.cell(2, key_column(side)).value == f"{sha256}:2:0"
