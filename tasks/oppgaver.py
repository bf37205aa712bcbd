"""Tasks for people: opened with a reason and an owner when a rule stops something, closed when it no longer does.

Where a reason is about protected people or the dead, nobody is named: one task with a count goes to the
OTTO-ansvarlig.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

import duckdb
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


class Opphav(NamedTuple):
    """What gives tasks: the row and year they stand under, the run, what their ids begin with, and their deadline."""

    rad: str
    aar: int
    kjoring_id: str
    begynnelse: str
    frist: date | None


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
    opphav = Opphav(
        kjoring.rad.rad, kjoring.aar, kjoring.kjoring_id, f"O{kjoring.kjoring_id}-", kjoring.datoer.frist
    )  # fmt: skip
    onsket = _wanted([u for u in utelatte if u.grunn_kode in omfang], grunner, skjermede)
    kjoring.tall.oppgaver += make_exactly(kjoring.con, opphav, onsket, omfang, overta=overta)


def assign_outside(
    con: duckdb.DuckDBPyConnection,
    opphav: Opphav,
    per_dato: date,
    utelatte: list[Utelatt],
    grunn_kode: str,
    skjermede: Collection[str] = (),
) -> None:
    """Make the row's open tasks for one reason exactly those given, when no run of the row is under way."""
    onsket = _wanted(utelatte, kodeverk.reasons(per_dato), skjermede)
    make_exactly(con, opphav, onsket, {grunn_kode})


def _wanted(utelatte: list[Utelatt], grunner: Mapping[str, kodeverk.Kode], skjermede: Collection[str]) -> set[Oppgave]:
    """Return the tasks of refusals: one each, and one for all of those who are not to be named."""
    samlede: Counter[str] = Counter()
    onsket = set()
    for u in utelatte:
        if grunner[u.grunn_kode]["samlet"] == "ja" or u.person_id in skjermede:
            samlede[u.grunn_kode] += 1
        else:
            onsket.add(Oppgave(u.person_id, u.grunn_kode, u.raadgiver or ANSVARLIG))
    return onsket | {Oppgave(f"{antall} personer", grunn, ANSVARLIG) for grunn, antall in samlede.items()}


def make_exactly(
    con: duckdb.DuckDBPyConnection,
    opphav: Opphav,
    onsket: set[Oppgave],
    omfang: set[str],
    *,
    overta: bool = False,
    frister: Mapping[Oppgave, date] | None = None,
) -> int:
    """Close the open tasks for the reasons that are not wanted, open the wanted that are not open; return how many.

    ``frister`` are the deadlines of those that have their own; it is set when a task is opened, and stays.
    """
    apne = _open_tasks(con, opphav, omfang, overta=overta)
    close(con, {apne[oppgave]: "" for oppgave in apne.keys() - onsket}, opphav.kjoring_id)
    nye = sorted(onsket - apne.keys())
    svar = con.execute("SELECT count(*) FROM oppgave WHERE starts_with(oppgave_id, ?)", [opphav.begynnelse]).fetchone()
    forste = (svar[0] if svar else 0) + 1
    ramme = pd.DataFrame(nye, columns=Oppgave._fields, dtype="str").assign(
        oppgave_id=[f"{opphav.begynnelse}{nummer:04d}" for nummer in range(forste, forste + len(nye))],
        frist=[str((frister or {}).get(oppgave, opphav.frist or "")) for oppgave in nye],
    )
    con.register("nye", ramme)
    con.execute(
        "INSERT INTO oppgave SELECT oppgave_id, ?, ?, gjelder, grunn_kode, raadgiver, try_cast(frist AS DATE), ?, ?,"
        " NULL, '' FROM nye ORDER BY oppgave_id",
        [opphav.rad, opphav.aar, APEN, opphav.kjoring_id],
    )
    con.unregister("nye")
    return len(nye)


def close(con: duckdb.DuckDBPyConnection, utfall: Mapping[str, str], kjoring_id: str) -> None:
    """Close open tasks: ``utfall`` is task id → what closed it (an answer's code), blank where it is needed no more."""
    if not utfall:
        return
    con.register("lukkes", pd.DataFrame(sorted(utfall.items()), columns=["oppgave_id", "utfall"], dtype="str"))
    con.execute(
        "UPDATE oppgave SET tilstand = ?, lukket_kjoring_id = ?, utfall = lukkes.utfall"
        " FROM lukkes WHERE oppgave.oppgave_id = lukkes.oppgave_id",
        [LUKKET, kjoring_id],
    )
    con.unregister("lukkes")


def _open_tasks(
    con: duckdb.DuckDBPyConnection, opphav: Opphav, grunner: set[str], *, overta: bool
) -> dict[Oppgave, str]:
    rader = con.execute(
        "SELECT gjelder, grunn_kode, raadgiver, oppgave_id FROM oppgave"
        " WHERE ($overta OR (rad = $rad AND aar = $aar)) AND tilstand = $apen AND list_contains($grunner, grunn_kode)",
        {
            "overta": overta,
            "rad": opphav.rad,
            "aar": opphav.aar,
            "apen": APEN,
            "grunner": sorted(grunner),
        },
    ).fetchall()
    return {Oppgave(gjelder, grunn, raadgiver): oppgave_id for gjelder, grunn, raadgiver, oppgave_id in rader}
