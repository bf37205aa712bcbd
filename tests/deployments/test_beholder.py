"""The files for containers, held to their own linters and to what we promise of them; they are run nowhere here."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pytest_httpserver import HTTPServer

from deployments.beholder import helse
from deployments.beholder.laas import DRIFTSLAAS, LAAS, read_lock, runtime_part
from deployments.kopi.sikkerhetskopi import program_version
from tasks.filer import ROT
from tasks.hjem import Hjem

MAPPE = ROT / "deployments" / "beholder"
SKJEMA = ROT / "tests" / "leveranse" / "skjema" / "compose_spec.json"
"""Compose's own schema (Apache-2.0), as its program has it."""
MANIFESTER = sorted((MAPPE / "kubernetes").glob("*.yaml"))
COMPOSE = sorted(MAPPE.glob("compose*.yaml"))
PROGRAMMER = Path(sys.executable).parent


def lint(*ord_: str, inn: str | None = None) -> subprocess.CompletedProcess[str]:
    program, *resten = ord_
    return subprocess.run([PROGRAMMER / program, *resten], input=inn, capture_output=True, text=True, check=False)


def test_the_containerfile_passes_its_linter_and_the_linter_sees_a_bad_one() -> None:
    svar = lint("hadolint", str(MAPPE / "Containerfile"))
    assert (svar.returncode, svar.stdout) == (0, "")
    assert "DL3007" in lint("hadolint", "-", inn="FROM debian:latest\n").stdout


def test_the_image_has_no_secret_no_unpinned_base_and_another_user_than_root() -> None:
    linjer = (MAPPE / "Containerfile").read_text("utf-8").splitlines()
    assert [linje for linje in linjer if linje.startswith("FROM")] == ["FROM ${BASIS} AS bygg", "FROM ${BASIS}"]
    assert "ARG BASIS" in linjer
    assert "USER 10001:10001" in linjer
    assert not re.search(r"PASSORD|_KEY\b|TOKEN", "\n".join(linjer))
    assert "--require-hashes" in "\n".join(linjer)
    tatt_med = (MAPPE / "Containerfile.dockerignore").read_text("utf-8").splitlines()
    assert tatt_med[0] == "*"
    assert not {"!tests", "!var", "!.git"} & set(tatt_med)


def test_the_image_is_built_from_the_part_of_the_lock_that_the_program_runs_on() -> None:
    drift = DRIFTSLAAS.read_text("utf-8")
    assert drift == runtime_part(), "kjør python -m deployments.beholder.laas"
    alle = {en.linjer for en in read_lock(LAAS.read_text("utf-8"))}
    deler = read_lock(drift)
    assert all(en.linjer in alle for en in deler)
    navn = {en.navn for en in deler}
    assert {"prefect", "duckdb", "asyncpg", "async-timeout"} <= navn
    assert not {"pytest", "ruff", "playwright", "pip-audit", "mutmut"} & navn


def resources(*filer: Path) -> Iterator[dict[str, Any]]:
    for fil in filer:
        yield from yaml.safe_load_all(fil.read_text("utf-8"))


def pods() -> list[dict[str, Any]]:
    return [r["spec"]["template"]["spec"] for r in resources(*MANIFESTER) if r["kind"] in {"Deployment", "StatefulSet"}]


def test_the_manifests_are_what_kubernetes_takes_and_the_linter_sees_a_wrong_one(tmp_path: Path) -> None:
    svar = lint("kubernetes-validate", "--strict", *map(str, MANIFESTER))
    assert svar.returncode == 0, svar.stdout
    feil = tmp_path / "feil.yaml"
    feil.write_text(MANIFESTER[2].read_text("utf-8").replace("replicas:", "replikas:"), "utf-8")
    assert lint("kubernetes-validate", "--strict", str(feil)).returncode != 0


def test_every_container_is_closed_in_has_limits_and_a_version() -> None:
    beholdere = [en for pod in pods() for en in (*pod.get("initContainers", []), *pod["containers"])]
    assert len(beholdere) == 9
    for en in beholdere:
        trygg = en["securityContext"]
        assert trygg["readOnlyRootFilesystem"]
        assert trygg["allowPrivilegeEscalation"] is False
        assert trygg["capabilities"] == {"drop": ["ALL"]}
        assert en["resources"]["limits"]["memory"]
        assert en["resources"]["requests"]["memory"] if "ports" in en else en["resources"]
        assert re.search(r":\d+\.\d+", en["image"])
        assert "/arshjul:" not in en["image"] or en["image"].endswith(f":{program_version()}")
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert all("readinessProbe" in en for en in pod["containers"])


def test_nothing_gets_in_or_out_of_the_namespace_without_a_rule_and_every_pod_has_one() -> None:
    regler = {r["metadata"]["name"]: r["spec"] for r in resources(*MANIFESTER) if r["kind"] == "NetworkPolicy"}
    assert regler.pop("ingenting") == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    velger = [regel["podSelector"]["matchLabels"] for regel in regler.values()]
    for ressurs in resources(*MANIFESTER):
        if ressurs["kind"] in {"Deployment", "StatefulSet"}:
            merker = ressurs["spec"]["template"]["metadata"]["labels"]
            assert sum(valg.items() <= merker.items() for valg in velger) == 1


def test_a_countys_home_and_key_are_with_its_own_workers_only_and_its_pages_see_pages() -> None:
    har = {}
    for ressurs in resources(*MANIFESTER):
        if ressurs["kind"] in {"Deployment", "StatefulSet"}:
            tekst = json.dumps(ressurs)
            har[ressurs["metadata"]["name"]] = ("hjem-31" in tekst, "fylke-31-arbeider" in tekst, "database" in tekst)
    assert har == {
        "postgres": (False, False, True), "prefect": (False, False, True), "arbeider-31": (True, True, False),
        "dor-31": (False, False, False), "sider-31": (True, False, False),
    }  # fmt: skip
    (monterer,) = (
        [mappe for mappe in pod["containers"][0]["volumeMounts"] if mappe["name"] == "hjem"]
        for pod in pods()
        if "pages" in pod["containers"][0].get("args", [])
    )
    sider = "rapporter/sider"
    assert monterer == [{"name": "hjem", "mountPath": f"/srv/fylker/31/{sider}", "subPath": sider, "readOnly": True}], (
        "sidene skal ikke se registeret"
    )
    assert not [r for r in resources(*MANIFESTER) if r["kind"] == "Secret"]


@pytest.mark.parametrize("fil", COMPOSE, ids=lambda fil: fil.name)
def test_the_compose_files_follow_composes_own_schema_and_are_closed_in(fil: Path) -> None:
    oppsett = yaml.safe_load(fil.read_text("utf-8"))
    dommer = jsonschema.Draft7Validator(json.loads(SKJEMA.read_text("utf-8")))
    assert [feil.message for feil in dommer.iter_errors(oppsett)] == []
    gal = oppsett | {"services": {"x": {"image": "y", "finnes_ikke": 1}}}
    assert list(dommer.iter_errors(gal))
    for navn, tjeneste in oppsett["services"].items():
        assert tjeneste["read_only"], navn
        assert tjeneste["cap_drop"] == ["ALL"]
        assert tjeneste["security_opt"] == ["no-new-privileges:true"]
        assert tjeneste["user"].partition(":")[0] not in {"", "0", "root"}
        assert tjeneste["mem_limit"]
        assert ":?" in tjeneste["image"], "bildet må velges, og aldri bli det nyeste"


def test_a_home_where_nothing_runs_is_not_well(
    fylke: Hjem, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert helse.main([]) == 1
    plager = capsys.readouterr().out.splitlines()
    assert len(plager) == 2
    assert plager[1].startswith("Planlagte kjøringer. Prefect har aldri vært startet")
    monkeypatch.setattr(helse, "ailments", lambda: iter(()))
    assert helse.main([]) == 0


TABELL = """
navn = "drift"
api = "{api}"
[[fylke]]
nummer = "31"
navn = "Østfold"
hjem = "{mappe}/31"
[[fylke]]
nummer = "32"
navn = "Akershus"
hjem = "{mappe}/32"
"""


def test_a_county_without_planned_runs_and_a_silent_server_are_told(
    tmp_path: Path, httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(spurt: Any) -> Any:
        from werkzeug import Response

        ko = json.loads(spurt.data)["work_pool_queues"]["name"]["any_"]
        return Response("12" if ko == ["fylke-31"] else "0", content_type="application/json")

    httpserver.expect_request("/api/flow_runs/count", method="POST").respond_with_handler(answer)
    tabell = tmp_path / "fylker.toml"
    tabell.write_text(TABELL.format(api=httpserver.url_for("/api"), mappe=tmp_path), "utf-8")
    tabell.chmod(0o600)
    (tmp_path / "drift.passord").write_text("et-langt-passord-for-proven", "utf-8")
    assert helse.main([str(tabell)]) == 1
    assert capsys.readouterr().out == "Fylket 32 har ingen planlagte kjøringer.\n"
    httpserver.clear()
    assert helse.main([str(tabell)]) == 1
    assert capsys.readouterr().out == "Prefects server svarer 500.\n" * 2
    tabell.chmod(0o644)
    assert helse.main([str(tabell)]) == 1
    assert capsys.readouterr().out.startswith("ÅH-1732 ")
