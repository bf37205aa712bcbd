"""How the standing duties stand, in counts, and how long youth wait for the first contact. Nobody is named."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Final

from schemas.kjoring import Tabell
from tasks import bestand
from tasks.arbeid import plikter
from tasks.arbeid.klokker import OVER_FRIST, urgency
from tasks.kjoring import Kjoring
from tasks.overforing import school_year_start

TITTEL: Final = "Plikter"
HODER: Final = ("Plikt", "Gjelder", "Gjort", "Mangler", "Av dem over fristen", "Ikke aktuelt")
TITTEL_KONTAKT: Final = "Fra tilmelding til første kontakt"
HODER_KONTAKT: Final = ("Hva", "Antall")
VENTERADER: Final = ("Kontaktet", "Venter fortsatt", "Dager, median", "Dager, 90 av 100", "Dager, lengst")
VENTET: Final = """
    SELECT count(ventet), count(*) - count(ventet), quantile_cont(ventet, 0.5), quantile_cont(ventet, 0.9), max(ventet)
    FROM (
        SELECT date_diff('day', try_cast(tilmeldt_dato AS DATE), forste_kontakt) AS ventet FROM bestand
        WHERE tilmeldt_dato BETWEEN strftime($fra::DATE, '%Y-%m-%d') AND strftime($dato::DATE, '%Y-%m-%d')
    )
"""


def measures(alle: Iterable[plikter.Plikt], dato: date) -> Tabell:
    """Return a row for each duty in force: how many it concerns, done, lacking, past its deadline, and not relevant.

    Those it concerns are those done, lacking and not relevant together.
    """
    antall: Counter[tuple[str, str]] = Counter()
    for plikt in alle:
        antall[plikt.kode, "gjelder"] += 1
        antall[plikt.kode, _state(plikt)] += 1
        antall[plikt.kode, "over"] += plikt.mangler and urgency(plikt.frist, dato, 0) == OVER_FRIST
    kolonner = ("gjelder", "gjort", "mangler", "over", "ikke aktuelt")
    rader: list[tuple[str | int, ...]] = [
        (hva, *(antall[kode, kolonne] for kolonne in kolonner)) for kode, hva in plikter.titles(dato).items()
    ]
    return Tabell(tittel=TITTEL, hoder=HODER, rader=rader)


def waiting(kjoring: Kjoring) -> Tabell:
    """Return how long those enrolled this school year have waited for their first contact, in days, and the tail.

    The same youth and the same way of counting as in the key figures. Makes the temporary table ``bestand``.
    """
    dato = kjoring.per_dato
    bestand.stage(kjoring.con, dato)
    svar = kjoring.con.execute(VENTET, {"fra": school_year_start(dato), "dato": dato}).fetchone() or ()
    rader: list[tuple[str | int, ...]] = [(hva, _shown(verdi)) for hva, verdi in zip(VENTERADER, svar, strict=True)]
    return Tabell(tittel=TITTEL_KONTAKT, hoder=HODER_KONTAKT, rader=rader)


def _state(plikt: plikter.Plikt) -> str:
    if not plikt.aktuell:
        return "ikke aktuelt"
    return "gjort" if plikt.gjort else "mangler"


def _shown(verdi: float | None) -> str | int:
    """Return a number as it is shown: with a decimal comma where it is not whole, a dash where there is none."""
    if verdi is None:
        return "–"
    return int(verdi) if float(verdi).is_integer() else f"{verdi:.1f}".replace(".", ",")
