"""What a planned run does when it comes late: each row's own rule, from ``data/arshjul.csv``, held against the time.

One rule for everyone who asks: the run itself, how the row stands on the wheel's page, and the e-mails. It concerns
only what the calendar starts; a person who runs a row has decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import duckdb

from schemas.arshjul import Forsinkelse, Rad, Raddatoer
from schemas.verdier import Forslagstilstand
from tasks.kalender import run_time
from tasks.klokke import local_date

FRIST_FOR_KJORING: Final = timedelta(hours=4)
"""How long after its planned moment a run is late."""
TELLEDATO: Final = " Tallene gjelder telledatoen, svaret sier at den er sen, og den må godkjennes som ellers."
TEKST: Final[Mapping[Forsinkelse, str]] = {
    Forsinkelse.STRAKS: "Kjøres med en gang, hvor sent det enn er.",
    Forsinkelse.STRAKS_TIL: "Kjøres med en gang til og med {uker} etter vinduet. Senere foreslår den ingenting, og "
    "ber deg bestemme.",
    Forsinkelse.BARE_SISTE: "Er det flere, kjøres bare den siste. Er det mer enn {rytme} siden den siste i sesongen, "
    "hoppes den over.",
    Forsinkelse.FOR_RADEN: "Kjøres med en gang hvis rad {rad} ikke er kjørt. Ellers hoppes den over.",
    Forsinkelse.ETTER_SENDT: "Kjøres med en gang til og med {uker} etter vinduet, hvis brevene fra rad {etter} er "
    "sendt. Ellers foreslår den ingenting, og ber deg bestemme.",
}
APNE: Final = (Forslagstilstand.VENTER, Forslagstilstand.GODKJENT, Forslagstilstand.IVERKSETTES)


class Hva(StrEnum):
    """What becomes of a run that comes late."""

    KJOR = "kjør"
    SPOR = "spør"  # it does nothing, and a person decides
    HOPP = "hopp over"  # it does nothing, and nobody need


@dataclass(frozen=True)
class Dom:
    """What becomes of a late run, and why where it is not run: whole sentences that name nobody."""

    hva: Hva
    planlagt: date
    grunn: str = ""


@dataclass(frozen=True)
class Kjent:
    """What the rule must know of the other rows, as row and year: those that have been run, and whose post is sent."""

    kjort: frozenset[tuple[str, int]] = frozenset()
    sendt: frozenset[tuple[str, int]] = frozenset()


def is_late(planlagt: datetime, naa: datetime) -> bool:
    """Tell whether a run planned for that moment is late."""
    return planlagt + FRIST_FOR_KJORING <= naa


def known(con: duckdb.DuckDBPyConnection) -> Kjent:
    """Return what the register knows. A row's post is sent when a proposal is carried out and none of it is open."""
    sendt = con.execute(
        "SELECT rad, aar FROM forslag_naa GROUP BY rad, aar"
        " HAVING bool_or(tilstand = $sendt) AND NOT bool_or(list_contains($apne, tilstand))",
        {"sendt": Forslagstilstand.IVERKSATT, "apne": list(APNE)},
    ).fetchall()
    return Kjent(
        frozenset(con.execute("SELECT DISTINCT rad, aar FROM kjoring").fetchall()),
        frozenset(sendt),
    )


def judge(d: Raddatoer, planlagt: date, kjent: Kjent, naa: datetime) -> Dom:
    """Say what becomes of the row's run that was planned for a day, when it comes late at ``naa``."""
    forfalte = [dag for dag in d.kjoredatoer if run_time(dag) <= naa]
    if planlagt not in forfalte:
        return Dom(Hva.HOPP, planlagt, "raden skal ikke lenger kjøres den dagen.")
    if planlagt < forfalte[-1]:
        return Dom(Hva.HOPP, planlagt, f"en nyere kjøring er planlagt {forfalte[-1]:%d.%m.%Y}, og den gjelder.")
    return by_rule(d, planlagt, kjent, local_date(naa))


def by_rule(d: Raddatoer, planlagt: date, kjent: Kjent, i_dag: date) -> Dom:
    """Hold the newest run that has fallen due against its row's rule."""
    rad = d.rad
    match rad.forsinket:
        case Forsinkelse.FOR_RADEN if (rad.forsinket_rad, d.aar) in kjent.kjort:
            return Dom(Hva.HOPP, planlagt, f"rad {_number(rad.forsinket_rad)}, som den forbereder, er alt kjørt.")
        case Forsinkelse.BARE_SISTE if planlagt == d.kjoredatoer[-1] and i_dag > _weeks_after(planlagt, rad.rytme_uker):
            return Dom(Hva.HOPP, planlagt, "sesongen for raden er over.")
        case Forsinkelse.ETTER_SENDT if (rad.etter, d.aar) not in kjent.sendt:
            return Dom(Hva.SPOR, planlagt, f"brevene fra rad {_number(rad.etter)} er ikke sendt.")
        case Forsinkelse.STRAKS_TIL | Forsinkelse.ETTER_SENDT:
            siste = _weeks_after(d.til, rad.forsinket_uker)
            if i_dag > siste:
                return Dom(Hva.SPOR, planlagt, f"den går av seg selv bare til og med {siste:%d.%m.%Y}.")
    return Dom(Hva.KJOR, planlagt)


def rule_text(rad: Rad) -> str:
    """Return the row's rule in words that a caseworker reads."""
    tekst = TEKST[rad.forsinket].format(
        uker=_weeks(rad.forsinket_uker), rytme=_weeks(rad.rytme_uker), rad=_number(rad.forsinket_rad),
        etter=_number(rad.etter),
    )  # fmt: skip
    return tekst + (TELLEDATO if rad.forsinket is Forsinkelse.STRAKS and rad.telledag else "")


def _weeks_after(dag: date, uker: int | None) -> date:
    return dag + timedelta(weeks=uker or 0)


def _weeks(antall: int | None) -> str:
    return "1 uke" if antall == 1 else f"{antall or 0} uker"


def _number(rad: str | None) -> str:
    return (rad or "").partition("-")[0]
