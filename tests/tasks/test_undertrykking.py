"""Small numbers are hidden, and nothing that is shown gives a hidden one away: asked of a solver that is not ours."""

from collections.abc import Iterator
from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tasks.undertrykking import Ligning, Smaatall, limits, revealed, suppress

Celle = tuple[int, int]
ALLE = -1
REGEL = Smaatall(5, null_vises=True)
REGLER = [REGEL, Smaatall(5, null_vises=False), Smaatall(3, null_vises=True)]


def table(rader: list[list[int]]) -> tuple[dict[Celle, int], list[Ligning[Celle]]]:
    """A table with its sums: row or column ALLE is the total."""
    tall = {(r, k): verdi for r, rad in enumerate(rader) for k, verdi in enumerate(rad)}
    bredde = range(len(rader[0]))
    tall |= {(r, ALLE): sum(rad) for r, rad in enumerate(rader)}
    tall |= {(ALLE, k): sum(rad[k] for rad in rader) for k in bredde} | {(ALLE, ALLE): sum(map(sum, rader))}
    ligninger = [Ligning((r, ALLE), tuple((r, k) for k in bredde)) for r in (*range(len(rader)), ALLE)]
    ligninger += [Ligning((ALLE, k), tuple((r, k) for r in range(len(rader)))) for k in (*bredde, ALLE)]
    return tall, ligninger


def spans(tall: dict[Celle, int], ligninger: list[Ligning[Celle]], skjult: frozenset[Celle], minst: int) -> Iterator:
    """The least and the most each hidden number can be, by everything shown (a table's bounds are whole numbers)."""
    ukjente = sorted(skjult)
    koeff = np.array([[sum(d == u for d in lig.deler) - (lig.sum_ == u) for u in ukjente] for lig in ligninger])
    hoyre = koeff @ np.array([tall[u] for u in ukjente])
    for nr, celle in enumerate(ukjente):
        vekter = np.eye(len(ukjente))[nr]
        ende = [linprog(tegn * vekter, A_eq=koeff, b_eq=hoyre, bounds=(minst, 10_000)) for tegn in (1, -1)]
        yield celle, round(ende[0].fun, 6), round(-ende[1].fun, 6)


tabeller = st.integers(1, 4).flatmap(
    lambda bredde: st.lists(
        st.lists(st.integers(0, 9) | st.integers(0, 60), min_size=bredde, max_size=bredde), min_size=1, max_size=4
    )
)


@given(rader=tabeller, regel=st.sampled_from(REGLER))
@settings(max_examples=150, deadline=None)
def test_no_hidden_number_can_be_worked_out_from_what_is_shown(rader: list[list[int]], regel: Smaatall) -> None:
    tall, ligninger = table(rader)
    skjult = suppress(tall, ligninger, regel)
    assert [celle for celle, minst, mest in spans(tall, ligninger, skjult, regel.minst) if mest - minst < 1] == []


@given(rader=tabeller, regel=st.sampled_from(REGLER))
@settings(max_examples=150, deadline=None)
def test_no_small_number_is_shown_and_none_is_what_a_total_leaves(rader: list[list[int]], regel: Smaatall) -> None:
    tall, ligninger = table(rader)
    skjult = suppress(tall, ligninger, regel)
    assert not [celle for celle, antall in tall.items() if celle not in skjult and regel.is_small(antall)]
    for ligning in ligninger:
        rest = [celle for celle in ligning.deler if celle in skjult]
        if rest and ligning.sum_ not in skjult:
            igjen = tall[ligning.sum_] - sum(tall[celle] for celle in ligning.deler if celle not in skjult)
            assert igjen >= regel.grense
            assert len(rest) > 1


@given(rader=tabeller, lav=st.integers(2, 6), hoyere=st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_what_a_lower_limit_calls_small_is_hidden_by_a_higher_one_too(
    rader: list[list[int]], lav: int, hoyere: int
) -> None:
    tall, ligninger = table(rader)
    smaa = {celle for celle, antall in tall.items() if Smaatall(lav, null_vises=True).is_small(antall)}
    assert smaa <= suppress(tall, ligninger, Smaatall(lav + hoyere, null_vises=True))


def fillings(tall: dict[Celle, int], ligninger: list[Ligning[Celle]], skjult: frozenset[Celle]) -> Iterator:
    """Every way to fill the hidden cells with whole numbers up to 12 that agrees with what is shown."""
    for gjetning in product(range(1, 13), repeat=len(skjult)):
        mulig = tall | dict(zip(sorted(skjult), gjetning, strict=True))
        if all(mulig[lig.sum_] == sum(mulig[del_] for del_ in lig.deler) for lig in ligninger):
            yield mulig


@pytest.mark.parametrize("rader", [[[3, 8, 30], [7, 9, 30]], [[4, 5, 9], [9, 9, 9]], [[1, 0, 8], [0, 7, 6]]])
def test_trying_every_number_leaves_more_than_one_for_each_hidden_cell(rader: list[list[int]]) -> None:
    tall, ligninger = table(rader)
    skjult = suppress(tall, ligninger, REGEL)
    assert 0 < len(skjult) <= 5
    mulige = list(fillings(tall, ligninger, skjult))
    assert all(len({mulig[celle] for mulig in mulige}) > 1 for celle in skjult)


def test_a_table_of_large_numbers_and_zeros_is_shown_whole() -> None:
    assert suppress(*table([[600, 273], [0, 31]]), REGEL) == frozenset()


def test_one_small_number_takes_the_smallest_three_with_it_and_every_total_stays() -> None:
    skjult = suppress(*table([[3, 20, 30], [40, 50, 60], [70, 80, 90]]), REGEL)
    assert skjult == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_two_small_numbers_that_leave_a_small_rest_take_another_with_them() -> None:
    assert suppress(*table([[1, 1, 9, 40]]), REGEL) >= {(0, 0), (0, 1), (0, 2)}


def test_five_ones_are_given_away_by_their_sum_so_the_sum_goes_too() -> None:
    tall = dict.fromkeys(range(5), 1) | {9: 5}
    assert suppress(tall, [Ligning(9, tuple(range(5)))], REGEL) == frozenset(tall)


def test_the_same_number_in_two_tables_is_hidden_in_both() -> None:
    tall = {"her": 7, "liten": 3, "sum": 10, "der": 7, "andre": 20, "alt": 27}
    ligninger = [Ligning("sum", ("her", "liten")), Ligning("der", ("her",)), Ligning("alt", ("der", "andre"))]
    skjult = suppress(tall, ligninger, REGEL)
    assert {"liten", "her", "der", "andre"} <= skjult
    assert not {"sum", "alt"} & skjult


def test_the_audit_sees_what_each_sum_by_itself_does_not() -> None:
    tall, ligninger = table([[3, 4, 30], [4, 9, 30], [30, 30, 30]])
    skjult = {(0, 0), (0, 1), (1, 0)}
    assert revealed(tall, ligninger, REGEL, skjult) == skjult
    assert revealed(tall, ligninger, REGEL, skjult | {(1, 1)}) == set()


def test_the_limit_is_the_countys_own_and_dated() -> None:
    assert limits(date(2026, 6, 15)) == REGEL
    assert [antall for antall in range(7) if REGEL.is_small(antall)] == [1, 2, 3, 4]
    assert Smaatall(5, null_vises=False).is_small(0)


def test_the_same_table_is_always_hidden_the_same_way() -> None:
    tall, ligninger = table([[3, 20, 2], [7, 1, 9], [5, 5, 5]])
    assert len({suppress(tall, ligninger, REGEL) for _ in range(3)}) == 1
