"""The proof of endurance, and that its judge sees what grows."""

from dataclasses import replace

import pytest

from tests.bevis import prove
from tests.utholdenhet.dom import judge
from tests.utholdenhet.maaling import Aarsslutt, slope

SLETTES_FRA = 2036


def years() -> list[Aarsslutt]:
    """Twenty years as they should be: memory that wavers, a register that grows until there is deletion."""
    return [
        Aarsslutt(
            2026 + nr, 500 + nr % 3, 9, 3, 10_000_000, {"fakta": 1000 * min(nr + 1, 11), "kjoring": 45 * (nr + 1)},
            40 * min(nr + 1, 11), 40 * max(0, nr - 10),
        )
        for nr in range(20)
    ]  # fmt: skip


@pytest.mark.usefixtures("om_natten")
def test_three_years_take_no_more_than_one() -> None:
    assert prove("utholdenhet", kort=True).brudd == ()


def test_years_as_they_should_be_are_not_complained_of() -> None:
    assert list(judge(years(), SLETTES_FRA)) == []


@pytest.mark.parametrize(
    ("felt", "verdi", "sagt"),
    [
        ("minne_mb", lambda nr, ett: ett.minne_mb + 4 * nr, "Minnet vokser"),
        ("apne_filer", lambda nr, ett: ett.apne_filer + (nr > 12), "åpne filer"),
        ("traader", lambda nr, ett: ett.traader + nr // 5, "tråder"),
        ("rader", lambda nr, ett: ett.rader | {"kjoring": 45 + 30 * nr**3}, "Ett år la til"),
        ("rader", lambda nr, ett: ett.rader | {"fakta": 1000 * (nr + 1)}, "opplysninger vokser fortsatt"),
        ("personer", lambda nr, _: 40 * (nr + 1), "personer vokser fortsatt"),
        ("slettet", lambda *_: 0, "Ingen er slettet"),
    ],
)
def test_what_grows_is_seen(felt: str, verdi: object, sagt: str) -> None:
    endret = [replace(ett, **{felt: verdi(nr, ett)}) for nr, ett in enumerate(years())]  # type: ignore[operator]
    assert any(sagt in brudd for brudd in judge(endret, SLETTES_FRA))


def test_the_slope_is_what_is_added_a_year() -> None:
    assert slope([3, 5, 7, 9]) == pytest.approx(2)
    assert slope([4, 4, 4]) == pytest.approx(0)
