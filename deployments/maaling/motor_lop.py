"""A process that runs a flow of tasks that do nothing, in three ways in turns, and writes the seconds of each as JSON.

Ours is a routine and its steps as every row has them, with the artifact it shows; then Prefect's own decorators with
nothing chosen; then the functions alone. Both of Prefect's go through a server of this process' own, as a replay's do.
"""

import json
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final

from deployments.miljo import prepare
from deployments.server import temporary_api
from tasks.hjem import home

OPPVARMING: Final = 1


def main(mappe: Path, oppgaver: int, runder: int) -> dict[str, list[tuple[float, float]]]:
    """Return way → (seconds of a flow without tasks, of one with ``oppgaver``) for each round."""
    prepare(mappe)
    with temporary_api(home(mappe)) as vent:
        # Imported here, when the server's address is known.
        from prefect import flow, task  # noqa: PLC0415

        from deployments.avspilling import engine  # noqa: PLC0415
        from schemas.iverksetting import Iverksatt  # noqa: PLC0415
        from tasks.rutine import routine  # noqa: PLC0415
        from tasks.steg import step  # noqa: PLC0415

        def ingenting(tall: int) -> int:
            return tall + 1

        vaart_steg = step("Måling")(ingenting)
        bar_oppgave = task(ingenting)

        def kropp(steg: Callable[[int], Any], antall: int) -> None:
            tall = 0
            for _ in range(antall):
                tall = steg(tall)

        @routine("Måling")
        def vaar(antall: int) -> Iverksatt:
            kropp(vaart_steg, antall)
            return Iverksatt(forslag=[])

        @flow
        def bar(antall: int) -> None:
            kropp(bar_oppgave, antall)

        vent()
        maater: dict[str, Callable[[int], Any]] = {
            "arshjul": vaar,
            "prefect": bar,
            "python": lambda antall: kropp(ingenting, antall),
        }
        svar: dict[str, list[tuple[float, float]]] = {navn: [] for navn in maater}
        for _ in range(OPPVARMING + runder):
            for navn, maate in maater.items():
                with engine(plain=False) if navn == "arshjul" else nullcontext():
                    svar[navn].append((_seconds(maate, 0), _seconds(maate, oppgaver)))
    return {navn: sekunder[OPPVARMING:] for navn, sekunder in svar.items()}


def _seconds(maate: Callable[[int], Any], antall: int) -> float:
    start = time.perf_counter()
    maate(antall)
    return time.perf_counter() - start


if __name__ == "__main__":
    svar = main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(svar))
