"""Addresses in Prefect: known or none, and what a form is filled with."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from schemas.avgjorelse import Avgjorelsesvalg, Beslutning
from schemas.iverksetting import Iverksettingsvalg
from schemas.kjoring import GODTA, Kjorevalg
from tasks.hjem import home
from tasks.hjul.lenker import Lenker, links
from tests.tasks.conftest import at

LENKER = Lenker("http://127.0.0.1:4200", {"14-brev-ikkesokere": "d14", "avgjore": "da", "iverksett": "di"})


def parameters(adresse: str | None) -> Any:
    (tekst,) = parse_qs(urlsplit(adresse or "").query)["parameters"]
    return json.loads(tekst)["valg"]


def test_a_run_and_a_form_have_the_addresses_that_prefect_shows_them_at() -> None:
    assert LENKER.run("abc") == "http://127.0.0.1:4200/runs/flow-run/abc"
    adresse = LENKER.row_form("14-brev-ikkesokere", 2026, 2026)
    assert str(adresse).startswith("http://127.0.0.1:4200/deployments/deployment/d14/run?parameters=")


def test_what_the_forms_are_filled_with_is_what_the_flows_take() -> None:
    assert Kjorevalg(**parameters(LENKER.row_form("14-brev-ikkesokere", 2026, 2026, GODTA))).gjor == GODTA
    ifjor = Kjorevalg(**parameters(LENKER.row_form("14-brev-ikkesokere", 2025, 2026)))
    assert (ifjor.aar, ifjor.annet_aar) == (2025, True)
    stopp = Avgjorelsesvalg(**parameters(LENKER.decision_form("F1", Beslutning.STOPP)))
    assert (stopp.forslag_id, stopp.beslutning) == ("F1", Beslutning.STOPP)
    assert Iverksettingsvalg(**parameters(LENKER.send_form("F1"))).forslag_id == "F1"


def test_what_is_not_known_has_no_address() -> None:
    uten = Lenker()
    assert [uten.run("a"), uten.form("avgjore", {}), uten.planned(at("2026-05-11T08:00")), LENKER.run("")] == [None] * 4
    assert LENKER.row_form("15-kontakt-ikke-svart", 2026, 2026) is None


def test_the_planned_runs_are_those_of_the_coming_year() -> None:
    sporsmal = parse_qs(urlsplit(str(LENKER.planned(at("2026-05-11T08:30")))).query)
    assert (sporsmal["start"], sporsmal["end"]) == (["2026-05-11T06:00:00.000Z"], ["2027-05-12T06:00:00.000Z"])
    assert sporsmal["state"] == ["Scheduled"]


def test_the_forms_are_read_from_the_home_and_the_address_where_people_see_it_goes_first(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "utrullinger.json").write_text('{"avgjore": "x"}', "utf-8")
    monkeypatch.delenv("ARSHJUL_PREFECT", raising=False)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    assert links(home(tmp_path)) == Lenker("http://127.0.0.1:4200", {"avgjore": "x"})
    monkeypatch.setenv("ARSHJUL_PREFECT", "https://arshjul.eksempel.no/")
    assert links(home(tmp_path)).rot == "https://arshjul.eksempel.no"
    for navn in ("ARSHJUL_PREFECT", "PREFECT_API_URL"):
        monkeypatch.delenv(navn)
    assert links(home(tmp_path)) == Lenker()
