"""Speed held by ratios: every bench within its limit, and none much worse than when it was last written down.

The short form makes the cheap benches tiny, where a fixed cost weighs more, and gives each the slack that takes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from deployments.kommandoer.maal import MAALINGER, measure
from deployments.maaling import Maaling
from deployments.maaling.ajourhold import bench_ajourhold
from deployments.maaling.arbeidsbok import bench_arbeidsbok
from deployments.maaling.brev import bench_brev
from deployments.maaling.epost import bench_epost
from deployments.maaling.lesing import bench_lesing
from deployments.maaling.pakke import bench_pakke
from deployments.maaling.tilstand import bench_tilstand
from tests.bevis import Funn, Tabell, protokoll

SMA: Final[Mapping[str, tuple[Callable[[], Maaling], float]]] = {
    "lesing": (lambda: bench_lesing(20_000, 2), 2.0),
    "tilstand": (lambda: bench_tilstand(100_000, 5), 1.5),
    "brev": (lambda: bench_brev(60, 2), 2.0),
    "epost": (lambda: bench_epost(20, 5), 2.0),
    "pakke": (lambda: bench_pakke(5_000, 3), 2.0),
    "ajourhold": (lambda: bench_ajourhold(3_000, 2), 4.0),
    "arbeidsbok": (lambda: bench_arbeidsbok(60, 6), 2.0),
}
"""Bench → itself in the tiny form, and how many times its limit it may be there."""
MEST_VERRE: Final = 1.25
"""So many times the last ratio is worse, and not the noise of a quiet machine."""
MEST_BRATTERE: Final = 1.1
"""The same of an exponent."""
MINST_AV_GRENSEN: Final = 0.1
"""A ratio that has become worse takes more than this share of its limit more: one far below it wavers by a quarter."""
FORHOLD: Final = "Forholdene"
KOLONNER: Final = ("Måling", "Forhold", "Grense", "Forrige", "Utfall")
HOLDER, OVER, VERRE = "holder", "over grensen", "verre enn sist"
TALLENDELSER: Final = ("_antall", "_mib", "_mb", "_forhold", "_eksponent", "forhold_minst", "forhold_mest")
"""What is told of the numbers behind: seconds say more of the machine than of us."""


def prov(*, kort: bool) -> Funn:
    """Make the benches, and hold each against its limit and its last ratio."""
    if kort:
        maalinger = [(gjor(), slakk) for gjor, slakk in SMA.values()]
        return judged(maalinger, {}, "Små størrelser: grensene er de samme, ganger en slakk for hver måling.")
    return judged([(en, 1.0) for en in measure(list(MAALINGER))], last(protokoll.read()))


def judged(maalinger: Sequence[tuple[Maaling, float]], forrige: Mapping[str, float], *merknader: str) -> Funn:
    """Return what is found of (bench, how many times its limit it may be), against name → last ratio."""
    rader = [_row(maaling, slakk, forrige.get(maaling.navn)) for maaling, slakk in maalinger]
    bak = [
        (maaling.navn, hva, verdi)
        for maaling, _ in maalinger
        for hva, verdi in maaling.deler.items()
        if hva.endswith(TALLENDELSER)
    ]
    return Funn(
        {"målinger": len(rader), "mest verre enn sist": MEST_VERRE, "mest brattere enn sist": MEST_BRATTERE},
        (Tabell(FORHOLD, KOLONNER, rader), Tabell("Tallene bak", ("Måling", "Hva", "Tall"), bak)),
        tuple(f"{rad[0]}: {rad[4]} ({rad[1]:.2f}, grense {rad[2]:.2f})." for rad in rader if rad[4] != HOLDER),
        (*merknader, *(f"{m.navn}: {m.merknad}." for m, _ in maalinger if m.merknad)),
    )


def _row(maaling: Maaling, slakk: float, forrige: float | None) -> tuple[str, float, float, float | str, str]:
    """Return a bench's line. What else it promised is of the whole size, and counts where no slack is given."""
    grense = maaling.grense * slakk
    holdt = maaling.forhold <= grense and (maaling.holdt or slakk > 1)
    utfall = HOLDER if holdt else OVER
    if forrige is not None and _is_worse(maaling, forrige):
        utfall = VERRE
    return maaling.navn, maaling.forhold, grense, "" if forrige is None else forrige, utfall


def _is_worse(maaling: Maaling, forrige: float) -> bool:
    if maaling.navn == "aar":
        return maaling.forhold > forrige * MEST_BRATTERE
    return maaling.forhold > max(forrige * MEST_VERRE, forrige + MINST_AV_GRENSEN * maaling.grense)


def last(alle: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Return name → the ratio to hold the next against: the last, or the one before where the last was worse.

    So what has become worse stays so until it is mended.
    """
    tabeller = alle.get("fart", {}).get("tabeller", [])
    rader = next((tabell["rader"] for tabell in tabeller if tabell["tittel"] == FORHOLD), [])
    return {navn: forrige if utfall == VERRE else forhold for navn, forhold, _, forrige, utfall in rader}
