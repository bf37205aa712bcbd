"""What a year costs as the county grows: a hundred thousand youth are a hundred times a thousand, and not more.

The bench ``aar`` of the proof ``fart`` plays the sizes that counties have; this plays one that none has.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from deployments.maaling.aar import GRENSE, bench_aar
from deployments.maaling.spilling import AAR, HELE, played
from tests.bevis import Funn, Tabell

STORRELSER: Final = (1_141, 10_000, 100_000)
SMA: Final = (20, 60)
TIL_KORT: Final = f"{AAR}-01-20"
KOLONNER: Final = ("Ungdom", "Prosessortid per ungdom, mot det minste", "Mest minne MiB")


def prov(*, kort: bool) -> Funn:
    """Play the year at each size, as many at once as the machine has processors: it is their own time that counts."""
    storrelser, til = (SMA, TIL_KORT) if kort else (STORRELSER, HELE)
    with ThreadPoolExecutor(os.cpu_count() or 1) as samtidig:
        list(samtidig.map(lambda ungdom: played(ungdom, plain=True, til=til), sorted(storrelser, reverse=True)))
    maaling = bench_aar(storrelser, til)
    per_ungdom = [maaling.deler[f"ungdom_{ungdom}_cpu_millisekunder_per_ungdom"] for ungdom in storrelser]
    return Funn(
        {
            "eksponent": round(maaling.forhold, 2),
            "den bratteste mellom to naboer": round(maaling.deler["bratteste_eksponent"], 2),
            "grense": GRENSE,
        },
        (
            Tabell(
                "Størrelsene",
                KOLONNER,
                [
                    (ungdom, round(tid / per_ungdom[0], 2), round(maaling.deler[f"ungdom_{ungdom}_topp_mib"]))
                    for ungdom, tid in zip(storrelser, per_ungdom, strict=True)
                ],
            ),
        ),
        () if maaling.holder else (f"Eksponenten er over {GRENSE}.",),
        (
            "Året spilles uten Prefect, med brev, arbeidslister og rådgivernes svar, i en prosess for hver størrelse.",
            "Eksponenten er 1 der dobbelt så mange ungdommer tar dobbelt så lang prosessortid.",
        ),
    )
