"""Prefect around a routine: it is a flow that shows what it answered, or why it stopped, to the person who looks there.

No person's value gets past it. In its own process, without Prefect, ``.fn`` is the routine alone.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec

from prefect import Flow, flow
from prefect.context import FlowRunContext
from prefect.runtime import flow_run

from schemas.kjoring import Kjorevalg
from tasks import prefectvisning
from tasks.arshjul import find_row, read_wheel, year_of
from tasks.feil import ArshjulFeil, BrukerFeil
from tasks.klokke import local_date
from tasks.planlagt import pass_over
from tasks.prefectvisning import Resultat
from tasks.steg import deployed_row, guarded, planned_time
from tasks.taushet import silenced

P = ParamSpec("P")


def routine(navn: str) -> Callable[[Callable[P, Resultat]], Flow[P, dict[str, Any]]]:
    """Make a function a Prefect flow called ``navn`` that answers with counts and shows them as an artifact."""

    def wrap(funksjon: Callable[P, Resultat]) -> Flow[P, dict[str, Any]]:
        @wraps(funksjon)
        def run(*args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
            if not FlowRunContext.get():
                return _done(funksjon, [*args, *kwargs.values()]).model_dump(mode="json")
            with silenced():
                return _shown(funksjon, [*args, *kwargs.values()])

        run.__annotations__["return"] = dict[str, Any]
        flyt: Flow[P, dict[str, Any]] = flow(
            name=navn, flow_run_name=_run_name, persist_result=False, retries=0, log_prints=False
        )(run)
        return flyt

    return wrap


def _shown(funksjon: Callable[..., Resultat], valgene: list[Any]) -> dict[str, Any]:
    """Run the routine and show what it answered or why it stopped; what goes wrong in the showing names nobody."""
    try:
        resultat = _done(funksjon, valgene)
    except ArshjulFeil as feil:
        guarded(prefectvisning.show_stop)(valgene, feil)
        raise
    guarded(prefectvisning.show)(resultat)
    return resultat.model_dump(mode="json")


def _done(funksjon: Callable[..., Resultat], valgene: list[Any]) -> Resultat:
    """Run the routine on its choices, whose row is filled in for all that comes after."""
    valgene[:] = [_with_row(valg, funksjon.__name__) for valg in valgene]
    return guarded(_passed_over)(valgene) or guarded(funksjon)(*valgene)


def _run_name() -> str:
    """Return what the run is called while it runs: the year and the row, or the proposal."""
    valg = dict(flow_run.parameters).get("valg") or {}
    valg = valg if isinstance(valg, dict) else valg.model_dump()
    nummer, planlagt = valg.get("rad") or deployed_row(), planned_time()
    rader = [rad for rad in read_wheel() if nummer in (rad.rad, f"{rad.nr:02}")]
    aar = valg.get("aar") or (year_of(rader[0], local_date(planlagt)) if rader and planlagt else "")
    deler = (
        [str(aar), rader[0].rad] if rader else [valg.get("forslag_id") or valg.get("kjoring_id") or "alt som venter"]
    )
    return " · ".join(deler)


def _passed_over(valgene: Sequence[object]) -> Resultat | None:
    """Return the answer where the run comes too late to do anything, by its row's rule."""
    return next((pass_over(valg) for valg in valgene if isinstance(valg, Kjorevalg)), None)


def _with_row(valg: Any, flyt: str) -> Any:  # noqa: ANN401 what the flow is asked, whichever model
    """Return the choices with their row: the form's deployment knows it. BrukerFeil ÅH-1213: another routine's row."""
    if not isinstance(valg, Kjorevalg):
        return valg
    rad = find_row(valg.rad or deployed_row())
    if rad.flyt != flyt:
        raise BrukerFeil("ÅH-1213", rad=rad.rad)
    return valg.model_copy(update={"rad": rad.rad})
