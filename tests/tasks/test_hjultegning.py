"""The wheel as a picture: sound XML, heard as well as seen, the same every time."""

import base64
import re
from datetime import date
from itertools import combinations
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.arshjul import Radvalg
from tasks import kalender
from tasks.arshjul import wheel
from tasks.hjul.tilstand import Tilstand
from tasks.hjultegning import _place, as_image, draw

SVG = "{http://www.w3.org/2000/svg}"


ALLE_TILSTANDER = {d.rad.rad: list(Tilstand)[nr % len(Tilstand)] for nr, d in enumerate(wheel(2026))}


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


def test_how_a_row_stands_is_told_in_words_and_by_a_symbol_and_what_the_symbols_mean_is_told_too() -> None:
    rot = ET.fromstring(draw(wheel(2026), 2026, None, ALLE_TILSTANDER))
    for rad, tilstand in zip(rows(ET.tostring(rot, "unicode")), ALLE_TILSTANDER.values(), strict=True):
        assert f"tilstand: {tilstand}." in (rad.findtext(f"{SVG}desc") or "")
    brukt = [bruk.get("href", "") for bruk in rot.iter(f"{SVG}use")]
    finnes = {f"#{del_.get('id')}" for del_ in rot.iter(f"{SVG}g") if del_.get("id", "").startswith("hjul-symbol-")}
    assert set(brukt) == finnes
    assert len(brukt) == 30 + len(Tilstand)
    tekster = [tekst.text for tekst in rot.iter(f"{SVG}text")]
    assert {tilstand.capitalize() for tilstand in Tilstand} <= set(tekster)


def test_without_states_the_picture_is_the_one_of_the_dates_alone() -> None:
    assert draw(wheel(2026), 2026, None, {}) == draw(wheel(2026), 2026)
    assert "hjul-symbol" not in draw(wheel(2026), 2026)


def test_without_the_list_the_wheel_is_alone_and_square() -> None:
    rot = ET.fromstring(draw(wheel(2026), 2026, liste=False))
    _, _, bredde, hoyde = (rot.get("viewBox") or "").split()
    assert bredde == hoyde
    assert not any(rect.get("rx") for rect in rot.iter(f"{SVG}rect"))


@settings(max_examples=4, deadline=None)
@given(st.integers(kalender.FORSTE_AAR, kalender.SISTE_AAR))
def test_as_an_image_it_is_small_and_whole_in_every_year(aar: int) -> None:
    svg = draw(wheel(aar), aar, date(aar, 11, 22), ALLE_TILSTANDER, liste=False)
    bilde = as_image(svg)
    assert len(bilde) <= 40_000
    rot = ET.fromstring(base64.b64decode(bilde.partition(",")[2]))
    assert len(list(rot.iter(f"{SVG}use"))) == 30 + len(Tilstand)
    klasser = {navn for del_ in rot.iter() for navn in del_.get("class", "").split()}
    assert klasser - {"hnr-hvit"} <= set(re.findall(r"\.([\w-]+)", rot.findtext(f"{SVG}style") or ""))


@settings(max_examples=20, deadline=None)
@given(st.integers(kalender.FORSTE_AAR, kalender.SISTE_AAR))
def test_in_every_year_no_two_rows_lie_on_each_other(aar: int) -> None:
    for en, annen in combinations(_place(wheel(aar), aar), 2):
        assert en.bane != annen.bane or en.til <= annen.fra or annen.til <= en.fra
    assert len(rows(draw(wheel(aar), aar))) == 30
