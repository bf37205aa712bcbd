"""A later load of the same group takes over what an earlier one left open, and keeps it closed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.kjoring import Kjoreresultat
from tasks import visninger
from tasks.arshjul import find_row
from tasks.avlosning import replaced_rows
from tasks.hjem import Hjem

MARS = "demo/post/2026-03-13/vigo_ikkesokere_2026-03-13.csv"
APRIL = "demo/post/2026-04-17/vigo_ikkesokere_2026-04-17.csv"


@pytest.mark.parametrize(
    ("rad", "tidligere"), [("08", []), ("12", ["08", "11"]), ("24", ["23"]), ("13", []), ("17", []), ("26", [])]
)
def test_only_a_load_takes_over_and_from_whom(rad: str, tidligere: list[str]) -> None:
    assert [annen[:2] for annen in replaced_rows(find_row(rad))] == tidligere


def test_the_complete_load_closes_marchs_quarantine_and_a_rerun_of_march_keeps_it_closed(
    med_register: Hjem, legg_i_innboks: Callable[..., Path], kjor: Callable[..., Kjoreresultat]
) -> None:
    def open_rows(navn: str) -> set[str]:
        ramme = visninger.show(med_register, navn)
        return set(ramme.loc[ramme["tilstand"] == "åpen", "rad"].str[:2])

    legg_i_innboks(MARS)
    kjor("08", "2026-03-16T08:00")
    assert open_rows("karantene") == open_rows("avvik") == {"08"}
    legg_i_innboks(APRIL)
    kjor("11", "2026-04-20T08:00")
    assert open_rows("avvik") == {"08", "11"}
    kjor("12", "2026-04-27T08:00")
    assert open_rows("karantene") == open_rows("avvik") == {"12"}
    kjor("08", "2026-04-28T08:00")
    assert open_rows("karantene") == open_rows("avvik") == {"12"}
