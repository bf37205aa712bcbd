"""Prefect's own server behind our door, over real sockets: by its owner, by whom the proxy names, by strangers."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from deployments.rader import service_flow
from deployments.server import LOGG, SERVERMODUL, _wait_until_up, free_port, spawn, stop
from deployments.utrulling import STARTVERDIER
from schemas.innstillinger import PROXYHODE
from tasks.adgang import Adgang
from tasks.hjem import home
from tests.deployments.test_server import environment, everything_in

NAVNEHODE, NAVN, OFFENTLIG = "X-Forwarded-User", "Kari Åsen", "arshjul.example.no"
ADGANG = Adgang("passordet-i-proven", (OFFENTLIG,), NAVNEHODE, "hemmeligheten-i-proven")
STENGTE = [
    ("POST", "/api/flow_runs/", {"flow_id": "0" * 8}),
    ("POST", "/api/deployments/{avgjore}/create_flow_run/bulk", [{"parameters": {}}]),
    ("POST", "/api/deployments/{avgjore}/create_flow_run/", {"parameters": {}}),
    ("PATCH", "/api/deployments/{avgjore}", {"parameters": {"valg": {"av": "Ola"}}}),
    ("PATCH", "/api/deployments/{avgjore}", {"paused": False, "parameters": {}}),
    ("POST", "/api/deployments/{avgjore}/schedules", []),
    ("POST", "/api/automations/", {}),
    ("POST", "/api/flow_runs/bulk_set_state", {}),
    ("DELETE", "/api/deployments/{avgjore}", None),
    ("POST", "/api/work_queues/", {}),
    ("PUT", "/api/admin/storage", {}),
]


def door(adgang: Adgang = ADGANG) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(adgang.innlogging.encode()).decode()}"}


def from_proxy(navn: str = NAVN) -> dict[str, bytes]:
    return {PROXYHODE: ADGANG.proxyhemmelighet.encode(), NAVNEHODE: navn.encode(), "Host": OFFENTLIG.encode()}


@dataclass
class Bak:
    """A running server: where it is, and two deployments in it."""

    mappe: Path
    rot: str
    utrullinger: dict[str, str] = field(default_factory=dict)

    def ask(self, metode: str, sti: str, innhold: Any = None, hoder: Any = None) -> httpx.Response:
        return httpx.request(metode, self.rot + sti, json=innhold, headers=hoder or {}, timeout=30)

    def change(self, metode: str, sti: str, innhold: Any, hoder: Any) -> httpx.Response:
        """Ask with the mark that says no other site's page asks."""
        return self.ask(metode, sti.format(**self.utrullinger), innhold, {**hoder, **self.merke})

    @cached_property
    def merke(self) -> dict[str, str]:
        svar = self.ask("GET", "/api/csrf-token?client=prove", hoder=door()).json()
        return {"Prefect-Csrf-Token": svar["token"], "Prefect-Csrf-Client": "prove"}

    def approve(self, valg: Any, hoder: Any, **annet: Any) -> httpx.Response:
        sti = "/api/deployments/{avgjore}/create_flow_run"
        return self.change("POST", sti, {"parameters": {"valg": valg}, **annet}, hoder)


@pytest.fixture(scope="module")
def bak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bak]:
    hjem, port = home(tmp_path_factory.mktemp("bak")), free_port()
    miljo = environment() | {"PREFECT_HOME": str(hjem.mappe / "prefect"), "DO_NOT_TRACK": "1"}
    (hjem.mappe / "prefect").mkdir()
    tjener = spawn(hjem, LOGG, SERVERMODUL, str(port), miljo={**miljo, "ARSHJUL_ADGANG": ADGANG.as_text()})
    try:
        _wait_until_up(f"http://127.0.0.1:{port}/api", tjener)
        bak = Bak(hjem.mappe, f"http://127.0.0.1:{port}")
        for navn, flyt in {"avgjore": service_flow("avgjore"), "iverksett": service_flow("iverksett")}.items():
            bak.utrullinger[navn] = deploy(bak, navn, flyt)
        yield bak
    finally:
        stop(tjener)


def deploy(bak: Bak, navn: str, flyt: Any) -> str:
    """Register a flow of ours with the form that it has."""
    skjema = flyt.to_deployment(name=navn)._parameter_openapi_schema.model_dump()
    flyt_id = bak.change("POST", "/api/flows/", {"name": navn}, door()).json()["id"]
    innhold = {
        "name": navn, "flow_id": flyt_id, "parameter_openapi_schema": skjema, "enforce_parameter_schema": False,
        "parameters": {"valg": STARTVERDIER.get(navn, {})},
    }  # fmt: skip
    return str(bak.change("POST", "/api/deployments/", innhold, door()).raise_for_status().json()["id"])


@pytest.mark.parametrize("sti", ["/", "/v2/", "/ui-settings", "/api/version", "/api/admin/settings", "/docs"])
def test_nothing_is_shown_without_the_password(bak: Bak, sti: str) -> None:
    feil = {"Authorization": f"Basic {b64encode(b'arshjul:feil-passord-som-er-langt').decode()}"}
    for hoder in ({}, feil, {"Authorization": "Basic %%"}, {"Authorization": f"Bearer {ADGANG.passord}"}):
        svar = bak.ask("GET", sti, hoder=hoder)
        assert svar.status_code == 401
        assert svar.headers["WWW-Authenticate"].startswith("Basic ")
    assert bak.ask("GET", sti, hoder=door()).status_code == 200


def test_whether_it_lives_may_be_asked_by_all(bak: Bak) -> None:
    assert bak.ask("GET", "/api/health").json() is True
    assert bak.ask("POST", "/api/health").status_code == 401


def test_a_change_needs_the_mark_that_only_our_own_page_has(bak: Bak) -> None:
    assert bak.ask("POST", "/api/flows/filter", {}, door()).status_code == 403
    assert bak.change("POST", "/api/flows/filter", {}, door()).status_code == 200


@pytest.mark.parametrize("vert", ["ond.example.no", "127.0.0.1", "", "arshjul.example.no.ond.no"])
def test_another_name_is_not_answered(bak: Bak, vert: str) -> None:
    assert bak.ask("GET", "/api/version", hoder={**door(), "Host": vert}).status_code == 421
    assert bak.ask("GET", "/api/health", hoder={"Host": vert}).status_code == 421


def test_our_own_names_are_answered(bak: Bak) -> None:
    for vert in (OFFENTLIG, f"{OFFENTLIG}:8443", bak.rot.replace("http://127.0.0.1", "localhost")):
        assert bak.ask("GET", "/api/version", hoder={**door(), "Host": vert}).status_code == 200


@pytest.mark.parametrize("opphav", ["https://ond.example.no", "null", "http://127.0.0.1:1"])
def test_another_sites_page_cannot_ask(bak: Bak, opphav: str) -> None:
    assert bak.ask("GET", "/api/version", hoder={**door(), "Origin": opphav}).status_code == 403
    assert bak.ask("GET", "/api/version", hoder={**door(), "Origin": bak.rot}).status_code == 200


@pytest.mark.parametrize(("sti", "kode"), [("/v2/", 200), ("/api/version", 200), ("/api/nei", 404), ("/", 401)])
def test_every_answer_keeps_the_browser_to_us(bak: Bak, sti: str, kode: int) -> None:
    svar = bak.ask("GET", sti, hoder={} if kode == 401 else door())
    assert svar.status_code == kode
    assert "connect-src 'self';" in svar.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in svar.headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval';" in svar.headers["Content-Security-Policy"]
    assert svar.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in svar.headers
    assert "Server" not in svar.headers


def test_the_ui_is_told_where_the_api_is_and_never_asks_for_the_password_itself(bak: Bak) -> None:
    oppsett = bak.ask("GET", "/ui-settings", hoder=door()).json()
    assert (oppsett["api_url"], oppsett["csrf_enabled"], oppsett["auth"]) == ("/api", True, None)


FORFALSKNINGER: list[list[tuple[str, bytes]]] = [
    [(NAVNEHODE, b"Kari")],
    [(NAVNEHODE, b"Kari"), (PROXYHODE, b"feil")],
    [(NAVNEHODE, b"Kari"), (PROXYHODE, b"")],
    [(PROXYHODE, ADGANG.proxyhemmelighet.encode())],
    [(NAVNEHODE, b""), (PROXYHODE, ADGANG.proxyhemmelighet.encode())],
    [(NAVNEHODE, b"Kari"), (NAVNEHODE.lower(), b"Ola"), (PROXYHODE, ADGANG.proxyhemmelighet.encode())],
    [(NAVNEHODE, b"Kari"), (PROXYHODE, ADGANG.proxyhemmelighet.encode()), (PROXYHODE, b"feil")],
    [(NAVNEHODE, b"K" * 101), (PROXYHODE, ADGANG.proxyhemmelighet.encode())],
    [(NAVNEHODE, b"\xe5"), (PROXYHODE, ADGANG.proxyhemmelighet.encode())],
]


@pytest.mark.parametrize("hoder", FORFALSKNINGER)
def test_nobody_but_the_proxy_says_who_it_is(bak: Bak, hoder: list[tuple[str, bytes]]) -> None:
    assert bak.ask("GET", "/api/version", hoder=hoder).status_code == 401
    assert bak.ask("GET", "/api/version", hoder=[*hoder, *door().items()]).status_code == 401
    assert bak.ask("GET", "/api/version", hoder=from_proxy()).status_code == 200


def test_who_approved_is_who_the_proxy_says_whatever_the_form_said(bak: Bak) -> None:
    valg = {"forslag_id": "F2026-14-1", "beslutning": "Godkjenn", "av": "Ola Hansen", "grunn": ""}
    kjoring = bak.approve(valg, from_proxy()).raise_for_status().json()
    assert kjoring["parameters"]["valg"] == {**valg, "av": NAVN}
    uten = bak.change("POST", "/api/deployments/{avgjore}/create_flow_run", {}, from_proxy()).json()
    assert uten["parameters"]["valg"] == {**STARTVERDIER["avgjore"], "av": NAVN}


def test_a_form_without_a_name_is_left_as_it_is(bak: Bak) -> None:
    svar = bak.change("POST", "/api/deployments/{iverksett}/create_flow_run", {"parameters": {}}, from_proxy())
    assert svar.raise_for_status().json()["parameters"] == {"valg": {}}


def test_a_run_with_a_typed_name_is_refused_where_names_are_demanded(bak: Bak) -> None:
    assert bak.approve({"av": "Ola Hansen"}, door()).status_code == 403


@pytest.mark.parametrize(
    "valg", [{"__prefect_kind": "json", "value": '{"av": "Ola"}'}, {"grunn": {"__prefect_kind": "jinja"}}, "av", [1]]
)
def test_a_name_cannot_be_hidden_in_a_template(bak: Bak, valg: Any) -> None:
    assert bak.approve(valg, from_proxy()).status_code == 403


@pytest.mark.parametrize(("metode", "sti", "innhold"), STENGTE)
def test_a_named_person_may_do_nothing_else_that_starts_or_changes_runs(
    bak: Bak, metode: str, sti: str, innhold: Any
) -> None:
    assert bak.change(metode, sti, innhold, from_proxy()).status_code == 403


def test_a_named_person_reads_stops_a_run_and_turns_a_plan_off_but_cannot_take_up_anothers_run(bak: Bak) -> None:
    assert bak.change("POST", "/api/flow_runs/filter", {}, from_proxy()).status_code == 200
    assert bak.change("POST", "/api/ui/flows/next-runs", {"flow_ids": []}, from_proxy()).status_code == 200
    kjoring = bak.approve({}, from_proxy()).raise_for_status().json()
    tilstand = f"/api/flow_runs/{kjoring['id']}/set_state"
    assert bak.change("POST", tilstand, {"state": {"type": "SCHEDULED"}}, from_proxy()).status_code == 403
    assert bak.change("POST", tilstand, {"state": {"type": "CANCELLED"}}, from_proxy()).status_code == 201
    assert bak.change("PATCH", "/api/deployments/{avgjore}", {"paused": True}, from_proxy()).status_code == 204
    assert bak.change("POST", "/api/deployments/{avgjore}/resume_deployment", None, from_proxy()).status_code == 200


async def first_answer(bak: Bak, sti: str, hoder: Any, token: str = "") -> Any:
    """What a stream says to the first message, or None where it is closed."""
    adresse = bak.rot.replace("http", "ws", 1) + sti
    try:
        async with websockets.connect(adresse, subprotocols=["prefect"], additional_headers=hoder, proxy=None) as strom:
            await strom.send(json.dumps({"type": "auth", "token": token}))
            return json.loads(await asyncio.wait_for(strom.recv(), 10))
    except (websockets.exceptions.InvalidStatus, websockets.exceptions.ConnectionClosed):
        return None


@pytest.mark.parametrize(
    ("sti", "hoder", "token", "apnes"),
    [
        ("/api/events/out", {}, "", False),
        ("/api/events/out", {}, ADGANG.innlogging, True),
        ("/api/events/in", door(), "", True),
        ("/api/events/out", {**door(), "Origin": "https://ond.example.no"}, "", False),
        ("/api/events/out", {NAVNEHODE: "Kari"}, ADGANG.innlogging, False),
        ("/api/events/out", {PROXYHODE: ADGANG.proxyhemmelighet, NAVNEHODE: "Kari"}, "", True),
        ("/api/events/in", {PROXYHODE: ADGANG.proxyhemmelighet, NAVNEHODE: "Kari"}, "", False),
    ],
)
def test_a_stream_is_for_those_who_are_let_in(bak: Bak, sti: str, hoder: Any, token: str, apnes: bool) -> None:
    svar = asyncio.run(first_answer(bak, sti, hoder, token))
    assert (svar == {"type": "auth_success"}) is apnes


def test_no_secret_is_told_or_kept(bak: Bak) -> None:
    sett = bak.ask("GET", "/api/admin/settings", hoder=from_proxy()).raise_for_status().text
    lagret = everything_in(bak.mappe / "prefect" / "prefect.db") + (bak.mappe / "prefect" / LOGG).read_text()
    ord_ = "".join(sti.read_text(errors="replace") for sti in Path("/proc").glob("[0-9]*/cmdline") if readable(sti))
    for hemmelighet in (ADGANG.passord, ADGANG.proxyhemmelighet):
        assert [hemmelighet in tekst for tekst in (sett, lagret, ord_)] == [False] * 3


def readable(sti: Path) -> bool:
    try:
        return bool(sti.read_bytes())
    except OSError:
        return False
