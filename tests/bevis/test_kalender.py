"""The proof of the calendar, and that its judge sees what is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from schemas.arshjul import Raddatoer
from tasks import kalender
from tasks.arshjul import wheel
from tests.bevis import prove
from tests.kalender.dager import days_off, easter, has_53_weeks, monday
from tests.kalender.dom import (
    Hjul,
    against_known,
    against_table,
    against_words,
    holidays_against_known,
    only_on_working_days,
)
from tests.kalender.tabell import HELLIGDAGER, KJENT, TABELL, read
from tests.kalender.utregning import year

DAG = timedelta(days=1)
AAR = 2026
KONTROLLER: dict[str, Callable[[Hjul], Iterator[str]]] = {
    "tabellen": lambda hjul: against_table(hjul, [linje for linje in read(TABELL) if linje["aar"] == str(AAR)]),
    "ordene": lambda hjul: against_words(hjul, year(AAR)),
    "det kjente": lambda hjul: against_known(hjul, next(linje for linje in read(KJENT) if linje["aar"] == str(AAR))),
    "arbeidsdager": only_on_working_days,
}


def moved(rad: Raddatoer, **nye: object) -> Hjul:
    hjul = {datoer.rad.rad: datoer for datoer in wheel(AAR)}
    return hjul | {rad.rad.rad: replace(rad, **nye)}


def row(nr: int) -> Raddatoer:
    return wheel(AAR)[nr - 1]


def test_the_dates_of_26_years_are_those_of_the_table() -> None:
    assert prove("kalender", kort=True).brudd == ()


@pytest.mark.parametrize("kontroll", KONTROLLER)
def test_the_program_as_it_is_passes_every_check(kontroll: str) -> None:
    assert list(KONTROLLER[kontroll](moved(row(1)))) == []


@pytest.mark.parametrize(
    ("nr", "nye", "sett_av"),
    [
        (14, {"fra": row(14).fra + 7 * DAG}, {"tabellen", "det kjente"}),
        (22, {"til": row(22).til + DAG}, {"tabellen", "det kjente"}),
        (1, {"frist": date(AAR, 2, 1)}, {"tabellen", "det kjente"}),
        (9, {"ekstra_frist": None}, {"tabellen"}),
        (20, {"telledato": date(AAR, 6, 14)}, {"tabellen", "det kjente"}),
        (20, {"konflikter": ()}, {"tabellen", "det kjente"}),
        (30, {"konflikter": ()}, {"tabellen", "det kjente"}),
        (21, {"konflikter": ()}, {"tabellen", "det kjente"}),
        (15, {"kjoredatoer": (*row(15).kjoredatoer[:2], row(15).kjoredatoer[2] + DAG, *row(15).kjoredatoer[3:])},
         {"ordene"}),
        (12, {"kjoredatoer": (date(AAR, 5, 1),)}, {"tabellen", "ordene", "arbeidsdager"}),
        (8, {"kjoredatoer": (date(AAR, 3, 15),)}, {"tabellen", "ordene", "arbeidsdager"}),
    ],
)  # fmt: skip
def test_a_date_that_is_wrong_is_seen(nr: int, nye: dict[str, object], sett_av: set[str]) -> None:
    hjul = moved(row(nr), **nye)
    assert {navn for navn, kontroll in KONTROLLER.items() if list(kontroll(hjul))} == sett_av


def test_a_row_that_is_gone_is_seen() -> None:
    hjul = {rad: datoer for rad, datoer in moved(row(1)).items() if datoer.rad.nr != 13}
    assert list(KONTROLLER["tabellen"](hjul)) == ["13-konvertere-vigokoder står bare ett av stedene."]


def test_a_public_holiday_too_few_or_too_many_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    linjer, aarene = read(HELLIGDAGER), range(2020, 2036)
    ekte = kalender.public_holidays
    for endret in ({date(2030, 5, 1): None}, {date(2030, 6, 12): "fri"}):
        monkeypatch.setattr("tests.kalender.dom.public_holidays", lambda aar, e=endret: _with(dict(ekte(aar)), e))
        assert len(list(holidays_against_known(linjer, aarene))) == 1
    monkeypatch.setattr("tests.kalender.dom.working_days", lambda fra, til: kalender.days(fra, til)[:2])
    assert len(list(holidays_against_known(linjer, aarene))) > 10


def _with(dager: dict[date, str], endret: dict[date, str | None]) -> dict[date, str]:
    for dag, navn in endret.items():
        if navn is None:
            dager.pop(dag, None)
        elif dag.year in {d.year for d in dager}:
            dager[dag] = navn
    return dager


def test_easter_and_weeks_are_those_of_the_almanac() -> None:
    assert [easter(aar) for aar in (1961, 2024, 2026, 2038)] == [
        date(1961, 4, 2), date(2024, 3, 31), date(2026, 4, 5), date(2038, 4, 25),
    ]  # fmt: skip
    assert days_off(2027) == set(kalender.public_holidays(2027))
    assert [aar for aar in range(2020, 2040) if has_53_weeks(aar)] == [2020, 2026, 2032, 2037]
    assert [monday(aar, 1) for aar in (2026, 2027)] == [date(2025, 12, 29), date(2027, 1, 4)]
