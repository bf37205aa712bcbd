"""The wheel: thirty rows, word for word, and their dates in a year."""

import json
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.errors import SchemaError

from schemas.arshjul import Arshjulskjema, Dag, Farge, Fristregel, Radvalg
from tasks import kalender
from tasks.arshjul import HJULFIL, as_json, as_text, find_row, read_wheel, row_dates, wheel, year_of
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


def test_the_columns_of_a_row_are_read_each_to_its_own_place() -> None:
    rad = find_row("9")
    assert (rad.fra_dag, rad.frist_dag, rad.ekstra_frist_dag) == (Dag(3, 1), Dag(4, 1), Dag(6, 1))
    assert (rad.maaned, rad.uke, rad.flyt, rad.rytme_uker, rad.til_dag) == ("Mars", None, "skolekontakt", 2, None)
    assert (rad.frist_regel, rad.farge) == (Fristregel.INNEN, Farge.GRONN)
    overforing = find_row("5")
    assert (overforing.uke, overforing.uke_fra, overforing.uke_til) == ("8", 8, 8)
    assert (overforing.telledag, overforing.dager_foer_telledato) == (Dag(2, 15), 7)
    assert overforing.etter == "02-forberede-udir-februar"
    assert overforing.parametre == {"omfang": "tidspunkt"}
    assert overforing.plan == "Overføring av OT-data til UDIR via Innsamlingsportalen per 15.februar."
    assert {rad.etter_dager for rad in read_wheel()} > {0}


def test_a_row_with_two_deadlines_goes_on_until_the_last_and_runs_before_and_after_each() -> None:
    datoer = row_dates(find_row("9"), 2026)
    assert (datoer.ekstra_frist, datoer.sesongslutt) == (date(2026, 6, 1), date(2026, 6, 1))
    assert [str(dag)[5:] for dag in datoer.kjoredatoer] == [
        *("03-02", "03-16", "03-25", "03-30", "04-07", "04-13", "04-27", "05-11", "05-22", "05-26", "06-02"),
    ]


def test_a_row_that_goes_on_after_its_window_has_so_many_days_more() -> None:
    for rad in (rad for rad in read_wheel() if rad.etter_dager):
        datoer = row_dates(rad, 2026)
        sist = max(dag for dag in (datoer.til, datoer.frist, datoer.ekstra_frist) if dag)
        assert datoer.sesongslutt == sist + rad.etter_dager * kalender.DAG


def test_a_row_without_a_rhythm_runs_once() -> None:
    for datoer in wheel(2026):
        if not datoer.rad.rytme_uker:
            assert datoer.kjoredatoer == (datoer.kjoredato,)


def test_a_row_that_is_by_date_is_there_until_the_day_after_at_the_latest() -> None:
    assert year_of(find_row("21"), date(2027, 1, 1)) == 2026
    sist = row_dates(find_row("21"), 2026).kjoredatoer[-1]
    assert [year_of(find_row("21"), dag) for dag in (sist, sist + kalender.DAG)] == [2026, 2027]
    assert year_of(find_row("21"), date(kalender.FORSTE_AAR, 1, 1)) == kalender.FORSTE_AAR


@pytest.mark.parametrize(
    ("valg", "ventet"),
    [
        ({"fra": date(2026, 2, 9), "til": date(2026, 2, 13)}, ("2026-02-09", "2026-02-13")),
        ({"fra": date(2026, 2, 17)}, ("2026-02-17", "2026-02-22")),
        ({"til": date(2026, 2, 18)}, ("2026-02-16", "2026-02-18")),
        ({"til": date(2026, 2, 13)}, ("2026-02-13", "2026-02-13")),
        ({"fra": date(2026, 2, 24)}, ("2026-02-24", "2026-02-24")),
        ({"dato": date(2026, 2, 16)}, ("2026-02-16", "2026-02-22")),
        ({"dato": date(2026, 2, 22)}, ("2026-02-16", "2026-02-22")),
        ({"fra": date(2026, 2, 9), "dato": date(2026, 2, 9)}, ("2026-02-09", "2026-02-22")),
    ],
)
def test_a_choice_moves_the_end_of_the_window_that_it_names(valg: dict[str, date], ventet: tuple[str, str]) -> None:
    datoer = row_dates(find_row("5"), 2026, [Radvalg("5", 2026, "x", **valg)])
    assert (str(datoer.fra), str(datoer.til)) == ventet


def test_a_choice_that_is_refused_says_what_is_wrong_with_it() -> None:
    feil = {
        "begrunnelsen mangler": [Radvalg("5", 2026, " ")],
        "raden har to valg": [Radvalg("5", 2026, "x"), Radvalg("05", 2026, "y")],
        "raden kan ikke både hoppes over og få datoer": [
            Radvalg("5", 2026, "x", til=date(2026, 2, 9), hopp_over=True),
        ],
        "datoene står i feil rekkefølge": [Radvalg("5", 2026, "x", dato=date(2026, 2, 9), til=date(2026, 2, 2))],
    }  # fmt: skip
    for grunn, valg in feil.items():
        with pytest.raises(BrukerFeil, match=grunn) as fanget:
            wheel(2026, valg)
        assert "05-overforing-udir-februar" in str(fanget.value)
        assert "2026" in str(fanget.value)


def test_json_tells_of_choices_and_of_every_date() -> None:
    valg = [Radvalg("9", 2026, "x", dato=date(2026, 3, 9)), Radvalg("20", 2026, "x", hopp_over=True)]
    rader = as_json(wheel(2026, valg))
    assert [(rad["valgt"], rad["hoppes_over"]) for rad in (rader[8], rader[19], rader[4])] == [
        (True, False), (True, True), (False, False),
    ]  # fmt: skip
    assert (rader[8]["kjoredato"], rader[8]["ekstra_frist"], rader[8]["frist"]) == (
        "2026-03-09", "2026-06-01", "2026-04-01",
    )  # fmt: skip
    assert (rader[8]["maaned"], rader[8]["fra"], rader[8]["rad"]) == ("Mars", "2026-03-01", "09-kontakt-ungdomsskoler")
    assert rader[4]["merknad"] == "Rapporten kjøres 1 uke før innsamlingstidspunkt."
    assert str(rader[4]["plan"]).startswith("Overføring av OT-data til UDIR")
    assert rader[4]["konflikter"][0]["kode"] == "uke_etter_telledato"  # type: ignore[index]
    assert all(rad["bygget"] is True for rad in rader)


def test_the_text_has_a_line_with_dates_then_the_words_then_the_conflicts_indented() -> None:
    valg = [Radvalg("9", 2026, "x", dato=date(2026, 3, 9)), Radvalg("20", 2026, "x", hopp_over=True)]
    avsnitt = {del_[:2]: del_.splitlines() for del_ in as_text(wheel(2026, valg)).split("\n\n")[1:]}
    assert avsnitt["09"][0] == (
        "09-kontakt-ungdomsskoler (grønn) · 1. mars – 1. april · frist 1. april · andre frist 1. juni"
        " · kjøres mandag 9. mars · valgt i innstillingene"
    )
    assert avsnitt["20"][0].endswith("frist 15. juni · telledato 15. juni · kjøres mandag 8. juni · hoppes over")
    fem = avsnitt["05"]
    assert fem[1] == "    Overføring av OT-data til UDIR via Innsamlingsportalen per 15.februar."
    assert fem[2] == "    Rapporten kjøres 1 uke før innsamlingstidspunkt."
    assert [linje[:6] for linje in fem if "!" in linje] == ["    ! "] * 3
    assert fem[-1] == "      skolene senest fredag 13. februar."
    assert max(len(linje) for linjer in avsnitt.values() for linje in linjer[1:]) in range(100, 111)
