"""The wheel as a picture: sound XML, heard as well as seen, the same every time."""

import re
from datetime import date
from itertools import combinations
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.arshjul import Radvalg
from tasks import kalender
from tasks.arshjul import wheel
from tasks.hjultegning import _place, draw

SVG = "{http://www.w3.org/2000/svg}"


def rows(svg: str) -> list[ET.Element]:
    return [g for g in ET.fromstring(svg).iter(f"{SVG}g") if g.get("id", "").startswith("hjul-rad-")]


def test_every_row_has_its_own_title_and_description_that_its_label_points_to() -> None:
    funnet = rows(draw(wheel(2026), 2026))
    assert len(funnet) == 30
    for rad in funnet:
        navn = [del_.get("id") for del_ in (rad.find(f"{SVG}title"), rad.find(f"{SVG}desc")) if del_ is not None]
        assert rad.get("role") == "img"
        assert (rad.get("aria-labelledby") or "").split() == navn


def test_the_whole_has_a_title_and_a_description() -> None:
    rot = ET.fromstring(draw(wheel(2026), 2026))
    assert rot.findtext(f"{SVG}title") == "Årshjul 2026"
    assert "30 rutiner" in (rot.findtext(f"{SVG}desc") or "")


def test_the_same_dates_give_the_same_bytes() -> None:
    assert draw(wheel(2026), 2026, date(2026, 6, 8)) == draw(wheel(2026), 2026, date(2026, 6, 8))


def test_nothing_is_fetched_and_nothing_runs() -> None:
    svg = draw(wheel(2026), 2026, date(2026, 6, 8)).replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|<script|<image|<a |@import|@font-face|\bon\w+=", svg)


def test_the_marker_is_drawn_only_for_a_day_of_the_year() -> None:
    assert "8. juni</text>" in draw(wheel(2026), 2026, date(2026, 6, 8))
    assert draw(wheel(2026), 2026, date(2027, 6, 8)) == draw(wheel(2026), 2026)


def test_a_skipped_row_is_drawn_as_skipped_and_said_to_be() -> None:
    svg = draw(wheel(2026, [Radvalg("8", 2026, "Lastes i uke 18", hopp_over=True)]), 2026)
    assert svg.count("hoppes over i år") == 1


def test_a_window_into_next_year_ends_with_the_year() -> None:
    ET.fromstring(draw(wheel(2026, [Radvalg("21", 2026, "Skoleåret", til=date(2027, 6, 18))]), 2026))


@settings(max_examples=20, deadline=None)
@given(st.integers(kalender.FORSTE_AAR, kalender.SISTE_AAR))
def test_in_every_year_no_two_rows_lie_on_each_other(aar: int) -> None:
    for en, annen in combinations(_place(wheel(aar), aar), 2):
        assert en.bane != annen.bane or en.til <= annen.fra or annen.til <= en.fra
    assert len(rows(draw(wheel(aar), aar))) == 30
