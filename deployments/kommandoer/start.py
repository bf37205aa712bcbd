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
from deployments.rader import built_rows, flow_name, short_names
from deployments.server import Tjeneste, service, spawn, stop, wait_for_schedule
from deployments.utrulling import coming_dates
from deployments.utrullingsliste import write_deployments
from schemas.verdier import Modus
from tasks.adgang import BRUKER, PASSORDFIL, find_access
from tasks.feil import UTGANG_FERDIG, UTGANG_PROGRAMFEIL
from tasks.hjem import INNSTILLINGER, Hjem, home
from tasks.hjul.lenker import links
from tasks.hjul.side import refresh
from tasks.klokke import OSLO, local_date, now

AVSPILLINGSLOGG = "avspilling.log"
UNGDOM = 300
"""Small enough that the demo's year is played up to today while the newcomer looks around."""


def start(
    *,
    demo: Annotated[bool, Parameter(help="Lag en demofylkeskommune først hvis hjemmemappen er tom")] = False,
    port: Annotated[int, Parameter(help="Porten Prefect skal bruke")] = 4200,
) -> int:
    """Start Prefect med alle radene i årshjulet. Ctrl-C stopper alt."""
    hjem = home()
    if demo and not (hjem.mappe / INNSTILLINGER).is_file():
        say("Lager en demofylkeskommune …")
        make_demo(hjem, Demo(aar=local_date(now()).year, ungdom=UNGDOM))
    for bud in (signal.SIGINT, signal.SIGTERM):
        signal.signal(bud, _interrupt)
    say("Starter Prefect …")
    try:
        apen = demo and hjem.innstillinger.modus is Modus.OVE
        adgang = find_access(hjem.mappe, hjem.innstillinger.sikkerhet, apen=apen)
        if hjem.register.sti.is_file():
            # An older register, or one that cannot be opened, is refused before anything is started.
            with hjem.register.transaction("oppstart"):
                pass
        refresh(hjem, now())
        with _practice(hjem, demo=demo), service(hjem, port, adgang) as tjeneste:
            return _serve(home(), tjeneste, demo=demo)
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


def _serve(hjem: Hjem, tjeneste: Tjeneste, *, demo: bool) -> int:
    """Prove that every row is planned, say where to look, and stay until the server stops or the rest won't stay up."""
    ventet = {flow_name(rad): coming_dates(rad, hjem.radvalg, now())[0] for rad in built_rows()}
    wait_for_schedule(tjeneste, {**dict.fromkeys(short_names()), **ventet})
    with tjeneste.client() as klient:
        write_deployments(hjem, klient)
    refresh(hjem, now())
    with _first_runs(hjem) if demo else nullcontext():
        _tell(tjeneste, len(ventet))
        while tjeneste.lever or (tjeneste.server.poll() is None and _mend(tjeneste)):
            time.sleep(1)
    say("En av prosessene stoppet. Se loggene i mappen prefect/ i hjemmemappen.")
    return UTGANG_PROGRAMFEIL


def _mend(tjeneste: Tjeneste) -> bool:
    """Start anew what has stopped beside the server, and say so."""
    startet = tjeneste.mend()
    for navn in startet:
        say(f"Prosessen {navn} stoppet og er startet på nytt. Se prefect/{navn}.log i hjemmemappen.")
    return bool(startet)


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


def _tell(tjeneste: Tjeneste, antall: int) -> None:
    say(f"Årshjul er klart. {antall} rader er planlagt for det kommende året.")
    say(f"  Årshjulet, start her:   {tjeneste.sider_url}/")
    say(f"  Planlagt det neste året: {links(tjeneste.hjem).planned(now())}")
    say(f"  Radene i Prefect:       {tjeneste.prefect_url}/deployments")
    say(f"  Kjøringene til nå:      {tjeneste.prefect_url}/runs")
    say("  Forslag som venter:     ./arshjul pending")
    say("  Årshjulet med datoer:   ./arshjul wheel ÅR")
    if tjeneste.adgang.passord:
        say(f"Brukernavnet er {BRUKER}. Passordet er det start fikk, ellers står det i {PASSORDFIL} i hjemmemappen.")
    say("Stopp med Ctrl-C.")


def _interrupt(*_: object) -> None:
    """Ask to stop, also where a shell started us with Ctrl-C ignored."""
    raise KeyboardInterrupt
