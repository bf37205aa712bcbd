"""What a cell shows and what it means when it comes back."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.karantenebok import Bokrad, Nokkel, is_same, meant, parse_key, shown, shown_row
from tasks.formater import find_format
from tasks.karantenebok import Ark, write_workbook
from tasks.retteark import read_workbook

FORMAT = find_format("questback_svar")
RARE = [
    "_x0041_",
    "_x005F_x0041_",
    "_x000D_",
    "=1+1",
    " a ",
    "a\r\nb",
    "\ufeff",
    "A\u030a",
    "A" * 40_000,
    "1e5",
    "007",
    "",
]


def round_trip(tekster: list[str]) -> list[tuple[str, str]]:
    """What is shown of each text, and what the cell holds when the workbook is read again."""
    rader = [
        Bokrad(Nokkel("a" * 64, nr, 0), "f.csv", (("token", "ÅH-2161"),), {"kommentar": tekst}, "", frozenset())
        for nr, tekst in enumerate(tekster)
    ]
    lest = read_workbook(write_workbook([Ark(FORMAT, rader)], "T", "k", datetime(2026, 4, 27)))  # noqa: DTZ001
    assert lest is not None
    vist = [shown_row(rad.verdier, FORMAT)["kommentar"] for rad in rader]
    return list(zip(vist, [str(rad.celler["Kommentar"]) for rad in lest[1]], strict=True))


@pytest.mark.parametrize("tekst", RARE)
def test_a_cell_nobody_has_touched_says_what_was_shown(tekst: str) -> None:
    assert all(is_same(celle, vist) for vist, celle in round_trip([tekst]))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=20))
def test_whatever_a_text_holds_its_cell_is_the_same_when_it_comes_back(tekster: list[str]) -> None:
    assert all(is_same(celle, vist) for vist, celle in round_trip(tekster))


@pytest.mark.parametrize(("celle", "vist"), [("a", "b"), ("a ", "a"), ("", "a"), ("A", "a"), ("07", "7")])
def test_a_change_is_a_change_however_small(celle: str, vist: str) -> None:
    assert not is_same(celle, vist)


def test_a_key_is_read_back_and_nothing_else_is_one() -> None:
    nokkel = Nokkel("0" * 64, 17, 3)
    assert parse_key(f" {nokkel} ") == nokkel
    assert {parse_key(tekst) for tekst in ("", "17", "0" * 64, f"{'g' * 64}:1:0", f"{nokkel}:1")} == {None}


@pytest.mark.parametrize("celle", ["(skjermet)", "Å\ufffde", shown("A" * 40_000)])
def test_what_only_stands_for_a_value_is_none(celle: str) -> None:
    assert "\x1a" in meant(celle)


def test_a_value_somebody_wrote_is_itself() -> None:
    assert meant("Åse (Mor)") == "Åse (Mor)"
