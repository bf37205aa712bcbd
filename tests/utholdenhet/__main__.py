"""``python -m tests.utholdenhet YEARS YOUTH DELETE_FROM [ROWS…]``: play them in this process, a line of JSON a year."""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tasks.register import tilkobling
from tests.utholdenhet.fylke import Fylke
from tests.utholdenhet.maaling import measure

if __name__ == "__main__":
    aarene, ungdom, slettes_fra, *rader = map(int, sys.argv[1:])
    with tempfile.TemporaryDirectory() as mappe:
        fylke = Fylke(Path(mappe) / "hjem", ungdom, rader)
        tilkobling._engine(fylke.mappe).execute("SET threads = 1")
        for _ in range(aarene):
            fylke.slettes = fylke.aar + 1 >= slettes_fra
            fylke.play_year()
            sys.stdout.write(json.dumps(asdict(measure(fylke.hjem, fylke.aar, fylke.slettet))) + "\n")
            sys.stdout.flush()
