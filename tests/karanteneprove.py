"""The administrator at the quarantine: a load with bad rows, the workbook opened elsewhere and saved in the inbox."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

from schemas.karantenebok import NOKKEL, RAD
from schemas.kjoring import Kjoreresultat
from tasks.hjem import Hjem

KOMPLETT = "demo/post/2026-04-17/vigo_ikkesokere_2026-04-17.csv"
FIL = "vigo_ikkesokere.csv"
ARK = "vigo_ikkesokere"
TIDER = tuple(f"2026-04-{dag}T08:00" for dag in range(27, 31)) + tuple(f"2026-05-{dag:02}T08:00" for dag in range(1, 9))
Rad = dict[str, str]
Endringer = dict[int, dict[str, Any]]
"""Row number in the source file → heading → what is typed."""


def good_rows(fylke: Hjem, antall: int = 12, komplett: str = KOMPLETT) -> list[Rad]:
    """Rows of the complete delivery without those that are broken on purpose."""
    tekst = (fylke.mappe / komplett).read_bytes().decode("utf-8-sig")
    rader = list(csv.DictReader(io.StringIO(tekst), delimiter=";"))
    sett = [rad["Fodselsnummer"] for rad in rader]
    gode = [rad for rad in rader if rad["Etternavn"] and sett.count(rad["Fodselsnummer"]) == 1]
    gode = [rad for rad in gode if rad["Tilmeldingsgrunn"] == "OSON" and len(rad["Postnummer"]) == 4]
    return [rad for rad in gode if rad["Adressegradering"] == "ugradert" and rad["Adresselinje1"]][:antall]


def csv_of(rader: list[Rad]) -> bytes:
    """The rows as Vigo writes them."""
    ut = io.StringIO()
    skriver = csv.DictWriter(ut, rader[0].keys(), delimiter=";", lineterminator="\n")
    skriver.writeheader()
    skriver.writerows(rader)
    return ut.getvalue().encode()


def askew(rader: list[Rad]) -> bytes:
    """The rows as Vigo writes them, but the first has a field too many."""
    hode, forste, *resten = csv_of(rader).split(b"\n")
    return b"\n".join([hode, forste + b";x", *resten])


class Karanteneprove:
    """A county, its row 12, and what stands in its folder of workbooks."""

    def __init__(self, fylke: Hjem, kjor: Callable[..., Kjoreresultat]) -> None:
        self.fylke = fylke
        self.gode = good_rows(fylke)
        self._kjor = kjor
        self._tider = iter(TIDER)

    def run(self, rad: str = "12", **valg: Any) -> Kjoreresultat:
        """Run the row one day later than the last time."""
        svar = self._kjor(rad, next(self._tider), **valg)
        assert svar.inn == svar.lastet + svar.uendret + svar.karantene
        return svar

    def load(self, rader: list[Rad] | bytes, **valg: Any) -> Kjoreresultat:
        """Deliver the rows and run row 12."""
        self.fylke.innboks.mkdir(exist_ok=True)
        (self.fylke.innboks / FIL).write_bytes(rader if isinstance(rader, bytes) else csv_of(rader))
        return self.run(**valg)

    def books(self) -> list[str]:
        """The names of the workbooks laid out."""
        return sorted(sti.name for sti in (self.fylke.mappe / "karantene").glob("*"))

    def path(self, navn: str = "") -> Path:
        return self.fylke.mappe / "karantene" / (navn or self.books()[-1])

    def rows(self, navn: str = "", ark: str = ARK) -> list[dict[str, Any]]:
        """What the workbook shows, a row a dict."""
        linjer = openpyxl.load_workbook(self.path(navn))[ark].iter_rows(values_only=True)
        overskrifter = next(linjer)
        return [dict(zip(overskrifter, linje, strict=True)) for linje in linjer]

    def edit(self, endringer: Endringer, navn: str = "", ark: str = ARK) -> Any:
        """Open the workbook, type, and return it unsaved."""
        bok = openpyxl.load_workbook(self.path(navn))
        side = bok[ark]
        overskrifter = {celle.value: celle.column for celle in side[1]}
        for linje in range(2, side.max_row + 1):
            rad_nr = int(side.cell(linje, overskrifter[RAD]).value)
            for overskrift, verdi in endringer.get(rad_nr, {}).items():
                side.cell(linje, overskrifter[overskrift]).value = verdi
        return bok

    def give_back(self, endringer: Endringer, navn: str = "", som: str = "", ark: str = ARK) -> None:
        """Save the workbook, with what was typed, in the inbox."""
        self.fylke.innboks.mkdir(exist_ok=True)
        self.edit(endringer, navn, ark).save(self.fylke.innboks / (som or navn or self.books()[-1]))

    def ask(self, sql: str, *verdier: object) -> list[tuple[Any, ...]]:
        with self.fylke.register.transaction("prøve") as con:
            return con.execute(sql, list(verdier)).fetchall()

    def states(self) -> list[tuple[int, str]]:
        """Row number and state of every fault in quarantine."""
        return self.ask("SELECT rad_nr, tilstand FROM karantene ORDER BY sha256 = '', kjoring_id, rad_nr, tilstand")

    def facts(self) -> set[tuple[Any, ...]]:
        return set(self.ask("SELECT person_id, felt, verdi, gyldig_fra, kjoring_id FROM fakta"))


def key_column(side: Any) -> int:
    """The number of the column with the keys."""
    return next(celle.column for celle in side[1] if celle.value == NOKKEL)
