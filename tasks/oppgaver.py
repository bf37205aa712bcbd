"""Tasks for people: opened with a reason and an owner when a rule stops something, closed when it no longer does.

Where a reason is about protected people or the dead, nobody is named: one task with a count goes to the
OTTO-ansvarlig.
"""

from collections import Counter
from typing import NamedTuple

from schemas.utsending import Utelatt
from tasks import kodeverk
from tasks.kjoring import Kjoring

ANSVARLIG = "OTTO-ansvarlig"
APEN = "åpen"
LUKKET = "lukket"


class Oppgave(NamedTuple):
    """What a task is about (a person id, or a count), why, and whose it is."""

    gjelder: str
    grunn_kode: str
    raadgiver: str


def assign(kjoring: Kjoring, utelatte: list[Utelatt]) -> None:
    """Make the row's open tasks exactly those that today's refusals give; count the new ones."""
    grunner = {rad["kode"]: rad for rad in kodeverk.valid_on("kodeverk/utelatt", kjoring.per_dato)}
    samlede = Counter(u.grunn_kode for u in utelatte if grunner[u.grunn_kode]["samlet"] == "ja")
    onsket = {Oppgave(f"{antall} personer", grunn, ANSVARLIG) for grunn, antall in samlede.items()}
    onsket |= {
        Oppgave(u.person_id, u.grunn_kode, u.raadgiver or ANSVARLIG)
        for u in utelatte
        if grunner[u.grunn_kode]["samlet"] != "ja"
    }
    apne = _open_tasks(kjoring)
    for oppgave in sorted(apne.keys() - onsket):
        kjoring.con.execute(
            "UPDATE oppgave SET tilstand = ?, lukket_kjoring_id = ? WHERE oppgave_id = ?",
            [LUKKET, kjoring.kjoring_id, apne[oppgave]],
        )
    nye = sorted(onsket - apne.keys())
    for nummer, oppgave in enumerate(nye, start=1):
        kjoring.con.execute(
            "INSERT INTO oppgave VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            [
                f"O{kjoring.kjoring_id}-{nummer:04d}", kjoring.rad.rad, kjoring.aar, oppgave.gjelder,
                oppgave.grunn_kode, oppgave.raadgiver, kjoring.datoer.frist, APEN, kjoring.kjoring_id,
            ],
        )  # fmt: skip
    kjoring.tall.oppgaver += len(nye)


def _open_tasks(kjoring: Kjoring) -> dict[Oppgave, str]:
    rader = kjoring.con.execute(
        "SELECT gjelder, grunn_kode, raadgiver, oppgave_id FROM oppgave WHERE rad = ? AND aar = ? AND tilstand = ?",
        [kjoring.rad.rad, kjoring.aar, APEN],
    ).fetchall()
    return {Oppgave(gjelder, grunn, raadgiver): oppgave_id for gjelder, grunn, raadgiver, oppgave_id in rader}
