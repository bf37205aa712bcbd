"""The benchmark of the engine: small here, to see that all ways are measured and that Dagster is where it is said."""

import os
import sys
from pathlib import Path

import pytest

from deployments.maaling import motor
from deployments.maaling.motor import DAGSTER, UTEN_DAGSTER, bench_motor
from tasks.feil import BrukerFeil

PLANKE = """\
from contextlib import nullcontext
class _Jobb:
    def execute_in_process(self, instance): pass
class DagsterInstance:
    get = staticmethod(lambda: nullcontext("her"))
op = lambda f: lambda *_: 1
def job(name): return lambda f: (f(), _Jobb())[1]
"""


def test_ours_prefects_own_and_plain_python_are_measured_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DAGSTER, raising=False)
    maaling = bench_motor(oppgaver=3, runder=1)
    assert {navn.partition("_kjoring")[0] for navn in maaling.deler if "_kjoring_" in navn} == {
        "arshjul",
        "prefect",
        "python",
    }
    assert maaling.deler["python_kjoring_millisekunder"] < maaling.deler["arshjul_kjoring_millisekunder"]
    assert (maaling.forhold > 0, maaling.merknad) == (True, UTEN_DAGSTER)


def test_dagster_is_measured_by_the_python_that_has_it_and_is_held_to_its_own_limit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "dagster.py").write_text(PLANKE, "utf-8")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nshift\nPYTHONPATH="{tmp_path}" exec "{sys.executable}" "$@"\n', "utf-8")
    python.chmod(0o700)
    monkeypatch.setenv(DAGSTER, str(python))
    egne = {"arshjul": [(0.1, 0.2)], "prefect": [(0.1, 0.4)], "python": [(0.1, 0.1)]}
    ekte = motor._ran
    monkeypatch.setattr(motor, "_ran", lambda ord_: egne if "-m" in ord_ else ekte(ord_))
    maaling = bench_motor(oppgaver=3, runder=1)
    assert (maaling.forhold, maaling.merknad) == (pytest.approx(0.5), "")
    # A Dagster that does nothing at all is faster than anyone may be.
    assert maaling.deler["mot_dagster_forhold"] > motor.GRENSE_DAGSTER
    assert not maaling.holder


def test_a_python_without_dagster_is_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DAGSTER, sys.executable)
    monkeypatch.setattr(motor, "_ran", lambda ord_, ekte=motor._ran: {} if os.fspath(ord_[1]) == "-m" else ekte(ord_))
    with pytest.raises(BrukerFeil, match="ÅH-1862"):
        bench_motor(oppgaver=1, runder=1)
