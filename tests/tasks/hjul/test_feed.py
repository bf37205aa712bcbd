"""The wheel in a calendar: whole days, ids that stay, skipped rows left out."""

from datetime import date
from typing import Any

import pytest
from icalendar import Calendar

from schemas.arshjul import Radvalg
from tasks.arshjul import wheel
from tasks.hjul import feed
from tests.tasks.conftest import at

NAA = at("2026-05-11T08:00")


def events(fil: bytes) -> dict[str, Any]:
    return {str(en["uid"]): en for en in Calendar.from_ical(fil).walk("VEVENT")}


def test_every_row_has_its_window_and_its_deadlines_as_whole_days() -> None:
    funnet = events(feed.calendar("Prøve", wheel(2026), NAA))
    assert len([uid for uid in funnet if "-vindu@" in uid]) == 30
    uke20 = funnet["14-brev-ikkesokere-2026-vindu@arshjul.invalid"]
    assert (uke20.decoded("dtstart"), uke20.decoded("dtend")) == (date(2026, 5, 11), date(2026, 5, 18))
    frist = funnet["20-overforing-udir-juni-2026-frist@arshjul.invalid"]
    assert (frist.decoded("dtstart"), frist.decoded("dtend")) == (date(2026, 6, 15), date(2026, 6, 16))
    assert str(frist["summary"]).startswith("Frist: 20 · ")


def test_a_moved_window_keeps_its_id_and_a_skipped_row_is_gone() -> None:
    valg = [
        Radvalg("14", 2026, "Senere", fra=date(2026, 5, 18), til=date(2026, 5, 22)),
        Radvalg("16", 2026, "Nei", hopp_over=True),
    ]
    funnet = events(feed.calendar("Prøve", wheel(2026, valg), NAA))
    assert funnet["14-brev-ikkesokere-2026-vindu@arshjul.invalid"].decoded("dtstart") == date(2026, 5, 18)
    assert not any(uid.startswith("16-") for uid in funnet)


def test_a_file_is_made_anew_only_when_the_dates_or_the_county_change() -> None:
    fil = feed.calendar("Prøve", wheel(2026), NAA)
    assert feed.is_made(fil, "Prøve", wheel(2026))
    assert not feed.is_made(fil, "Annet", wheel(2026))
    assert not feed.is_made(fil, "Prøve", wheel(2026, [Radvalg("16", 2026, "Nei", hopp_over=True)]))


@pytest.mark.parametrize("aar", [2026, 2027])
def test_a_line_break_or_a_comma_in_a_text_is_no_new_line_of_the_file(aar: int) -> None:
    for en in events(feed.calendar("X\r\nEND:VCALENDAR", wheel(aar), NAA)).values():
        assert "\n" not in str(en["summary"])
