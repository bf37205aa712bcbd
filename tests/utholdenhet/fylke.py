"""The county: one register, one process, a new cohort every year; last year's has left OTTO's follow-up."""

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest

from deployments import avspilling, demofylke
from deployments.demo import Demo, write_demo
from deployments.rader import built_rows, run_row
from schemas.arshjul import Rad, Raddatoer
from schemas.karantenebok import AVVIS
from schemas.kjoring import Kjorevalg
from tasks.arshjul import find_row, row_dates
from tasks.hjem import MILJOVARIABEL, Hjem, home
from tasks.klokke import OSLO
from tasks.register.nokkel import make_key_file
from tasks.sletting.gjennomforing import forget

FORSTE_AAR: Final = 2026
OPPBEVARING: Final = "\n[oppbevaring]\nperson_aar = 1\nbrevinnhold_aar = 1\n"
NYTTAARSAFTEN: Final = (12, 31)


@dataclass
class Fylke:
    """A county in ``mappe`` with so many new youth a year. ``rader`` are the rows that are played, all unless told.

    A row that goes on for a while runs on its first and its last day only: what it does between is the same again.
    """

    mappe: Path
    ungdom: int
    rader: Collection[int] = ()
    aar: int = FORSTE_AAR - 1
    slettes: bool = False
    slettet: int = 0
    holdt_igjen: dict[str, int] = field(default_factory=dict)
    ifjor: tuple[Any, ...] = ()

    @property
    def hjem(self) -> Hjem:
        """The home, read anew: its settings change every year."""
        return home(self.mappe)

    def play_year(self) -> None:
        """Play the next year: its settings and post arrive, OTTO's extract is loaded, and its rows run."""
        self.aar += 1
        demo = Demo(ungdom=self.ungdom, fro=self.aar, aar=self.aar)
        os.environ[MILJOVARIABEL] = str(self.mappe)
        self.mappe.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.mappe / "demo", ignore_errors=True)
        self.ifjor = write_demo(self.mappe, demo, self.ifjor)
        if self.aar == FORSTE_AAR:
            make_key_file(self.mappe)
        if self.slettes:
            with (self.mappe / "innstillinger.toml").open("a", encoding="utf-8") as fil:
                fil.write(OPPBEVARING)
        demofylke._load_start(self.hjem, demo)
        with pytest.MonkeyPatch.context() as lapp:
            lapp.setattr(avspilling, "row_dates", _first_and_last)
            lapp.setattr(avspilling, "built_rows", self._rows)
            avspilling.Avspilling(self.hjem, demo, plain=True).play()
        self._dismiss()
        self._date_files()
        if self.slettes:
            svar = forget(self.hjem, "Kari", _new_years_eve(self.aar))
            self.slettet += svar.ungdommer
            self.holdt_igjen = {hindring.value: antall for hindring, antall in svar.holdt_igjen.items()}

    def _dismiss(self) -> None:
        """Let the administrator say no to what is left at the end of the year.

        What is in quarantine, and its rows are run again; then the files in the inbox of rows that are not played.
        """
        hjem = self.hjem
        with hjem.register.transaction("utholdenhet") as con:
            apne = con.execute(
                "SELECT DISTINCT rad FROM karantene WHERE tilstand = 'åpen' AND aar = ? ORDER BY ALL", [self.aar]
            ).fetchall()
        for sti in sorted((hjem.mappe / "karantene").glob("*.xlsx")):
            bok = openpyxl.load_workbook(sti)
            for side in bok.worksheets:
                kolonne = next((celle.column for celle in side[1] if celle.value == AVVIS), None)
                for linje in range(2, side.max_row + 1) if kolonne else ():
                    side.cell(linje, kolonne).value = "Ikke rettet i år"
            bok.save(hjem.innboks / sti.name)
        for (rad,) in apne:
            valg = Kjorevalg(rad=rad, aar=self.aar, naa=_new_years_eve(self.aar) - timedelta(days=1))
            run_row(find_row(rad[:2]), valg, plain=True)
        for sti in hjem.innboks.iterdir():
            sti.unlink()

    def _rows(self) -> tuple[Rad, ...]:
        return tuple(rad for rad in built_rows() if not self.rader or rad.nr in self.rader)

    def _date_files(self) -> None:
        """Let the year's files be from the year: their age is what some of them are deleted by."""
        kjente = {_new_years_eve(aar).timestamp() for aar in range(FORSTE_AAR, self.aar)}
        i_aar = _new_years_eve(self.aar).timestamp()
        for sti in self.mappe.rglob("*"):
            if sti.is_file() and sti.stat().st_mtime not in kjente:
                os.utime(sti, (i_aar, i_aar))


def _new_years_eve(aar: int) -> datetime:
    return datetime(aar, *NYTTAARSAFTEN, 12, tzinfo=OSLO)


def _first_and_last(rad: Rad, aar: int, valg: Any = ()) -> Raddatoer:
    """Return the row's dates, with the first and the last of its run days in the year."""
    datoer = row_dates(rad, aar, valg)
    dager = [dag for dag in datoer.kjoredatoer if dag.year == aar]
    return replace(datoer, kjoredatoer=tuple(dict.fromkeys((dager[0], dager[-1]))))
