"""Wheel rows → flows: each row names its flow, and the flow is the function of that name in the module of that name."""

import re
import textwrap
import time
from importlib import import_module
from typing import Any

from prefect import Flow

from schemas.arshjul import Rad
from schemas.kjoring import Kjoreresultat, Kjorevalg
from tasks.arshjul import read_wheel

UTEN_RAD = {
    "avgjore": "95 · Godkjenn, avvis eller stopp et forslag",
    "kvitteringer": "96 · Hent kvitteringer",
    "angre": "97 · Angre en innlasting",
    "rettelser": "98 · Bruk rettelser",
    "iverksett": "99 · Iverksett godkjente forslag",
}
"""The flows that serve every row: their file in ``flows/``, and their name after the rows."""
NAVNELENGDE = 60
FORBUDT = re.compile(r"\s*[/%&<>]\s*")


def load_flow(navn: str) -> Flow[..., dict[str, Any]]:
    """Return the flow in ``flows/NAVN.py``."""
    flyt: Flow[..., dict[str, Any]] = getattr(import_module(f"flows.{navn}"), navn)
    return flyt


def service_flow(navn: str) -> Flow[..., dict[str, Any]]:
    """Return a flow that serves every row, under the name it has among the rows."""
    return load_flow(navn).with_options(name=UTEN_RAD[navn])


def built_rows() -> tuple[Rad, ...]:
    """Return the rows that have a flow, in the wheel's order."""
    return tuple(rad for rad in read_wheel() if rad.flyt)


def flow_of(rad: Rad) -> Flow[..., dict[str, Any]]:
    """Return the row's flow under the row's own name."""
    return load_flow(rad.flyt).with_options(name=flow_name(rad))


def flow_name(rad: Rad) -> str:
    """Return the row's name, sorted by its number: "14 · Uke 20 · Brev til ikkesøkere …"."""
    naar = f"Uke {rad.uke}" if rad.uke else (rad.merknad or rad.maaned or "").rstrip(".")
    plan = FORBUDT.sub(", ", rad.plan.rstrip("."))
    return f"{rad.nr:02d} · {naar} · {textwrap.shorten(plan, NAVNELENGDE, placeholder=' …')}"


def short_names() -> dict[str, str]:
    """Return name in Prefect → the row's id or the service's short name, for all that is deployed."""
    return {flow_name(rad): rad.rad for rad in built_rows()} | {tekst: kort for kort, tekst in UTEN_RAD.items()}


def run_row(rad: Rad, valg: Kjorevalg, *, plain: bool) -> Kjoreresultat:
    """Run a row: through the Prefect engine, or ``plain``, its body alone."""
    flyt = flow_of(rad)
    start = time.perf_counter()
    svar = flyt.fn(valg) if plain else flyt(valg)
    return Kjoreresultat.model_validate(svar | {"sekunder": round(time.perf_counter() - start, 3)})
