"""Forms that come back from schools, as schools send them: the good answers are kept, the rest is pointed at."""

import io
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.skole import Skjemaid, Skole
from tasks.register.nokkel import register_secret
from tasks.skole.skjemaleser import read_form
from tasks.skole.skolebok import checksum, file_name, write_form
from tasks.skole.skoler import answers, load_schools
from tasks.skole.skolesvar import take_forms
from tests.tasks.skole.conftest import SKOLE, UNGDOMSSKOLE, VIDEREGAENDE, deliver_schools

MARS = "2026-03-02T08:00"
FRIST = date(2026, 4, 1)
ID = Skjemaid("39001", UNGDOMSSKOLE, 2026)
ELEVER, UTEN, MOTE, KONTAKT, DATO = 5, 6, 7, 8, 9
HELT = {ELEVER: 60, UTEN: 4, MOTE: 2, KONTAKT: "Ola Demo", DATO: datetime(2026, 3, 5)}  # noqa: DTZ001 a cell of Excel has no zone


def form(id_=ID, hemmelighet="h", **skole):
    return write_form(Skole(**SKOLE | {"skolenummer": id_.skolenummer} | skole), id_, FRIST, hemmelighet)


ET_SKJEMA = form()


def fill(innhold, svar, gjor=None):
    """The form with the answers in its cells, saved as another program does."""
    bok = openpyxl.load_workbook(io.BytesIO(innhold))
    for rad, verdi in svar.items():
        bok["Skjema"].cell(rad, 2).value = verdi
    if gjor:
        gjor(bok)
    ut = io.BytesIO()
    bok.save(ut)
    return ut.getvalue()


def read(svar, gjor=None):
    skjema = read_form(fill(form(), svar, gjor), "ungdomsskole")
    return skjema.svar, [(feil.kode, feil.rad_nr) for feil in skjema.feil]


def test_the_same_form_is_the_same_bytes():
    assert form() == form()


def test_only_the_answer_cells_are_open_and_the_identity_is_hidden():
    bok = openpyxl.load_workbook(io.BytesIO(form()))
    apne = [celle.coordinate for rad in bok["Skjema"] for celle in rad if not celle.protection.locked]
    assert apne == ["B5", "B6", "B7", "B8", "B9"]
    assert (bok["Skjema"].protection.sheet, bok["arshjul"].sheet_state) == (True, "hidden")
    assert len(bok["Skjema"].data_validations.dataValidation) == 5


def test_a_form_filled_in_as_asked_is_read_whole():
    svar, feil = read(HELT)
    assert svar == {
        "antall_elever": 60, "antall_uten_soknad": 4, "antall_mote": 2, "kontaktperson": "Ola Demo",
        "dato": date(2026, 3, 5),
    }  # fmt: skip
    assert feil == []


@pytest.mark.parametrize(
    ("rad", "skrevet", "kode"),
    [
        (ELEVER, "mange", "ÅH-3136"), (ELEVER, -1, "ÅH-3136"), (ELEVER, 2.5, "ÅH-3136"), (ELEVER, True, "ÅH-3136"),
        (ELEVER, 1_000_000, "ÅH-3136"), (DATO, "i går", "ÅH-3137"), (DATO, "31.02.2026", "ÅH-3137"),
        (DATO, "01.03.1926", "ÅH-3137"), (DATO, 7, "ÅH-3137"), (KONTAKT, "x" * 201, "ÅH-3138"),
        (KONTAKT, "a\u202eb", "ÅH-3138"), (ELEVER, None, "ÅH-3140"), (ELEVER, "=1+1", "ÅH-3141"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_used_is_pointed_at_and_the_others_are_kept(rad, skrevet, kode):
    svar, feil = read(HELT | {rad: skrevet})
    assert feil == [(kode, rad)]
    assert len(svar) == 4


@pytest.mark.parametrize(
    ("rad", "skrevet", "ment"),
    [
        (ELEVER, "60", 60), (ELEVER, 60.0, 60), (ELEVER, 0, 0), (DATO, "5.3.2026", date(2026, 3, 5)),
        (DATO, "2026-03-05", date(2026, 3, 5)), (KONTAKT, "  Ola  ", "Ola"),
    ],
)  # fmt: skip
def test_what_is_meant_is_understood_however_it_is_written(rad, skrevet, ment):
    svar, feil = read(HELT | {rad: skrevet})
    assert ment in svar.values()
    assert feil == []


def test_a_row_added_by_hand_is_told_and_never_read():
    svar, feil = read(HELT, lambda bok: bok["Skjema"].append(["Kari Nordmann", "har sluttet"]))
    assert (len(svar), feil) == (5, [("ÅH-3139", 10)])


def test_a_question_that_stands_twice_is_told_and_the_first_counts():
    svar, feil = read(HELT, lambda bok: bok["Skjema"].append(["Hvor mange elever er det på 10. trinn?", 99]))
    assert (svar["antall_elever"], feil) == (60, [("ÅH-3139", 10)])


def test_another_sheet_is_told_without_its_name():
    skjema = read_form(fill(form(), HELT, lambda bok: bok.create_sheet("Kari Nordmann").append(["x"])), "ungdomsskole")
    assert [(feil.kode, feil.ark) for feil in skjema.feil] == [("ÅH-3139", "et annet ark")]


def test_moved_rows_and_columns_are_read_by_their_questions():
    def move(bok):
        bok["Skjema"].insert_cols(1)
        bok["Skjema"].insert_rows(2, 3)

    assert read(HELT, move)[0] == read(HELT)[0]


def test_a_deleted_answer_column_is_told():
    svar, feil = read(HELT, lambda bok: bok["Skjema"].delete_cols(2))
    assert (svar, feil) == ({}, [("ÅH-3139", 4)])


def test_a_deleted_question_that_must_be_answered_is_missing():
    svar, feil = read(HELT, lambda bok: bok["Skjema"].delete_rows(ELEVER))
    assert (len(svar), feil) == (4, [("ÅH-3140", 4)])


@given(st.binary(max_size=300))
@settings(max_examples=50)
def test_whatever_the_bytes_there_is_no_error(innhold):
    assert read_form(innhold) is None
    assert read_form(ET_SKJEMA[: len(innhold)] + innhold) is None


@pytest.fixture
def skoler(bygd, apne):
    deliver_schools(bygd, {}, {"skolenummer": "39002"})
    with apne(UNGDOMSSKOLE, MARS) as kjoring:
        load_schools(kjoring)
        bygd.hemmelighet = register_secret(kjoring.con)
    return bygd


def send_back(bygd, svar, id_=ID, navn="", **annet):
    sti = bygd.hjem.innboks / (navn or file_name(id_.skolenummer, id_.aar))
    sti.write_bytes(fill(form(id_, bygd.hemmelighet), svar, **annet))


def take(apne, rad=UNGDOMSSKOLE, tid=MARS):
    with apne(rad, tid) as kjoring:
        return [ett.kode for ett in take_forms(kjoring)], answers(kjoring.con, 2026)


def left(bygd):
    return sorted(sti.name for sti in bygd.hjem.innboks.iterdir())


def test_a_school_s_answers_are_kept_and_its_form_is_frozen(skoler, apne):
    send_back(skoler, HELT)
    funn, svar = take(apne)
    assert (funn, svar["39001"]["antall_uten_soknad"], left(skoler)) == ([], "4", [])
    assert skoler.ask("SELECT fil FROM raafil WHERE format = 'skoleskjema'") == [("skjema_39001_2026.xlsx",)]


def test_half_a_form_is_told_until_a_whole_one_comes(skoler, apne):
    send_back(skoler, {UTEN: 4})
    funn, svar = take(apne)
    assert (funn, svar["39001"]) == (["ÅH-3140", "ÅH-3140"], {"antall_uten_soknad": "4"})
    assert take(apne)[0] == ["ÅH-3140", "ÅH-3140"]
    send_back(skoler, HELT | {UTEN: 5})
    funn, svar = take(apne)
    assert (funn, svar["39001"]["antall_uten_soknad"]) == ([], "5")


@pytest.mark.parametrize("id_", [ID._replace(aar=2025), ID._replace(rad=VIDEREGAENDE)])
def test_another_year_s_or_row_s_form_is_left_and_told(skoler, apne, id_):
    send_back(skoler, HELT, id_)
    funn, svar = take(apne)
    assert (funn, svar, left(skoler)) == (["ÅH-3142"], {}, [file_name("39001", id_.aar)])


def test_a_form_copied_from_another_school_is_refused(skoler, apne):
    send_back(skoler, HELT, navn="skjema_39002_2026.xlsx")
    assert take(apne) == (["ÅH-3143"], {})


def test_a_mail_program_s_own_ending_of_the_name_is_no_matter(skoler, apne):
    send_back(skoler, HELT, navn="skjema_39001_2026 (1).xlsx")
    assert take(apne)[0] == []


@pytest.mark.parametrize("skolenummer", ["39002", "39009"])
def test_a_hidden_sheet_that_somebody_has_changed_is_refused(skoler, apne, skolenummer):
    def change(bok):
        bok["arshjul"]["B1"] = skolenummer

    send_back(skoler, HELT, navn="skjema_x.xlsx", gjor=change)
    assert take(apne) == (["ÅH-3143"], {})


def test_a_school_that_the_list_has_no_more_is_not_taken(skoler, apne):
    send_back(skoler, HELT, ID._replace(skolenummer="39009"))
    assert take(apne) == (["ÅH-3143"], {})


def test_the_checksum_differs_with_each_part_and_the_secret():
    alle = [
        ("h", ID),
        ("i", ID),
        *(("h", ID._replace(**{felt: v})) for felt, v in [("aar", 2025), ("rad", "x"), ("skolenummer", "1")]),
    ]
    assert len({checksum(*ett) for ett in alle}) == 5
