"""Worklists: what someone has to do by when, the sheets it is shown on, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

NOKKEL: Final = "Nøkkel"
OM_ARKET: Final = "arshjul"
"""The workbook's own hidden sheet: whose it is, for which year, and when it was made."""


class Art(StrEnum):
    """What an answer column takes."""

    VALG = "valg"
    DATO = "dato"
    TEKST = "tekst"
    TALL = "tall"


@dataclass(frozen=True)
class Kolonne:
    """A column of a sheet. ``art`` None is information and cannot be written in; ``valg`` are what may be chosen."""

    navn: str
    overskrift: str
    bredde: int = 16
    art: Art | None = None
    valg: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ark:
    """A kind of sheet: ``navn`` in code, ``tittel`` as Excel shows it, what it is for, and its columns in order."""

    navn: str
    tittel: str
    forklaring: str
    kolonner: tuple[Kolonne, ...]

    @property
    def svarkolonner(self) -> tuple[Kolonne, ...]:
        """The columns that are filled in."""
        return tuple(kolonne for kolonne in self.kolonner if kolonne.art)


@dataclass(frozen=True)
class Gjoremaal:
    """A task that a rule asks for: about whom or what, why, whose it is, and by when.

    ``gjelder`` is a person id, ``skole:NUMMER`` or ``avdeling:NAVN``. ``frist`` None is the row's own deadline.
    """

    gjelder: str
    grunn_kode: str
    eier: str
    frist: date | None = None


@dataclass(frozen=True)
class Arbeidsrad:
    """A row of a sheet: the task's id, how urgent it is, its deadline, and the cells by column name.

    ``celler`` may hold an answer column too: what was written last time and could not be used. ``maa_rettes`` says why.
    """

    nokkel: str
    frist: date | None
    hast: str
    celler: Mapping[str, str]
    maa_rettes: str = ""


@dataclass(frozen=True)
class Arbeidsbok:
    """A person's worklist: hers (``mottaker``), as of a day; ``skjermede`` are only counted."""

    mottaker: str
    navn: str
    aar: int
    dato: date
    ark: tuple[tuple[Ark, tuple[Arbeidsrad, ...]], ...]
    skjermede: int = 0

    @property
    def antall(self) -> int:
        """How many rows there are on all the sheets."""
        return sum(len(rader) for _, rader in self.ark)


@dataclass(frozen=True)
class Lestrad:
    """A row that came back with something written in it.

    ``nokkel`` is blank where somebody has added the row. ``celler`` are the answer columns by name, trimmed, dates as
    ISO; ``feil`` the columns whose cells cannot be read, each with the message's code.
    """

    ark: str
    rad_nr: int
    nokkel: str
    celler: Mapping[str, str]
    feil: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Lestbok:
    """A worklist that came back: whose it was and of which year and day (blank, 0, None where that is gone).

    ``merknader`` are faults of whole sheets: (the sheet's title, the column's heading or blank, the message's code).
    """

    mottaker: str
    aar: int
    dato: date | None
    rader: tuple[Lestrad, ...] = ()
    merknader: tuple[tuple[str, str, str], ...] = field(default=())
