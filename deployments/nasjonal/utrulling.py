"""A county's rows in the shared Prefect: its own flows and deployments, in its own queue, seen by its own mark."""

from typing import Any, Final

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists
from prefect.workers.process import ProcessWorker

from deployments.arbeider import keep_switched_off
from deployments.nasjonal.tabell import Drift, Fylke
from deployments.rader import short_names
from deployments.utrulling import row_deployments
from deployments.utrullingsliste import keep
from tasks.hjem import home
from tasks.klokke import now

EN_OM_GANGEN: Final = 1


def make_pool(klient: SyncPrefectClient, drift: Drift) -> None:
    """Make the work pool, once. Its template is Prefect's own; what it says of commands and folders is not followed."""
    mal = ProcessWorker.get_default_base_job_template()
    try:
        klient.create_work_pool(WorkPoolCreate(name=drift.pulje, type=ProcessWorker.type, base_job_template=mal))
    except ObjectAlreadyExists:
        return


def roll_out(klient: SyncPrefectClient, drift: Drift, fylke: Fylke) -> None:
    """Register a county's rows and services in its queue, those switched off left so, and tell its pages of them."""
    make_queue(klient, drift, fylke)
    utrullinger = county_deployments(fylke)
    keep_switched_off(klient, utrullinger, fylke.ko)
    navn = short_names()
    funnet = {navn[str(utrulling.name)]: register(klient, drift, fylke, utrulling) for utrulling in utrullinger}
    keep(fylke.hjem, funnet)


def make_queue(klient: SyncPrefectClient, drift: Drift, fylke: Fylke) -> None:
    """Make the county's queue, once: it lets out one run at a time."""
    try:
        klient.create_work_queue(fylke.ko, work_pool_name=drift.pulje, concurrency_limit=EN_OM_GANGEN)
    except ObjectAlreadyExists:
        ko = klient.read_work_queue_by_name(fylke.ko, drift.pulje)
        if ko.concurrency_limit != EN_OM_GANGEN:
            klient.update_work_queue(ko.id, concurrency_limit=EN_OM_GANGEN)


def county_deployments(fylke: Fylke) -> list[RunnerDeployment]:
    """Return what ``start`` would serve, as the county's own: two counties' rows are two flows."""
    utrullinger = row_deployments(home(fylke.hjem).radvalg, now())
    for utrulling in utrullinger:
        utrulling.flow_name = own_name(fylke, str(utrulling.flow_name))
        utrulling.tags = [*(utrulling.tags or []), fylke.ko]
    return utrullinger


def own_name(fylke: Fylke, navn: str) -> str:
    """Return the name of a flow as it is the county's own."""
    return f"{navn} · {fylke.nummer} {fylke.navn}"


def register(klient: SyncPrefectClient, drift: Drift, fylke: Fylke, utrulling: RunnerDeployment) -> str:
    """Register one deployment in the county's queue and return its id. It names no folder and no key."""
    skjema: dict[str, Any] = utrulling._parameter_openapi_schema.model_dump(exclude_unset=True)  # noqa: SLF001 no other way
    return str(
        klient.create_deployment(
            flow_id=klient.create_flow_from_name(str(utrulling.flow_name)),
            name=utrulling.name,
            schedules=[plan for plan in utrulling.schedules or () if isinstance(plan, DeploymentScheduleCreate)],
            parameters=utrulling.parameters,
            description=utrulling.description,
            work_queue_name=fylke.ko,
            work_pool_name=drift.pulje,
            tags=utrulling.tags,
            entrypoint=utrulling.entrypoint,
            parameter_openapi_schema=skjema,
            enforce_parameter_schema=utrulling.enforce_parameter_schema,
            pull_steps=[],
        )
    )
