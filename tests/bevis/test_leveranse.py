"""What is delivered, and that the judge sees what is missing, forbidden, weak or not answered for."""

import json
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from deployments.beholder import deler, sarbarheter
from deployments.beholder.deler import is_allowed, refused_licences, sbom
from deployments.beholder.sarbarheter import Svar, ask, judge
from tests.bevis import prove
from tests.bevis.leveranse import listed

DAG = date(2026, 11, 22)
SUM = "a" * 64
LAAS = f"urllib3==1.25.0 \\\n    --hash=sha256:{SUM}\nidna==3.15 \\\n    --hash=sha256:{SUM}\n"
SVAKHET = {
    "id": "PYSEC-2020-148", "summary": "CRLF", "details": "CRLF", "aliases": ["CVE-2020-26137"],
    "published": "2020-09-30T18:15:00Z",
    "affected": [{
        "package": {"name": "urllib3", "ecosystem": "PyPI"}, "versions": ["1.25.0"],
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.25.9"}]}],
    }],
}  # fmt: skip
"""An answer as OSV gives it."""


def test_the_list_is_whole_and_its_licences_are_allowed() -> None:
    assert prove("leveranse", kort=True).brudd == ()


def test_a_part_left_out_added_or_with_another_hash_is_seen() -> None:
    liste = sbom()
    uten, med, feil = deepcopy(liste), deepcopy(liste), deepcopy(liste)
    borte = uten["components"].pop()
    med["components"].append(borte | {"name": "finnes-ikke", "bom-ref": "x"})
    feil["components"][0]["hashes"][0]["content"] = "0" * 64
    ugyldig = deepcopy(liste) | {"specVersion": 2}
    assert listed(uten) == [f"{borte['name']} {borte['version']} mangler i listen."]
    assert listed(med) == [f"finnes-ikke {borte['version']} er ikke i låsen."]
    assert listed(feil) == [f"{liste['components'][0]['name']} har ikke låsens summer."]
    assert listed(ugyldig) == ["Listen er ikke gyldig CycloneDX 1.6."]


def test_a_licence_that_nobody_has_allowed_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deler, "licence", lambda navn: {"duckdb": "AGPL-3.0", "httpx": ""}.get(navn, "MIT"))
    assert list(refused_licences(sbom())) == ["duckdb: AGPL-3.0", "httpx: lisensen er ikke kjent"]
    uttrykk = ("GPL-2.0 OR MIT", "GPL-2.0 AND MIT", "MPL-2.0 AND (GPL-3.0 OR MIT)")
    assert [is_allowed(en) for en in uttrykk] == [True, False, True]


@pytest.fixture
def laas(tmp_path: Path) -> Path:
    sti = tmp_path / "liten.lock"
    sti.write_text(LAAS, "utf-8")
    return sti


def osv(tjener: HTTPServer, svar: dict) -> tuple[str, ...]:
    """Let the stand-in answer for urllib3, and know of nothing wrong with the rest."""

    def answer(spurt: Request) -> Response:
        navn = json.loads(spurt.data)["package"]["name"]
        return Response(json.dumps(svar if navn == "urllib3" else {}), content_type="application/json")

    tjener.expect_request("/v1/query", method="POST").respond_with_handler(answer)
    return ("--vulnerability-service", "osv", "--osv-url", tjener.url_for("/v1/query"))


def test_parts_without_known_weaknesses_are_clean_and_one_with_is_told(laas: Path, httpserver: HTTPServer) -> None:
    rent = ask(laas, *osv(httpserver, {}))
    assert rent == Svar(("urllib3 1.25.0", "idna 3.15"), (), {})
    assert list(judge(rent, 2, DAG)) == []
    httpserver.clear()
    svakt = ask(laas, *osv(httpserver, {"vulns": [SVAKHET]}))
    assert list(judge(svakt, 2, DAG)) == ["urllib3 1.25.0 har sårbarheten PYSEC-2020-148."]


def test_no_answer_is_not_a_clean_answer(laas: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/query").respond_with_data("", status=404)
    svar = ask(laas, "--vulnerability-service", "osv", "--osv-url", httpserver.url_for("/v1/query"))
    assert list(judge(svar, 2, DAG)) == ["Databasen over sårbarheter kunne ikke spørres."]
    taust = sarbarheter.read({"dependencies": [{"name": "idna", "skip_reason": "not found"}], "fixes": []})
    assert list(judge(taust, 2, DAG)) == ["Databasen svarte for 0 av 2 deler."]


def test_a_weakness_is_waived_with_a_reason_until_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unntak = tmp_path / "unntak.csv"
    unntak.write_text("del;svakhet;grunn;av;dato;gyldig_til\nidna 3.15;X-1;brukes ikke;drift;2026-11-01;2026-12-01\n")
    monkeypatch.setattr(sarbarheter, "UNNTAK", unntak)
    svar = Svar(("idna 3.15",), (), {"idna 3.15": ("X-1",)})
    assert list(judge(svar, 1, DAG)) == []
    assert list(judge(svar, 1, date(2026, 12, 2))) == ["idna 3.15 har sårbarheten X-1."]
