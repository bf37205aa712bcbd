"""Letters that arrive once: senders killed at every numbered transition and at random, on every channel."""

from typing import Final

from tests.bevis import Funn, Tabell
from tests.drap.__main__ import prove
from tests.drap.by import TJENESTER

BREV: Final = {False: 4000, True: 80}
DRAP: Final = {False: 200, True: 5}
FRO: Final = 20260511
SMA_BOLKER: Final = 3
"""So that a hundred letters are many bunches."""
KOLONNER: Final = ("Kanal", "Planlagt", "Avsendere", "Drept", "Framme", "Tapt", "Dobbelt", "Uavklart", "Navngitt")


def prov(*, kort: bool) -> Funn:
    """Kill senders on each channel, and judge what the receivers have against what the register says."""
    bolk = SMA_BOLKER if kort else 0
    dommer = [prove(kanal, BREV[kort], DRAP[kort], FRO, bolk) for kanal in TJENESTER]
    rader = [
        (d.kanal, d.planlagt, d.barn, d.drept, d.framme, len(d.tapt), len(d.dobbelt), len(d.usikre), d.navngitt)
        for d in dommer
    ]
    return Funn(
        {"brev per kanal": BREV[kort], "drept i alt": sum(dom.drept for dom in dommer), "frø": FRO},
        (Tabell("Per kanal", KOLONNER, rader),),
        tuple(f"{dom.kanal}: {brudd}" for dom in dommer for brudd in dom.brudd),
        ("E-post kan ikke spørres om: et brev på vei da avsenderen ble drept, er uavklart og for et menneske.",),
    )
