"""What a year costs as the county grows: how steeply the processor's time rises with the youth.

The ratio is an exponent: 1 where twice the youth cost twice as much. It is that of the line through all sizes on
logarithmic paper, and it may be above the limit between no two neighbouring sizes either: too steep shows there first.
"""

import math
import os
import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from deployments.maaling import Maaling
from deployments.maaling.spilling import HELE, played
from tasks.feil import BrukerFeil

GRENSE: Final = 1.15
STORRELSER: Final = (1_141, 10_000)
VARIABEL: Final = "ARSHJUL_BENCH_AAR"
"""The sizes, with commas between, where others are wanted."""


def bench_aar(storrelser: Sequence[int] = (), til: str = HELE) -> Maaling:
    """Play the year plain at each size, smallest first. BrukerFeil ÅH-1861: sizes that make no line."""
    antall = sorted({*storrelser} or asked_sizes())
    lop = [played(ungdom, plain=True, til=til)[0] for ungdom in antall]
    cpu = [enkelt.cpu_sekunder for enkelt in lop]
    bratteste = max(slope(to, tider) for to, tider in zip(pairwise(antall), pairwise(cpu), strict=True))
    deler = {"bratteste_eksponent": bratteste}
    for ungdom, ett in zip(antall, lop, strict=True):
        deler |= {
            f"ungdom_{ungdom}_cpu_sekunder": ett.cpu_sekunder,
            f"ungdom_{ungdom}_topp_mib": ett.topp_mib,
            f"ungdom_{ungdom}_cpu_millisekunder_per_ungdom": 1000 * ett.cpu_sekunder / ungdom,
        }
    merknad = "eksponent for " + ", ".join(f"{ungdom:_}".replace("_", " ") for ungdom in antall) + " ungdom"
    return Maaling("aar", slope(antall, cpu), GRENSE, deler, bratteste <= GRENSE, merknad)


def slope(antall: Sequence[int], sekunder: Sequence[float]) -> float:
    """Return the exponent of the power law that comes closest to the seconds of each size."""
    return statistics.linear_regression([math.log(en) for en in antall], [math.log(en) for en in sekunder]).slope


def asked_sizes() -> set[int]:
    """Return the sizes of the environment, or our own. BrukerFeil ÅH-1861 where they are not two numbers or more."""
    tekst = os.environ.get(VARIABEL, "")
    if not tekst:
        return set(STORRELSER)
    deler = {del_.strip() for del_ in tekst.split(",")}
    if len(deler) < 2 or not all(del_.isdecimal() and int(del_) for del_ in deler):  # noqa: PLR2004 a line has two ends
        raise BrukerFeil("ÅH-1861", variabel=VARIABEL)
    return {int(del_) for del_ in deler}
