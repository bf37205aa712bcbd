"""Prefect around a routine: it is a flow that shows what it answered, or why it stopped, to the person who looks there.

No person's value gets past it. In its own process, without Prefect, ``.fn`` is the routine alone.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from prefect import Flow, flow
from prefect.context import FlowRunContext
from prefect.runtime import flow_run

from schemas.kjoring import Kjorevalg
from tasks import prefectvisning
from tasks.arshjul import find_row, read_wheel
from tasks.feil import ArshjulFeil, BrukerFeil
from tasks.prefectvisning import Resultat
from tasks.steg import deployed_row, guarded, planned_time

P = ParamSpec("P")


def routine(navn: str) -> Callable[[Callable[P, Resultat]], Flow[P, dict[str, Any]]]:
    """Make a function a Prefect flow called ``navn`` that answers with counts and shows them as an artifact."""

    def wrap(funksjon: Callable[P, Resultat]) -> Flow[P, dict[str, Any]]:
        @wraps(funksjon)
        def run(*args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
            gjor: Callable[..., Resultat] = guarded(funksjon)
            valgene = [*args, *kwargs.values()]
            try:
                valgene = [_with_row(valg, funksjon.__name__) for valg in valgene]
                resultat = gjor(*valgene)
            except ArshjulFeil as feil:
                if FlowRunContext.get():
                    prefectvisning.show_stop(valgene, feil)
                raise
            if FlowRunContext.get():
                prefectvisning.show(resultat)
            return resultat.model_dump(mode="json")

        run.__annotations__["return"] = dict[str, Any]
        flyt: Flow[P, dict[str, Any]] = flow(name=navn, flow_run_name=_run_name, persist_result=False, retries=0)(run)
        return flyt

    return wrap


def _run_name() -> str:
    """Return what the run is called while it runs: the year and the row, or the proposal."""
    valg = dict(flow_run.parameters).get("valg") or {}
    valg = valg if isinstance(valg, dict) else valg.model_dump()
    aar = valg.get("aar") or getattr(planned_time(), "year", "")
    nummer = valg.get("rad") or deployed_row()
    rader = [rad.rad for rad in read_wheel() if nummer in (rad.rad, f"{rad.nr:02}")]
    deler = [str(aar), *rader] if rader else [valg.get("forslag_id") or valg.get("kjoring_id") or "alt som venter"]
    return " · ".join(deler)


def _with_row(valg: Any, flyt: str) -> Any:  # noqa: ANN401 what the flow is asked, whichever model
    """Return the choices with their row: the form's deployment knows it. BrukerFeil ÅH-1213: another routine's row."""
    if not isinstance(valg, Kjorevalg):
        return valg
    rad = find_row(valg.rad or deployed_row())
    if rad.flyt != flyt:
        raise BrukerFeil("ÅH-1213", rad=rad.rad)
    return valg.model_copy(update={"rad": rad.rad})
