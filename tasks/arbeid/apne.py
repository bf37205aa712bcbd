"""The open tasks that stand on worklists, whose they are, and who has them today."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from schemas.arbeid import Gjoremaal
from tasks import kodeverk
from tasks.arbeid import klokker
from tasks.arbeid.fordeling import is_count
from tasks.arshjul import RADFRIST
from tasks.hjem import Hjem
from tasks.kjoring import Kjoring
from tasks.klokke import local_date
from tasks.oppgaver import ANSVARLIG, APEN
from tasks.skjermede import hidden

ARBEID: Final = ("regler/gjoremaal", "regler/plikter")


class Apen(NamedTuple):
    """An open task that stands on a worklist."""

    oppgave_id: str
    rad: str
    aar: int
    gjelder: str
    grunn_kode: str
    eier: str
    frist: date | None
    kjoring_id: str


def kinds(dato: date) -> dict[str, kodeverk.Kode]:
    """Return every kind of task that stands on a worklist: code → its row."""
    return {rad["kode"]: rad for navn in ARBEID for rad in kodeverk.valid_on(navn, dato)}


def open_tasks(kjoring: Kjoring) -> list[Apen]:
    """Return the open tasks of the kinds that stand on worklists, of every row.

    Those about the protected are left out, and those that only say how many they are.
    """
    rader = kjoring.con.execute(
        "SELECT oppgave_id, rad, aar, gjelder, grunn_kode, raadgiver, frist, kjoring_id FROM oppgave"
        " WHERE tilstand = ? AND list_contains(?, grunn_kode) ORDER BY oppgave_id",
        [APEN, sorted(kinds(kjoring.siste_dag))],
    ).fetchall()
    skjult = hidden(kjoring.con, kjoring.siste_dag)
    return [apen for rad in rader if not is_count(rad[3]) and (apen := Apen(*rad)).gjelder not in skjult]


def urgency_of(apen: Apen, kjoring: Kjoring) -> str:
    """Return how urgent a task is today: ``over frist``, ``snart`` or blank."""
    if apen.frist is None:
        return ""
    i_dag = local_date(kjoring.naa)
    klokke = kinds(kjoring.siste_dag)[apen.grunn_kode]["klokke"] or RADFRIST
    return klokker.urgency(apen.frist, i_dag, klokker.warn_days(klokke, i_dag))


def names(hjem: Hjem) -> dict[str, str]:
    """Return the name of everyone who can have a list: those employed, and the OTTO-ansvarlig for what nobody owns."""
    return {ansatt.id: ansatt.navn for ansatt in hjem.innstillinger.ansatte} | {ANSVARLIG: ANSVARLIG}


def receiver(hjem: Hjem, eier: str, dato: date) -> str:
    """Return who has someone's list on a day: she herself, or her stand-in while she is away.

    Where a stand-in is away too, it is hers; where that leads back, nobody's stands in.
    """
    sett = [eier]
    while True:
        borte = [
            fravaer.stedfortreder
            for raadgiver in hjem.innstillinger.radgivere
            if raadgiver.id == sett[-1]
            for fravaer in raadgiver.fravaer
            if fravaer.fra <= dato <= fravaer.til
        ]
        if not borte:
            return sett[-1]
        if borte[0] in sett:
            return eier
        sett.append(borte[0])


def leader_of(hjem: Hjem, kommuner: Sequence[str]) -> str:
    """Return the id of the professional leader who has any of the municipalities, else the OTTO-ansvarlig."""
    for leder in hjem.innstillinger.fagledere:
        if set(kommuner) & set(leder.kommuner):
            return leder.id
    return ANSVARLIG


def leader_of_adviser(hjem: Hjem, eier: str) -> str:
    """Return the professional leader of an adviser, else the OTTO-ansvarlig."""
    kommuner = next((rad.kommuner for rad in hjem.innstillinger.radgivere if rad.id == eier), ())
    return leader_of(hjem, kommuner)


def as_work(gjelder: str, grunn_kode: str, eier: str, frist: date | None = None) -> Gjoremaal:
    """Return a task that is asked for; one that nobody owns is the OTTO-ansvarlig's."""
    return Gjoremaal(gjelder, grunn_kode, eier or ANSVARLIG, frist)
