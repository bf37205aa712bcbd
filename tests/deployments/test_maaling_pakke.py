"""The benchmark of the package: small here, to see that it works and that the two ways write the same lines."""

import pytest

from deployments.maaling import pakke
from deployments.maaling.pakke import bench_pakke
from tasks.feil import ProgramFeil


def test_both_ways_write_the_same_lines_and_the_result_tells_what_it_is_made_of() -> None:
    maaling = bench_pakke(antall=500, runder=1)
    assert (maaling.navn, maaling.deler["rader_antall"]) == ("pakke", 500)
    assert maaling.deler["bare_skriving_forhold"] > 0


def test_two_ways_that_do_not_agree_are_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pakke, "_lines", lambda data: [data])
    with pytest.raises(ProgramFeil, match="ikke de samme"):
        bench_pakke(antall=10, runder=1)
