"""The state machine: one rule for each thing that can be done, and every law after each step."""

import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, get_state_machine_test, rule

from tests.tilstandsmaskin.handlinger import HANDLINGER
from tests.tilstandsmaskin.lover import broken
from tests.tilstandsmaskin.verden import Fabrikk, workshop

FRO = st.integers(0, 2**32 - 1)


class Lovbrudd(AssertionError):
    """A law was broken."""


@dataclass
class Regnskap:
    """What has been done, and what did not hold: with the steps that led to it."""

    gjort: Counter[str] = field(default_factory=Counter)
    verdener: int = 0
    brudd: list[str] = field(default_factory=list)

    @property
    def steg(self) -> int:
        """How many steps in all."""
        return self.gjort.total()


class Maskin(RuleBasedStateMachine):
    """A world to which things happen. Its class is made anew for each run, with where it lives and what it counts."""

    fabrikk: Fabrikk
    lapp: pytest.MonkeyPatch
    regnskap: Regnskap

    def __init__(self) -> None:
        super().__init__()
        self.stabel = ExitStack()
        self.verden = self.stabel.enter_context(self.fabrikk.world(self.lapp))
        self.sti: list[str] = []
        self.regnskap.verdener += 1

    def do(self, navn: str, fro: int) -> None:
        """Do one thing and judge the world."""
        self.sti.append(f"{navn} {fro}")
        self.regnskap.gjort[navn] += 1
        if self.regnskap.steg % 100 == 0:
            sys.stderr.write(f"{self.regnskap.steg} steg i {self.regnskap.verdener} verdener\n")
        try:
            HANDLINGER[navn](self.verden, Random(fro))
        except AssertionError as feil:
            self._broken([str(feil)])
        except Exception as feil:
            raise Lovbrudd(f"{navn} falt: {type(feil).__name__} {feil} ({', '.join(self.sti)})") from feil
        if funnet := broken(self.verden):
            self._broken(funnet)

    def teardown(self) -> None:
        """Take the world down."""
        self.stabel.close()

    def _broken(self, hva: list[str]) -> None:
        raise Lovbrudd(f"{'; '.join(hva)} (etter {len(self.sti)} steg: {', '.join(self.sti)})")


def _rules() -> dict[str, Any]:
    """Return a rule for each thing that can be done."""

    def act(self: Maskin, fro: int, navn: str) -> None:
        self.do(navn, fro)

    regler = {}
    for nummer, navn in enumerate(HANDLINGER):
        funksjon = partial(act, navn=navn)
        regler[f"regel_{nummer:02d}"] = rule(fro=FRO)(_named(f"regel_{nummer:02d}", funksjon))
    return regler


def _named(navn: str, funksjon: Any) -> Any:
    def regel(self: Maskin, fro: int) -> None:
        funksjon(self, fro)

    regel.__name__ = navn
    return regel


def play(mappe: Path, steg: int, per_verden: int, fro: int) -> Regnskap:
    """Do at least so many steps, in worlds of ``per_verden`` each, and return the account, up to the first breach."""
    regnskap = Regnskap()
    with workshop(mappe) as (fabrikk, lapp):
        klasse = type("Egen", (Maskin,), {"fabrikk": fabrikk, "lapp": lapp, "regnskap": regnskap} | _rules())
        while regnskap.steg < steg and not regnskap.brudd:
            valg = settings(
                max_examples=max(1, -(-(steg - regnskap.steg) // per_verden)), stateful_step_count=per_verden,
                deadline=None, database=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            prove = seed(fro + regnskap.verdener)(get_state_machine_test(klasse, settings=valg))
            try:
                prove()
            except Lovbrudd as feil:
                regnskap.brudd.append(str(feil))
    return regnskap
