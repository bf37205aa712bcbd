"""The home: where a county's settings, register and files lie. Found from ``ARSHJUL_HOME``, else ``var/``."""

import json
import os
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from schemas.arshjul import Radvalg
from schemas.innstillinger import Innstillinger
from schemas.verdier import Modus
from tasks.feil import BrukerFeil
from tasks.filer import ROT
from tasks.formater import wrong_headings
from tasks.register.nokkel import find_key
from tasks.register.tilkobling import Register

MILJOVARIABEL = "ARSHJUL_HOME"
INNSTILLINGER = "innstillinger.toml"
OVINGSTJENESTER = "motparter/tjenester.json"
"""The practice services while they run: sections of the settings that hold in mode ``øve`` only."""


@dataclass(frozen=True)
class Hjem:
    """A county's home folder."""

    mappe: Path

    @cached_property
    def innstillinger(self) -> Innstillinger:
        """The county's settings; BrukerFeil ÅH-1101 (missing), ÅH-1102 (names the field, never its value)."""
        sti = self.mappe / INNSTILLINGER
        if not sti.is_file():
            raise BrukerFeil("ÅH-1101", fil=sti.name)
        try:
            lest = Innstillinger.model_validate(self._practice(tomllib.loads(sti.read_text(encoding="utf-8"))))
            if not (gale := wrong_headings(lest.overskrifter)):
                return lest
            felt = ", ".join(gale)
        except ValidationError as feil:
            felt = ", ".join(_place(enkelt["loc"], enkelt["msg"]) for enkelt in feil.errors())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as feil:
            felt = f"filen er ikke gyldig TOML ({type(feil).__name__})"
        raise BrukerFeil("ÅH-1102", fil=sti.name, felt=felt)

    def _practice(self, lest: dict[str, Any]) -> dict[str, Any]:
        """Return the settings with the practice services laid over them, where they run."""
        sti = self.mappe / OVINGSTJENESTER
        if lest.get("modus", Modus.OVE) != Modus.OVE or not sti.is_file():
            return lest
        tjenester: dict[str, Any] = json.loads(sti.read_text(encoding="utf-8"))
        return lest | tjenester

    @cached_property
    def register(self) -> Register:
        """The county's register; BrukerFeil ÅH-1301 where its key is missing."""
        return Register(self.mappe / "register.duckdb", find_key(self.mappe))

    @property
    def radvalg(self) -> tuple[Radvalg, ...]:
        """The administrator's choices for rows, as the calendar takes them."""
        return self.innstillinger.radvalg

    @property
    def innboks(self) -> Path:
        """Files to be read."""
        return self.mappe / "innboks"

    @property
    def utboks(self) -> Path:
        """Files handed over."""
        return self.mappe / "utboks"


def _place(sted: tuple[int | str, ...], melding: str) -> str:
    """Return which field is wrong, or what is wrong between fields; never a value."""
    return ".".join(str(ledd) for ledd in sted) or melding.removeprefix("Value error, ")


def home(mappe: Path | None = None) -> Hjem:
    """Return the home in ``mappe``, else in ``ARSHJUL_HOME``, else ``var/`` beside the program."""
    valgt = mappe or Path(os.environ.get(MILJOVARIABEL) or ROT / "var")
    return Hjem(valgt.resolve())
