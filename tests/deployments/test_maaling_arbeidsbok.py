"""The benchmark of worklists: small here, to see that it works and that the two ways hold the same."""

import pytest

from deployments.maaling import arbeidsbok
from deployments.maaling.arbeidsbok import GRENSE, RADER, bench_arbeidsbok, read_cells, worklist
from tasks.arbeid.bok import write_book
from tasks.feil import ProgramFeil


def test_ours_and_bare_xlsxwriter_are_measured_side_by_side() -> None:
    resultat = bench_arbeidsbok(antall=4, runder=2)
    assert (resultat.navn, resultat.grense) == ("arbeidsbok", GRENSE)
    assert resultat.deler["arbeidsboker_antall"] == 4
    assert resultat.deler["forhold_minst"] <= resultat.forhold <= resultat.deler["forhold_mest"]
    assert min(resultat.deler.values()) > 0


def test_every_workbook_is_another_with_all_its_rows() -> None:
    celler = [read_cells(write_book(worklist(nummer)))["Gjennomgang"] for nummer in (1, 2)]
    assert [len(rader) for rader in celler] == [RADER + 1, RADER + 1]
    assert celler[0] != celler[1]


def test_a_bare_workbook_with_other_cells_is_no_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    ekte = arbeidsbok.write_bare
    monkeypatch.setattr(arbeidsbok, "write_bare", lambda bart: ekte(bart._replace(celler={"Ark": [["x"]]})))
    with pytest.raises(ProgramFeil, match="samme cellene"):
        bench_arbeidsbok(antall=2, runder=1)
