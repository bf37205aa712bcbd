"""All the stand-ins as one process: ``python -m tests.motparter --hjem DIR``.

It writes where they are to ``DIR/motparter.json``, prints that file's path and stays until SIGINT or SIGTERM.
Several processes may ask them under ``/_motpart/``: ``mottatt``, ``tid``, ``feil``.
"""

import argparse
import json
import os
import signal
import sys
import threading
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.motparter import maskinporten as mp
from tests.motparter import smtp, svarut
from tests.motparter.klokke import Klokke
from tests.motparter.krr import Krr, read_people
from tests.motparter.sms import NOKKEL as SMS_NOKKEL
from tests.motparter.sms import Sms
from tests.motparter.statusliv import Andeler

ADRESSEFIL = "motparter.json"
NOKKELFIL = "maskinporten.pem"
DAGBOK = "svarut.jsonl"
MASKINENS = "maskinen"


def main(ord_: list[str]) -> None:
    """Serve until told to stop."""
    valg = _parser().parse_args(ord_)
    stopp = threading.Event()
    for bud in (signal.SIGINT, signal.SIGTERM):
        signal.signal(bud, lambda _bud, _ramme: stopp.set())
    valg.hjem.mkdir(parents=True, exist_ok=True)
    with ExitStack() as apne:
        adresser = _serve(valg, apne)
        fil = valg.hjem / ADRESSEFIL
        halv = fil.with_suffix(".ny")
        halv.write_text(json.dumps(adresser, indent=1) + "\n", "utf-8")
        halv.replace(fil)
        sys.stdout.write(f"Klar: {fil}\n")
        sys.stdout.flush()
        stopp.wait()


def _parser() -> argparse.ArgumentParser:
    leser = argparse.ArgumentParser(prog="python -m tests.motparter", description="Motparter som svarer og svikter.")
    leser.add_argument("--hjem", type=Path, required=True, help="mappen alt skrives i")
    leser.add_argument("--klokke", default=MASKINENS, help="tiden den begynner på, eller «maskinen»")
    leser.add_argument("--krr", type=Path, help="svarene fra KRR, som krr.json i demoen")
    leser.add_argument("--nekt-gjentagelser", action="store_true", help="SvarUt avviser samme brev en gang til")
    leser.add_argument("--ulest-timer", type=float, default=40.0, help="timer før et ulest brev skrives ut")
    leser.add_argument("--lest", type=float, default=Andeler().lest, help="andelen som leser brevet digitalt")
    leser.add_argument("--fast-token", action="store_true", help="SvarUt tar imot et fast token i stedet for utstedte")
    leser.add_argument("--uten-klokkesjekk", action="store_true", help="Maskinporten ser bort fra når noe er signert")
    for navn in ("svarut", "maskinporten", "krr", "sms", "smtp", "smtp-styring"):
        leser.add_argument(f"--{navn}-port", type=int, default=0)
    return leser


def _serve(valg: argparse.Namespace, apne: ExitStack) -> dict[str, Any]:
    """Start them all and return where they are, and what is needed to be let in."""
    klokke = Klokke(None if valg.klokke == MASKINENS else datetime.fromisoformat(valg.klokke))
    nokkelfil = valg.hjem / NOKKELFIL
    porten = apne.enter_context(
        mp.Maskinporten(
            mp.public_half(_key(nokkelfil)),
            port=valg.maskinporten_port,
            klokke=klokke,
            sjekk_klokke=not valg.uten_klokkesjekk,
        )
    )
    fast = {} if valg.fast_token else {"godta": lambda token: porten.accepts(token, svarut.OMRAADE)}
    brev = apne.enter_context(
        svarut.SvarUt(
            port=valg.svarut_port,
            klokke=klokke,
            nekt_gjentagelser=valg.nekt_gjentagelser,
            ulest_timer=valg.ulest_timer,
            andeler=Andeler(lest=valg.lest),
            dagbok=valg.hjem / DAGBOK,
            **fast,
        )
    )
    krr = apne.enter_context(Krr(porten, read_people(valg.krr) if valg.krr else (), port=valg.krr_port))
    sms = apne.enter_context(Sms(port=valg.sms_port, klokke=klokke))
    postmappe = valg.hjem / "epost"
    postmappe.mkdir(exist_ok=True)
    post = apne.enter_context(smtp.Postkasse(port=valg.smtp_port, klokke=klokke, mappe=postmappe))
    styring = apne.enter_context(smtp.Poststyring(post, port=valg.smtp_styring_port))
    return {
        "pid": os.getpid(),
        "svarut": {
            "adresse": brev.adresse,
            "styring": brev.rot,
            "konto_id": brev.konto_id,
            "integrasjon_id": svarut.INTEGRASJON_ID,
            "integrasjon_passord": svarut.INTEGRASJON_PASSORD,
        }
        | ({"token": svarut.TOKEN} if valg.fast_token else {}),
        "maskinporten": {
            "adresse": porten.adresse,
            "styring": porten.rot,
            "utsteder": porten.utsteder,
            "klient_id": porten.klient_id,
            "nokkel_id": mp.NOKKEL_ID,
            "nokkelfil": str(nokkelfil),
        },
        "krr": {"adresse": krr.adresse, "styring": krr.rot},
        "sms": {"adresse": sms.adresse, "styring": sms.rot, "nokkel": SMS_NOKKEL},
        "smtp": {
            "tjener": "127.0.0.1",
            "port": post.port,
            "styring": styring.rot,
            "bruker": smtp.BRUKER,
            "passord": smtp.PASSORD,
            "ca_fil": str(post.ca_fil),
            "mappe": str(postmappe),
        },
    }


def _key(fil: Path) -> bytes:
    """Return the client's private key, made the first time: it takes a while to find one."""
    if not fil.is_file():
        fil.touch(0o600)
        fil.write_bytes(mp.key_pair()[0])
    return fil.read_bytes()


if __name__ == "__main__":
    main(sys.argv[1:])
