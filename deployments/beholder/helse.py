"""``python -m deployments.beholder.helse [TABLE]``: is what runs well? Exit 0 if it is, else 1 and what is wrong.

For what starts and stops containers. Of a home it asks what ``doctor`` asks of what runs: the server, the worker, the
watch and the pages are there, and every row has its next run on its right day. Of a worker for many counties, by its
table, that each of them has runs planned. A server that answers is no proof of that, and what a person must mend is no
reason to start anything anew.
"""

import sys
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx

from deployments.doktor.funn import Blikk, answer
from deployments.miljo import prepare
from tasks.adgang import BRUKER
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN, BrukerFeil
from tasks.hjem import home
from tasks.klokke import now

PLANLAGT, KJORER = 1, 30
"""The numbers of the doctor's checks."""
SVARTID_SEKUNDER: Final = 20


def ailments() -> Iterator[str]:
    """Yield what is wrong with what runs for the home, in bokmål."""
    prepare(home().mappe)
    # Loading it loads Prefect, which must be told of the home first.
    from deployments.doktor import tjenesten  # noqa: PLC0415

    blikk = Blikk(home(), now())
    blikk.must_be_there()
    for nr, sjekk in ((KJORER, tjenesten.running), (PLANLAGT, tjenesten.planned)):
        yield from (f"{svar.navn}. {svar.tekst}" for svar in (answer(nr, funn) for funn in sjekk(blikk)))


def unplanned(tabell: Path) -> Iterator[str]:
    """Yield which counties of the operator's table have no run planned from now on; no home is opened."""
    # Loading it loads Prefect's client.
    from deployments.nasjonal.tabell import operators_password, read_table  # noqa: PLC0415

    drift = read_table(tabell)
    innlogging = (BRUKER, operators_password(tabell))
    try:
        with httpx.Client(base_url=drift.api, auth=innlogging, timeout=SVARTID_SEKUNDER, trust_env=False) as klient:
            for fylke in drift.fylker:
                svar = klient.post("/flow_runs/count", json=_planned_in(fylke.ko))
                if svar.status_code != HTTPStatus.OK:
                    yield f"Prefects server svarer {svar.status_code}."
                elif not svar.json():
                    yield f"Fylket {fylke.nummer} har ingen planlagte kjøringer."
    except httpx.HTTPError as feil:
        yield f"Prefects server svarer ikke ({type(feil).__name__})."


def _planned_in(ko: str) -> dict[str, object]:
    """Return the filter of the runs that a queue will let out from now on."""
    return {
        "flow_runs": {
            "state": {"type": {"any_": ["SCHEDULED"]}},
            "expected_start_time": {"after_": now().isoformat()},
        },
        "work_pool_queues": {"name": {"any_": [ko]}},
    }


def main(ord_: Sequence[str]) -> int:
    """Say what is wrong, if anything is."""
    try:
        plager = list(unplanned(Path(ord_[0])) if ord_ else ailments())
    except BrukerFeil as feil:
        plager = [str(feil)]
    sys.stdout.write("".join(f"{plage}\n" for plage in plager))
    return UTGANG_TRENGER_NOEN if plager else UTGANG_FERDIG


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
