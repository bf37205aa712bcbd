"""The long proof, and what came of it: ``python -m tests.drap [--brev 4000] [--drap 200] [--kanal print]``."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.drap.by import TJENESTER, city
from tests.drap.dom import Dom, judge
from tests.drap.prove import delivery_room, kill_everywhere


def prove(kanal: str, brev: int, drap: int, fro: int, bolk: int = 0) -> Dom:
    """Send so many letters with senders killed at every numbered point and so many times at random, and judge."""
    with tempfile.TemporaryDirectory() as mappe, city(Path(mappe), brev, kanal) as by:
        with delivery_room(by, Path(mappe) / "logg", fro, bolk) as stue:
            kill_everywhere(stue, drap)
        return judge(by, stue.barn)


def main(ord_: list[str]) -> int:
    """Prove each channel asked for and tell; 1 where something does not hold."""
    leser = argparse.ArgumentParser(
        prog="python -m tests.drap", description="Drep avsenderen overalt, og tell brevene."
    )
    leser.add_argument("--brev", type=int, default=4000)
    leser.add_argument("--drap", type=int, default=200)
    leser.add_argument("--fro", type=int, default=20260511)
    leser.add_argument("--bolk", type=int, default=0, help="så mange om gangen; 0: som kanalen gjør")
    leser.add_argument("--kanal", choices=sorted(TJENESTER), action="append")
    valg = leser.parse_args(ord_)
    holder = True
    for kanal in valg.kanal or TJENESTER:
        start = time.monotonic()
        dom = prove(kanal, valg.brev, valg.drap, valg.fro, valg.bolk)
        sys.stdout.write(f"{dom.told()}\n  frø {valg.fro}, {time.monotonic() - start:.0f} sekunder\n")
        sys.stdout.flush()
        holder &= not dom.brudd
    return 0 if holder else 1


if __name__ == "__main__":
    os.environ.pop("ARSHJUL_KEY", None)
    os.environ.pop("ARSHJUL_KEY_FILE", None)
    raise SystemExit(main(sys.argv[1:]))
