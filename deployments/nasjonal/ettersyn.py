"""Runs that were left behind: a worker that is gone tells nobody, and its runs would stand as running for ever.

A run that Prefect takes to be running is dead for certain when nobody holds the county's lock. It is let out again,
once, to whichever worker comes first: what it had done stands in the register, so nothing is done twice.
"""

import logging
import threading
import time
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterWorkQueueName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Cancelled, Crashed, Scheduled

from deployments.arbeider import ETTERLATTE
from deployments.nasjonal.skriver import nobody_writes
from deployments.nasjonal.tabell import Drift, Fylke
from tasks.feil import BrukerFeil
from tasks.klokke import now
from tasks.sted import place_of

HVERT_SEKUND: Final = 5.0
MISTENKT_SEKUNDER: Final = 10.0
"""So long a worker has to tell of its own run's end."""
PENDING_SEKUNDER: Final = 60.0
"""So long a run may take from it was let out until its process has the lock."""
MEST_FORSOK: Final = 2
TATT_OVER: Final = "Arbeideren som kjørte denne, er borte. Kjøringen tas opp igjen av en annen."
I_GANG: Final = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
LOGG: Final = logging.getLogger(__name__)


def keep_looking(drift: Drift) -> None:
    """Look for ever; what goes wrong in one look is logged by its code or place, and the next one tries again."""
    sett: dict[UUID, float] = {}
    ferdig = threading.Event()
    while not ferdig.wait(HVERT_SEKUND):
        try:
            with get_client(sync_client=True) as klient:
                look(klient, drift, sett)
        except Exception as feil:  # noqa: BLE001 whatever it is, its text may hold a person's data
            LOGG.warning("%s", feil if isinstance(feil, BrukerFeil) else place_of(feil))


def look(klient: SyncPrefectClient, drift: Drift, sett: dict[UUID, float]) -> None:
    """Let out again what nobody runs; ``sett`` holds since when each was seen so."""
    naa = time.monotonic()
    dode: set[UUID] = set()
    for fylke in drift.fylker:
        with nobody_writes(fylke.hjem) as ledig:
            for kjoring in _dead(klient, fylke) if ledig else ():
                dode.add(kjoring.id)
                if naa - sett.setdefault(kjoring.id, naa) >= MISTENKT_SEKUNDER:
                    klient.set_flow_run_state(kjoring.id, what_becomes_of(kjoring), force=True)
    for borte in sett.keys() - dode:
        del sett[borte]


def _dead(klient: SyncPrefectClient, fylke: Fylke) -> Iterator[FlowRun]:
    """Yield the county's runs that stand as begun; nobody holds the county's lock."""
    filter_ = FlowRunFilter(
        work_queue_name=FlowRunFilterWorkQueueName(any_=[fylke.ko]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=I_GANG)),
    )
    for kjoring in klient.read_flow_runs(flow_run_filter=filter_):
        tilstand = kjoring.state
        begynner = tilstand and tilstand.type == StateType.PENDING
        if not (begynner and tilstand and (now() - tilstand.timestamp).total_seconds() <= PENDING_SEKUNDER):
            yield kjoring


def what_becomes_of(kjoring: FlowRun) -> State[object]:
    """Return the state of a run that died: out again, ended where it was being stopped, given up the second time."""
    if kjoring.state is not None and kjoring.state.type == StateType.CANCELLING:
        return Cancelled()
    if kjoring.run_count >= MEST_FORSOK:
        return Crashed(message=ETTERLATTE)
    return Scheduled(message=TATT_OVER)
