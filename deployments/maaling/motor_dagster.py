"""The same flow of tasks that do nothing in Dagster; run by a Python that has it, which need not have anything of ours.

Its runs are kept in SQLite in the folder it is told, as Prefect's are here.
"""

import importlib
import json
import os
import sys
import time
from typing import Any

dagster: Any = importlib.import_module("dagster")


def job(antall: int) -> Any:  # noqa: ANN401 Dagster has no types here
    """Return a job of ``antall`` ops, each after the one before it."""

    @dagster.op  # type: ignore[untyped-decorator]
    def forste() -> int:
        return 1

    @dagster.op  # type: ignore[untyped-decorator]
    def ingenting(tall: int) -> int:
        return tall + 1

    @dagster.job(name=f"jobb_{antall}")  # type: ignore[untyped-decorator]
    def jobben() -> None:
        tall = forste()
        for _ in range(antall):
            tall = ingenting(tall)

    return jobben


def main(mappe: str, oppgaver: int, runder: int) -> list[tuple[float, float]]:
    """Return (seconds of a job of one op, of one with ``oppgaver`` more) for each round."""
    os.environ |= {"DAGSTER_HOME": mappe, "DAGSTER_DISABLE_TELEMETRY": "yes"}
    jobber = [job(antall) for antall in (0, oppgaver)]
    svar = []
    with dagster.DagsterInstance.get() as instans:
        for _ in range(runder + 1):
            tider = []
            for jobben in jobber:
                start = time.perf_counter()
                jobben.execute_in_process(instance=instans)
                tider.append(time.perf_counter() - start)
            svar.append((tider[0], tider[1]))
    return svar[1:]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
