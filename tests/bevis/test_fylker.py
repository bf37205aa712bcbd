"""The proof of many counties in its short form, and that its judges see what is wrong."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from deployments.demo import Demo
from tests.bevis import prove
from tests.fylker import postgres
from tests.fylker.dom import differences, overlaps
from tests.fylker.isolasjon import ask_all, attempts
from tests.fylker.sammen import untrue
from tests.fylker.spilling import FIL, Delspilling
from tests.tasks.conftest import BREVDAG, at

ALT = {
    "deployments": [{"id": "d" * 8, "name": "U", "schedules": [{"id": "p" * 8}]}],
    "flows": [{"id": "f" * 8, "name": "F"}],
    "flow_runs": [{"id": "k" * 8}],
    "task_runs": [],
    "artifacts": [],
}
DAG = at(BREVDAG)
SPRAAK = {
    "paths": {"/flows/filter": {"post": {}}, "/flow_runs/{id}": {"get": {}}, "/flow_runs/{id}/input/{key}": {"get": {}}}
}


@pytest.mark.usefixtures("om_natten")
def test_many_counties_in_the_short_form() -> None:
    if (mangler := postgres.why_not()) and not os.environ.get(postgres.KREV):
        pytest.skip(mangler)
    assert prove("fylker", kort=True).brudd == ()


def door(svar: str, kode: int = 200) -> httpx.Client:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(kode, text=svar)

    return httpx.Client(base_url="http://x/api", transport=httpx.MockTransport(answer))


@pytest.mark.parametrize("svar", [f'[{{"id": "{"k" * 8}"}}]', '{"tags": ["fylke-31"]}', '[{"name": "F"}]'])
def test_an_answer_with_anything_of_anothers_is_seen(svar: str) -> None:
    assert all(sak.lekket for sak in ask_all(door(svar), SPRAAK, ALT, "fylke-31"))


def test_a_refusal_and_an_empty_answer_are_not_taken_for_a_leak() -> None:
    assert not any(sak.lekket for sak in ask_all(door("[]"), SPRAAK, ALT, "fylke-31"))
    assert not any(sak.lekket for sak in ask_all(door("fylke-31", 403), SPRAAK, ALT, "fylke-31"))


def test_every_endpoint_is_asked_for_the_others_ids() -> None:
    stier = {sti for _, _, sti, _ in attempts(SPRAAK, ALT, "fylke-31")}
    assert {"/flows/filter", f"/flow_runs/{'k' * 8}", f"/flow_runs/{'k' * 8}/input/arshjulet"} <= stier


@dataclass
class Rekke(Delspilling):
    """A line of five events of which the third puts one more on it, and the fourth breaks off the first time."""

    gjort: list[str] = field(default_factory=list)
    brytes: bool = False

    def plan(self) -> None:
        for nr in range(1, 6):
            self._at(DAG + timedelta(hours=nr), self._event(str(nr)))

    def _event(self, navn: str) -> Callable[[datetime], None]:
        def event(tid: datetime) -> None:
            self.gjort.append(navn)
            if navn == "3":
                self._at(tid + timedelta(minutes=1), self._event("3b"))
            if navn == "4" and self.brytes:
                raise KeyboardInterrupt

        return event


def row_of(mappe: Path, *, brytes: bool = False) -> Rekke:
    (mappe / "demo").mkdir(exist_ok=True)
    hjem: Any = SimpleNamespace(mappe=mappe)
    return Rekke(hjem, Demo(), plain=True, brytes=brytes)


def test_a_year_goes_on_where_it_was_left_and_does_what_was_broken_off_again(tmp_path: Path) -> None:
    forste = row_of(tmp_path, brytes=True)
    with pytest.raises(KeyboardInterrupt):
        forste.go_on(DAG.date())
    assert forste.gjort == ["1", "2", "3", "3b", "4"]
    with (tmp_path / FIL).open("ab") as fil:
        fil.write(b"\x80\x05half a page")
    neste = row_of(tmp_path)
    assert neste.go_on(DAG.date()) == 2
    assert neste.gjort == ["4", "5"]
    assert row_of(tmp_path).go_on(DAG.date()) == 0


def test_two_writers_at_once_are_seen_and_a_dead_one_is_not_taken_for_one() -> None:
    levende = os.getpid()
    dod = 2**22 + 1
    assert not Path(f"/proc/{dod}").exists()
    tok = [{"hva": "tok", "pid": pid} for pid in (levende, 1)]
    assert overlaps(tok) == 1
    assert overlaps([{"hva": "tok", "pid": dod}, {"hva": "tok", "pid": levende}, {"hva": "slapp", "pid": levende}]) == 0
    assert overlaps([{"hva": "slapp", "pid": levende}]) == 1


def test_registers_that_disagree_are_seen() -> None:
    assert differences({"svar": ["[1]"]}, {"svar": ["[2]"], "ungdom": []}) == ["svar", "ungdom"]


def test_a_sum_for_the_country_that_tells_what_a_county_hides_is_seen() -> None:
    sted = {"maaltall": "tilmeldte", "fra_dato": "", "dato": "2026-12-31", "gruppe": "arbeid", "til_gruppe": ""}
    gitt_ut = {nr: {"tall": [sted | {"region": "alle", "verdi": verdi}]} for nr, verdi in (("31", 7.0), ("32", None))}
    landet = sted | {"fylke": "landet"}
    assert not list(untrue([landet | {"verdi": None}], gitt_ut))
    assert list(untrue([landet | {"verdi": 7.0}], gitt_ut))
    gitt_ut["32"]["tall"][0]["verdi"] = 8.0
    assert not list(untrue([landet | {"verdi": 15.0}], gitt_ut))
    assert list(untrue([landet | {"verdi": 14.0}], gitt_ut))
