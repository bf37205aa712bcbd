"""``start``: Prefect's server and UI, the worker and every row, until Ctrl-C."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from datetime import time as time_of_day
from typing import Annotated

from cyclopts import Parameter

from deployments.demo import Demo
from deployments.demofylke import OPPSTARTSRAD, make_demo, read_demo
from deployments.kommandoer.felles import say
from deployments.motparter import counterparts
from deployments.rader import built_rows, flow_name
from deployments.server import Tjeneste, service, spawn, stop, wait_for_schedule
from deployments.utrulling import coming_dates
from tasks.feil import UTGANG_FERDIG, UTGANG_PROGRAMFEIL
from tasks.hjem import INNSTILLINGER, Hjem, home
from tasks.klokke import OSLO, local_date, now

AVSPILLINGSLOGG = "avspilling.log"


def start(
    *,
    demo: Annotated[bool, Parameter(help="Lag en demofylkeskommune først hvis hjemmemappen er tom")] = False,
    port: Annotated[int, Parameter(help="Porten Prefect skal bruke")] = 4200,
) -> int:
    """Start Prefect med alle radene i årshjulet. Ctrl-C stopper alt."""
    hjem = home()
    if demo and not (hjem.mappe / INNSTILLINGER).is_file():
        say("Lager en demofylkeskommune …")
        make_demo(hjem, Demo(aar=local_date(now()).year))
    for bud in (signal.SIGINT, signal.SIGTERM):
        signal.signal(bud, _interrupt)
    say("Starter Prefect …")
    try:
        with _practice(hjem, demo=demo), service(hjem, port) as tjeneste:
            return _serve(home(), tjeneste, port, demo=demo)
    except KeyboardInterrupt:
        say("Årshjul er stoppet.")
        return UTGANG_FERDIG


@contextmanager
def _practice(hjem: Hjem, *, demo: bool) -> Iterator[None]:
    """Let the demo's letters travel: to stand-ins of the receivers, which begin where the demo's year does."""
    if not demo:
        yield
        return
    with counterparts(hjem, datetime.combine(date((read_demo(hjem) or Demo()).aar, 1, 1), time_of_day(), OSLO)):
        yield


def _serve(hjem: Hjem, tjeneste: Tjeneste, port: int, *, demo: bool) -> int:
    """Prove that every row is planned, say where to look, and stay until one of the processes stops."""
    ventet = {flow_name(rad): coming_dates(rad, hjem.radvalg, now())[0] for rad in built_rows()}
    wait_for_schedule(tjeneste, ventet)
    with _first_runs(hjem) if demo else nullcontext():
        _tell(port, tjeneste.sider_url, len(ventet))
        while tjeneste.lever:
            time.sleep(1)
    say("En av prosessene stoppet. Se loggene i mappen prefect/ i hjemmemappen.")
    return UTGANG_PROGRAMFEIL


@contextmanager
def _first_runs(hjem: Hjem) -> Iterator[None]:
    """Make a first run, so that no page is empty, then play the demo's year until today beside the server."""
    aar = (read_demo(hjem) or Demo()).aar
    prosesser = [spawn(hjem, AVSPILLINGSLOGG, "deployments", "run", OPPSTARTSRAD, "--year", str(aar), "--dry-run")]
    try:
        prosesser[0].wait()
        i_dag = local_date(now()).isoformat()
        prosesser.append(spawn(hjem, AVSPILLINGSLOGG, "deployments", "replay", str(aar), "--until", i_dag))
        yield
    finally:
        for prosess in prosesser:
            stop(prosess)


def _tell(port: int, sider_url: str, antall: int) -> None:
    rot = f"http://127.0.0.1:{port}"
    say(f"Årshjul er klart. {antall} rader er planlagt for det kommende året.")
    say(f"  Radene i Prefect:       {rot}/deployments")
    say(f"  Kjøringene til nå:      {rot}/runs")
    say(f"  Sidene med tall:        {sider_url}/")
    say("  Forslag som venter:     ./arshjul pending")
    say("  Årshjulet med datoer:   ./arshjul wheel ÅR")
    say("Stopp med Ctrl-C.")


def _interrupt(*_: object) -> None:
    """Ask to stop, also where a shell started us with Ctrl-C ignored."""
    raise KeyboardInterrupt
