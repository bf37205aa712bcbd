"""The calendar file: read back by the standard's own parser, with the right days, hours and reminders."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from tasks.arbeid.kalenderfil import Hendelse, calendar
from tasks.kalender import OSLO, is_working_day, working_day_on_or_before

LAGET = datetime(2026, 11, 2, 8, tzinfo=OSLO)
FRIST = Hendelse("R05-13-2026", "Gjennomgang", date(2026, 12, 18), "46 oppgaver")


def read(*hendelser: Hendelse, laget: datetime = LAGET) -> Any:
    return Calendar.from_ical(calendar("R05", hendelser, laget))


def only(*hendelser: Hendelse, laget: datetime = LAGET) -> Any:
    (hendelse,) = read(*hendelser, laget=laget).walk("VEVENT")
    return hendelse


def reminder(hendelse: Hendelse) -> datetime:
    (alarm,) = only(hendelse).walk("VALARM")
    tid: datetime = alarm.decoded("trigger")
    return tid.astimezone(OSLO)


def test_a_deadline_is_a_whole_day_that_takes_no_time() -> None:
    hendelse = only(FRIST)
    assert (hendelse.decoded("dtstart"), hendelse.decoded("dtend")) == (date(2026, 12, 18), date(2026, 12, 19))
    assert (str(hendelse["summary"]), str(hendelse["transp"])) == ("Gjennomgang", "TRANSPARENT")
    assert str(hendelse["description"]) == "46 oppgaver"


@pytest.mark.parametrize(
    ("dag", "forskyvning"), [(date(2026, 3, 28), 1), (date(2026, 3, 30), 2), (date(2026, 10, 26), 1)]
)
def test_a_meeting_is_at_its_hour_in_oslo_summer_or_winter(dag: date, forskyvning: int) -> None:
    start = only(Hendelse("m1", "Avklaringsmøte, Demo vgs", dag, "", time(9, 30), er_frist=False)).decoded("dtstart")
    assert start == datetime.combine(dag, time(9, 30), tzinfo=OSLO)
    assert start.utcoffset() == timedelta(hours=forskyvning)


def test_the_time_zone_is_told_with_its_summer_time_where_there_is_an_hour() -> None:
    med = read(Hendelse("m1", "Møte", date(2026, 3, 30), "", time(9), er_frist=False))
    assert [str(sone["tzid"]) for sone in med.walk("VTIMEZONE")] == ["Europe/Oslo"]
    assert med.walk("DAYLIGHT")


@pytest.mark.parametrize(
    ("dag", "dagen_foer"),
    [
        (date(2026, 12, 18), date(2026, 12, 17)),
        (date(2026, 12, 28), date(2026, 12, 23 + 1)),  # Monday after Christmas: the 24th is no public holiday
        (date(2027, 1, 4), date(2026, 12, 31)),  # week 53 of 2026 ends on 3 January
        (date(2026, 3, 30), date(2026, 3, 27)),  # the clock is set forward in between
        (date(2026, 4, 7), date(2026, 4, 1)),  # after Easter
    ],
)
def test_the_reminder_comes_at_eight_on_the_last_working_day_before(dag: date, dagen_foer: date) -> None:
    assert reminder(Hendelse("x", "Frist", dag)) == datetime.combine(dagen_foer, time(8), tzinfo=OSLO)


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_a_reminder_is_always_before_on_a_working_day_and_no_working_day_lies_between(dag: date) -> None:
    tid = reminder(Hendelse("x", "Frist", dag))
    assert is_working_day(tid.date())
    assert tid.hour == 8
    assert tid.date() == working_day_on_or_before(dag - timedelta(days=1)) < dag


def test_told_again_it_is_the_same_event_and_newer() -> None:
    foer, etter = only(FRIST), only(FRIST, laget=LAGET + timedelta(hours=1))
    assert foer["uid"] == etter["uid"] == "R05-13-2026@arshjul.invalid"
    assert etter["sequence"] > foer["sequence"]
    assert foer.decoded("dtstamp") == LAGET.astimezone(UTC)


def test_the_same_gives_the_same_bytes_whatever_order_it_is_given_in() -> None:
    to = Hendelse("a", "Møte", date(2026, 12, 1), "", time(9), er_frist=False), FRIST
    assert calendar("R05", to, LAGET) == calendar("R05", to[::-1], LAGET)


@pytest.mark.parametrize("tekst", ["a,b;c\\d", "to\nlinjer", "END:VEVENT\r\nBEGIN:VTODO", "æøå " * 60])
def test_no_text_can_become_anything_else_in_the_file(tekst: str) -> None:
    hendelse = only(Hendelse("x", tekst, date(2026, 12, 1), tekst))
    assert str(hendelse["description"]) == tekst.replace("\r\n", "\n")
    assert len(read(Hendelse("x", tekst, date(2026, 12, 1), tekst)).subcomponents) == 1


def test_the_lines_are_as_short_as_the_standard_has_them() -> None:
    linjer = calendar("R05", [Hendelse("x", "æøå " * 90, date(2026, 12, 1))], LAGET).split(b"\r\n")
    assert max(map(len, linjer)) <= 75
