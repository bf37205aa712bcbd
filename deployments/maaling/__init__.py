"""The project's speed promises, each measured side by side with what it is compared to, in one run."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Maaling:
    """One benchmark: ``forhold`` is our time divided by the other's, which must not be above ``grense``.

    ``deler`` are the numbers behind it, the unit at the end of each name. ``holdt`` tells whether what else was
    promised of them is so; ``merknad`` says in bokmål what is to be known of it.
    """

    navn: str
    forhold: float
    grense: float
    deler: dict[str, float]
    holdt: bool = True
    merknad: str = ""

    @property
    def holder(self) -> bool:
        """Whether the promise is kept."""
        return self.holdt and self.forhold <= self.grense


def against_sql(
    navn: str, grense: float, rader: int, sekunder: Sequence[tuple[float, float]], **andre: float
) -> Maaling:
    """Return the benchmark of rounds of (our seconds, SQL's seconds): the median of the rounds' ratios.

    ``andre`` are numbers to be told beside them.
    """
    vaare, sql = zip(*sekunder, strict=True)
    forhold = [egen / annen for egen, annen in sekunder]
    deler = {
        "rader_antall": float(rader),
        "runder_antall": float(len(sekunder)),
        "arshjul_sekunder": statistics.median(vaare),
        "sql_sekunder": statistics.median(sql),
        "forhold_minst": min(forhold),
        "forhold_mest": max(forhold),
    }
    return Maaling(navn, statistics.median(forhold), grense, deler | andre)
