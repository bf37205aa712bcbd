"""A county's window on the shared Prefect: what it may ask, and of whom. What is not named here is refused.

Lists are asked for with the county's own deployments put into the question; a thing asked for by its id is first seen
to be the county's. Streams are shut: they carry every county's events. The window has the operator's password and gives
it to nobody.
"""

import json
import re
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

import httpx

from deployments.navnevakt import IkkeTillatt, check_change, read_object, starts_run, take_up
from deployments.prefecttjener import Melding, Mottak, Svar, close_stream, headers_of, read_whole, refuse, send_all

UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
INGEN: Final = "00000000-0000-0000-0000-000000000000"
HUSKES_SEKUNDER: Final = 20.0
MEST: Final = 200
"""Of ids in one question, and of a county's deployments: it has some forty."""
OG: Final = "and_"

SKJERM: Final = re.compile(r"/(?!api(?:/|$))(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*/?)*")
"""The UI's own files and ways, which hold nothing of anybody's."""
APENT: Final = re.compile(r"/api/(health|ready|version|hello|admin/version)")
MERKE: Final = "/api/csrf-token"
LISTER: Final = re.compile(
    r"/api/((flow_runs|deployments|flows|task_runs)/(filter|count|paginate|history|lateness)"
    r"|artifacts/(filter|count|latest/filter|latest/count)|ui/flow_runs/history|ui/task_runs/count)"
)
LOGGER: Final = "/api/logs/filter"
NEVNTE: Final = {
    "/api/ui/flow_runs/count-task-runs": ("flow_run_ids", "flow_runs"),
    "/api/ui/flows/count-deployments": ("flow_ids", "flows"),
    "/api/ui/flows/next-runs": ("flow_ids", "flows"),
}
"""Questions about things named by id: where the ids stand, and what they are of."""
ETTER_ID: Final = re.compile(
    rf"/api/(?:ui/)?(?P<slag>flow_runs|deployments|flows|task_runs|artifacts)/(?P<id>{UUID})"
    r"(?P<del>|/graph|/graph-v2|/logs/download|/schedules)"
)
TILSTANDER: Final = "/api/flow_run_states/"
TOMME: Final = {
    re.compile(r"/api/(work_pools|work_queues|automations|variables|saved_searches|concurrency_limits)/filter"): [],
    re.compile(r"/api/(work_pools|automations|variables)/count"): 0,
    re.compile(r"/api/events/count-by/[a-z-]+"): [],
    re.compile(r"/api/events/filter"): {"events": [], "total": 0, "next_page": None},
}
"""What a county has none of that it can see; the UI asks all the same."""
ENDRES: Final = re.compile(rf"/api/(?P<slag>flow_runs|deployments)/(?P<id>{UUID})(/.*)?")
VIDERE: Final = ("content-type", "accept", "prefect-csrf-token", "prefect-csrf-client")
TILBAKE: Final = ("content-type", "cache-control", "etag", "last-modified", "content-disposition")


@dataclass(frozen=True)
class Sporsmaal:
    """What is asked of Prefect in the county's name."""

    metode: str
    sti: str
    innhold: bytes | None = None
    sok: str = ""


@dataclass
class Vindu:
    """The ASGI app. ``prefect`` asks the shared server as its owner; ``ko`` is the county's queue."""

    prefect: httpx.AsyncClient
    ko: str
    _egne: tuple[float, frozenset[str]] = (-HUSKES_SEKUNDER, frozenset())
    _merke: dict[str, str] = field(default_factory=dict)

    async def __call__(self, scope: Melding, receive: Mottak, send: Svar) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] != "http":
            await close_stream(send, HTTPStatus.FORBIDDEN)
        else:
            innhold = await read_whole(receive)
            try:
                svar = await self._judge(scope, innhold)
            except (IkkeTillatt, httpx.HTTPStatusError):
                await refuse(send, HTTPStatus.FORBIDDEN)
                return
            if isinstance(svar, Sporsmaal):
                await self._pass_on(svar, scope, send)
            else:
                await send_all(send, HTTPStatus.OK, json.dumps(svar).encode(), "application/json")

    async def _judge(self, scope: Melding, innhold: bytes | None) -> Any:  # noqa: ANN401 a question, or an answer as JSON
        """Return what may be asked, or the answer itself; IkkeTillatt where it may not."""
        metode, sti, sok = scope["method"], scope["path"], parse_qs(scope["query_string"].decode("latin-1"))
        if innhold is None or not sti.isascii():
            raise IkkeTillatt
        if metode in {"GET", "HEAD"}:
            return Sporsmaal(metode, sti, sok=await self._look(sti, sok))
        if metode == "POST":
            for tom, svar in TOMME.items():
                if tom.fullmatch(sti):
                    return svar
            if (kropp := await self._asked(sti, innhold)) is not None:
                return Sporsmaal(metode, sti, json.dumps(kropp).encode())
        return Sporsmaal(metode, sti, await self._changed(metode, sti, innhold))

    async def _look(self, sti: str, sok: dict[str, list[str]]) -> str:
        """Return the query that a look may have."""
        if SKJERM.fullmatch(sti) or APENT.fullmatch(sti):
            return ""
        if sti == MERKE:
            return urlencode({"client": sok.get("client", [""])[0]})
        if sti == TILSTANDER:
            id_ = sok.get("flow_run_id", [""])[0]
            await self._must_own("flow_runs", [id_])
            return urlencode({"flow_run_id": id_})
        if treff := ETTER_ID.fullmatch(sti):
            await self._must_own(treff["slag"], [treff["id"]])
            return urlencode({"since": sok["since"][0]}) if "since" in sok and treff["del"] == "/graph-v2" else ""
        raise IkkeTillatt

    async def _asked(self, sti: str, innhold: bytes) -> dict[str, Any] | None:
        """Return a question about many things as the county may ask it, None where it is not such a question."""
        if LISTER.fullmatch(sti):
            kropp = read_object(innhold)
            return kropp | {"deployments": await self._only_own(kropp.get("deployments"))}
        if sti == LOGGER:
            kropp = read_object(innhold)
            return kropp | {"logs": await self._own_logs(kropp.get("logs"))}
        if sti in NEVNTE:
            felt, slag = NEVNTE[sti]
            kropp = read_object(innhold)
            await self._must_own(slag, kropp.get(felt))
            return {felt: kropp[felt]}
        return None

    async def _changed(self, metode: str, sti: str, innhold: bytes) -> bytes:
        """Let the county start a run of its own, stop one, and turn a plan off."""
        if not (treff := ENDRES.fullmatch(sti)):
            raise IkkeTillatt
        await self._must_own(treff["slag"], [treff["id"]])
        if starts_run(metode, sti):
            return json.dumps(take_up(innhold)).encode()
        check_change(metode, sti, innhold)
        return innhold

    async def _only_own(self, filter_: Any) -> dict[str, Any]:  # noqa: ANN401 whatever was sent
        """Return a filter of deployments that lets none but the county's own through, however it was worded."""
        onsket = {} if filter_ is None else filter_
        if not isinstance(onsket, dict) or onsket.get("operator", OG) != OG:
            raise IkkeTillatt
        valgt, egne = onsket.get("id") or {}, await self._own()
        if not isinstance(valgt, dict):
            raise IkkeTillatt
        if (noen := valgt.get("any_")) is not None:
            egne &= set(_texts(noen))
        egne -= set(_texts(valgt.get("not_any_") or []))
        return onsket | {"operator": OG, "id": {"any_": sorted(egne) or [INGEN]}}

    async def _own_logs(self, filter_: Any) -> dict[str, Any]:  # noqa: ANN401 whatever was sent
        """Return a filter of logs: it must name runs or tasks, all of them the county's."""
        if not isinstance(filter_, dict) or filter_.get("operator", OG) != OG:
            raise IkkeTillatt
        navngitt = {
            f"{slag[:-1]}_id": slag for slag in ("flow_runs", "task_runs") if filter_.get(f"{slag[:-1]}_id") is not None
        }
        if not navngitt:
            raise IkkeTillatt
        ut = {felt: verdi for felt, verdi in filter_.items() if felt in {"level", "timestamp", "text"}}
        for felt, slag in navngitt.items():
            ider = _texts(filter_[felt].get("any_") if isinstance(filter_[felt], dict) else None)
            await self._must_own(slag, ider)
            ut[felt] = {"any_": ider}
        return ut | {"operator": OG}

    async def _must_own(self, slag: str, ider: Any) -> None:  # noqa: ANN401 whatever was sent
        """IkkeTillatt unless all of these ids, and there is one, are the county's."""
        unike = set(_texts(ider))
        if not 0 < len(unike) <= MEST or not all(re.fullmatch(UUID, enkelt) for enkelt in unike):
            raise IkkeTillatt
        egne = await self._own()
        if slag == "deployments":
            eies = unike <= egne
        else:
            filtre = {slag: {"id": {"any_": sorted(unike)}}, "deployments": {"id": {"any_": sorted(egne) or [INGEN]}}}
            eies = await self._ask(f"/api/{slag}/count", filtre) == len(unike)
        if not eies:
            raise IkkeTillatt

    async def _own(self) -> frozenset[str]:
        """Return the county's deployments: those in its queue."""
        sist, egne = self._egne
        if time.monotonic() - sist >= HUSKES_SEKUNDER:
            filter_ = {"deployments": {"work_queue_name": {"any_": [self.ko]}}, "limit": MEST}
            funnet = await self._ask("/api/deployments/filter", filter_)
            egne = frozenset(enkelt["id"] for enkelt in funnet if enkelt["work_queue_name"] == self.ko)
            self._egne = (time.monotonic(), egne)
        return egne

    async def _ask(self, sti: str, kropp: dict[str, Any]) -> Any:  # noqa: ANN401 any JSON value
        """Ask a question of our own."""
        svar = await self.prefect.post(sti, json=kropp, headers=self._merke)
        if svar.status_code == HTTPStatus.FORBIDDEN:
            merke = (await self.prefect.get(MERKE, params={"client": self.ko})).raise_for_status().json()
            self._merke = {"Prefect-Csrf-Token": merke["token"], "Prefect-Csrf-Client": self.ko}
            svar = await self.prefect.post(sti, json=kropp, headers=self._merke)
        return svar.raise_for_status().json()

    async def _pass_on(self, spor: Sporsmaal, scope: Melding, send: Svar) -> None:
        find = headers_of(scope)
        hoder = {navn: verdi for navn in VIDERE for verdi in find(navn)[:1]}
        adresse = spor.sti + (f"?{spor.sok}" if spor.sok else "")
        svar = await self.prefect.request(spor.metode, adresse, content=spor.innhold, headers=hoder)
        tilbake = {navn: svar.headers[navn] for navn in TILBAKE if navn in svar.headers}
        type_ = tilbake.pop("content-type", "application/octet-stream")
        await send_all(send, HTTPStatus(svar.status_code), svar.content, type_, tilbake)


def _texts(verdier: Any) -> list[str]:  # noqa: ANN401 whatever was sent
    if not isinstance(verdier, list) or not all(isinstance(verdi, str) for verdi in verdier):
        raise IkkeTillatt
    return [verdi.lower() for verdi in verdier]


async def _live(receive: Mottak, send: Svar) -> None:
    while True:
        melding = await receive()
        await send({"type": f"{melding['type']}.complete"})
        if melding["type"] == "lifespan.shutdown":
            return
