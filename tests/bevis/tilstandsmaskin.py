"""Anything in any order: thousands of random steps on a real register, with every law judged after each of them."""

import json
import os
import subprocess
import sys
from collections import Counter
from secrets import randbelow
from typing import Any, Final

from tasks.filer import ROT
from tests.bevis import Funn, Tabell
from tests.tilstandsmaskin.handlinger import HANDLINGER
from tests.tilstandsmaskin.lover import LOVER

STEG: Final = int(os.environ.get("ARSHJUL_TILSTAND_STEG", "10000"))
PER_VERDEN: Final = 50
KORT: Final = (60, 20)
"""Steps, and steps in each world, of the short form."""
KORT_FRO: Final = 20261122
PROSESSER: Final = {False: 2, True: 1}
MINST_AV_HVER: Final = 100
"""Of each action, in ten thousand steps."""
KJENT: Final = "ARSHJUL_TILSTAND_FRO"


def prov(*, kort: bool) -> Funn:
    """Do the steps; the short form's are always the same, the whole form's are new each time by a seed that is told."""
    fro = KORT_FRO if kort else int(os.environ.get(KJENT, "0")) or randbelow(10**9) + 1
    steg, per_verden = KORT if kort else (STEG, PER_VERDEN)
    sys.stderr.write(f"{KJENT}={fro}\n")
    regnskap = _played(steg, per_verden, fro, PROSESSER[kort])
    gjort = sum((Counter(ett["gjort"]) for ett in regnskap), Counter[str]())
    brudd = [brudd for ett in regnskap for brudd in ett["brudd"]]
    if not kort:
        minst = MINST_AV_HVER * STEG // 10_000
        brudd += [f"«{navn}» er gjort bare {gjort[navn]} ganger." for navn in HANDLINGER if gjort[navn] < minst]
    return Funn(
        {
            "steg": gjort.total(),
            "verdener": sum(ett["verdener"] for ett in regnskap),
            "lover prøvd etter hvert steg": len(LOVER),
            "ungdommer i hver verden": 12,
            "frø": fro,
        },
        (
            Tabell("Hva som ble gjort", ("Handling", "Ganger"), [(navn, gjort[navn]) for navn in HANDLINGER]),
            Tabell("Lovene", ("Lov",), [(lov,) for lov in LOVER]),
        ),
        tuple(brudd),
        (
            "Brevene går til en etterligning av SvarUt over ekte HTTP; brevet selv er noen få byte.",
            "Prøvebrevene til den som godkjenner, lages ikke.",
            "Sikkerhetskopi, arbeidslister, overføring til Udir, e-post og SMS er ikke blant stegene.",
        ),
    )


def _played(steg: int, per_verden: int, fro: int, prosesser: int) -> list[dict[str, Any]]:
    """Return each process' account of its part of the steps."""
    gang = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.tilstandsmaskin", str(fro + nr), str(steg // prosesser), str(per_verden)],
            cwd=ROT, stdout=subprocess.PIPE, text=True,
        )
        for nr in range(prosesser)
    ]  # fmt: skip
    return [json.loads(prosess.communicate()[0]) for prosess in gang]
