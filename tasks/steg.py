"""Prefect around plain functions: a routine is a flow, a step is a task, and no person's value gets past either.

Outside a flow run a step is just its function, so that ``replay --plain`` and the tests need no engine.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from prefect import Flow, flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.runtime import flow_run

from schemas.kjoring import Kjorevalg
from tasks.arshjul import find_row
from tasks.feil import ArshjulFeil, BrukerFeil, ProgramFeil
from tasks.sted import place_of

P = ParamSpec("P")
R = TypeVar("R")


def step(navn: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a Prefect task called ``navn`` when it is called inside a flow run."""

    def wrap(funksjon: Callable[P, R]) -> Callable[P, R]:
        oppgave = task(name=navn, persist_result=False, cache_policy=NO_CACHE, retries=0)(_guarded(funksjon))

        @wraps(funksjon)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            return oppgave(*args, **kwargs) if FlowRunContext.get() else funksjon(*args, **kwargs)

        return call

    return wrap


class Resultat(Protocol):
    """What a routine answers: counts that can be shown."""

    @property
    def artefakt(self) -> str:
        """The key of the artifact that shows it."""

    def oppsummering(self) -> str:
        """Return it as Markdown."""

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        """Return it as JSON values."""


def routine(navn: str) -> Callable[[Callable[P, Resultat]], Flow[P, dict[str, Any]]]:
    """Make a function a Prefect flow called ``navn`` that answers with counts and shows them as an artifact."""

    def wrap(funksjon: Callable[P, Resultat]) -> Flow[P, dict[str, Any]]:
        @wraps(funksjon)
        def run(*args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
            for valg in (*args, *kwargs.values()):
                _must_belong(valg, funksjon.__name__)
            resultat = _guarded(funksjon)(*args, **kwargs)
            if FlowRunContext.get():
                create_markdown_artifact(resultat.oppsummering(), key=resultat.artefakt, description="Oppsummering")
            return resultat.model_dump(mode="json")

        run.__annotations__["return"] = dict[str, Any]
        flyt: Flow[P, dict[str, Any]] = flow(name=navn, flow_run_name=_run_name, persist_result=False, retries=0)(run)
        return flyt

    return wrap


def _run_name() -> str:
    """Return what the run is called in the UI: its row or proposal, and the year."""
    valg = dict(flow_run.parameters).get("valg") or {}
    valg = valg if isinstance(valg, dict) else valg.model_dump()
    return " · ".join(str(valg[navn]) for navn in ("rad", "forslag_id", "aar") if valg.get(navn)) or "alle godkjente"


def _must_belong(valg: object, flyt: str) -> None:
    """Refuse a row that another routine runs: its name can be changed in the form. BrukerFeil ÅH-1213."""
    if isinstance(valg, Kjorevalg) and find_row(valg.rad).flyt != flyt:
        raise BrukerFeil("ÅH-1213", rad=valg.rad)


def is_scheduled() -> bool:
    """Tell whether the calendar started the flow run under way, and not a person."""
    lopet = FlowRunContext.get()
    return bool(lopet and lopet.flow_run and lopet.flow_run.auto_scheduled)


def planned_time() -> datetime | None:
    """Return when the flow run under way was planned to start, or None outside one: a late run keeps its year."""
    planlagt = flow_run.scheduled_start_time if FlowRunContext.get() else None
    return planlagt if isinstance(planlagt, datetime) else None


def flow_run_id() -> str:
    """Return which of Prefect's runs this is, blank outside one."""
    lopet = FlowRunContext.get()
    return str(lopet.flow_run.id) if lopet and lopet.flow_run else ""


def _guarded(funksjon: Callable[P, R]) -> Callable[P, R]:
    """Let our own errors through, without what they came of; turn any other into its kind and place.

    The new error is raised outside the handler, so that the old one's text does not follow along.
    """

    @wraps(funksjon)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return funksjon(*args, **kwargs)
        except ArshjulFeil as feil:
            feil.__cause__ = feil.__context__ = None
            raise
        except Exception as feil:  # noqa: BLE001 whatever it is, its text may hold a person's data
            renset = ProgramFeil(place_of(feil))
        raise renset

    return call
