"""``bench``: the benchmarks, each as a ratio measured side by side in one run."""

from collections.abc import Callable
from typing import Annotated

from cyclopts import Parameter

from deployments.kommandoer.felles import say, say_json
from deployments.maaling import Maaling
from deployments.maaling.ajourhold import bench_ajourhold
from deployments.maaling.arbeidsbok import bench_arbeidsbok
from deployments.maaling.avspilling import bench_avspilling
from deployments.maaling.brev import bench_brev
from deployments.maaling.epost import bench_epost
from deployments.maaling.lasting import bench_lasting
from deployments.maaling.lesing import bench_lesing
from deployments.maaling.pakke import bench_pakke
from deployments.maaling.tilstand import bench_tilstand
from deployments.maaling.utsending import bench_utsending
from tasks.feil import UTGANG_FERDIG, UTGANG_TRENGER_NOEN, BrukerFeil

MAALINGER: dict[str, Callable[[], Maaling]] = {
    "lesing": bench_lesing,
    "lasting": bench_lasting,
    "tilstand": bench_tilstand,
    "brev": bench_brev,
    "epost": bench_epost,
    "utsending": bench_utsending,
    "pakke": bench_pakke,
    "ajourhold": bench_ajourhold,
    "arbeidsbok": bench_arbeidsbok,
    "avspilling": bench_avspilling,
}


def bench(
    name: Annotated[str | None, Parameter(help="Bare denne målingen")] = None,
    *,
    json: Annotated[bool, Parameter(help="Svar som JSON")] = False,
) -> int:
    """Mål farten som forhold mellom to målinger i samme kjøring."""
    if name is not None and name not in MAALINGER:
        raise BrukerFeil("ÅH-1801", navn=name, kjente=", ".join(MAALINGER))
    resultater = [maaling() for navn, maaling in MAALINGER.items() if name in (None, navn)]
    if json:
        say_json([vars(resultat) | {"holder": resultat.holder} for resultat in resultater])
    else:
        for resultat in resultater:
            _print(resultat)
    return UTGANG_FERDIG if all(resultat.holder for resultat in resultater) else UTGANG_TRENGER_NOEN


def _print(resultat: Maaling) -> None:
    holder = "holder" if resultat.holder else "HOLDER IKKE"
    say(f"{resultat.navn}: {resultat.forhold:.2f} (grense {resultat.grense}) {holder}")
    for navn, verdi in resultat.deler.items():
        say(f"  {navn}: {verdi:.2f}")
