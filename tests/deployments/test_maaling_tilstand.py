"""The benchmark of as-of states: small here, to see that it works and that both ways make the same table."""

import pytest

from deployments.maaling import tilstand
from deployments.maaling.tilstand import bench_tilstand
from tasks.feil import ProgramFeil


def test_both_ways_make_the_same_table_of_everyone_and_the_result_tells_what_it_is_made_of() -> None:
    antall = 100 * len(tilstand.FELT) * tilstand.VERSJONER
    maaling = bench_tilstand(fakta_antall=antall, runder=1)
    assert (maaling.navn, maaling.grense) == ("tilstand", 1.2)
    assert (maaling.deler["rader_antall"], maaling.deler["personer_antall"]) == (antall, 100)
    assert min(maaling.deler.values()) > 0


@pytest.mark.parametrize(
    ("del_", "uten"), [("registrert_tid <= $kjent", "$kjent > '2000-01-01'"), ("lopenr DESC", "lopenr"), ("DESC,", ",")]
)
def test_a_window_query_that_answers_something_else_is_no_measurement(
    monkeypatch: pytest.MonkeyPatch, del_: str, uten: str
) -> None:
    monkeypatch.setattr(tilstand, "VINDU", tilstand.VINDU.replace(del_, uten))
    with pytest.raises(ProgramFeil, match="ikke den samme"):
        bench_tilstand(fakta_antall=40_000, runder=1)
