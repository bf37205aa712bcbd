"""What is written down of the proofs, and that nobody wrote it by hand."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.bevis import BEVIS, Funn, Tabell, __main__, protokoll

DAG = date(2026, 11, 22)


@pytest.fixture
def boken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(protokoll, "TALL", tmp_path / "bevis.json")
    monkeypatch.setattr(protokoll, "SIDE", tmp_path / "bevis.md")
    return tmp_path


def test_the_page_is_what_its_figures_make_it() -> None:
    assert protokoll.SIDE.read_text("utf-8") == protokoll.show(protokoll.read())


def test_every_claim_has_its_module() -> None:
    mappe = Path(protokoll.__file__).parent
    assert {navn for navn in BEVIS if not (mappe / f"{navn}.py").is_file()} == set()


def test_what_does_not_hold_is_said_at_the_top_and_with_its_figures(boken: Path) -> None:
    funn = Funn(
        {"datoer": 3, "forhold": 1.5}, (Tabell("Rader", ("Rad",), [["14-brev-ikkesokere"]]),), ("Én dato er feil.",)
    )
    protokoll.record("kalender", funn, DAG)
    side = (boken / "bevis.md").read_text("utf-8")
    assert "| `kalender` | Datoene i 26 år | 2026-11-22 | holder ikke |" in side
    assert all(tekst in side for tekst in ("Én dato er feil.", "| forhold | 1,50 |", "14-brev-ikkesokere"))
    assert "| `svikt` | Når noe svikter |  | ikke kjørt helt |" in side


def test_a_proof_made_again_replaces_only_its_own_figures(boken: Path) -> None:
    protokoll.record("svikt", Funn({"feil": 1}), DAG)
    for antall in (2, 3):
        protokoll.record("kalender", Funn({"datoer": antall}), DAG)
    alle = json.loads((boken / "bevis.json").read_text("utf-8"))
    assert {navn: funn["tall"] for navn, funn in alle.items()} == {"svikt": {"feil": 1}, "kalender": {"datoer": 3}}


def test_a_proof_that_falls_over_does_not_hold_and_does_not_stop_the_next(
    boken: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def prove(navn: str, **_: Any) -> Funn:
        if navn == "svikt":
            raise TimeoutError("tjeneren svarte aldri")
        return Funn({"datoer": 3})

    monkeypatch.setattr(__main__, "prove", prove)
    assert __main__.main(["svikt", "kalender"]) == 1
    side = (boken / "bevis.md").read_text("utf-8")
    assert "Holder ikke: Beviset falt selv: TimeoutError i tests/bevis/test_protokoll.py" in side
    assert "| datoer | 3 |" in side
    assert "tjeneren svarte aldri" in capsys.readouterr().err


def test_the_short_form_writes_nothing_and_a_breach_is_the_exit_code(
    boken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(__main__, "prove", lambda navn, **_: Funn({}, brudd=("Noe.",) if navn == "svikt" else ()))
    assert __main__.main(["kalender", "--short"]) == 0
    assert __main__.main(["kalender", "svikt", "--short"]) == 1
    assert list(boken.iterdir()) == []
