"""Which facts may be corrected, what a value of each must be, and how the register writes it.

A field is a column of a format about people, under the register's name for it, and is judged by that column's checks.
"""

from datetime import date
from functools import cache
from typing import NamedTuple

import pandas as pd
import pandera.pandas as pa

from schemas.innfiler import SKJEMAER
from schemas.kontroll import KODE_DUBLETT, KONTROLL, Kontrollgrunnlag, parse_date
from tasks import kodeverk
from tasks.adresse import GRADERING_MANGLER, UGRADERT
from tasks.formater import formats
from tasks.hjem import Hjem
from tasks.kilder import KILDER
from tasks.mottakere import living
from tasks.utledning import GRADERINGER, HJELPEKOLONNER, field_of
from tasks.vurdering import allowed_ids, code_lists

FORST = "otto_uttrekk"
"""Where several formats have a column, the register's own extract says what it must be."""
GRUPPEKOLONNE = "skoleaar"
"""Who is in a year's group follows from the deliveries, and is not corrected."""


class Felt(NamedTuple):
    """A field: which format and column say what it must be, and whether it is a date."""

    format: str
    kolonne: str
    er_dato: bool


@cache
def fields() -> dict[str, Felt]:
    """Return every field that may be corrected, by the register's name."""
    felt: dict[str, Felt] = {}
    for navn in (FORST, *KILDER):
        for kolonne in formats()[navn].kolonner:
            if kolonne.navn not in (*HJELPEKOLONNER, GRUPPEKOLONNE):
                felt.setdefault(field_of(kolonne.navn, KILDER[navn]), Felt(navn, kolonne.navn, kolonne.art == "dato"))
    return felt


class Feltkontroll:
    """Judges and writes values as on one day, for one home."""

    def __init__(self, hjem: Hjem, siste_dato: date, datoformat: str) -> None:
        """Take the home, the last day a date may name, and how dates are written in the file."""
        self._hjem = hjem
        self._siste_dato = siste_dato
        self._datoformat = datoformat
        self._kommuner = kodeverk.municipalities(hjem.innstillinger.fylke.fylkesnummer)
        self._kolonner: dict[tuple[str, date], dict[str, pa.Column]] = {}

    def fault(self, felt: str, verdi: str, dag: date) -> str:
        """Return the code of what is wrong with a value that shall hold from ``dag``, blank when nothing is."""
        for sjekk in self._column(fields()[felt], dag).checks:
            kontroll = sjekk.statistics[KONTROLL]
            if kontroll.kode != KODE_DUBLETT and not kontroll(pd.Series([verdi], dtype="str")):
                return str(kontroll.kode)
        return ""

    def written(self, felt: str, verdi: str) -> str:
        """Return a value as the register writes it: dates ISO, today's municipality, a missing grade as missing."""
        kolonne = fields()[felt]
        if kolonne.er_dato:
            dato = parse_date(verdi, self._datoformat)
            return dato.isoformat() if dato else verdi
        if kolonne.kolonne == "kommunenummer":
            return self._kommuner.get(verdi, verdi)
        return verdi or GRADERING_MANGLER if kolonne.kolonne in GRADERINGER else verdi

    def _column(self, felt: Felt, dag: date) -> pa.Column:
        if (felt.format, dag) not in self._kolonner:
            grunnlag = Kontrollgrunnlag(
                siste_dato=self._siste_dato,
                datoformat=self._datoformat,
                idtyper=allowed_ids(self._hjem.innstillinger.modus),
                fiktive=kodeverk.fictitious_digits(),
                rester=kodeverk.control_remainders(self._siste_dato),
                kodeverk=code_lists(self._hjem, felt.format, dag),
            )
            self._kolonner[felt.format, dag] = SKJEMAER[felt.format](grunnlag).columns
        return self._kolonner[felt.format, dag][felt.kolonne]


def opens(felt: str, gammel: str, ny: str, dag: date) -> bool:
    """Tell whether a change lets letters go where they did not: a grade to "ugradert", the dead to living."""
    kolonne = fields()[felt].kolonne
    if kolonne in GRADERINGER:
        return ny == UGRADERT != gammel
    return kolonne == "personstatus" and ny in living(dag) and gammel not in living(dag)
