"""The worker: registers every row as a deployment and runs what falls due, one run at a time.

Started by ``./arshjul start`` beside the server, with the server's address in the environment.
"""

import os

from prefect import serve
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.states import Crashed

from deployments.utrulling import MERKE, row_deployments
from tasks.filer import ROT
from tasks.hjem import home
from tasks.klokke import now

ETTERLATTE = "Årshjul ble startet på nytt mens kjøringen var i gang. Registeret er urørt av den. Kjør raden på nytt."


def main() -> None:
    """Clear up after a crash, keep what the administrator switched off, and serve until stopped."""
    os.chdir(ROT)
    utrullinger = row_deployments(home().radvalg, now())
    with get_client(sync_client=True) as klient:
        _mark_crashed(klient)
        keep_switched_off(klient, utrullinger)
    serve(*utrullinger, pause_on_shutdown=False, limit=1, print_starting_message=False)


def _mark_crashed(klient: SyncPrefectClient) -> None:
    """Say of runs that nobody is running any more that they are not: a killed worker leaves them "Running"."""
    i_gang = FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
    for kjoring in klient.read_flow_runs(flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=i_gang))):
        klient.set_flow_run_state(kjoring.id, Crashed(message=ETTERLATTE), force=True)


def keep_switched_off(klient: SyncPrefectClient, utrullinger: list[RunnerDeployment], merke: str = MERKE) -> None:
    """Registering anew switches every schedule on; those switched off in the UI stay off. All bear ``merke``."""
    mine = DeploymentFilter(tags=DeploymentFilterTags(all_=[merke]))
    lagrede = klient.read_deployments(deployment_filter=mine)
    avslatte = {u.flow_id for u in lagrede if u.schedules and (u.paused or not any(p.active for p in u.schedules))}
    navn = {klient.read_flow(flow_id).name for flow_id in avslatte}
    for utrulling in utrullinger:
        if utrulling.flow_name in navn:
            for plan in utrulling.schedules or []:
                plan.active = False


if __name__ == "__main__":
    main()
