"""Benchmarks that play a year, in a short form: what Prefect adds to a run, and how cost grows with the youth."""

import pytest

from deployments.maaling import aar
from deployments.maaling.aar import asked_sizes, bench_aar, slope
from deployments.maaling.avspilling import GRENSE_PER_KJORING, bench_avspilling
from deployments.maaling.prosesser import Lop
from deployments.maaling.spilling import played
from tasks.feil import BrukerFeil

TIL = "2026-01-15"


@pytest.fixture(scope="module", autouse=True)
def spilt_paa_nytt() -> None:
    played.cache_clear()


def test_prefect_adds_little_to_a_run() -> None:
    # Two months, so that the start of Prefect is divided on enough runs.
    maaling = bench_avspilling(ungdom=40, til="2026-02-28")
    # On a busy machine the difference of two short replays may be less than nothing.
    assert maaling.deler.pop("tillegg_per_kjoring_sekunder") <= GRENSE_PER_KJORING
    assert min(maaling.deler.values()) > 0


def test_a_year_that_has_been_played_is_not_played_again_and_its_memory_is_seen() -> None:
    lop, _ = played(40, plain=True, til=TIL)
    assert played(40, plain=True, til=TIL)[0] is lop
    assert lop.cpu_sekunder > 0
    assert lop.topp_mib > 50


def as_played(monkeypatch: pytest.MonkeyPatch, **sekunder: float) -> None:
    def svar(ungdom: int, *, plain: bool, til: str) -> tuple[Lop, dict[str, float]]:
        assert (plain, til) == (True, TIL)
        return Lop("", 1.0, sekunder[f"av_{ungdom}"], 100.0), {}

    monkeypatch.setattr(aar, "played", svar)


def test_what_doubles_with_the_youth_has_the_exponent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    as_played(monkeypatch, av_100=3.0, av_200=6.0, av_400=12.0)
    maaling = bench_aar((400, 100, 200), til=TIL)
    assert (round(maaling.forhold, 6), maaling.holder) == (1.0, True)
    assert maaling.deler["ungdom_400_topp_mib"] == 100.0


def test_a_steep_end_is_seen_also_where_the_whole_line_is_not_steep(monkeypatch: pytest.MonkeyPatch) -> None:
    as_played(monkeypatch, av_100=10.0, av_1000=10.5, av_10000=180.0)
    maaling = bench_aar((100, 1_000, 10_000), til=TIL)
    assert maaling.forhold < aar.GRENSE < maaling.deler["bratteste_eksponent"]
    assert not maaling.holder


def test_the_exponent_is_that_of_a_power_law() -> None:
    assert slope([10, 100, 1000], [2 * 10**1.3, 2 * 100**1.3, 2 * 1000**1.3]) == pytest.approx(1.3)


@pytest.mark.parametrize("tekst", ["1141", "1141,mange", "1141,0", "1141,,10"])
def test_sizes_that_make_no_line_are_refused(monkeypatch: pytest.MonkeyPatch, tekst: str) -> None:
    monkeypatch.setenv(aar.VARIABEL, tekst)
    with pytest.raises(BrukerFeil, match="ÅH-1861"):
        asked_sizes()


def test_the_sizes_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(aar.VARIABEL, "1000, 100000,10000")
    assert asked_sizes() == {1_000, 10_000, 100_000}
