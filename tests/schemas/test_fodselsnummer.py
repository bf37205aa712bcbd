"""The number rules, as a table and against python-stdnum. Ordinary numbers are only made at run time, never written."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.no import fodselsnummer as stdnum

from schemas.fodselsnummer import Idtype, birth_dates, classify, control_digits

FIKTIVE = ["000"]
TENOR = "14850699950"


def number(ni_siffer: str) -> str:
    """Return nine digits with their control digits."""
    return f"{ni_siffer}{control_digits(ni_siffer)}"


def kinds(numre: Sequence[str | None]) -> list[int]:
    """Classify a list."""
    return [int(art) for art in classify(pa.array(numre, pa.string()), FIKTIVE)]


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
        ("14850600000", "1906-05-14"),
        ("14850699951", "2006-05-14"),
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
    gyldige = [art in (Idtype.ORDINAER, Idtype.D_NUMMER) for art in kinds(numre)]
    datoer = birth_dates(pa.array(numre, pa.string())).tolist()
    assert gyldige == [stdnum.is_valid(nummer) for nummer in numre]
    assert datoer == [_stdnum_date(nummer) for nummer in numre]


def _stdnum_date(nummer: str) -> date | None:
    try:
        return stdnum.get_birth_date(nummer)
    except stdnum.InvalidComponent:
        return None
