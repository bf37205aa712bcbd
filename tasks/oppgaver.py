"""Tasks for people: opened with a reason and an owner when a rule stops something, closed when it no longer does.

Where a reason is about protected people or the dead, nobody is named: one task with a count goes to the
OTTO-ansvarlig.
"""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

import pandas as pd

from schemas.utsending import Utelatt
from tasks import kodeverk
from tasks.kjoring import Kjoring

ANSVARLIG = "OTTO-ansvarlig"
APEN = "åpen"
LUKKET = "lukket"
TRINN_UTSENDING = "utsending"


class Oppgave(NamedTuple):
    """What a task is about (a person id, or a count), why, and whose it is."""

    gjelder: str
    grunn_kode: str
    raadgiver: str


def assign(
    kjoring: Kjoring,
    utelatte: list[Utelatt],
    bare: Collection[str] = (),
    *,
    skjermede: Collection[str] = (),
    overta: bool = False,
) -> None:
    """Make the row's open tasks exactly those that today's refusals give; count the new ones.

    Other reasons than ``bare`` give no tasks, and theirs are left as they are; unless told, it is every reason that
    stops a dispatch. Those of ``skjermede`` are counted and never named, whatever the reason.
    With ``overta`` it is every row's open tasks for the reasons: such a task is about the youth, not about the row.
    """
    grunner = kodeverk.reasons(kjoring.per_dato)
    omfang = set(bare) or {kode for kode, rad in grunner.items() if rad.get("trinn") == TRINN_UTSENDING}
    utelatte = [u for u in utelatte if u.grunn_kode in omfang]
    samlede: Counter[str] = Counter()
    onsket = set()
    for u in utelatte:
        if grunner[u.grunn_kode]["samlet"] == "ja" or u.person_id in skjermede:
            samlede[u.grunn_kode] += 1
        else:
            onsket.add(Oppgave(u.person_id, u.grunn_kode, u.raadgiver or ANSVARLIG))
    onsket |= {Oppgave(f"{antall} personer", grunn, ANSVARLIG) for grunn, antall in samlede.items()}
    apne = _open_tasks(kjoring, omfang, overta=overta)
    for oppgave in sorted(apne.keys() - onsket):
        kjoring.con.execute(
            "UPDATE oppgave SET tilstand = ?, lukket_kjoring_id = ? WHERE oppgave_id = ?",
            [LUKKET, kjoring.kjoring_id, apne[oppgave]],
        )
    nye = pd.DataFrame(sorted(onsket - apne.keys()), columns=Oppgave._fields, dtype="str")
    numre = range(kjoring.tall.oppgaver + 1, kjoring.tall.oppgaver + 1 + len(nye))
    kjoring.con.register("nye", nye.assign(oppgave_id=[f"O{kjoring.kjoring_id}-{nummer:04d}" for nummer in numre]))
    kjoring.con.execute(
        "INSERT INTO oppgave SELECT oppgave_id, ?, ?, gjelder, grunn_kode, raadgiver, ?, ?, ?, NULL FROM nye",
        [kjoring.rad.rad, kjoring.aar, kjoring.datoer.frist, APEN, kjoring.kjoring_id],
    )
    kjoring.con.unregister("nye")
    kjoring.tall.oppgaver += len(nye)


def _open_tasks(kjoring: Kjoring, grunner: set[str], *, overta: bool) -> dict[Oppgave, str]:
    rader = kjoring.con.execute(
        "SELECT gjelder, grunn_kode, raadgiver, oppgave_id FROM oppgave"
        " WHERE ($overta OR (rad = $rad AND aar = $aar)) AND tilstand = $apen AND list_contains($grunner, grunn_kode)",
        {
            "overta": overta,
            "rad": kjoring.rad.rad,
            "aar": kjoring.aar,
            "apen": APEN,
            "grunner": sorted(grunner),
        },
    ).fetchall()
    return {Oppgave(gjelder, grunn, raadgiver): oppgave_id for gjelder, grunn, raadgiver, oppgave_id in rader}
