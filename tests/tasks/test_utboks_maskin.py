"""The outbox as a state machine: whatever people do in whatever order, each key goes once and only approved."""

import contextlib
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tasks import forslag
from tasks.feil import BrukerFeil
from tests.tasks.brudd import BRUDD, Drept

SENDT_ANTALL = "SELECT utsending_id, count(*) FROM utsending_hendelse WHERE tilstand = 'levert' GROUP BY 1"


class Utsending(RuleBasedStateMachine):
    """Propose, approve, reject, change, send and kill in any order."""

    lag_bygd: ClassVar[Callable[[], Any]]
    monkeypatch: ClassVar[pytest.MonkeyPatch]

    def __init__(self) -> None:
        super().__init__()
        self.bygd = type(self).lag_bygd()
        self.monkeypatch.setenv("ARSHJUL_HOME", str(self.bygd.hjem.mappe))
        self.personer = [self.bygd.person(), self.bygd.person(), self.bygd.person(**self.bygd.MINDREAARIG)]
        self.forslag: list[str] = []
        self.godkjent: set[str] = set()
        self.minutt = 0

    def tid(self) -> str:
        self.minutt += 1
        return f"2026-05-11T{8 + self.minutt // 60:02}:{self.minutt % 60:02}"

    @rule()
    def foresla(self) -> None:
        if (ny := self.bygd.run(tid=self.tid()).forslag_id) and ny not in self.forslag:
            self.forslag.append(ny)

    @precondition(lambda self: self.forslag)
    @rule()
    def godkjenn(self) -> None:
        if self.bygd.proposal(self.forslag[-1]) == "venter":
            self.bygd.approve(self.forslag[-1], self.tid())
            self.godkjent.add(self.forslag[-1])

    @precondition(lambda self: self.forslag)
    @rule()
    def avvis(self) -> None:
        if self.bygd.proposal(self.forslag[-1]) == "venter":
            forslag.reject(self.bygd.hjem, self.forslag[-1], "Kari", "feil", self.bygd.at(self.tid()))

    @rule()
    def hele_rutinen(self) -> None:
        self.foresla()
        if self.forslag:
            self.godkjenn()
        self.send()

    @rule()
    def endre(self) -> None:
        person = self.personer[self.minutt % 3]
        tid = self.tid()
        self.bygd.change(person, "2026-05-11", tid, adresselinje1=f"Ny vei {self.minutt}")

    @rule()
    def skjerm(self) -> None:
        person, tid = self.personer[self.minutt % 3], self.tid()
        gradering = "fortrolig" if self.minutt % 2 else "ugradert"
        self.bygd.change(person, "2026-05-11", tid, adressegradering_otto=gradering)

    @rule()
    def send(self) -> None:
        try:
            self.bygd.send(tid=self.tid())
        except BrukerFeil as feil:
            assert feil.kode == "ÅH-1403"  # noqa: PT017

    @rule()
    def drep(self) -> None:
        brudd = list(BRUDD.values())[self.minutt % len(BRUDD)]
        with pytest.MonkeyPatch.context() as patch:
            brudd(patch)
            with contextlib.suppress(Drept, BrukerFeil):
                self.bygd.send(tid=self.tid())

    @invariant()
    def each_key_is_delivered_at_most_once_and_only_when_approved(self) -> None:
        levert = self.bygd.ask(
            "SELECT nokkel, forslag_id FROM utsending JOIN utsending_hendelse USING (utsending_id)"
            " WHERE tilstand = 'levert'"
        )
        assert len({nokkel for nokkel, _ in levert}) == len(levert)
        assert {forslag_id for _, forslag_id in levert} <= self.godkjent
        filer = [sti for sti in self.bygd.files() if not sti.name.startswith(".")]
        assert {sti.stem.rsplit("-", 1)[0] for sti in filer} <= self.godkjent
        nokler = self.bygd.ask(
            "SELECT nokkel FROM utsending WHERE list_contains(?, utsending_id)", [sti.stem for sti in filer]
        )
        assert len(set(nokler)) == len(nokler) == len(filer)


def test_whatever_people_do_in_whatever_order_each_key_goes_once_and_nothing_unapproved_goes(
    lag_bygd: Callable[[], Any], hurtig: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Utsending.lag_bygd, Utsending.monkeypatch = staticmethod(lag_bygd), monkeypatch
    ofte = settings(
        max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(Utsending, settings=ofte)
