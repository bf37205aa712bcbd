"""The benchmark of loading: small here, to see that it works and that the two ways leave the same facts."""

from typing import Any

import pytest

from deployments.maaling import lasting, lasting_sql
from deployments.maaling.lasting import bench_lasting
from tasks.feil import ProgramFeil


def test_both_ways_leave_the_same_facts_and_the_result_tells_what_it_is_made_of() -> None:
    maaling = bench_lasting(rader=3_000, runder=1)
    assert maaling.navn == "lasting"
    assert maaling.deler["rader_antall"] == 3_000
    assert min(maaling.deler.values()) > 0


def test_two_ways_that_do_not_agree_are_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    def less(con: Any, *resten: Any) -> None:
        lasting_sql_load(con, *resten)
        con.execute(f"DELETE FROM fakta WHERE kjoring_id = '{lasting_sql.KJORING}' AND person_id = 'P0000001'")

    lasting_sql_load = lasting_sql.load
    monkeypatch.setattr(lasting.lasting_sql, "load", less)
    with pytest.raises(ProgramFeil, match="ikke de samme"):
        bench_lasting(rader=1_000, runder=1)
