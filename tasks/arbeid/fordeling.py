"""Handing out work: a rule says what ought to be done; here it becomes tasks, and they close by rule or by answer.

A rule returns everything that ought to be done as of today. What an answer has closed is not asked for again in the
same row and year; nothing new is opened when the row's season is over; protected youth are counted, never named; the
dead are nobody's task.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import duckdb

from schemas.arbeid import Gjoremaal
from tasks import kodeverk
from tasks.feil import ProgramFeil
from tasks.hjem import Hjem
from tasks.kjoring import Kjoring
from tasks.klokke import local_date
from tasks.oppgaver import ANSVARLIG, APEN, Oppgave, Opphav, make_exactly
from tasks.register import fakta
from tasks.skjermede import hidden
from tasks.steg import step

DOD: Final = "død"
PERSONER: Final = " personer"
BRUKT: Final = "brukt"
SVAR: Final = "regler/arbeidssvar"
GJOREMAAL: Final = "regler/gjoremaal"


@step("Fordel gjøremålene")
def give_work(kjoring: Kjoring, gjoremaal: Sequence[Gjoremaal]) -> None:
    """Make the row's open tasks exactly those that ``gjoremaal`` asks for; count the new.

    Which kinds of task are the row's stands in ``data/regler/gjoremaal.csv``; those of other kinds are left alone.
    """
    omfang = {rad["kode"] for rad in kodeverk.all_rows(GJOREMAAL) if f"{kjoring.rad.nr:02d}" in rad["rader"].split()}
    if fremmede := {ett.grunn_kode for ett in gjoremaal} - omfang:
        raise ProgramFeil(f"raden {kjoring.rad.rad} gir gjøremål den ikke har: {', '.join(sorted(fremmede))}")
    make(kjoring, gjoremaal, omfang, overta=False)


def make(kjoring: Kjoring, gjoremaal: Sequence[Gjoremaal], omfang: set[str], *, overta: bool) -> None:
    """As ``give_work``; with ``overta`` whichever row opened them: such a task is about the youth, not the row."""
    con = kjoring.con
    # A duty comes back when its clock has run out again: its own rule knows what has been answered.
    besvart = set() if overta else _answered(kjoring)
    igjen = [ett for ett in gjoremaal if (ett.gjelder, ett.grunn_kode) not in besvart]
    nevnes_ikke, dode = hidden(con, kjoring.siste_dag), _dead(con, kjoring.siste_dag)
    frister: dict[Oppgave, date] = {}
    skjulte: Counter[str] = Counter()
    eiere = owners(kjoring.hjem)
    for ett in igjen:
        if ett.gjelder in dode:
            continue
        if ett.gjelder in nevnes_ikke:
            skjulte[ett.grunn_kode] += 1
            continue
        oppgave = Oppgave(ett.gjelder, ett.grunn_kode, ett.eier if ett.eier in eiere else ANSVARLIG)
        frister[oppgave] = ett.frist or kjoring.datoer.frist or kjoring.datoer.sesongslutt
    onsket = set(frister) | {Oppgave(f"{antall}{PERSONER}", grunn, ANSVARLIG) for grunn, antall in skjulte.items()}
    if is_over(kjoring):
        onsket &= _open(con, kjoring, omfang, overta=overta)
    opphav = Opphav(
        kjoring.rad.rad, kjoring.aar, kjoring.kjoring_id, f"O{kjoring.kjoring_id}-",
        kjoring.datoer.frist or kjoring.datoer.sesongslutt,
    )  # fmt: skip
    kjoring.tall.oppgaver += make_exactly(con, opphav, onsket, omfang, overta=overta, frister=frister)


def is_over(kjoring: Kjoring) -> bool:
    """Tell whether the row's season is over: nothing new is asked for, what is open is still followed up."""
    return local_date(kjoring.naa) > kjoring.datoer.sesongslutt


def owners(hjem: Hjem) -> frozenset[str]:
    """Return the ids of everyone who can have a worklist."""
    return frozenset({ANSVARLIG, *(ansatt.id for ansatt in hjem.innstillinger.ansatte)})


def closing_answers(dato: date) -> list[str]:
    """Return the codes of the answers that close a task."""
    return sorted(rad["kode"] for rad in kodeverk.valid_on(SVAR, dato) if rad["lukker"] == "ja")


def is_count(gjelder: str) -> bool:
    """Tell whether a task is about how many there are, and names nobody."""
    return gjelder.endswith(PERSONER)


def people_of(gjelder: Iterable[str]) -> list[str]:
    """Return those of what tasks are about that are people."""
    return sorted({hvem for hvem in gjelder if hvem.startswith("P") and hvem[1:].isdigit()})


def _answered(kjoring: Kjoring) -> set[tuple[str, str]]:
    """Return (about whom, why) of what an answer has closed in this row and year."""
    rader = kjoring.con.execute(
        "SELECT gjelder, grunn_kode FROM oppgave WHERE rad = ? AND aar = ? AND list_contains(?, utfall)",
        [kjoring.rad.rad, kjoring.aar, closing_answers(kjoring.siste_dag)],
    ).fetchall()
    return set(rader)


def _dead(con: duckdb.DuckDBPyConnection, dato: date) -> set[str]:
    """Return those whom the national register has as dead or ended, from the moment we know it."""
    doed = {rad["kode"] for rad in kodeverk.valid_on("regler/utenfor_fylket", dato) if rad["slag"] == DOD}
    sist = fakta.last_learned(con, ["personstatus"])
    return {person for person, felt in sist.items() if felt["personstatus"] in doed}


def _open(con: duckdb.DuckDBPyConnection, kjoring: Kjoring, omfang: set[str], *, overta: bool) -> set[Oppgave]:
    rader = con.execute(
        "SELECT gjelder, grunn_kode, raadgiver FROM oppgave"
        " WHERE (? OR (rad = ? AND aar = ?)) AND tilstand = ? AND list_contains(?, grunn_kode)",
        [overta, kjoring.rad.rad, kjoring.aar, APEN, sorted(omfang)],
    ).fetchall()
    return {Oppgave(*rad) for rad in rader}
