"""What Udir says in the training county: the same every time, and only ever of its synthetic youth.

February's first package is refused for one line, and the county corrects it. Every other package is approved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from deployments.demo.postgang import csv_bytes, day
from tasks.kalender import run_time, working_day_on_or_after
from tasks.udirkvittering import FORSTE_LINJE
from tasks.udirpakker import Udirpakke

AVVISES: Final = ("05-overforing-udir-februar", 1)
"""The row and version that is refused."""
KODE: Final = "U17"
MELDING: Final = "Tilmeldtdato er en annen enn den i Vigo"
RETTELSE: Final = "Udir har avvist linjen. Riktig dag står i søknaden om oppfølging."
EN_DAG: Final = timedelta(days=1)
TIDSFORMAT: Final = "%d.%m.%Y %H:%M"
Rad = dict[str, str]


@dataclass(frozen=True)
class Kvittering:
    """A receipt: the morning it can be fetched, its file and bytes."""

    tid: datetime
    fil: str
    innhold: bytes


def refused_line(pakke: Udirpakke) -> int:
    """Return the number of the line that Udir refuses, as Excel shows it; 0 where it refuses none.

    It is the first one of a youth who is enrolled still and whose address anyone may know.
    """
    if (pakke.rad, pakke.versjon) != AVVISES:
        return 0
    linjer = enumerate(pakke.lines().to_dict("records"), start=FORSTE_LINJE)
    return next((nr for nr, linje in linjer if linje["kommunenummer"] and not linje["avsluttet_dato"]), 0)


def receipts(pakke: Udirpakke, sendt: datetime) -> list[Kvittering]:
    """Return Udir's receipts: received the same day, read the next, and approved or refused the day after that."""
    linje = refused_line(pakke)
    sagt: Sequence[Rad] = (
        {"tilstand": "mottatt"},
        {"tilstand": "behandlet"},
        {"tilstand": "avvist", "linjenummer": str(linje), "kode": KODE, "melding": MELDING}
        if linje
        else {"tilstand": "godkjent"},
    )
    felles = {"overforing": pakke.navn, "sha256": pakke.sha256, "antall": str(pakke.antall)}
    svar, tid = [], sendt + timedelta(hours=1)
    for nummer, rad in enumerate(sagt, start=1):
        hentes = run_time(working_day_on_or_after(tid.date() + EN_DAG))
        innhold = csv_bytes("udir_kvittering", [felles | {"tid": tid.strftime(TIDSFORMAT)} | rad])
        fil = f"udir_kvittering_{pakke.navn}_{nummer}.csv"
        svar.append(Kvittering(hentes, fil, innhold))
        tid = hentes + timedelta(hours=1)
    return svar


def correction(pakke: Udirpakke, av: str, dag: date) -> bytes:
    """Return the county's correction of the refused line, as a file of corrections: enrolled the day before."""
    linje = pakke.lines().iloc[refused_line(pakke) - FORSTE_LINJE]
    gammel = date.fromisoformat(linje["tilmeldt_dato"])
    rad = {
        "person": linje["fodselsnummer"],
        "felt": "tilmeldt_dato",
        "gyldig_fra": day(pakke.telledato),
        "gammel_verdi": day(gammel),
        "ny_verdi": day(gammel - EN_DAG),
        "arsakskode": "skrivefeil",
        "begrunnelse": RETTELSE,
        "av": av,
        "dato": day(dag),
    }
    return csv_bytes("rettelser", [rad])
