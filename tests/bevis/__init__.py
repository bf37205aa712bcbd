"""The proofs: what Årshjul claims, each shown by one command, with its figures in ``docs/bevis.md``.

A proof is a module here with ``prov(*, kort: bool) -> Funn``, and its claim in ``paastander.toml``. ``./arshjul prove
NAVN`` runs it whole and writes down what it found; ``--short`` runs the small form, which the tests run too, and writes
nothing.
"""

import importlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True)
class Tabell:
    """A table of what was seen, in bokmål; of rows, codes and counts, never of a person."""

    tittel: str
    kolonner: tuple[str, ...]
    rader: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Funn:
    """What a proof found. ``tall`` is what was counted or measured, in words → value; timings only as ratios.

    ``brudd`` says in a sentence each what did not hold; a proof holds when it is empty. ``merknader`` says what a
    reader must know to believe the figures: what stood in for what, and what was not tried.
    """

    tall: dict[str, object]
    tabeller: tuple[Tabell, ...] = ()
    brudd: tuple[str, ...] = ()
    merknader: tuple[str, ...] = ()

    @property
    def holder(self) -> bool:
        """Whether all that is claimed was seen to be so."""
        return not self.brudd


@dataclass(frozen=True)
class Paastand:
    """One claim: its heading and what is claimed, in bokmål, in whole sentences."""

    tittel: str
    tekst: str


BEVIS: Final = {
    navn: Paastand(**innhold)
    for navn, innhold in tomllib.loads(Path(__file__).with_name("paastander.toml").read_text("utf-8")).items()
}
"""Proof → what it claims, in the order of the page."""


def prove(navn: str, *, kort: bool) -> Funn:
    """Run one proof, whole or in its short form."""
    modul: Any = importlib.import_module(f"tests.bevis.{navn}")
    funn: Funn = modul.prov(kort=kort)
    return funn
