"""Prefect around a step: a task inside a flow run, elsewhere just its function; and what is known of the run under way.

So ``replay --plain`` and the tests need no engine. No person's value gets past a step.
"""

import re
import time
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Final, ParamSpec, TypeVar
from uuid import UUID

from prefect import task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.exceptions import ExternalSignal
from prefect.runtime import deployment, flow_run

from tasks.disk import refusal
from tasks.feil import ArshjulFeil, ProgramFeil
from tasks.hjem import home
from tasks.sted import place_of

P = ParamSpec("P")
R = TypeVar("R")
AVBRUDD: Final = (KeyboardInterrupt, GeneratorExit, CancelledError, ExternalSignal)
"""What stops a run from outside, and says nothing of what it was doing."""
MELLOM_FRAMDRIFT: Final = 1.0
"""Seconds between two tellings of how far a work has come."""


def step(navn: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a Prefect task called ``navn`` when it is called inside a flow run."""

    def wrap(funksjon: Callable[P, R]) -> Callable[P, R]:
        oppgave = task(name=navn, persist_result=False, cache_policy=NO_CACHE, retries=0, log_prints=False)(
            guarded(funksjon)
        )

        @wraps(funksjon)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            return oppgave(*args, **kwargs) if FlowRunContext.get() else funksjon(*args, **kwargs)

        return call

    return wrap


def deployed_row() -> str:
    """Return the number of the row whose deployment started the flow run under way, blank where none did."""
    return str(deployment.name or "").partition(" ")[0]


def is_by_hand() -> bool:
    """Tell whether a person started the flow run under way from its form."""
    return bool(deployed_row()) and not is_scheduled()


def is_scheduled() -> bool:
    """Tell whether the calendar started the flow run under way, and not a person."""
    lopet = FlowRunContext.get()
    return bool(lopet and lopet.flow_run and lopet.flow_run.auto_scheduled)


def planned_time() -> datetime | None:
    """Return when the flow run under way was planned to start, or None outside one: a late run keeps its year."""
    planlagt = flow_run.scheduled_start_time if FlowRunContext.get() else None
    return planlagt if isinstance(planlagt, datetime) else None


def calendar_time() -> datetime | None:
    """Return when the calendar planned the flow run under way; None where a person started it, or pressed "Retry"."""
    return planned_time() if is_scheduled() and flow_run.run_count <= 1 else None


def flow_run_id() -> str:
    """Return which of Prefect's runs this is, blank outside one."""
    lopet = FlowRunContext.get()
    return str(lopet.flow_run.id) if lopet and lopet.flow_run else ""


@contextmanager
def progress(hva: str, antall: int) -> Iterator[Callable[[int], None]]:
    """Show in Prefect how far a long work of ``antall`` items has come: call with how many more are done.

    ``hva`` holds ids of ours only. Told at most every second; outside a flow run nothing is shown.
    """
    if not FlowRunContext.get() or not antall:
        yield lambda _: None
        return
    nokkel = "framdrift-" + re.sub(r"[^a-z0-9]+", "-", hva.lower())
    artefakt = UUID(str(create_progress_artifact(0.0, key=nokkel, description=f"{hva}: {antall} i alt")))
    gjort, sist = 0, time.monotonic()

    def done(flere: int) -> None:
        nonlocal gjort, sist
        gjort += flere
        if time.monotonic() - sist >= MELLOM_FRAMDRIFT:
            sist = time.monotonic()
            _tell(artefakt, gjort / antall)

    yield done
    _tell(artefakt, gjort / antall)


def _tell(artefakt: UUID, andel: float) -> None:
    update_progress_artifact(artefakt, round(100 * min(andel, 1.0), 1))


def guarded(funksjon: Callable[P, R]) -> Callable[P, R]:
    """Let our own errors through, without what they came of; turn any other into the disk's no, or its kind and place.

    The new error is raised outside the handler, so that the old one's text does not follow along.
    """

    @wraps(funksjon)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return funksjon(*args, **kwargs)
        except ArshjulFeil as feil:
            feil.__cause__ = feil.__context__ = None
            feil.__notes__ = []
            raise
        except AVBRUDD:
            raise
        except BaseException as feil:  # noqa: BLE001 also a library's panic: its text may hold a person's data
            renset = refusal(feil, home().mappe) or ProgramFeil(place_of(feil))
        raise renset

    return call
