"""Spoilt files: mutants of every format, judged in processes of their own so that the memory they take is known."""

import json
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from typing import Any, Final

from tasks.filer import ROT
from tests.bevis import Funn, Tabell
from tests.fuzz.dommer import LENGST

MUTANTER: Final = {False: 20_000, True: 400}
PROSESSER: Final = 2
FRO: Final = 20260427
MEST_MINNE_MB: Final = 1_000


def prov(*, kort: bool) -> Funn:
    """Judge the mutants; none may break the program, take the machine, or be told of by its content."""
    svar = _judged(MUTANTER[kort])
    koder = sum((Counter(en["koder"]) for en in svar), Counter[str]())
    minne, lengst = max(en["minne_mb"] for en in svar), max(en["lengst"] for en in svar)
    brudd = [brudd for en in svar for brudd in en["brudd"]]
    if minne > MEST_MINNE_MB:
        brudd.append(f"En prosess tok {minne:.0f} MB.")
    if lengst > LENGST:
        brudd.append(f"En fil tok {lengst:.1f} sekunder.")
    rader = [(kode or "lest", antall) for kode, antall in koder.most_common()]
    return Funn(
        {"filer": koder.total(), "ulike utfall": len(koder), "mest minne i MB": round(minne), "frø": FRO},
        (Tabell("Utfall", ("Kode", "Filer"), rader),),
        tuple(brudd),
    )


def _judged(antall: int) -> list[dict[str, Any]]:
    """Return what each process says of its part of the mutants."""
    grenser = [antall * nummer // PROSESSER for nummer in range(PROSESSER + 1)]
    prosesser = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz", str(FRO), str(fra), str(til)],
            cwd=ROT, stdout=subprocess.PIPE, text=True,
        )
        for fra, til in pairwise(grenser)
    ]  # fmt: skip
    svar = [prosess.communicate()[0] for prosess in prosesser]
    return [json.loads(en) for en in svar]
