"""Spoilt files: mutants of every format, judged in processes of their own so that the memory they take is known."""

from collections import Counter
from typing import Final

from tests.bevis import Funn, Tabell
from tests.fuzz.dommer import LENGST
from tests.fuzz.prosesser import MEST_MINNE_MB, judged

MUTANTER: Final = {False: 20_000, True: 400}
FRO: Final = 20260427


def prov(*, kort: bool) -> Funn:
    """Judge the mutants; none may break the program, take the machine, or be told of by its content."""
    svar = judged(MUTANTER[kort], FRO)
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
