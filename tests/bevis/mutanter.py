"""Tests that see errors: errors put into the rules on purpose, and how many of them the tests notice.

``ARSHJUL_MUTANTER=100`` draws so many per group with a seed instead of trying them all.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from tasks.filer import ROT
from tests.bevis import Funn, Tabell
from tests.mutanter.grupper import EKSEMPEL, GRUPPER, LIKEVERDIGE, errors
from tests.mutanter.kjorer import Utfall

MINST_ANDEL: Final = 85
FRO: Final = 20261122
KJENTE: Final = 10
MINST_KJENTE: Final = 8
KOLONNER: Final = (
    *("Gruppe", "I alt", "Prøvd", "Oppdaget", "Tidsavbrudd", "Overlevde", "Likeverdige", "Andel oppdaget i prosent"),
)
FORKLARING: Final = (
    "Feilene er mutmuts, og noen til: en setning borte, et vilkår snudd, og feil i SQL.",
    "De settes inn i en gren av en prosess som alt har lest prøvene; ingen fil endres.",
    "Det som en prøve selv starter i en egen prosess, er uten feilen.",
    "En feil prøves med modulens egne prøver og så de raskeste på linjen, så lenge det er verdt tiden.",
    "Klassers kropp, dekoratorer, standardverdier, navn på steg og hvem som venter på registeret, er ikke prøvd.",
)


def prov(*, kort: bool) -> Funn:
    """Judge the errors: all or a sample, or in the short form some that must be noticed."""
    return _short() if kort else _whole(int(os.environ.get("ARSHJUL_MUTANTER", "0")))


def _short() -> Funn:
    svar = _asked("--kjente", str(KJENTE), "--fro", str(FRO))
    brudd = judge_example(svar.pop(EKSEMPEL))
    brudd += [judged for gruppe, dommer in svar.items() for judged in judge_known(gruppe, dommer)]
    rader = [(gruppe, len(dommer)) for gruppe, dommer in svar.items()]
    return Funn(
        {"feil som skal oppdages": sum(antall for _, antall in rader)},
        (Tabell("Kjente feil", ("Gruppe", "Prøvd"), rader),),
        tuple(brudd),
        (
            *FORKLARING,
            *(f"Ingen kjente feil er skrevet ned for {navn}." for navn in GRUPPER if navn not in (EKSEMPEL, *svar)),
        ),
    )


def judge_known(gruppe: str, dommer: list[list[str]]) -> list[str]:
    """Return what is wrong where errors known to be noticed are not, or too few of them are left in the tree."""
    brudd = [f"{gruppe}: {prove} ser ikke lenger {mutant}" for mutant, utfall, prove in dommer if not _noticed(utfall)]
    if len(dommer) < MINST_KJENTE:
        brudd.append(f"{gruppe}: bare {len(dommer)} kjente feil finnes i koden; lag tests/mutanter/kjente.csv på nytt.")
    return brudd


def judge_example(dommer: list[list[Any]]) -> list[str]:
    """Return what is wrong where the judge does not say of the example what is known to be so."""
    brudd = []
    for mutant, utfall, *_ in dommer:
        ventet = Utfall.OVERLEVDE if ":unseen:" in mutant else Utfall.DREPT
        if utfall != ventet:
            brudd.append(f"Dommeren sier «{utfall}» om {mutant}, som skulle være «{ventet}».")
    return brudd or ([] if dommer else ["Dommeren har ikke sett eksempelet."])


def _whole(antall: int) -> Funn:
    grupper = [gruppe for gruppe in GRUPPER if gruppe != EKSEMPEL]
    with ThreadPoolExecutor(os.cpu_count() or 1) as samtidig:
        svar = dict(zip(grupper, samtidig.map(lambda en: _asked(en, "--antall", str(antall)), grupper), strict=True))
    rader, brudd = [], judge_example(_asked(EKSEMPEL)["dommer"])
    overlevde: list[tuple[str, str, str]] = []
    for gruppe, ett in svar.items():
        alle = len(errors(gruppe))
        rad, feil = judge_group(gruppe, alle, ett)
        rader.append(rad)
        brudd += feil
        overlevde += [
            (gruppe, *mutant.split(":", 2)[1:])
            for mutant, utfall, *_ in ett["dommer"]
            if utfall == Utfall.OVERLEVDE and mutant not in LIKEVERDIGE
        ]  # fmt: skip
    return Funn(
        {
            "feil prøvd": sum(rad[2] for rad in rader),
            "oppdaget": sum(rad[3] + rad[4] for rad in rader),
            "overlevde": sum(rad[5] for rad in rader),
            "likeverdige": sum(rad[6] for rad in rader),
            "lavest andel i prosent": min(rad[7] for rad in rader),
            "frø": FRO,
        },
        (
            Tabell("Per gruppe", KOLONNER, rader),
            Tabell("Overlevde", ("Gruppe", "Funksjon", "Feil"), overlevde),
            Tabell("Likeverdige", ("Feil", "Hvorfor ingen kan se den"), list(LIKEVERDIGE.items())),
        ),
        tuple(brudd),
        (*FORKLARING, *([f"Et utvalg på {antall} feil per gruppe."] if antall else [])),
    )


def judge_group(gruppe: str, alle: int, svar: dict[str, Any]) -> tuple[tuple[Any, ...], list[str]]:
    """Return a group's line of the table, and what is wrong with it."""
    dommer = [dom for dom in svar["dommer"] if dom[1] != Utfall.UGYLDIG]
    like = [dom for dom in dommer if dom[0] in LIKEVERDIGE]
    antall = Counter(utfall for mutant, utfall, *_ in dommer if mutant not in LIKEVERDIGE)
    drept, tid, overlevde = (antall[utfall] for utfall in (Utfall.DREPT, Utfall.TID, Utfall.OVERLEVDE))
    andel = 100 * (drept + tid) // max(antall.total(), 1)
    brudd = [
        f"{gruppe}: {mutant} er kalt likeverdig, men {prove} ser den."
        for mutant, utfall, prove, _ in like
        if _noticed(utfall)
    ]
    brudd += [f"{gruppe}: {prove} feiler uten noen feil i koden." for prove in svar["roed"]]
    if andel < MINST_ANDEL:
        brudd.append(f"{gruppe}: {andel} prosent oppdaget, {overlevde} overlevde.")
    return (gruppe, alle, len(dommer), drept, tid, overlevde, len(like), andel), brudd


def _noticed(utfall: str) -> bool:
    return utfall in (Utfall.DREPT, Utfall.TID)


def _asked(*ord_: str) -> Any:
    """Return what a judging process says."""
    ferdig = subprocess.run(
        [sys.executable, "-m", "tests.mutanter", *ord_], cwd=ROT, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(ferdig.stdout)
