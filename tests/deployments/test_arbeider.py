"""What the worker keeps when it registers its rows anew."""

from types import SimpleNamespace
from typing import Any

import pytest

from deployments.arbeider import keep_switched_off
from deployments.utrulling import row_deployments
from tasks.klokke import now


@pytest.mark.parametrize(
    ("pauset", "planen_er_paa", "ventet"), [(False, True, True), (False, False, False), (True, True, False)]
)
def test_a_row_that_was_switched_off_stays_off_however_it_was_done(
    pauset: bool, planen_er_paa: bool, ventet: bool
) -> None:
    utrullinger = row_deployments((), now())
    forste = utrullinger[0]
    lagret = SimpleNamespace(flow_id="F", paused=pauset, schedules=[SimpleNamespace(active=planen_er_paa)])
    klient: Any = SimpleNamespace(
        read_deployments=lambda **_: [lagret], read_flow=lambda _: SimpleNamespace(name=forste.flow_name)
    )
    keep_switched_off(klient, utrullinger)
    assert [plan.active for plan in forste.schedules or []] == [ventet]
    assert all(plan.active for annen in utrullinger[1:] for plan in annen.schedules or [])
