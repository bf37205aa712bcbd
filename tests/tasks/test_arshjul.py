"""The wheel: thirty rows, word for word, and their dates in a year."""

import json
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.errors import SchemaError

from schemas.arshjul import Arshjulskjema, Farge, Radvalg
from tasks import kalender
from tasks.arshjul import HJULFIL, as_json, as_text, find_row, read_wheel, row_dates, wheel
from tasks.feil import BrukerFeil

AAR = st.integers(kalender.FORSTE_AAR, kalender.SISTE_AAR)
NOKLER = {"rad", "maaned", "uke", "plan", "merknad", "farge", "flyt", "fra", "til", "frist", "telledato", "kjoredatoer",
          "konflikter"}  # fmt: skip


def dates(nr: str, aar: int, *valg: Radvalg) -> tuple[date, date, date | None, date]:
    datoer = row_dates(find_row(nr), aar, valg)
    return datoer.fra, datoer.til, datoer.frist, datoer.kjoredato


def test_the_wheel_has_thirty_rows_numbered_in_order() -> None:
    assert [rad.nr for rad in read_wheel()] == list(range(1, 31))
    assert all(rad.rad.startswith(f"{rad.nr:02}-") for rad in read_wheel())


def test_the_words_are_the_wheels_own_with_its_spaces() -> None:
    assert find_row("9").merknad == "Innen 1. april.  Avklaringsmøte innen 1.juni."
    assert find_row("14").plan == "Brev til ikkesøkere m Questback: Hva gjør du neste skoleår?"
    assert find_row("21").uke == "35 – ut året"
    assert "<b>" not in find_row("21").plan
    assert find_row("12").maaned is None


def test_only_the_three_transfers_are_pink_and_every_colour_is_marked_as_inferred() -> None:
    assert [rad.nr for rad in read_wheel() if rad.farge is Farge.ROSA] == [5, 20, 30]
    assert {rad.farge_kilde for rad in read_wheel()} == {"utledet"}


def test_june_covers_the_school_year_and_the_other_transfers_the_day() -> None:
    assert [find_row(nr).parametre["omfang"] for nr in ("5", "20", "30")] == ["tidspunkt", "skolear", "tidspunkt"]


def test_rows_that_refer_to_rows_refer_to_earlier_ones_that_exist() -> None:
    for rad in read_wheel():
        for annen in filter(None, (rad.etter, rad.parametre.get("brevrad"))):
            assert find_row(annen).rad != rad.rad


@pytest.mark.parametrize(
    ("kolonne", "verdi"),
    [
        ("farge", "blå"),
        ("uke_fra", "54"),
        ("frist", "13-01"),
        ("frist_regel", "etter"),
        ("parametre", "[]"),
        ("nr", "2"),
        ("flyt", ""),
    ],
)
def test_a_wheel_with_a_fault_in_it_is_not_read(kolonne: str, verdi: str) -> None:
    ramme = pd.read_csv(HJULFIL, sep=";", dtype=str, keep_default_na=False)
    ramme.loc[0, kolonne] = verdi
    with pytest.raises(SchemaError):
        Arshjulskjema.validate(ramme)


@pytest.mark.parametrize("tekst", ["5", "05", "05-overforing-udir-februar", " 5 "])
def test_a_row_is_found_by_number_or_whole_id(tekst: str) -> None:
    assert find_row(tekst).rad == "05-overforing-udir-februar"


@pytest.mark.parametrize("tekst", ["", "0", "31", "05-overforing", "fem"])
def test_a_row_that_is_not_in_the_wheel_is_refused(tekst: str) -> None:
    with pytest.raises(BrukerFeil, match="ÅH-1201"):
        find_row(tekst)


@pytest.mark.parametrize(
    ("nr", "aar", "fra", "til", "frist", "kjores"),
    [
        ("1", 2026, "2026-01-01", "2026-02-02", "2026-02-02", "2026-01-02"),
        ("4", 2026, "2026-01-01", "2026-02-06", "2026-02-06", "2026-01-02"),
        ("5", 2026, "2026-02-16", "2026-02-22", "2026-02-15", "2026-02-16"),
        ("7", 2028, "2028-02-01", "2028-02-29", "2028-02-29", "2028-02-01"),
        ("8", 2026, "2026-03-16", "2026-03-16", "2026-03-16", "2026-03-16"),
        ("9", 2026, "2026-03-01", "2026-04-01", "2026-04-01", "2026-03-02"),
        ("12", 2023, "2023-05-01", "2023-05-07", None, "2023-05-02"),
        ("15", 2026, "2026-05-18", "2026-08-09", "2026-08-15", "2026-05-18"),
        ("20", 2032, "2032-06-07", "2032-06-13", "2032-06-15", "2032-06-07"),
        ("21", 2026, "2026-08-24", "2026-12-31", None, "2026-08-24"),
        ("22", 2020, "2020-08-31", "2020-09-13", None, "2020-08-31"),
    ],
)
def test_rows_resolve_to_dates(nr: str, aar: int, fra: str, til: str, frist: str | None, kjores: str) -> None:
    ventet = (fra, til, frist, kjores)
    assert tuple(str(dato) if dato else None for dato in dates(nr, aar)) == ventet


@given(AAR)
def test_in_every_year_each_row_runs_on_a_working_day_in_its_window(aar: int) -> None:
    for datoer in wheel(aar):
        assert datoer.fra <= datoer.kjoredato <= datoer.til
        assert kalender.is_working_day(datoer.kjoredato)


def test_a_chosen_day_outside_the_window_replaces_it() -> None:
    valg = Radvalg("05-overforing-udir-februar", 2026, "Før telledatoen", dato=date(2026, 2, 13))
    assert dates("5", 2026, valg) == (date(2026, 2, 13), date(2026, 2, 13), date(2026, 2, 15), date(2026, 2, 13))


def test_a_chosen_day_inside_the_window_keeps_it() -> None:
    valg = Radvalg("14", 2026, "Brevet trykkes tirsdag", dato=date(2026, 5, 12))
    assert dates("14", 2026, valg)[:2] == (date(2026, 5, 11), date(2026, 5, 17))


def test_a_chosen_window_may_cross_new_year() -> None:
    valg = Radvalg("21", 2026, "Hele skoleåret", til=date(2027, 6, 18))
    assert dates("21", 2026, valg)[:2] == (date(2026, 8, 24), date(2027, 6, 18))


def test_a_choice_for_another_year_changes_nothing() -> None:
    valg = Radvalg("5", 2027, "Neste år", dato=date(2027, 2, 12))
    assert wheel(2026, [valg]) == wheel(2026)


@pytest.mark.parametrize(
    ("valg", "kode"),
    [
        ([Radvalg("99-finnes-ikke", 2026, "x")], "ÅH-1201"),
        ([Radvalg("5", 2026, " ")], "ÅH-1210"),
        ([Radvalg("5", 2026, "x"), Radvalg("05", 2026, "y")], "ÅH-1210"),
        ([Radvalg("5", 2026, "x", fra=date(2026, 2, 9), til=date(2026, 2, 2))], "ÅH-1210"),
        ([Radvalg("5", 2026, "x", dato=date(2026, 2, 9), hopp_over=True)], "ÅH-1210"),
    ],
)
def test_a_choice_that_cannot_be_used_is_refused(valg: list[Radvalg], kode: str) -> None:
    with pytest.raises(BrukerFeil, match=f"{kode} (Raden «99|Valget for raden)"):
        wheel(2026, valg)


def test_json_has_the_contracts_keys_with_iso_dates_and_null_for_absent() -> None:
    rader = json.loads(json.dumps(as_json(wheel(2026))))
    assert all(set(rad) >= NOKLER for rad in rader)
    assert (rader[19]["til"], rader[19]["telledato"], rader[19]["farge"]) == ("2026-06-14", "2026-06-15", "rosa")
    assert (rader[0]["flyt"], rader[0]["uke"], rader[11]["maaned"]) == ("sokere", None, None)
    assert (rader[11]["kjoredatoer"], rader[0]["kjoredatoer"][-1]) == (["2026-04-27"], "2026-02-03")
    assert set(rader[19]["konflikter"][0]) == {"kode", "tekst", "forslag"}


def test_the_text_names_every_row_and_shows_conflicts_below_it() -> None:
    tekst = as_text(wheel(2026))
    assert tekst.startswith("Årshjul 2026\n")
    assert all(rad.rad in tekst for rad in read_wheel())
    assert "! Uke 24 (8.–14. juni) er over før telledatoen mandag 15. juni." in tekst
