"""The product's own worker, which may play years too: ``python -m tests.fylker.arbeider TABLE NAME``."""

import os
import sys
from pathlib import Path

from prefect.client.orchestration import get_client
from prefect.deployments.runner import RunnerDeployment

from deployments.nasjonal.arbeider import entrypoints, work
from deployments.nasjonal.tabell import read_table
from deployments.nasjonal.utrulling import make_pool, make_queue, own_name, register
from tasks.filer import ROT
from tests.fylker.spill import INNGANG, NAVN, spill


def main() -> None:
    """Register the proof's flow for each county, and work."""
    os.chdir(ROT)
    drift = read_table(Path(sys.argv[1]))
    with get_client(sync_client=True) as klient:
        make_pool(klient, drift)
        for fylke in drift.fylker:
            make_queue(klient, drift, fylke)
            utrulling = spill.to_deployment(name=NAVN, tags=[fylke.ko])
            assert isinstance(utrulling, RunnerDeployment)
            utrulling.flow_name, utrulling.entrypoint = own_name(fylke, NAVN), INNGANG
            register(klient, drift, fylke, utrulling)
    work(drift, sys.argv[2], entrypoints() | {INNGANG})


if __name__ == "__main__":
    main()
