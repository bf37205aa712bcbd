"""A worker for many counties: carries out what falls due in the queues of those whose homes it reaches.

Started with the operator's table and the worker's name: ``python -m deployments.nasjonal.arbeider TABLE NAME``.
"""

import asyncio
import logging
import os
import shlex
import sys
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Final
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import Flow, FlowRun, WorkPool
from prefect.client.schemas.responses import DeploymentResponse
from prefect.utilities.processutils import setup_signal_handlers_worker
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker

from deployments.miljo import PREFECT_URL, SIDER_URL
from deployments.nasjonal import ettersyn
from deployments.nasjonal.kjoring import ARBEIDER, INNGANG, KONTO
from deployments.nasjonal.tabell import Drift, Fylke, read_table
from deployments.nasjonal.utrulling import make_pool, roll_out
from deployments.rader import UTEN_RAD, built_rows
from tasks.feil import BrukerFeil
from tasks.filer import ROT
from tasks.hjem import INNSTILLINGER, MILJOVARIABEL
from tasks.hjemvern import DRIFTSSTED
from tasks.register.nokkel import NOKKELFIL_VARIABEL

KOMMANDO: Final = shlex.join([sys.executable, "-m", "deployments.nasjonal.kjoring"])
HENTER_SEKUNDER: Final = "PREFECT_WORKER_QUERY_SECONDS"
LOGG: Final = logging.getLogger(__name__)


def entrypoints() -> frozenset[str]:
    """Return the only code that a worker carries out: the flows of this installation."""
    navn = {str(rad.flyt) for rad in built_rows()} | set(UTEN_RAD)
    return frozenset(f"flows/{flyt}.py:{flyt}" for flyt in navn)


def owner(drift: Drift, deployment: DeploymentResponse | None) -> Fylke | None:
    """Return the county whose queue the deployment is in; None where it is no county's in our table."""
    return next((fylke for fylke in drift.fylker if deployment and fylke.ko == deployment.work_queue_name), None)


def county_run(drift: Drift, fylke: Fylke, arbeider: str, inngang: str) -> dict[str, str]:
    """Return what the process of a run is told.

    Which home, by what key file, whose account, which code, and where the county's people open Prefect and the pages.
    """
    prefect_url, sider_url = fylke.addresses
    return {
        MILJOVARIABEL: str(fylke.hjem), NOKKELFIL_VARIABEL: str(fylke.nokkel), KONTO: fylke.konto,
        DRIFTSSTED: drift.navn, ARBEIDER: arbeider, INNGANG: inngang,
        PREFECT_URL: prefect_url, SIDER_URL: sider_url,
    }  # fmt: skip


def job_type(drift: Drift, arbeider: str, innganger: Collection[str]) -> type[ProcessJobConfiguration]:
    """Return how a run is carried out: as our table says, whatever the pool, the deployment or the run itself says.

    A run that is not of a county in the table, or of other code than ours, is refused (ValueError, which is Crashed).
    """

    class Fylkesjobb(ProcessJobConfiguration):
        def prepare_for_flow_run(
            self,
            flow_run: FlowRun,
            deployment: DeploymentResponse | None = None,
            flow: Flow | None = None,
            work_pool: WorkPool | None = None,
            worker_name: str | None = None,
            worker_id: UUID | None = None,
        ) -> None:
            super().prepare_for_flow_run(flow_run, deployment, flow, work_pool, worker_name, worker_id)
            fylke = owner(drift, deployment)
            inngang = str(deployment.entrypoint) if deployment and not deployment.pull_steps else ""
            if fylke is None or inngang not in innganger:
                raise ValueError("kjøringen er ikke et av fylkenes, eller ikke av vår kode")
            self.env = dict(county_run(drift, fylke, arbeider, inngang))
            self.command, self._command_configured = KOMMANDO, True
            self.working_dir, self.stream_output = ROT, True

    return Fylkesjobb


def work(drift: Drift, navn: str, innganger: Collection[str]) -> None:
    """Register the counties' rows, look after runs that were left behind, and carry out what falls due."""
    for fylke in drift.fylker:
        if not (fylke.hjem / INNSTILLINGER).is_file():
            raise BrukerFeil("ÅH-1737", fylke=fylke.nummer)
    with get_client(sync_client=True) as klient:
        make_pool(klient, drift)
        for fylke in drift.fylker:
            roll_out(klient, drift, fylke)
    threading.Thread(target=ettersyn.keep_looking, args=(drift,), daemon=True).start()
    setup_signal_handlers_worker(os.getpid(), "arbeideren", LOGG.warning)
    arbeider = ProcessWorker(
        work_pool_name=drift.pulje, work_queues=[fylke.ko for fylke in drift.fylker], name=navn,
        limit=drift.samtidige or os.cpu_count() or 1, create_pool_if_not_found=False,
    )  # fmt: skip
    arbeider.job_configuration = job_type(drift, navn, innganger)
    asyncio.run(arbeider.start(printer=lambda *_: None))


def main() -> None:
    """Work until stopped."""
    os.chdir(ROT)
    work(read_table(Path(sys.argv[1])), sys.argv[2], entrypoints())


if __name__ == "__main__":
    main()
