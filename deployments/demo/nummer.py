"""The only place in the project where identity numbers are made. None of them can belong to a person."""

import random
from datetime import date
from typing import Final

from schemas.fodselsnummer import D_TILLEGG, SYNTETISKE_TILLEGG, control_digits
from tasks.feil import ProgramFeil

MAANEDSTILLEGG: Final = max(SYNTETISKE_TILLEGG)
FIKTIVT_INDIVIDNUMMER: Final = "000"
INDIVIDNUMRE: Final = {False: (1, 499), True: (500, 999)}
"""Individual digits used for those born before and from 2000; 000 is left to the fictitious numbers."""


class Nummerlager:
    """Hands out numbers, each once."""

    def __init__(self) -> None:
        """Start with none given out."""
        self._brukt: set[str] = set()

    def new(self, rng: random.Random, fodt: date, *, kvinne: bool, slag: str = "vanlig") -> str:
        """Return an unused number for a birth date; ``slag`` is ``vanlig``, ``d_nummer`` or ``fiktivt``."""
        while (nummer := _number(rng, fodt, kvinne=kvinne, slag=slag)) is None or nummer in self._brukt:
            continue
        self._brukt.add(nummer)
        return nummer


def _number(rng: random.Random, fodt: date, *, kvinne: bool, slag: str) -> str | None:
    """Return a number of the given kind, or None where the drawn digits fit neither gender nor control digits."""
    dag = fodt.day + (D_TILLEGG if slag == "d_nummer" else 0)
    dato = f"{dag:02}{fodt.month + MAANEDSTILLEGG:02}{fodt:%y}"
    if slag == "fiktivt":
        return must_be_synthetic(f"{dato}{FIKTIVT_INDIVIDNUMMER}{rng.randrange(100):02}")
    individ = rng.randint(*INDIVIDNUMRE[fodt.year >= 2000])  # noqa: PLR2004  the century rule
    kontroll = control_digits(f"{dato}{individ:03}")
    if individ % 2 == kvinne or kontroll is None:
        return None
    return must_be_synthetic(f"{dato}{individ:03}{kontroll}")


def must_be_synthetic(nummer: str) -> str:
    """Return the number, or raise ProgramFeil (without it) when its month could be a person's."""
    if not MAANEDSTILLEGG < int(nummer[2:4]) <= MAANEDSTILLEGG + 12:
        raise ProgramFeil("The training county made a number without the synthetic month.")
    return nummer
