"""The watch: looks every minute for runs that were broken off or never came, tells of them, and keeps the page current.

Started by ``./arshjul start`` beside the worker. It changes no run and writes to nobody but the OTTO-ansvarlig.
"""

import logging
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import FlowRun, StateType

from deployments.rader import built_rows, flow_name
from schemas.arshjul import Radvalg
from tasks import klokke
from tasks.arshjul import find_row, year_of
from tasks.feil import BrukerFeil
from tasks.filer import ROT
from tasks.hjem import Hjem, home
from tasks.hjul import side
from tasks.hjul.spilling import played_now
from tasks.hjul.stopp import Slag, Stopp, of_code, remember
from tasks.hjul.varsling import notify
from tasks.sted import place_of

SEKUNDER: Final = 60.0
MEST: Final = 200
PLANLAGT: Final = "planlagt"
LOGG: Final = logging.getLogger(__name__)


def main() -> None:
    """Look until stopped. What goes wrong in one look is logged by its code or place, and the next one tries again."""
    os.chdir(ROT)
    ferdig = threading.Event()
    for bud in (signal.SIGINT, signal.SIGTERM):
        signal.signal(bud, lambda *_: ferdig.set())
    while not ferdig.is_set():
        try:
            look(home())
        except Exception as feil:  # noqa: BLE001 whatever it is, its text may hold a person's data
            LOGG.warning("%s", feil if isinstance(feil, BrukerFeil) else place_of(feil))
        ferdig.wait(SEKUNDER)


def look(hjem: Hjem) -> None:
    """Look once: name what is planned, remember what was broken off, send what is new to tell, and write the page."""
    naa = klokke.now()
    with get_client(sync_client=True) as klient:
        rader = _rows(klient)
        _name_planned(klient, rader, hjem.radvalg)
        for stopp in _broken_off(klient, rader, hjem.radvalg):
            remember(hjem, stopp)
    side.refresh(hjem, naa)
    if played_now(hjem):
        return
    svar = notify(hjem, naa)
    if svar is not None and svar.grunn:
        LOGG.warning("varselet til den OTTO-ansvarlige: %s, %s", svar.tilstand, svar.grunn)


def _rows(klient: SyncPrefectClient) -> dict[UUID, str]:
    """Return Prefect's id of a row's deployment → the row."""
    navn = {flow_name(rad): rad.rad for rad in built_rows()}
    return {funnet.id: navn[funnet.name] for funnet in klient.read_deployments(limit=MEST) if funnet.name in navn}


def _name_planned(klient: SyncPrefectClient, rader: dict[UUID, str], radvalg: Sequence[Radvalg]) -> None:
    """Give planned runs names that say year and row; Prefect draws theirs by lot."""
    for kjoring in _runs(klient, StateType.SCHEDULED):
        rad = rader.get(kjoring.deployment_id) if kjoring.deployment_id else None
        tid = kjoring.expected_start_time
        if rad and tid and kjoring.auto_scheduled and not kjoring.name.endswith(PLANLAGT):
            aar = year_of(find_row(rad), klokke.local_date(tid), radvalg)
            klient.update_flow_run(kjoring.id, name=f"{aar} · {rad} · {PLANLAGT}")


def _broken_off(klient: SyncPrefectClient, rader: dict[UUID, str], radvalg: Sequence[Radvalg]) -> Iterator[Stopp]:
    """Yield the rows' runs that were killed, or that nobody was running any more when the worker started."""
    for kjoring in _runs(klient, StateType.CRASHED):
        rad = rader.get(kjoring.deployment_id) if kjoring.deployment_id else None
        if rad and kjoring.state and kjoring.expected_start_time:
            tid = kjoring.state.timestamp
            valg = kjoring.parameters.get("valg") or {}
            aar = valg.get("aar") or year_of(find_row(rad), klokke.local_date(kjoring.expected_start_time), radvalg)
            naar = f"{tid.astimezone(klokke.OSLO):%d.%m.%Y kl. %H.%M}"
            yield of_code(rad, aar, tid, Slag.AVBRUTT, "ÅH-3152", str(kjoring.id), naar=naar)


def _runs(klient: SyncPrefectClient, tilstand: StateType) -> Iterator[FlowRun]:
    """Yield Prefect's runs in a state."""
    filter_ = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[tilstand])))
    start = 0
    while kjoringer := klient.read_flow_runs(flow_run_filter=filter_, limit=MEST, offset=start):
        yield from kjoringer
        start += MEST


if __name__ == "__main__":
    main()
