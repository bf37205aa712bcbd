"""The canaries: one person for each error that is forced, whom nothing else in the county knows."""

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

from deployments.demo.nummer import must_be_synthetic
from schemas.fodselsnummer import control_digits

SLEKT: Final = "Fjærkanarius"
"""The family name of all: one needle that finds any."""


@dataclass(frozen=True)
class Kanari:
    """One canary, known by the number of its error."""

    nummer: int

    @property
    def fodselsnummer(self) -> str:
        """A synthetic number that no other canary has."""
        return _numbers(self.nummer)[self.nummer]

    @property
    def navn(self) -> str:
        """Name and family name; the name says which."""
        return f"Kanutta{self.nummer:04} {SLEKT}"

    @property
    def adresse(self) -> str:
        """A line of an address."""
        return f"{SLEKT}veien {self.nummer:04}B"

    @property
    def telefon(self) -> str:
        """A telephone number, with the country's."""
        return f"+4749{self.nummer:06}"

    @property
    def epost(self) -> str:
        """An e-mail address."""
        return f"kanutta{self.nummer:04}@fjaerkanarius.example"

    @property
    def verdier(self) -> tuple[str, ...]:
        """Everything that is known of it."""
        return (self.fodselsnummer, self.navn, self.adresse, self.telefon, self.epost)

    def __str__(self) -> str:
        """Return all in one line, as an error would have it."""
        return " ".join(self.verdier)


@cache
def _numbers(til: int) -> dict[int, str]:
    """Return as many synthetic numbers as are needed, the same each time."""
    rng, svar = Random(8), {}
    while len(svar) <= til:
        dato = f"{rng.randint(1, 28):02}{rng.randint(81, 92):02}{rng.randint(5, 10):02}"
        individ = rng.randint(500, 999)
        if (kontroll := control_digits(f"{dato}{individ:03}")) is None:
            continue
        svar[len(svar)] = must_be_synthetic(f"{dato}{individ:03}{kontroll}")
    return svar
