"""Those who press at the same time: ``python -m tests.drap.samtidig_barn HOW`` does a round for each line it is given.

``HOW`` is ``arbeider`` (a worker: one round in the process itself), ``klikk`` (two at once, in threads) or
``kommando`` (the command line's own ``main``, in a process forked for each round). A round is: run the row, approve
what it proposes, send. What each answered is printed as JSON.
"""

import io
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import datetime
from typing import Any

from deployments.program import main as kommandolinje
from deployments.rader import run_row, service_flow
from schemas.avgjorelse import Avgjorelsesvalg, Beslutning
from schemas.iverksetting import Iverksettingsvalg
from schemas.kjoring import Kjorevalg
from tasks import kanaler
from tasks.arshjul import find_row
from tasks.feil import BrukerFeil
from tests.drap.sonde import LITE_BREV
from tests.tasks.conftest import BREV

FIKK = ""
"""The answer where nothing was refused."""


@contextmanager
def light() -> Iterator[None]:
    """Letters are a few bytes, as long as this lasts."""
    ekte = kanaler.render_all
    kanaler.render_all = lambda brev, _: [LITE_BREV for _ in brev]
    try:
        yield
    finally:
        kanaler.render_all = ekte


def one_round(navn: str, naa: datetime) -> dict[str, Any]:
    """Run, approve, send, as a flow run does."""
    svar: dict[str, Any] = {"navn": navn, "kjoring": None, "forslag": None}

    def run() -> None:
        resultat = run_row(find_row(BREV), Kjorevalg(rad=BREV, aar=naa.year, naa=naa, av=navn), plain=True)
        svar.update(kjoring=resultat.kjoring_id, forslag=resultat.forslag_id)

    def approve() -> None:
        valg = Avgjorelsesvalg(forslag_id=svar["forslag"], beslutning=Beslutning.GODKJENN, av=navn, naa=naa)
        service_flow("avgjore").fn(valg)

    svar["kjor"] = told(run)
    svar["godkjenn"] = told(approve) if svar["forslag"] else None
    svar["send"] = told(lambda: service_flow("iverksett").fn(Iverksettingsvalg(naa=naa)))
    return svar


def told(gjor: Any) -> str:
    try:
        gjor()
    except BrukerFeil as feil:
        return str(feil)
    return FIKK


def clicks(naa: datetime) -> list[dict[str, Any]]:
    """Two at once in this process."""
    svar: list[dict[str, Any]] = []
    traader = [threading.Thread(target=lambda nr=nr: svar.append(one_round(f"klikk {nr}", naa))) for nr in (1, 2)]
    for traad in traader:
        traad.start()
    for traad in traader:
        traad.join()
    return svar


def commands(naa: str) -> dict[str, Any]:
    """The same by the command line, each command with its own words and answer."""
    svar: dict[str, Any] = {"navn": "kommando", "kjoring": None, "forslag": None, "godkjenn": None}

    def say(*ord_: str) -> tuple[str, str]:
        ut, feil = io.StringIO(), io.StringIO()
        with redirect_stdout(ut), redirect_stderr(feil):
            utgang = kommandolinje([*ord_, "--now", naa])
        # Whoever waited for the register was told of that first.
        return ut.getvalue(), "ÅH-" + feil.getvalue().partition("ÅH-")[2] if utgang > 1 else FIKK

    ut, svar["kjor"] = say("run", BREV, "--year", naa[:4], "--json")
    if svar["kjor"] == FIKK:
        lest = json.loads(ut)
        svar.update(kjoring=lest["kjoring_id"], forslag=lest["forslag_id"])
    if svar["forslag"]:
        svar["godkjenn"] = say("approve", svar["forslag"], "--by", "kommando")[1]
    svar["send"] = say("send")[1]
    return svar


def forked(naa: str) -> dict[str, Any]:
    """The command line in a process of its own."""
    leser, skriver = os.pipe()
    if pid := os.fork():
        os.close(skriver)
        with os.fdopen(leser) as fil:
            svar: dict[str, Any] = json.load(fil)
        os.waitpid(pid, 0)
        return svar
    os.close(leser)
    with os.fdopen(skriver, "w") as fil:
        json.dump(commands(naa), fil)
        fil.flush()
    os._exit(0)


def main(hvordan: str) -> None:
    """Do a round for each line."""
    with light():
        for linje in sys.stdin:
            naa = linje.strip()
            if hvordan == "kommando":
                svar = [forked(naa)]
            elif hvordan == "klikk":
                svar = clicks(datetime.fromisoformat(naa))
            else:
                svar = [one_round(hvordan, datetime.fromisoformat(naa))]
            sys.stdout.write(json.dumps(svar) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
