"""The calendar: weeks, public holidays, working days and run times."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import kalender
from tasks.feil import BrukerFeil

DATOER = st.dates(date(kalender.FORSTE_AAR, 1, 1), date(kalender.SISTE_AAR, 12, 31))


def test_only_long_years_have_week_53() -> None:
    lange = [aar for aar in range(2020, 2038) if kalender.weeks_in_year(aar) == 53]
    assert lange == [2020, 2026, 2032, 2037]


def test_week_53_of_a_short_year_is_refused() -> None:
    with pytest.raises(ValueError, match="53"):
        kalender.week_start(2025, 53)


def test_week_1_may_begin_in_the_year_before_and_week_53_end_in_the_year_after() -> None:
    assert kalender.week_start(2026, 1) == date(2025, 12, 29)
    assert kalender.week_end(2026, 53) == date(2027, 1, 3)


@given(DATOER)
def test_every_date_lies_in_the_week_it_is_said_to_be_in(dato: date) -> None:
    iso = dato.isocalendar()
    assert kalender.week_start(iso.year, iso.week) <= dato <= kalender.week_end(iso.year, iso.week)
    assert kalender.week_of(dato) == iso.week


def test_whit_monday_on_17_may_is_one_day_off() -> None:
    assert len(kalender.public_holidays(2027)) == 11
    assert not kalender.is_working_day(date(2027, 5, 17))


def test_an_ordinary_sunday_is_no_public_holiday_and_no_working_day() -> None:
    assert date(2026, 11, 15) not in kalender.public_holidays(2026)
    assert not kalender.is_working_day(date(2026, 11, 15))


@given(DATOER.filter(lambda d: d < date(2100, 12, 20)))
def test_next_working_day_is_the_first_of_the_working_days_that_follow(dato: date) -> None:
    neste = kalender.working_day_on_or_after(dato)
    assert kalender.working_days(dato, dato + timedelta(days=14))[0] == neste
    assert kalender.working_day_on_or_before(neste) == neste


@given(DATOER, st.integers(-3, 60))
def test_working_days_are_days_that_are_working_days(fra: date, antall: int) -> None:
    til = fra + timedelta(days=min(antall, (date.max - fra).days))
    assert kalender.working_days(fra, til) == tuple(d for d in kalender.days(fra, til) if kalender.is_working_day(d))
    assert len(kalender.days(fra, til)) == max(0, (til - fra).days + 1)


@given(DATOER)
def test_a_deadline_moves_only_from_the_weekend_and_only_to_monday(dato: date) -> None:
    flyttet = kalender.weekend_to_monday(dato)
    assert flyttet == dato if dato.weekday() < 5 else (flyttet.weekday() == 0 and 1 <= (flyttet - dato).days <= 2)


@pytest.mark.parametrize(
    ("dato", "utc_time"), [(date(2026, 3, 27), 7), (date(2026, 3, 30), 6), (date(2026, 10, 26), 7)]
)
def test_a_run_starts_at_the_same_local_hour_in_summer_and_winter(dato: date, utc_time: int) -> None:
    tid = kalender.run_time(dato)
    assert tid.hour == 8
    assert (tid - (tid.utcoffset() or timedelta())).hour == utc_time


@pytest.mark.parametrize("aar", [1999, 2101])
def test_a_year_out_of_reach_is_refused_with_the_years_that_can_be_used(aar: int) -> None:
    with pytest.raises(BrukerFeil, match=r"ÅH-1203.*2000.*2100"):
        kalender.check_year(aar)


def test_windows_are_written_as_short_as_they_can_be_read() -> None:
    assert kalender.span_text(date(2026, 6, 8), date(2026, 6, 14)) == "8.–14. juni"
    assert kalender.span_text(date(2026, 4, 27), date(2026, 5, 3)) == "27. april – 3. mai"
    assert kalender.span_text(date(2026, 3, 15), date(2026, 3, 15)) == "15. mars"
    assert kalender.day_text(date(2026, 6, 15)) == "mandag 15. juni"


def test_every_year_has_52_or_53_weeks() -> None:
    alle = [kalender.weeks_in_year(aar) for aar in range(kalender.FORSTE_AAR, kalender.SISTE_AAR + 1)]
    assert set(alle) == {52, 53}


def test_every_weekday_and_month_has_its_name() -> None:
    uken = [kalender.day_text(dag) for dag in kalender.days(date(2026, 8, 31), date(2026, 9, 6))]
    assert uken == [
        *("mandag 31. august", "tirsdag 1. september", "onsdag 2. september", "torsdag 3. september"),
        *("fredag 4. september", "lørdag 5. september", "søndag 6. september"),
    ]
    assert [kalender.short_text(date(2026, maaned, 1))[3:] for maaned in range(1, 13)] == [
        *("januar", "februar", "mars", "april", "mai", "juni"),
        *("juli", "august", "september", "oktober", "november", "desember"),
    ]


def test_a_window_of_a_day_a_month_or_more_is_written_short() -> None:
    assert kalender.span_text(date(2026, 3, 15), date(2026, 3, 15)) == "15. mars"
    assert kalender.span_text(date(2026, 6, 8), date(2026, 6, 14)) == "8.–14. juni"
    assert kalender.span_text(date(2026, 4, 27), date(2026, 5, 3)) == "27. april – 3. mai"
    assert kalender.span_text(date(2025, 6, 1), date(2026, 6, 14)) == "1. juni – 14. juni"


def test_the_first_and_last_years_are_within_reach_and_the_next_are_not() -> None:
    for aar in (kalender.FORSTE_AAR, kalender.SISTE_AAR):
        assert kalender.check_year(aar) == aar
    for aar in (kalender.FORSTE_AAR - 1, kalender.SISTE_AAR + 1):
        with pytest.raises(BrukerFeil, match="ÅH-1203") as fanget:
            kalender.check_year(aar)
        assert all(str(tall) in str(fanget.value) for tall in (aar, kalender.FORSTE_AAR, kalender.SISTE_AAR))
