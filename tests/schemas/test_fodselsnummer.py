"""The number rules, as a table and against python-stdnum. Ordinary numbers are only made at run time, never written."""

from collections.abc import Collection, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.no import fodselsnummer as stdnum

from schemas.fodselsnummer import GAMLE_RESTER, Idtype, birth_dates, classify, control_digits

FIKTIVE = ["000"]
NYE_RESTER = frozenset({0, 1, 2, 3})
TENOR = "14850699950"


def number(ni_siffer: str, rest: int = 0) -> str:
    """Return nine digits with their control digits."""
    return f"{ni_siffer}{control_digits(ni_siffer, rest)}"


def issued(dag: str, individ: int, rest: int) -> str:
    """Return the next number of the day whose first sum leaves ``rest``, counted down from ``individ``."""
    return next(number(f"{dag}{i:03}", rest) for i in range(individ, 0, -1) if control_digits(f"{dag}{i:03}", rest))


def kinds(numre: Sequence[str | None], rester: Collection[int] = GAMLE_RESTER) -> list[int]:
    """Classify a list."""
    return [int(art) for art in classify(pa.array(numre, pa.string()), FIKTIVE, rester)]


@pytest.mark.parametrize(
    ("nummer", "idtype"),
    [
        (number("140506999"), Idtype.ORDINAER),
        (number("540506999"), Idtype.D_NUMMER),
        (TENOR, Idtype.SYNTETISK),
        ("54850699944", Idtype.SYNTETISK),
        (number("144506999"), Idtype.SYNTETISK),
        (number("147006999"), Idtype.SYNTETISK),
        (number("544506999"), Idtype.SYNTETISK),
        ("14850600000", Idtype.FIKTIVT),
        ("54850600077", Idtype.FIKTIVT),
        (number("290200999"), Idtype.ORDINAER),
        (number("290201999"), Idtype.UGYLDIG_DATO),
        (number("290200499"), Idtype.UGYLDIG_DATO),
        (number("290254500"), Idtype.UGYLDIG_DATO),
        (number("140545700"), Idtype.UGYLDIG_DATO),
        (number("140560800"), Idtype.UGYLDIG_DATO),
        ("31820699950", Idtype.UGYLDIG_DATO),
        ("31820600000", Idtype.UGYLDIG_DATO),
        ("00850699950", Idtype.UGYLDIG_DATO),
        ("40850699950", Idtype.UGYLDIG_DATO),
        ("14930699950", Idtype.UGYLDIG_DATO),
        ("80850699950", Idtype.UGYLDIG_DATO),
        ("14850699951", Idtype.UGYLDIG_KONTROLL),
        ("14850699960", Idtype.UGYLDIG_KONTROLL),
        (None, Idtype.UGYLDIG_FORM),
        ("", Idtype.UGYLDIG_FORM),
        ("1485069995", Idtype.UGYLDIG_FORM),
        ("148506999500", Idtype.UGYLDIG_FORM),
        ("148506 9995", Idtype.UGYLDIG_FORM),
        ("1485069995/", Idtype.UGYLDIG_FORM),
        ("1485069995:", Idtype.UGYLDIG_FORM),
        ("148506999ø", Idtype.UGYLDIG_FORM),
        ("1485069995\uff10", Idtype.UGYLDIG_FORM),
    ],
)
def test_each_kind_of_number_is_told_apart(nummer: str | None, idtype: Idtype) -> None:
    assert kinds([nummer]) == [idtype]
    assert kinds([TENOR, nummer, TENOR]) == [Idtype.SYNTETISK, idtype, Idtype.SYNTETISK]


FRA_2032 = [
    (issued("148506", 999, 1), Idtype.SYNTETISK),
    (issued("148506", 997, 2), Idtype.SYNTETISK),
    (issued("148506", 998, 3), Idtype.SYNTETISK),
    (issued("028132", 999, 1), Idtype.SYNTETISK),
    (issued("548506", 999, 1), Idtype.SYNTETISK),
    (issued("144506", 999, 1), Idtype.SYNTETISK),
    (issued("147006", 998, 2), Idtype.SYNTETISK),
    (issued("140506", 999, 1), Idtype.ORDINAER),
    (issued("540506", 997, 2), Idtype.D_NUMMER),
    # The individual digits say no century, so no year is missing one.
    (issued("148545", 701, 0), Idtype.SYNTETISK),
    (issued("148545", 701, 1), Idtype.SYNTETISK),
    (issued("298200", 498, 1), Idtype.SYNTETISK),
]
"""Numbers that only the rule from 2032 knows."""


@pytest.mark.parametrize(("nummer", "idtype"), FRA_2032)
def test_a_number_of_2032_is_valid_by_the_new_rule_and_by_no_older(nummer: str, idtype: Idtype) -> None:
    assert kinds([TENOR, nummer], NYE_RESTER) == [Idtype.SYNTETISK, idtype]
    assert kinds([TENOR, nummer])[1] in {Idtype.UGYLDIG_KONTROLL, Idtype.UGYLDIG_DATO}


@pytest.mark.parametrize("nummer", [nummer for nummer, _ in FRA_2032])
def test_a_number_of_2032_tells_no_date_of_birth(nummer: str) -> None:
    assert birth_dates(pa.array([nummer, TENOR]), FIKTIVE).astype(str).tolist() == ["NaT", "2006-05-14"]


@pytest.mark.parametrize(
    ("nummer", "idtype"),
    [
        (TENOR, Idtype.SYNTETISK),
        ("14850600000", Idtype.FIKTIVT),
        (issued("148506", 999, 4), Idtype.UGYLDIG_KONTROLL),
        (issued("148506", 997, 10), Idtype.UGYLDIG_KONTROLL),
        (issued("148545", 701, 1)[:10] + "x", Idtype.UGYLDIG_FORM),
        (issued("318206", 999, 1), Idtype.UGYLDIG_DATO),
        (issued("298201", 998, 1), Idtype.UGYLDIG_DATO),
        (issued("298202", 998, 1), Idtype.UGYLDIG_DATO),
        (issued("149306", 998, 1), Idtype.UGYLDIG_DATO),
        (f"{number('148506999', 1)[:10]}{(int(number('148506999', 1)[10]) + 1) % 10}", Idtype.UGYLDIG_KONTROLL),
        ("14854570100", Idtype.UGYLDIG_KONTROLL),
    ],
)
def test_the_rule_of_2032_keeps_what_held_and_refuses_what_is_wrong(nummer: str, idtype: Idtype) -> None:
    assert kinds([nummer], NYE_RESTER) == [idtype]


def test_the_new_rule_gives_four_first_digits_and_still_none_that_is_ten() -> None:
    begynnelse = next(f"148506{i}" for i in range(500, 999) if control_digits(f"148506{i}", 1) is None)
    alle = [f"{begynnelse}{siste:02}" for siste in range(100)]
    gyldige = [n for n, art in zip(alle, kinds(alle, NYE_RESTER), strict=True) if art == Idtype.SYNTETISK]
    assert gyldige == sorted(number(begynnelse, rest) for rest in NYE_RESTER if control_digits(begynnelse, rest))
    assert 0 < len(gyldige) < len(NYE_RESTER)


@given(st.integers(1, 28), st.integers(81, 92), st.integers(0, 99), st.integers(1, 999), st.integers(0, 99))
def test_the_new_rule_is_the_published_formula(dag: int, maaned: int, aar: int, individ: int, kontroll: int) -> None:
    nummer = f"{dag:02}{maaned:02}{aar:02}{individ:03}{kontroll:02}"
    sifre = [int(tegn) for tegn in nummer]
    sum_1 = sum(v * s for v, s in zip((3, 7, 6, 1, 8, 9, 4, 5, 2), sifre, strict=False)) % 11
    sum_2 = sum(v * s for v, s in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2), sifre, strict=False)) % 11
    k1, k2 = {(elleve - sum_1) % 11 for elleve in (11, 12, 13, 14)} - {10}, (11 - sum_2) % 11
    assert (kinds([nummer], NYE_RESTER) == [Idtype.SYNTETISK]) == (sifre[9] in k1 and sifre[10] == k2)


def test_without_the_county_s_set_no_number_is_fictitious() -> None:
    assert classify(pa.array(["14850600000"]), []).tolist() == [Idtype.UGYLDIG_KONTROLL]


@pytest.mark.parametrize(
    "kolonne",
    [
        pa.array(["x", TENOR, None, "kort", "x"]).slice(1, 3),
        pa.array(["x", TENOR, None, "kort"], pa.large_string()).slice(1),
        pa.array([TENOR, None, "kort"]).dictionary_encode(),
        pa.array([TENOR, None, "kort"], pa.string_view()),
        pa.chunked_array([[TENOR], [], [None, "kort"]]),
    ],
    ids=["slice", "large_string", "dictionary", "string_view", "chunks"],
)
def test_every_arrow_layout_gives_the_same_answer(kolonne: pa.Array | pa.ChunkedArray) -> None:
    assert classify(kolonne, FIKTIVE).tolist() == [Idtype.SYNTETISK, Idtype.UGYLDIG_FORM, Idtype.UGYLDIG_FORM]
    assert birth_dates(kolonne).astype(str).tolist() == ["2006-05-14", "NaT", "NaT"]


@pytest.mark.parametrize(
    "kolonne", [pa.array([], pa.string()), pa.array([], pa.null()), pa.chunked_array([], pa.string())]
)
def test_an_empty_column_gives_an_empty_answer(kolonne: pa.Array | pa.ChunkedArray) -> None:
    assert classify(kolonne, FIKTIVE).shape == birth_dates(kolonne).shape == (0,)


def test_only_nulls_are_all_without_form() -> None:
    assert classify(pa.nulls(3), FIKTIVE).tolist() == [0, 0, 0]


def test_a_column_longer_than_a_block_keeps_its_order() -> None:
    mange = classify(pa.array(([TENOR] * 40_000) + [""] + ([TENOR] * 30_000) + ["14850699951"]), FIKTIVE)
    assert np.flatnonzero(mange != Idtype.SYNTETISK).tolist() == [40_000, 70_001]


@pytest.mark.parametrize(
    ("nummer", "fodt"),
    [
        (TENOR, "2006-05-14"),
        ("54850699944", "2006-05-14"),
        (number("140560499"), "1960-05-14"),
        (number("140560999"), "1960-05-14"),
        (number("140560700"), "1860-05-14"),
        (number("147006999"), "2006-05-14"),
        ("14850600000", "NaT"),
        ("14850699951", "2006-05-14"),
        ("14850699960", "NaT"),
        ("31820699950", "NaT"),
        (number("140545700"), "NaT"),
    ],
)
def test_the_birth_date_follows_the_century_rule(nummer: str, fodt: str) -> None:
    assert birth_dates(pa.array([nummer])).astype(str).tolist() == [fodt]


def test_a_fictitious_number_is_read_in_this_century_when_it_is_known_as_one() -> None:
    assert birth_dates(pa.array(["14850600000", "14859900000"]), FIKTIVE).astype(str).tolist() == [
        "2006-05-14",
        "1999-05-14",
    ]


def test_control_digits_refuse_what_has_none_and_never_repeat_the_number() -> None:
    assert control_digits("148506999") == "50"
    assert None in {control_digits(f"148506{individ}") for individ in range(500, 600)}
    with pytest.raises(ValueError, match="Nine digits are needed") as feil:
        control_digits("14850699x")
    assert "1485" not in str(feil.value)


@st.composite
def almost_numbers(draw: st.DrawFn) -> str:
    """Draw eleven digits that are often right; years that are over for certain, so that stdnum needs no clock."""
    dag = draw(st.one_of(st.integers(1, 28), st.integers(41, 68), st.integers(0, 99)))
    maaned = draw(st.one_of(st.integers(1, 12), st.integers(0, 40)))
    aar = draw(st.one_of(st.integers(0, 20), st.integers(40, 99)))
    ni_siffer = f"{dag:02}{maaned:02}{aar:02}{draw(st.integers(1, 999)):03}"
    vilkaarlig = f"{draw(st.integers(0, 99)):02}"
    return ni_siffer + (draw(st.sampled_from([control_digits(ni_siffer), vilkaarlig])) or vilkaarlig)


@given(st.lists(almost_numbers(), max_size=30))
def test_ordinary_and_d_numbers_agree_with_stdnum(numre: list[str]) -> None:
    arter = kinds(numre)
    datoer = birth_dates(pa.array(numre, pa.string())).tolist()
    assert [art in (Idtype.ORDINAER, Idtype.D_NUMMER) for art in arter] == [stdnum.is_valid(n) for n in numre]
    for nummer, art, dato in zip(numre, arter, datoer, strict=True):
        if stdnum.is_valid(nummer):
            assert (art == Idtype.D_NUMMER) == (nummer[0] >= "4")
            assert dato == stdnum.get_birth_date(nummer)


@given(st.dates(date(1940, 1, 1), date(2020, 12, 31)), st.integers(0, 999), st.booleans())
def test_every_number_stdnum_takes_for_a_day_is_ours_too(dag: date, individ: int, er_d: bool) -> None:
    ni_siffer = f"{dag.day + 40 * er_d:02}{dag:%m%y}{individ:03}"
    nummer = ni_siffer + (control_digits(ni_siffer) or "00")
    ventet = Idtype.D_NUMMER if er_d else Idtype.ORDINAER
    assert (kinds([nummer]) == [ventet]) == (stdnum.is_valid(nummer) and individ != 0)


@given(st.lists(almost_numbers(), max_size=30))
def test_what_the_older_rule_takes_the_new_one_takes_as_the_same(numre: list[str]) -> None:
    for foer, etter in zip(kinds(numre), kinds(numre, NYE_RESTER), strict=True):
        assert etter == foer or foer in {Idtype.UGYLDIG_KONTROLL, Idtype.UGYLDIG_DATO}
