"""The senders: ``python -m tests.drap.avsender`` waits for orders, and each sender is a process of its own.

A sender is forked from here, since loading the program takes longer than sending; nothing is open before that. With
``--en ORDRE`` this process itself, just started, is the sender.
"""

import json
import os
import sys
import time
import traceback
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from tasks import utboks
from tasks.hjem import home
from tests.drap.punkter import PUNKTER
from tests.drap.sonde import Sonde


def send(ordre: dict[str, Any]) -> None:
    """Send, and die where the order says."""
    sonde = Sonde(ordre["kanal"], Path(ordre["logg"]), Random(ordre["fro"]), ordre["bolk"])
    sonde.watch()
    if ordre["punkt"]:
        PUNKTER[ordre["punkt"] - 1].sett(sonde)
    sonde.log("start")
    utboks.send(home(Path(ordre["hjem"])), ordre["forslag_id"], datetime.fromisoformat(ordre["naa"]))
    if sonde.doende:
        time.sleep(1)
    sonde.log("ferdig")


def born(ordre: dict[str, Any]) -> int:
    """Fork a sender and return its number; it never comes back here."""
    if pid := os.fork():
        return pid
    utgang = 1
    try:
        send(ordre)
        utgang = 0
    except BaseException:  # noqa: BLE001 the process ends here
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(utgang)


def main(ord_: list[str]) -> None:
    """Take orders, one a line: a sender to start, or the number of one to wait for. Each is answered by a number."""
    if ord_[:1] == ["--en"]:
        send(json.loads(ord_[1]))
        return
    for linje in sys.stdin:
        ordre = json.loads(linje)
        svar = born(ordre) if isinstance(ordre, dict) else os.waitstatus_to_exitcode(os.waitpid(ordre, 0)[1])
        sys.stdout.write(f"{svar}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
