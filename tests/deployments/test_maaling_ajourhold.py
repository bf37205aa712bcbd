"""The benchmark of the data quality suite: small here, to see that it works and that the two ways find the same."""

import pytest

from deployments.maaling import ajourhold, ajourhold_sql
from deployments.maaling.ajourhold import bench_ajourhold
from tasks.feil import ProgramFeil


def test_both_ways_find_the_same_and_great_expectations_own_cost_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ajourhold, "_import_seconds", lambda: 1.0)
    maaling = bench_ajourhold(antall=700, runder=1)
    assert (maaling.navn, maaling.deler["rader_antall"], maaling.deler["gx_import_sekunder"]) == ("ajourhold", 700, 1)
    assert min(maaling.deler["gx_oppsett_sekunder"], maaling.deler["bare_dommen_forhold"]) > 0


def test_two_ways_that_do_not_agree_are_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ajourhold_sql, "broken", lambda *_: [("P0000001", "AJ_DOED")])
    with pytest.raises(ProgramFeil, match="ikke det samme"):
        bench_ajourhold(antall=10, runder=1)
