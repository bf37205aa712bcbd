"""Conflicts between wheel and calendar: which years each one comes, and what makes it go away."""

import csv
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.arshjul import Radvalg
from tasks import kalender
from tasks.arshjul import find_row, row_dates, wheel
from tasks.konflikter import ALLTID, UTEN_VALG

ALLE_AAR = list(range(2020, 2036))
TEKSTER = Path(__file__).with_name("konflikttekster.csv")
"""Every conflict of six years, word for word: year, row, code, text, proposal."""


@cache
def codes(nr: int, aar: int, *valg: Radvalg) -> frozenset[str]:
    return frozenset(konflikt.kode for konflikt in row_dates(find_row(str(nr)), aar, valg).konflikter)


def years(nr: int, kode: str) -> list[int]:
    return [aar for aar in ALLE_AAR if kode in codes(nr, aar)]


# fmt: off
@pytest.mark.parametrize(
    ("nr", "kode", "ventet"),
    [
        (5, "uke_etter_telledato", ALLE_AAR),
        (20, "uke_foer_telledato", [2020, 2026, 2032]),
        (30, "uke_foer_telledato", [2032]),
        (20, "fredag_foer_telledato", [2024, 2025, 2030, 2031]),
        (30, "fredag_foer_telledato", [2020, 2025, 2026, 2031]),
        (5, "en_uke_foer_utenfor_ukene", ALLE_AAR),
        (20, "en_uke_foer_i_forberedelsen", [aar for aar in ALLE_AAR if aar not in {2020, 2026, 2032}]),
        (30, "en_uke_foer_i_forberedelsen", [aar for aar in ALLE_AAR if aar != 2032]),
        (19, "frist_foer_uken", [2021, 2022, 2027, 2033]),
        (1, "soknadsfrist_flyttet", [2020, 2025, 2026, 2031, 2032]),
        (6, "soknadsfrist_flyttet", [2020, 2025, 2026, 2031]),
        (8, "dato_flyttet", [2020, 2025, 2026, 2031]),
        (15, "frist_paa_fridag", [2020, 2021, 2026, 2027, 2032]),
        (11, "helligdager_i_uken", [2025, 2030]),
        (12, "helligdager_i_uken", [2020, 2023, 2024, 2025, 2026, 2027, 2028, 2029, 2030, 2031, 2034, 2035]),
        (16, "helligdager_i_uken", [2023, 2025, 2026, 2030, 2034]),
        (17, "helligdager_i_uken", [2020, 2022, 2028, 2031, 2033]),
        (20, "helligdager_i_uken", [2025, 2030]),
        (11, "annen_maaned", ALLE_AAR),
        (17, "annen_maaned", [2032]),
        (5, "skoleferie", ALLE_AAR),
        (26, "skoleferie", ALLE_AAR),
        (8, "lastes_to_ganger", ALLE_AAR),
        (12, "lastes_to_ganger", ALLE_AAR),
        (15, "foer_raden_den_bygger_paa", ALLE_AAR),
        (21, "aar_eller_skoleaar", ALLE_AAR),
        (21, "uke_53", [2020, 2026, 2032]),
    ],
)
def test_each_conflict_comes_in_the_years_that_the_calendar_says(nr: int, kode: str, ventet: list[int]) -> None:
    assert years(nr, kode) == ventet
# fmt: on


def test_a_deadline_on_a_weekend_or_public_holiday_is_found_for_both_dates_of_row_9() -> None:
    april = {2021, 2023, 2024, 2028, 2029, 2034, 2035}
    juni = {2020, 2024, 2025, 2030, 2031}
    assert years(9, "frist_paa_fridag") == sorted(april | juni)


@pytest.mark.parametrize(("uke", "nr", "faerrest"), [(17, 11, 4), (18, 12, 3), (20, 14, 3), (22, 16, 4), (24, 20, 4)])
def test_the_fewest_working_days_left_in_a_week_are_counted(uke: int, nr: int, faerrest: int) -> None:
    funnet = [len(kalender.working_days(d.fra, d.til)) for aar in ALLE_AAR for d in [wheel(aar)[nr - 1]]]
    assert find_row(str(nr)).uke_fra == uke
    assert min(funnet) == faerrest


def test_a_conflict_says_what_is_wrong_and_what_to_do() -> None:
    konflikt = row_dates(find_row("20"), 2026).konflikter[0]
    assert konflikt.tekst == "Uke 24 (8.–14. juni) er over før telledatoen mandag 15. juni."
    assert konflikt.forslag.startswith("Overfør mandag 15. juni")


def test_a_day_before_the_counting_date_solves_week_8() -> None:
    valg = Radvalg("05-overforing-udir-februar", 2026, "Før telledatoen", dato=date(2026, 2, 13))
    assert codes(5, 2026, valg) == frozenset()


def test_a_chosen_day_that_is_too_late_is_still_a_conflict() -> None:
    valg = Radvalg("05-overforing-udir-februar", 2026, "Vi venter", dato=date(2026, 2, 24))
    assert codes(5, 2026, valg) == {"uke_etter_telledato"}


def test_a_chosen_day_off_is_a_conflict_of_its_own() -> None:
    valg = Radvalg("14-brev-ikkesokere", 2026, "Vi trodde det gikk", dato=date(2026, 5, 17))
    assert codes(14, 2026, valg) == {"valgt_dag_er_fridag"}


def test_a_chosen_window_without_a_working_day_is_a_conflict() -> None:
    valg = Radvalg("14-brev-ikkesokere", 2026, "Helgen", fra=date(2026, 5, 16), til=date(2026, 5, 17))
    assert codes(14, 2026, valg) == {"valgt_dag_er_fridag"}


def test_a_day_before_the_row_it_builds_on_is_a_conflict() -> None:
    valg = Radvalg("14-brev-ikkesokere", 2026, "Tidligere brev", dato=date(2026, 4, 24))
    assert codes(14, 2026, valg) == {"foer_raden_den_bygger_paa"}


def test_a_chosen_day_after_the_deadline_is_a_conflict_though_the_week_is_right() -> None:
    valg = Radvalg("19-kode-kommende-skolear", 2023, "Sent", dato=date(2023, 6, 8))
    assert codes(19, 2023, valg) == {"frist_foer_uken"}


def test_a_choice_without_dates_confirms_the_wheel() -> None:
    assert codes(5, 2026, Radvalg("05-overforing-udir-februar", 2026, "Avtalt med Udir")) == frozenset()


def test_skipping_one_of_two_loads_settles_the_other() -> None:
    valg = Radvalg("08-ikkesokere-vigo-otto", 2026, "Lastes i uke 18", hopp_over=True)
    assert codes(8, 2026, valg) == frozenset()
    assert "lastes_to_ganger" not in codes(12, 2026, valg)


@given(st.integers(kalender.FORSTE_AAR, kalender.SISTE_AAR))
def test_in_every_year_a_row_has_each_kind_of_conflict_once_and_in_whole_sentences(aar: int) -> None:
    for datoer in wheel(aar):
        koder = [konflikt.kode for konflikt in datoer.konflikter]
        assert len(set(koder)) == len(koder) <= len(ALLTID + UTEN_VALG)
        assert all(
            k.tekst.endswith(".") and k.forslag.endswith(".") and "None" not in k.tekst for k in datoer.konflikter
        )


def test_the_conflicts_of_six_years_are_word_for_word_those_of_the_table() -> None:
    with TEKSTER.open(encoding="utf-8", newline="") as fil:
        ventet = [tuple(linje.values()) for linje in csv.DictReader(fil, delimiter=";")]
    aarene = sorted({int(aar) for aar, *_ in ventet})
    assert [
        (str(aar), str(datoer.rad.nr), k.kode, k.tekst, k.forslag)
        for aar in aarene
        for datoer in wheel(aar)
        for k in datoer.konflikter
    ] == ventet


@pytest.mark.parametrize(
    ("nr", "valg", "tekst", "forslag"),
    [
        (
            14, {"dato": date(2026, 5, 17)},
            "Den valgte dagen søndag 17. mai er ikke en arbeidsdag.", "Velg mandag 18. mai.",
        ),
        (
            14, {"fra": date(2026, 5, 16), "til": date(2026, 5, 17)},
            "Den valgte dagen lørdag 16. mai er ikke en arbeidsdag.", "Velg mandag 18. mai.",
        ),
        (
            5, {"dato": date(2026, 2, 24)},
            "Tidsrommet 24. februar ligger etter telledatoen søndag 15. februar.",
            "Overfør senest fredag 13. februar, siste arbeidsdag til og med telledatoen.",
        ),
        (
            19, {"dato": date(2026, 6, 8)},
            "Raden begynner mandag 8. juni, etter fristen lørdag 6. juni.",
            "Fristen går foran: bli ferdig senest fredag 5. juni.",
        ),
        (
            14, {"dato": date(2026, 4, 24)},
            "Raden begynner fredag 24. april, før rad 13 som den bygger på.",
            "Begynn mandag 27. april eller senere, eller behold uken hvis rekkefølgen er villet.",
        ),
    ],
)  # fmt: skip
def test_a_choice_that_makes_a_conflict_is_told_with_its_days(
    nr: int, valg: dict[str, date], tekst: str, forslag: str
) -> None:
    (konflikt,) = row_dates(find_row(str(nr)), 2026, [Radvalg(str(nr), 2026, "x", **valg)]).konflikter
    assert (konflikt.tekst, konflikt.forslag) == (tekst, forslag)


def test_a_row_that_builds_on_one_that_is_skipped_may_begin_when_it_likes() -> None:
    hoppet = Radvalg("16-purrebrev-ikkesokere", 2026, "Ingen purring", hopp_over=True)
    assert "foer_raden_den_bygger_paa" in codes(15, 2026)
    assert "foer_raden_den_bygger_paa" not in codes(15, 2026, hoppet)
