"""The column rules against the plain way of saying the same."""

import re
from datetime import date

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.kontroll import check, is_filled, is_printable, is_printable_text, mask_of, matches, parse_date

USYNLIGE = "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd-\uffff"
STYRETEGN = re.compile(f"[\x00-\x1f{USYNLIGE}]")
STYRETEGN_I_FRITEKST = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f{USYNLIGE}]")
TEGN = "aå«°\t\n\x1f\x20\x7e\x7f\x80\x9f\xa0\u061b\u061c\u2013\u200e\u200d\u2028\u202e\u2065\u2069\ufeff\ufffd"
TEKST = st.text(st.sampled_from(TEGN), max_size=4)


@given(st.lists(TEKST, max_size=8), st.integers(0, 3), st.booleans())
def test_printable_is_found_in_the_bytes_as_it_is_text_by_text(tekster, fra, i_biter):
    kolonne = pa.array(tekster, pa.string()).slice(fra)
    if i_biter:
        kolonne = pa.chunked_array([kolonne.slice(0, 2), kolonne.slice(2)])
    assert is_printable(kolonne).to_pylist() == [STYRETEGN.search(tekst) is None for tekst in tekster[fra:]]
    i_fritekst = [STYRETEGN_I_FRITEKST.search(tekst) is None for tekst in tekster[fra:]]
    assert is_printable_text(kolonne).to_pylist() == i_fritekst


@given(st.lists(TEKST, max_size=8))
def test_a_repeating_column_is_judged_as_any_other(tekster):
    serie = pd.Series(tekster, dtype="str")
    for regel in (is_printable, is_filled, matches("a+")):
        assert mask_of(regel, serie).tolist() == mask_of(regel, serie.astype("category")).tolist()


def test_a_missing_text_passes_nothing():
    for dtype in ("str", "category", pd.ArrowDtype(pa.string())):
        assert mask_of(is_filled, pd.Series(["a", None], dtype=dtype)).tolist() == [True, False]


@pytest.mark.parametrize(
    ("tekst", "monster", "svar"),
    [("3116", r"\d{4}", True), ("3116\n", r"\d{4}", False), ("\u0663116", r"\d{4}", False), ("ab", "a|b", False)],
)
def test_a_form_is_of_the_whole_text_and_digits_are_0_to_9(tekst, monster, svar):
    assert matches(monster)(pa.array([tekst])).to_pylist() == [svar]


@pytest.mark.parametrize(
    ("tekst", "dato"),
    [
        ("28.02.2026", date(2026, 2, 28)),
        ("29.02.2026", None),
        ("1.2.2026", None),
        ("01.02.26", None),
        (" 01.02.2026", None),
    ],
)
def test_a_date_is_exactly_as_the_format_writes_it(tekst, dato):
    assert parse_date(tekst, "%d.%m.%Y") == dato


def test_a_check_answers_pandera_with_one_bool_and_keeps_the_rows():
    sjekk = check("ÅH-2102", is_printable)
    assert sjekk(pd.Series(["a", "\x07"], dtype="str")).check_output is False
    assert sjekk.statistics["kontroll"].darlige.tolist() == [False, True]
