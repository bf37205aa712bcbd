"""A school, and the form it is sent to fill in: counts and its contact person, never a pupil."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

GJELDER: Final = "skole:"
"""What a task about a school begins with; the school's number follows."""
MEST_TEGN: Final = 200
"""As much as a text in the form may be."""


class Skole(NamedTuple):
    """A school as the county's list has it, with today's municipality number."""

    skolenummer: str
    organisasjonsnummer: str
    skole: str
    skoletype: str
    kommunenummer: str
    epost: str
    kontaktperson: str
    telefon: str
    region: str

    @property
    def gjelder(self) -> str:
        """What a task about the school is about."""
        return f"{GJELDER}{self.skolenummer}"


class Svarart(StrEnum):
    """What a cell of the form takes."""

    TALL = "tall"
    DATO = "dato"
    TEKST = "tekst"


@dataclass(frozen=True)
class Skjemafelt:
    """A question of the form. ``vises`` says whether the adviser is shown the answer, under the name ``kort``."""

    navn: str
    tekst: str
    art: Svarart
    kort: str
    pakrevd: bool = False


@dataclass(frozen=True)
class Skolemal:
    """What a kind of school is asked: the e-mail, the form's questions, and whether the form counts as contact."""

    emne: str
    tekst: str
    felter: tuple[Skjemafelt, ...]
    skjema_er_kontakt: bool


class Skjemaid(NamedTuple):
    """Which school's form of which row and year."""

    skolenummer: str
    rad: str
    aar: int


class Cellefeil(NamedTuple):
    """A cell of a returned form that cannot be used: where it is, and the message's code."""

    kode: str
    ark: str
    rad_nr: int
    kolonne: str


@dataclass(frozen=True)
class Lestskjema:
    """A form that came back: what its hidden sheet says, its good answers by question, and its faults."""

    id: Skjemaid
    kontroll: str
    svar: dict[str, str | int | date]
    feil: tuple[Cellefeil, ...] = ()
