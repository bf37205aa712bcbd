"""What ``start`` waits for before it says that the county is up."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from deployments import server
from tasks.feil import BrukerFeil
from tasks.klokke import now

STARTET = now()
NESTE = STARTET + timedelta(days=1)


def county(tidligere: list[list[str]]) -> Any:
    """A started county whose server has the deployments of each of these lists in turn, the last from then on."""
    svar = {"/api/flows/filter": [{"id": "F", "name": "rad"}]}
    svar["/api/flow_runs/filter"] = [{"flow_id": "F", "expected_start_time": NESTE.isoformat()}]

    def answer(spurt: httpx.Request) -> httpx.Response:
        if spurt.url.path == "/api/csrf-token":
            return httpx.Response(200, json={"token": "T"})
        if spurt.url.path != "/api/deployments/filter":
            return httpx.Response(200, json=svar[spurt.url.path])
        navn = tidligere.pop(0) if len(tidligere) > 1 else tidligere[0]
        return httpx.Response(200, json=[{"name": ett, "updated": STARTET.isoformat()} for ett in navn])

    arbeider = SimpleNamespace(poll=lambda: None)
    return SimpleNamespace(
        lever=True, startet=STARTET, andre={"arbeider": arbeider},
        client=lambda: httpx.Client(base_url="http://x/api", transport=httpx.MockTransport(answer)),
    )  # fmt: skip


def test_the_county_is_up_when_what_serves_the_rows_is_deployed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.time, "sleep", lambda _: None)
    kommer = [["rad"], ["rad"], ["rad", "99 · tjeneste"]]
    server.wait_for_schedule(county(kommer), {"rad": NESTE, "99 · tjeneste": None})
    assert kommer == [["rad", "99 · tjeneste"]]


@pytest.mark.parametrize(
    ("ventet", "sagt"), [({"rad": NESTE, "99 · tjeneste": None}, "99"), ({"rad": NESTE + timedelta(days=1)}, "ra")]
)
def test_what_is_never_deployed_or_planned_is_named(
    ventet: dict[str, Any], sagt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PLANLEGGING_SEKUNDER", 0.05)
    monkeypatch.setattr(server.time, "sleep", lambda _: None)
    with pytest.raises(BrukerFeil) as feil:
        server.wait_for_schedule(county([["rad"]]), ventet)
    assert (feil.value.kode, feil.value.deler["rader"]) == ("ÅH-1703", sagt)
