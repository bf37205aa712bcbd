"""Every endpoint of Prefect's own description asked by one county for another's: what came through?

Each endpoint with an id in it is asked with every id of the other county's; each that takes a filter is asked bare and
with filters that try to get around the door. Seen is any of the other county's ids, names or marks in an answer.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import httpx

LOV: Final = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE"}
SLAG: Final = ("deployments", "flows", "flow_runs", "task_runs", "artifacts")


@dataclass(frozen=True)
class Sak:
    """One question and what came of it."""

    metode: str
    endepunkt: str
    kode: int
    lekket: bool


def everything_of(operator: httpx.Client, ko: str) -> dict[str, list[dict[str, Any]]]:
    """Return all that Prefect holds of a county, asked by the server's owner."""
    egne = {"deployments": {"work_queue_name": {"any_": [ko]}}, "limit": 200}
    return {slag: operator.post(f"/{slag}/filter", json=egne).raise_for_status().json() for slag in SLAG}


def needles_of(alt: dict[str, list[dict[str, Any]]], ko: str) -> set[str]:
    """Return what must never be seen by others: every id, the county's mark, and its flows' names."""
    ider = {str(ting[felt]) for liste in alt.values() for ting in liste for felt in ("id",)}
    return ider | {ko} | {flyt["name"] for flyt in alt["flows"]}


def attempts(
    spraak: dict[str, Any], alt: dict[str, list[dict[str, Any]]], ko: str
) -> Iterator[tuple[str, str, str, Any]]:
    """Yield method, endpoint, path and body of everything to try."""
    forste = {slag: liste[0]["id"] for slag, liste in alt.items() if liste}
    plan = next((p["id"] for u in alt["deployments"] for p in u["schedules"]), "")
    flyt = alt["flows"][0]["name"]
    navn = {
        "name": ko, "work_pool_name": "arshjul", "flow_name": flyt, "deployment_name": alt["deployments"][0]["name"],
        "key": "arshjulet", "schedule_id": plan, "view": "x", "tag": ko, "slug": "x", "checksum": "x",
    }  # fmt: skip
    for endepunkt, metoder in spraak["paths"].items():
        slag = endepunkt.removeprefix("/ui").split("/")[1]
        ider = [forste[slag]] if slag in forste else list(forste.values())
        for metode in metoder:
            for id_ in ider if "{id" in endepunkt or "_id}" in endepunkt else [""]:
                sti = re.sub(r"\{(\w+)[^}]*\}", lambda t, i=id_: navn.get(t[1], i), endepunkt)  # type: ignore[misc]
                for kropp in _bodies(forste, ko) if metode in {"post", "patch", "put"} else [None]:
                    yield LOV[metode], endepunkt, sti, kropp


def _bodies(forste: dict[str, str], ko: str) -> Iterator[Any]:
    """Yield bodies that ask for what is another's, openly and around corners."""
    alle = {slag: {"id": {"any_": [id_]}} for slag, id_ in forste.items()}
    tid = {
        "history_start": "2026-01-01T00:00:00Z",
        "history_end": "2027-01-01T00:00:00Z",
        "history_interval_seconds": 9e6,
    }
    yield {}
    yield {**tid}
    yield {**alle, **tid}
    yield {slag: {"operator": "or_", **filter_} for slag, filter_ in alle.items()} | tid
    yield {"deployments": {"operator": "or_", "tags": {"all_": [ko]}}, **tid}
    yield {"deployments": {"id": {"any_": None, "not_any_": []}, "tags": {"operator": "or_", "all_": [ko]}}}
    yield {"deployments": [], "flow_runs": {"work_queue_name": {"any_": [ko]}}}
    yield {"logs": {"flow_run_id": {"any_": [forste.get("flow_runs", "")]}}}
    yield {"logs": {"level": {"ge_": 0}}}
    yield {"flow_run_ids": [forste.get("flow_runs", "")], "flow_ids": [forste["flows"]]}
    yield {"state": {"type": "CANCELLED"}}
    yield {"paused": True}
    yield [{"parameters": {}}]


def ask_all(inn: httpx.Client, spraak: dict[str, Any], alt: dict[str, list[dict[str, Any]]], ko: str) -> list[Sak]:
    """Ask everything through a door, and tell what came of each question."""
    naaler = needles_of(alt, ko)
    saker = []
    for metode, endepunkt, sti, kropp in attempts(spraak, alt, ko):
        parametre = {"flow_run_id": alt["flow_runs"][0]["id"]} if endepunkt == "/flow_run_states/" else None
        svar = inn.request(metode, sti, json=kropp, params=parametre)
        # What we asked with may come back in a refusal that repeats it; an answer may hold nothing of theirs.
        sendt = sti + json.dumps(kropp, ensure_ascii=False)
        lekket = svar.is_success and any(naal in svar.text for naal in naaler if svar.text != sendt)
        saker.append(Sak(metode, endepunkt, svar.status_code, lekket))
    return saker


def wrong_counts(inn: httpx.Client, operator: httpx.Client, ko: str) -> list[str]:
    """Return the counts that are not of the county's own things alone, asked bare through its door."""
    egne = {"deployments": {"work_queue_name": {"any_": [ko]}}}
    gale = []
    for sti in (f"/{slag}/count" for slag in SLAG):
        if inn.post(sti, json={}).raise_for_status().json() != operator.post(sti, json=egne).raise_for_status().json():
            gale.append(f"POST {sti}")
    return gale
