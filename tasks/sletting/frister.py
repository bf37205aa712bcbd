"""How long things are kept: the rules in force, and the county's own choice where it has made one."""

from collections.abc import Mapping
from datetime import date, timedelta

from schemas.innstillinger import Oppbevaring
from tasks import kodeverk

REGEL = "regler/oppbevaring"
AAR, DAGER = "aar", "dager"


def cutoffs(oppbevaring: Oppbevaring, dato: date) -> dict[str, date | None]:
    """Return each rule's code → the day before which things of its kind go on ``dato``; None where it has no limit.

    Days are counted from the thing's own day, years from the end of its year.
    """
    valgt = oppbevaring.model_dump()
    svar = {}
    for rad in kodeverk.valid_on(REGEL, dato):
        antall = valgt[f"{rad['kode']}_{rad['enhet']}"] or int(rad["antall"] or 0)
        svar[rad["kode"]] = _before(antall, rad["enhet"], dato) if antall else None
    return svar


def _before(antall: int, enhet: str, dato: date) -> date:
    return date(dato.year - antall, 1, 1) if enhet == AAR else dato - timedelta(days=antall)


def meanings(dato: date) -> Mapping[str, str]:
    """Return each rule's code → what it is about."""
    return {rad["kode"]: rad["betydning"] for rad in kodeverk.valid_on(REGEL, dato)}
