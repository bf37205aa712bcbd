"""The proof of the tests, and that its judge sees what is wrong."""

from typing import Any

import pytest

from tests.bevis import prove
from tests.bevis.mutanter import judge_example, judge_group, judge_known
from tests.mutanter.grupper import EKSEMPEL, LIKEVERDIGE, errors

LIKEVERDIG = next(iter(LIKEVERDIGE))


def judged(*utfall: str, roed: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"roed": list(roed), "dommer": [[f"m:f:{nr}", ett, "p", 1] for nr, ett in enumerate(utfall)]}


def test_known_errors_are_noticed_and_one_that_nothing_tests_is_told_as_surviving() -> None:
    assert prove("mutanter", kort=True).brudd == ()


def test_a_group_holds_from_85_per_cent_where_the_endless_count_as_noticed() -> None:
    rad, brudd = judge_group("g", 40, judged(*["drept"] * 16, "tidsavbrudd", "overlevde", "overlevde", "overlevde"))
    assert rad == ("g", 40, 20, 16, 1, 3, 0, 85)
    assert brudd == []
    assert judge_group("g", 40, judged(*["drept"] * 16, *["overlevde"] * 4))[1] == [
        "g: 80 prosent oppdaget, 4 overlevde."
    ]


def test_what_cannot_be_put_in_counts_neither_way() -> None:
    assert judge_group("g", 3, judged("ugyldig", "drept", "drept"))[0] == ("g", 3, 2, 2, 0, 0, 0, 100)


def test_an_error_called_equivalent_is_left_out_until_a_test_notices_it() -> None:
    svar = judged("drept")
    svar["dommer"].append([LIKEVERDIG, "overlevde", "", 3])
    assert judge_group("g", 2, svar) == (("g", 2, 2, 1, 0, 0, 1, 100), [])
    svar["dommer"][-1][1:3] = ["drept", "prøven"]
    assert judge_group("g", 2, svar)[1] == [f"g: {LIKEVERDIG} er kalt likeverdig, men prøven ser den."]


def test_a_test_that_fails_without_an_error_is_a_breach() -> None:
    assert judge_group("g", 1, judged("drept", roed=("prøven",)))[1] == ["g: prøven feiler uten noen feil i koden."]


def test_a_known_error_that_is_no_longer_noticed_is_a_breach_and_so_are_too_few() -> None:
    nok = [["m", "drept", "p"]] * 8
    assert judge_known("g", nok) == []
    assert judge_known("g", [*nok, ["x", "overlevde", "p"]]) == ["g: p ser ikke lenger x"]
    assert "bare 7 kjente feil" in judge_known("g", nok[1:])[0]


@pytest.mark.parametrize(("mutant", "feil"), [("e:seen:1", "overlevde"), ("e:unseen:1", "drept")])
def test_a_judge_that_says_the_opposite_of_the_example_is_found_out(mutant: str, feil: str) -> None:
    assert judge_example([[mutant, feil, "", 1]]) == [
        f"Dommeren sier «{feil}» om {mutant}, som skulle være «{'drept' if feil == 'overlevde' else 'overlevde'}»."
    ]
    assert judge_example([]) != []


def test_every_error_has_a_name_of_its_own_and_is_python_of_another_meaning() -> None:
    alle = errors(EKSEMPEL)
    assert len({mutant.navn for mutant in alle}) == len(alle) == 4
    for mutant in alle:
        compile(mutant.kilde, "eksempel", "exec")
        assert mutant.kilde != mutant.tre.code
