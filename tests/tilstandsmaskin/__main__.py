"""``python -m tests.tilstandsmaskin SEED STEPS STEPS_PER_WORLD``: do it, and print the account as JSON."""

import json
import sys
import tempfile
from pathlib import Path

from tests.tilstandsmaskin.maskin import play

if __name__ == "__main__":
    fro, steg, per_verden = map(int, sys.argv[1:])
    with tempfile.TemporaryDirectory() as mappe:
        regnskap = play(Path(mappe), steg, per_verden, fro)
    svar = {"gjort": regnskap.gjort, "verdener": regnskap.verdener, "brudd": regnskap.brudd}
    sys.stdout.write(json.dumps(svar, ensure_ascii=False) + "\n")
