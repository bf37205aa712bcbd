"""The ratios in their short form, and that what is slower is seen, also the next time it is looked at."""

from dataclasses import asdict

import pytest

from deployments.kommandoer.maal import MAALINGER
from deployments.maaling import Maaling
from tests.bevis import fart, prove


def test_the_cheap_benches_hold_their_limits_when_they_are_tiny() -> None:
    assert prove("fart", kort=True).brudd == ()
    assert set(fart.SMA) <= set(MAALINGER)


def bench(forhold: float, navn: str = "lesing", *, holdt: bool = True) -> list[tuple[Maaling, float]]:
    return [(Maaling(navn, forhold, 2.0, {"sekunder": 3.0, "rader_antall": 9.0}, holdt), 1.0)]


@pytest.mark.parametrize(
    ("navn", "forhold", "forrige", "utfall"),
    [
        ("lesing", 2.0, 1.9, fart.HOLDER),
        ("lesing", 2.01, 1.9, fart.OVER),
        ("lesing", 1.25, 1.0, fart.HOLDER),
        ("lesing", 1.26, 1.0, fart.VERRE),
        ("motor", 0.30, 0.11, fart.HOLDER),
        ("motor", 0.32, 0.11, fart.VERRE),
        ("aar", 1.11, 1.0, fart.VERRE),
    ],
)
def test_a_ratio_above_its_limit_or_much_above_the_last_does_not_hold(
    navn: str, forhold: float, forrige: float, utfall: str
) -> None:
    funn = fart.judged(bench(forhold, navn), {navn: forrige})
    assert funn.tabeller[0].rader[0][-1] == utfall
    assert funn.holder == (utfall == fart.HOLDER)


def test_what_else_a_bench_promised_counts_too() -> None:
    assert not fart.judged(bench(1.0, holdt=False), {}).holder


def test_what_has_become_worse_is_so_until_it_is_mended() -> None:
    assert fart.last({}) == {}
    forst = asdict(fart.judged(bench(1.0), {}))
    verre = asdict(fart.judged(bench(1.5), fart.last({"fart": forst})))
    assert fart.last({"fart": forst}) == fart.last({"fart": verre}) == {"lesing": 1.0}
    mendet = asdict(fart.judged(bench(1.1), fart.last({"fart": verre})))
    assert fart.last({"fart": mendet}) == {"lesing": 1.1}


def test_no_seconds_are_written_down() -> None:
    bak = fart.judged(bench(1.0), {}).tabeller[1].rader
    assert [rad[1] for rad in bak] == ["rader_antall"]
