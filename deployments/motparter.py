"""The practice counterparts: stand-ins for SvarUt, KRR, Maskinporten, SMS and mail, as one process on this machine.

With them the demo's letters really travel and their receipts come back. They are used in mode ``øve`` only: where they
are is written in the home, and taken away again when they stop.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from deployments.miljo import without_secrets
from tasks import maskinporten, sms, smtpkanal, svarut
from tasks.feil import BrukerFeil
from tasks.filer import ROT, make_folder, write_file
from tasks.hjem import OVINGSTJENESTER, Hjem

MODUL = "tests.motparter"
ADRESSEFIL = "motparter.json"
LOGG = "motparter.log"
OPPSTART_SEKUNDER = 30.0
STOPP_SEKUNDER = 10.0


@dataclass(frozen=True)
class Motparter:
    """The running counterparts: what they wrote about themselves."""

    om: dict[str, Any]

    def set_clock(self, tid: datetime) -> None:
        """Let it be this time with them: what letters live through depends on it."""
        styring = self.om["svarut"]["styring"]
        with httpx.Client(trust_env=False) as klient:
            klient.post(f"{styring}/_motpart/tid", json={"naa": tid.isoformat()}).raise_for_status()


@contextmanager
def counterparts(hjem: Hjem, start: datetime, *ord_: str) -> Iterator[Motparter]:
    """Start them for a home, from a moment on; stop them at the end. BrukerFeil ÅH-1706 where they do not start."""
    mappe = make_folder(hjem.mappe / Path(OVINGSTJENESTER).parent)
    fil = mappe / ADRESSEFIL
    fil.unlink(missing_ok=True)
    kommando = [sys.executable, "-m", "deployments.barn", MODUL, "--hjem", str(mappe), "--klokke", start.isoformat()]
    with (mappe / LOGG).open("ab") as logg:
        prosess = subprocess.Popen(  # noqa: S603 our own interpreter and module
            [*kommando, "--uten-klokkesjekk", "--krr", str(hjem.mappe / "krr.json"), *ord_], cwd=ROT, stdout=logg,
            stderr=logg, stdin=subprocess.PIPE, start_new_session=True, env=without_secrets(),
        )  # fmt: skip
    try:
        om = _wait_for(fil, prosess)
        _tell_home(hjem, om)
        yield Motparter(om)
    finally:
        (hjem.mappe / OVINGSTJENESTER).unlink(missing_ok=True)
        _stop(prosess)


def running(hjem: Hjem) -> Motparter | None:
    """Return the counterparts that serve the home now, None where there are none."""
    if not (hjem.mappe / OVINGSTJENESTER).is_file():
        return None
    return Motparter(json.loads((hjem.mappe / OVINGSTJENESTER).with_name(ADRESSEFIL).read_text("utf-8")))


def _wait_for(fil: Path, prosess: "subprocess.Popen[bytes]") -> dict[str, Any]:
    slutt = time.monotonic() + OPPSTART_SEKUNDER
    while time.monotonic() < slutt and prosess.poll() is None:
        if fil.is_file():
            om: dict[str, Any] = json.loads(fil.read_text("utf-8"))
            return om
        time.sleep(0.05)
    raise BrukerFeil("ÅH-1706", logg=f"{fil.parent.name}/{LOGG}")


def _tell_home(hjem: Hjem, om: dict[str, Any]) -> None:
    """Write where they are as settings, and what is needed to be let in beside the register's own key."""
    brev, porten, post = om["svarut"], om["maskinporten"], om["smtp"]
    ca = "motparter/" + Path(post["ca_fil"]).name
    hemmeligheter = {
        svarut.PASSORDFIL: brev["integrasjon_passord"].encode(),
        maskinporten.NOKKELFIL: Path(porten["nokkelfil"]).read_bytes(),
        smtpkanal.PASSORDFIL: post["passord"].encode(),
        sms.NOKKELFIL: om["sms"]["nokkel"].encode(),
        ca: Path(post["ca_fil"]).read_bytes(),
    }
    for navn, innhold in hemmeligheter.items():
        write_file(hjem.mappe / navn, innhold)
    tjenester = {
        "svarut": {
            "adresse": brev["adresse"], "konto_id": brev["konto_id"], "integrasjon_id": brev["integrasjon_id"],
            "print": True,
        },
        "maskinporten": {navn: porten[navn] for navn in ("adresse", "utsteder", "klient_id", "nokkel_id")},
        "krr": {"adresse": om["krr"]["adresse"]},
        "epost": {"tjener": post["tjener"], "port": post["port"], "bruker": post["bruker"], "ca_fil": ca},
        "sms": {"adresse": om["sms"]["adresse"], "avsender": "OT"},
    }  # fmt: skip
    write_file(hjem.mappe / OVINGSTJENESTER, json.dumps(tjenester, indent=1).encode())


def _stop(prosess: "subprocess.Popen[bytes]") -> None:
    if prosess.poll() is None:
        os.killpg(prosess.pid, signal.SIGTERM)
    try:
        prosess.wait(STOPP_SEKUNDER)
    except subprocess.TimeoutExpired:
        os.killpg(prosess.pid, signal.SIGKILL)
        prosess.wait()
    if prosess.stdin:
        prosess.stdin.close()
