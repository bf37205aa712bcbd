"""The benchmark of letters: small here, to see that it works and that both ways write the same letters."""

from typing import Any

import pytest

from deployments.kommandoer.maal import MAALINGER
from deployments.maaling import brev
from deployments.maaling.brev import bench_brev
from tasks.feil import ProgramFeil


def test_both_ways_write_the_same_letters_and_the_result_tells_what_it_is_made_of() -> None:
    maaling = bench_brev(antall=12, runder=2)
    assert maaling.navn == "brev"
    assert maaling.grense == 1.25
    assert maaling.deler["brev_antall"] == 12
    assert min(maaling.deler.values()) > 0
    assert maaling.deler["forhold_minst"] <= maaling.forhold <= maaling.deler["forhold_mest"]


def test_two_ways_that_do_not_agree_are_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    def less(*data: Any) -> Any:
        sekunder, sider = bare(*data)
        return sekunder, sider[:-1]

    bare = brev.bare
    monkeypatch.setattr(brev, "bare", less)
    with pytest.raises(ProgramFeil, match="ikke de samme brevene"):
        bench_brev(antall=4, runder=1)


def test_it_is_one_of_the_benchmarks() -> None:
    assert MAALINGER["brev"] is bench_brev
