"""``bench``: the benchmarks, each as a ratio measured side by side in one run, and all of them in one table."""

import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Final

from cyclopts import Parameter

from deployments.kommandoer.felles import say, say_json
from deployments.maaling import Maaling
from deployments.maaling.aar import bench_aar
from deployments.maaling.ajourhold import bench_ajourhold
from deployments.maaling.arbeidsbok import bench_arbeidsbok
from deployments.maaling.avspilling import bench_avspilling
from deployments.maaling.brev import bench_brev
from deployments.maaling.epost import bench_epost
from deployments.maaling.lasting import bench_lasting
from deployments.maaling.lesing import bench_lesing
from deployments.maaling.motor import bench_motor
from deployments.maaling.pakke import bench_pakke
from deployments.maaling.staaende import bench_minne, bench_oppstart
from deployments.maaling.tilstand import bench_tilstand
from deployments.maaling.utsending import bench_utsending
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN, BrukerFeil

MAALINGER: Final[dict[str, Callable[[], Maaling]]] = {
    "lesing": bench_lesing,
    "lasting": bench_lasting,
    "tilstand": bench_tilstand,
    "brev": bench_brev,
    "epost": bench_epost,
    "utsending": bench_utsending,
    "pakke": bench_pakke,
    "ajourhold": bench_ajourhold,
    "arbeidsbok": bench_arbeidsbok,
    "motor": bench_motor,
    "oppstart": bench_oppstart,
    "minne": bench_minne,
    "avspilling": bench_avspilling,
    "aar": bench_aar,
}
HODER: Final = ("Måling", "Forhold", "Grense", "Utfall", "Merknad")


def bench(
    name: Annotated[str | None, Parameter(help="Bare denne målingen")] = None,
    *,
    json: Annotated[bool, Parameter(help="Svar som JSON")] = False,
) -> int:
    """Mål farten som forhold mellom to målinger i samme kjøring."""
    if name is not None and name not in MAALINGER:
        raise BrukerFeil("ÅH-1801", navn=name, kjente=", ".join(MAALINGER))
    resultater = measure([navn for navn in MAALINGER if name in (None, navn)])
    if json:
        say_json([vars(resultat) | {"holder": resultat.holder} for resultat in resultater])
    else:
        _print(resultater)
    return UTGANG_FERDIG if all(resultat.holder for resultat in resultater) else UTGANG_TRENGER_NOEN


def measure(navnene: Sequence[str]) -> list[Maaling]:
    """Make the measurements one by one, and say which is being made where somebody waits for the answer."""
    resultater = []
    for navn in navnene:
        sys.stderr.write(f"Måler {navn} …\n")
        resultater.append(MAALINGER[navn]())
    return resultater


def _print(resultater: Sequence[Maaling]) -> None:
    """Say the numbers behind each, and then all ratios with their limits in one table."""
    for resultat in resultater:
        say(resultat.navn)
        for navn, verdi in resultat.deler.items():
            say(f"  {navn}: {verdi:.2f}")
    rader = [HODER, *((r.navn, f"{r.forhold:.2f}", f"{r.grense:.2f}", outcome(r), r.merknad) for r in resultater)]
    bredder = [max(len(rad[plass]) for rad in rader) for plass in range(len(HODER))]
    for rad in rader:
        say("  ".join(felt.ljust(bredde) for felt, bredde in zip(rad, bredder, strict=True)).rstrip())


def outcome(resultat: Maaling) -> str:
    """Return in bokmål whether the promise is kept."""
    return "holder" if resultat.holder else "HOLDER IKKE"
