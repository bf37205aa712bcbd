"""The stand-ins in a process of their own, for tests that kill the one who calls and for measurements."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tasks.filer import ROT
from tests.motparter.__main__ import ADRESSEFIL

OPPSTART_SEKUNDER = 20.0


@contextmanager
def own_process(mappe: Path, *ord_: str) -> Iterator[dict[str, Any]]:
    """Run ``python -m tests.motparter`` and give what it wrote of addresses and keys."""
    fil = mappe / ADRESSEFIL
    fil.unlink(missing_ok=True)
    kommando = [sys.executable, "-m", "tests.motparter", "--hjem", str(mappe), *ord_]
    with subprocess.Popen(kommando, cwd=ROT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as prosess:
        try:
            frist = time.monotonic() + OPPSTART_SEKUNDER
            while not fil.is_file():
                if prosess.poll() is not None or time.monotonic() > frist:
                    raise RuntimeError("motpartene startet ikke")
                time.sleep(0.02)
            yield json.loads(fil.read_text("utf-8"))
        finally:
            prosess.send_signal(signal.SIGTERM)
            prosess.wait(OPPSTART_SEKUNDER)


def ask(styring: str, sti: str, kropp: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask a stand-in about itself, or (``kropp``) tell it something: ``mottatt``, ``tid``, ``feil``, ``tving``."""
    with httpx.Client(trust_env=False) as klient:
        adresse = f"{styring}/_motpart/{sti}"
        svar = klient.get(adresse) if kropp is None else klient.post(adresse, json=kropp)
    svar.raise_for_status()
    lest: dict[str, Any] = svar.json()
    return lest
