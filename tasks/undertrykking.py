"""Small numbers are hidden in what leaves the county, and so much more that no hidden one can be worked out.

First every number from one up to the county's limit is hidden (``regler/smaatall``). Then numbers are hidden until
nothing shown gives a hidden one away: neither a total less its other parts, nor all the tables held together. Zero is
shown where the rule says so: it is about nobody. What is shown is never changed.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from tasks import kodeverk

Nokkel = TypeVar("Nokkel", bound=Hashable)
SKJULT: Final = ":"
"""Stands where a number is hidden; whoever shows it says so beside the table."""
PROVER: Final = 12
FRO: Final = 1
HALV: Final = 0.5
MINST_TO: Final = 2


@dataclass(frozen=True)
class Smaatall:
    """The county's rule: numbers below ``grense`` are small, zero too unless it is shown."""

    grense: int
    null_vises: bool

    def is_small(self, antall: int) -> bool:
        """Tell whether a number of youth must not be shown."""
        return antall < self.grense and not (antall == 0 and self.null_vises)

    @property
    def minst(self) -> int:
        """What a hidden number is at least, as everyone who reads the rule knows."""
        return 1 if self.null_vises else 0


@dataclass(frozen=True)
class Ligning(Generic[Nokkel]):
    """A number that is the sum of others."""

    sum_: Nokkel
    deler: tuple[Nokkel, ...]

    @property
    def ledd(self) -> tuple[Nokkel, ...]:
        """Every number in it."""
        return (self.sum_, *self.deler)


def limits(dato: date) -> Smaatall:
    """Return the rule in force on the day."""
    regel = kodeverk.rule("smaatall", dato)
    return Smaatall(int(regel["grense"]), regel["null_vises"] == "ja")


def suppress(
    tall: Mapping[Nokkel, int],
    ligninger: Sequence[Ligning[Nokkel]],
    regel: Smaatall,
    savn: Callable[[Nokkel], int] = lambda _: 0,
) -> frozenset[Nokkel]:
    """Return which numbers must be hidden; of those that would do, first the ones least missed (``savn``).

    The same numbers in the same order give the same answer.
    """
    bord = _Bord(tall, ligninger, regel, savn, {nokkel for nokkel, antall in tall.items() if regel.is_small(antall)})
    while True:
        bord.close_sums()
        avslort = revealed(tall, ligninger, regel, bord.skjult)
        if not avslort:
            return frozenset(bord.skjult)
        bord.hide_one_more(avslort)


@dataclass
class _Bord(Generic[Nokkel]):
    """The numbers on the table while it is decided which to hide."""

    tall: Mapping[Nokkel, int]
    ligninger: Sequence[Ligning[Nokkel]]
    regel: Smaatall
    savn: Callable[[Nokkel], int]
    skjult: set[Nokkel]

    def close_sums(self) -> None:
        """Hide more until no sum by itself gives a hidden number away."""
        while apne := [ligning for ligning in self.ligninger if self._is_open(ligning)]:
            self.skjult.add(self._least_missed(apne[:1], apne))

    def hide_one_more(self, avslort: set[Nokkel]) -> None:
        """Hide one more number beside those that all the sums together give away, or else any."""
        rom = [ligning for ligning in self.ligninger if any(map(self._can_hide, ligning.ledd))]
        naere = [ligning for ligning in rom if avslort & set(ligning.ledd)]
        self.skjult.add(self._least_missed(naere or rom, naere))

    def _is_open(self, ligning: Ligning[Nokkel]) -> bool:
        """Tell whether a sum gives its hidden numbers away.

        What is left when the parts shown are taken from the total is a number too: it must be that of two or more, and
        not small itself.
        """
        mine = [ledd for ledd in ligning.ledd if ledd in self.skjult]
        if len(mine) < MINST_TO:
            return bool(mine)
        rest = sum(self.tall[ledd] for ledd in mine)
        return rest < self.regel.grense and ligning.sum_ not in self.skjult

    def _can_hide(self, nokkel: Nokkel) -> bool:
        """Tell whether hiding it would help; where zero is shown a hidden zero would be known for what it is not."""
        return nokkel not in self.skjult and self.tall[nokkel] >= self.regel.minst

    def _least_missed(self, blant: Iterable[Ligning[Nokkel]], hjelper: Sequence[Ligning[Nokkel]]) -> Nokkel:
        """Return what to hide: the least missed, a part before a total, where it helps most sums, the smallest."""
        kandidater = {
            ledd: (
                self.savn(ledd), ledd == ligning.sum_, -sum(ledd in annen.ledd for annen in hjelper), self.tall[ledd]
            )
            for ligning in blant
            for ledd in ligning.ledd
            if self._can_hide(ledd)
        }  # fmt: skip
        return min(kandidater, key=kandidater.__getitem__)


def revealed(
    tall: Mapping[Nokkel, int], ligninger: Sequence[Ligning[Nokkel]], regel: Smaatall, skjult: set[Nokkel]
) -> set[Nokkel]:
    """Return the hidden numbers that can be only what they are, by everything shown held together.

    One who reads knows the sums, and that a hidden number is whole and not less than the rule's least.
    """
    ukjente = [nokkel for nokkel in tall if nokkel in skjult]
    matrise = _matrix([ligning for ligning in ligninger if skjult & set(ligning.ledd)], ukjente)
    sanne = np.array([tall[nokkel] for nokkel in ukjente], dtype=float)
    fast = _fixed(matrise, sanne, regel)
    return {nokkel for nokkel, er_fast in zip(ukjente, fast, strict=True) if er_fast}


def fill(
    vist: Mapping[Nokkel, int | None], ligninger: Sequence[Ligning[Nokkel]], regel: Smaatall
) -> dict[Nokkel, int] | None:
    """Return numbers that may stand where None does, so that every sum is right; None where there are no such."""
    ukjente = [nokkel for nokkel, antall in vist.items() if antall is None]
    hoyre = np.array([_sum_shown(ligning, vist) for ligning in ligninger], dtype=float)
    matrise = _matrix(ligninger, ukjente)
    tomme = ~matrise.any(axis=1)
    funnet: NDArray[np.float64] | None = np.zeros(0)
    if ukjente:
        uten_tak = np.full(len(ukjente), np.inf)
        funnet = _solve(matrise[~tomme], hoyre[~tomme], np.zeros(len(ukjente)), (regel.minst, uten_tak))
    if hoyre[tomme].any() or funnet is None:
        return None
    fylt = dict(zip(ukjente, funnet.round().astype(int).tolist(), strict=True))
    return {nokkel: fylt[nokkel] if antall is None else antall for nokkel, antall in vist.items()}


def _sum_shown(ligning: Ligning[Nokkel], vist: Mapping[Nokkel, int | None]) -> int:
    """Return what the hidden terms of a sum must come to: the total, if shown, less the parts that are."""
    return (vist[ligning.sum_] or 0) - sum(vist[del_] or 0 for del_ in ligning.deler)


def _matrix(ligninger: Sequence[Ligning[Nokkel]], ukjente: Sequence[Nokkel]) -> NDArray[np.float64]:
    """Return a row per sum, a column per unknown: 1 where it is a part, −1 where it is the total."""
    plass = {nokkel: nr for nr, nokkel in enumerate(ukjente)}
    matrise = np.zeros((len(ligninger), len(ukjente)))
    for nr, ligning in enumerate(ligninger):
        for fortegn, ledd in ((-1, ligning.sum_), *((1, del_) for del_ in ligning.deler)):
            if ledd in plass:
                matrise[nr, plass[ledd]] += fortegn
    return matrise


def _fixed(matrise: NDArray[np.float64], sanne: NDArray[np.float64], regel: Smaatall) -> NDArray[np.bool_]:
    """Return which unknowns have one value only, in whole numbers.

    A few other ways to fill the table show most of them to be free; each of the rest is asked for by itself.
    """
    fast = np.ones(len(sanne), dtype=bool)
    tilfeldig = np.random.default_rng(FRO)
    for _ in range(PROVER):
        if not fast.any():
            break
        vekter = np.where(fast, tilfeldig.choice([-1.0, 1.0], len(sanne)), 0.0)
        fast &= abs(_another(matrise, sanne, vekter, regel) - sanne) < HALV
    for nr in np.flatnonzero(fast):
        for retning in (-1.0, 1.0):
            if fast[nr]:
                vekter = np.zeros(len(sanne))
                vekter[nr] = retning
                fast &= abs(_another(matrise, sanne, vekter, regel) - sanne) < HALV
    return fast


def _another(
    matrise: NDArray[np.float64], sanne: NDArray[np.float64], vekter: NDArray[np.float64], regel: Smaatall
) -> NDArray[np.float64]:
    """Return whole numbers that agree with everything shown and have the least weight, near the true ones."""
    funnet = _solve(matrise, matrise @ sanne, vekter, (regel.minst, sanne + regel.grense))
    return sanne if funnet is None else funnet


def _solve(
    matrise: NDArray[np.float64],
    hoyre: NDArray[np.float64],
    vekter: NDArray[np.float64],
    grenser: tuple[int, NDArray[np.float64]],
) -> NDArray[np.float64] | None:
    """Return whole numbers within the bounds that make every sum right and have the least weight; None without any."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]  # noqa: PLC0415 slow

    svar = milp(
        vekter,
        integrality=np.ones(len(vekter)),
        bounds=Bounds(*grenser),
        constraints=[LinearConstraint(matrise, hoyre, hoyre)] if len(matrise) else [],
    )
    return None if svar.x is None else np.asarray(svar.x)
