"""Judge the errors of a group, or those known to be noticed, and say what was seen: one JSON object.

``python -m tests.mutanter GRUPPE [--antall N] [--fro S]`` and ``python -m tests.mutanter --kjente N``; ``--linjer``
writes lines for ``kjente.csv`` instead: errors that a quick test noticed.
"""

import argparse
import csv
import json
import os
import sys
from typing import Any

from tests.mutanter.grupper import GRUPPER, known, sample
from tests.mutanter.kjorer import Dommer, Utfall, judge

FRO = 20261122
RASK_PROVE = 2.0
KJENTE_PER_GRUPPE = 25


def main(ord_: list[str]) -> int:
    """Judge; what tests print goes to the standard error."""
    leser = argparse.ArgumentParser()
    leser.add_argument("gruppe", nargs="?", choices=[*GRUPPER, None])
    leser.add_argument("--antall", type=int, default=0)
    leser.add_argument("--fro", type=int, default=FRO)
    leser.add_argument("--kjente", type=int)
    leser.add_argument("--linjer", action="store_true")
    valg = leser.parse_args(ord_)
    ut = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if valg.kjente:
        json.dump(_known(valg.kjente, valg.fro), ut)
        return 0
    mutanter = sample(valg.gruppe, valg.antall, valg.fro)
    dommer = judge(mutanter, GRUPPER[valg.gruppe].prover)
    if valg.linjer:
        _write_known(valg.gruppe, dommer, ut)
    else:
        json.dump(_told(dommer), ut)
    return 0


def _known(antall: int, fro: int) -> dict[str, Any]:
    valgt = known(antall, fro)
    alle = [par for en in valgt.values() for par in en]
    faste = {mutant.navn: prove for mutant, prove in alle}
    filer = sorted({prove.partition("::")[0] for prove in faste.values()})
    dommer = judge([mutant for mutant, _ in alle], filer, faste=faste)
    etter = {dom.mutant: dom for dom in dommer.dommer}
    return {
        gruppe: [[mutant.navn, etter[mutant.navn].utfall, prove] for mutant, prove in en]
        for gruppe, en in valgt.items()
    }


def _told(dommer: Dommer) -> dict[str, Any]:
    return {
        "roed": dommer.roed,
        "dommer": [[dom.mutant, dom.utfall, dom.prove, dom.prover] for dom in dommer.dommer],
    }


def _write_known(gruppe: str, dommer: Dommer, ut: Any) -> None:
    """Write the errors that the quickest tests noticed, at most a few of each function."""
    assert dommer.kart is not None
    sekunder = dommer.kart.sekunder
    skriver = csv.writer(ut, delimiter=";", lineterminator="\n")
    drept = [dom for dom in dommer.dommer if dom.utfall is Utfall.DREPT and sekunder.get(dom.prove, 99) < RASK_PROVE]
    for dom in sorted(drept, key=lambda dom: sekunder[dom.prove])[:KJENTE_PER_GRUPPE]:
        skriver.writerow([gruppe, dom.mutant, dom.prove])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
