"""Checks of what runs: the planned runs, the processes, what they send home, and who can reach them."""

import shlex
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from http import HTTPStatus
from typing import Final

import httpx

from deployments.doktor.funn import Blikk, Funn, names
from deployments.doktor.prosesser import ARBEIDER, SIDER, TJENER, VAKT, can_see, open_to_others, processes
from deployments.miljo import FASTE, server_note
from deployments.prefectmal import DATABASE
from deployments.rader import built_rows, flow_name
from deployments.server import planned_runs
from deployments.utrulling import coming_dates
from schemas.verdier import Modus
from tasks.adgang import BRUKER, find_password
from tasks.klokke import from_utc

SVARTID_SEKUNDER: Final = 10
PLANLEGGING_SEKUNDER: Final = 15
TELEMETRI: Final = ("DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED", "GX_ANALYTICS_ENABLED")
MAA_GAA: Final = {TJENER: "Prefects server", ARBEIDER: "arbeideren", SIDER: "sidene", VAKT: "vakten"}
PLANLAGT: Final = (
    "SELECT flow.name, flow_run.expected_start_time FROM flow_run JOIN flow ON flow.id = flow_run.flow_id"
    " WHERE flow_run.state_type = 'SCHEDULED'"
)


def planned(blikk: Blikk) -> list[Funn]:
    """Every row has its next run on its right day, and no row has one on another day."""
    notat = server_note(blikk.mappe)
    if notat is None and not (blikk.mappe / DATABASE).is_file():
        return [Funn("ingen_database")]
    valg = blikk.hjem.radvalg
    ventet = {flow_name(rad): (rad.rad, coming_dates(rad, valg, blikk.naa)) for rad in built_rows()}
    slutt = time.monotonic() + (PLANLEGGING_SEKUNDER if notat else 0)
    try:
        while funn := _compare(ventet, _ask(blikk, str(notat["url"])) if notat else _read(blikk), blikk.naa):
            if time.monotonic() >= slutt:
                return funn
            # A server that has just been started plans everything anew, which takes some seconds.
            time.sleep(1)
    except httpx.HTTPStatusError as feil:
        return [Funn("svarer_feil", {"status": feil.response.status_code})]
    except httpx.HTTPError as feil:
        return [Funn("svarer_ikke", {"hva": type(feil).__name__})]
    return []


def _compare(
    ventet: Mapping[str, tuple[str, list[datetime]]], planlagt: Mapping[str, list[datetime]], naa: datetime
) -> list[Funn]:
    """Return which rows lack their next run, and which have runs that are not among those expected."""
    mangler, feil_dag = [], []
    for navn, (rad, tider) in ventet.items():
        har = [tid for tid in planlagt.get(navn, []) if tid > naa]
        if tider and tider[0] not in har:
            mangler.append(rad)
        elif set(har) - set(tider):
            feil_dag.append(rad)
    funn = [("mangler", mangler), ("feil_dag", feil_dag)]
    return [Funn(navn, {"antall": len(rader), "rader": names(rader)}) for navn, rader in funn if rader]


def _ask(blikk: Blikk, url: str) -> dict[str, list[datetime]]:
    passord = find_password(blikk.mappe)
    innlogging = (BRUKER, passord) if passord else None
    with httpx.Client(base_url=url, timeout=SVARTID_SEKUNDER, auth=innlogging, trust_env=False) as klient:
        return planned_runs(klient)


def _read(blikk: Blikk) -> dict[str, list[datetime]]:
    """Return what ``planned_runs`` does, from Prefect's database, which its server does not have open."""
    tider: dict[str, list[datetime]] = {}
    adresse = f"{(blikk.mappe / DATABASE).resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(adresse, uri=True)) as con:
        for navn, tid in con.execute(PLANLAGT):
            tider.setdefault(navn, []).append(from_utc(datetime.fromisoformat(tid)))
    return tider


def running(blikk: Blikk) -> list[Funn]:
    """The server answers, and the worker, the pages and the watch run beside it."""
    notat = server_note(blikk.mappe)
    if notat is None:
        return [Funn("stoppet_ove" if blikk.hjem.innstillinger.modus is Modus.OVE else "stoppet")]
    try:
        svar = httpx.get(f"{notat['url']}/health", timeout=SVARTID_SEKUNDER, trust_env=False)
    except httpx.HTTPError as feil:
        return [Funn("svarer_ikke", {"hva": type(feil).__name__})]
    if not svar.is_success:
        return [Funn("svarer_ikke", {"hva": svar.status_code})]
    if not can_see(blikk):
        return []
    gaar = {prosess.modul for prosess in processes(blikk)}
    borte = [navn for modul, navn in MAA_GAA.items() if modul not in gaar]
    return [Funn("mangler", {"hva": names(borte)})] if borte else []


def doubled(blikk: Blikk) -> list[Funn]:
    """Only one of each runs for the home, and none where nobody has started it."""
    if not can_see(blikk):
        return [Funn("uten_liste")]
    alle = processes(blikk)
    if alle and server_note(blikk.mappe) is None:
        return [Funn("etterlatt", {"antall": len(alle), "numre": " ".join(str(prosess.pid) for prosess in alle)})]
    antall = Counter(prosess.modul for prosess in alle if prosess.modul in MAA_GAA)
    flere = [MAA_GAA[modul] for modul, hvor_mange in antall.items() if hvor_mange > 1]
    numre = " ".join(str(prosess.pid) for prosess in alle)
    return [Funn("flere", {"hva": names(flere), "numre": numre})] if flere else []


def telemetry(blikk: Blikk) -> list[Funn]:
    """Nothing that runs was started so that it sends figures home."""
    if not can_see(blikk):
        return [Funn("uten_liste")]
    gale = {
        navn for prosess in processes(blikk) for navn in TELEMETRI if prosess.miljo.get(navn, "") != FASTE[navn]
    }  # fmt: skip
    return [Funn("paa", {"hva": names(sorted(gale))})] if gale else []


def binding(blikk: Blikk) -> list[Funn]:
    """The server and the pages listen on this machine only, and ask for a password where it is not practice."""
    notat = server_note(blikk.mappe)
    if notat is None:
        return [Funn("stoppet")]
    funn = []
    if blikk.hjem.innstillinger.modus is not Modus.OVE and not notat.get("passord"):
        funn.append(Funn("uten_passord"))
    if notat.get("passord") and _lets_anyone_in(str(notat["url"])):
        funn.append(Funn("slipper_inn"))
    if not can_see(blikk):
        return [*funn, Funn("uten_liste")]
    sider = {int(prosess.ord[0]) for prosess in processes(blikk) if prosess.modul == SIDER and prosess.ord}
    for port in sorted(open_to_others(blikk, sider | {int(notat["port"])})):
        funn.append(Funn("apen", {"port": port}))
    return funn


def _lets_anyone_in(url: str) -> bool:
    try:
        svar = httpx.get(f"{url}/version", timeout=SVARTID_SEKUNDER, trust_env=False)
    except httpx.HTTPError:
        # ``running`` says it.
        return False
    return svar.status_code != HTTPStatus.UNAUTHORIZED


def quoted(blikk: Blikk) -> str:
    """Return the home's folder as it is written on a command line."""
    return shlex.quote(str(blikk.mappe))
