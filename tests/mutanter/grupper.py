"""The groups of rules, the errors that are the same as none, and the errors that a named test is known to notice."""

import csv
import importlib
import random
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.mutanter.operatorer import Mutant, mutants

HER: Final = Path(__file__).parent
KJENTE: Final = HER / "kjente.csv"
"""Group, error and the test that notices it: for the short form."""
EKSEMPEL: Final = "eksempel"
"""The group whose outcome is known beforehand: the judge is judged by it."""


@dataclass(frozen=True)
class Gruppe:
    """A group of rules: its modules, and the tests that are asked."""

    moduler: tuple[str, ...]
    prover: tuple[str, ...]


GRUPPER: Final = {
    navn: Gruppe(tuple(felt["moduler"]), tuple(felt["prover"]))
    for navn, felt in tomllib.loads((HER / "grupper.toml").read_text("utf-8")).items()
}
LIKEVERDIGE: Final[dict[str, str]] = {
    felt["mutant"]: felt["grunn"]
    for felt in tomllib.loads((HER / "likeverdige.toml").read_text("utf-8")).get("likeverdig", [])
}
"""Errors that change nothing anyone can see, each with why."""


def errors(gruppe: str) -> list[Mutant]:
    """Return all the errors of a group."""
    moduler = [importlib.import_module(navn) for navn in GRUPPER[gruppe].moduler]
    return [mutant for modul in moduler for mutant in mutants(modul.__name__, Path(str(modul.__file__)))]


def sample(gruppe: str, antall: int, fro: int) -> list[Mutant]:
    """Return ``antall`` errors of a group drawn with a seed, all where it is 0, in the order of the code."""
    alle = errors(gruppe)
    if not 0 < antall < len(alle):
        return alle
    valgt = random.Random(f"{gruppe}{fro}").sample(range(len(alle)), antall)
    return [alle[nummer] for nummer in sorted(valgt)]


def known(antall: int, fro: int) -> dict[str, list[tuple[Mutant, str]]]:
    """Return group → errors that the tree still has, at most ``antall``, each with the test that shall notice it.

    A group without a line in the file is left out.
    """
    with KJENTE.open(encoding="utf-8", newline="") as fil:
        linjer = list(csv.DictReader(fil, delimiter=";"))
    random.Random(fro).shuffle(linjer)
    svar: dict[str, list[tuple[Mutant, str]]] = {}
    for gruppe in sorted({en["gruppe"] for en in linjer}):
        finnes = {mutant.navn: mutant for mutant in errors(gruppe)}
        mine = [
            (finnes[en["mutant"]], en["prove"]) for en in linjer if en["gruppe"] == gruppe and en["mutant"] in finnes
        ]
        svar[gruppe] = mine[:antall]
    return svar
