"""What each run of a row gave whom, from which the notices are written: counts and hashes, nobody named."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from tasks.arbeid.apne import Apen, names, receiver, urgency_of
from tasks.arbeid.klokker import OVER_FRIST, SNART
from tasks.kjoring import Kjoring
from tasks.klokke import from_utc, local_date


def note_given(kjoring: Kjoring, apne: Sequence[Apen]) -> None:
    """Keep what this run of the row left open with each owner; ``apne`` are the row's own tasks.

    What was opened today is neither reminded of nor escalated: the list itself tells of it. A line without an owner
    says that the run was there, also where it left nothing open.
    """
    i_dag, gitt, aapnet = local_date(kjoring.naa), _given(kjoring), _days(kjoring)
    mine: dict[str, list[Apen]] = defaultdict(list)
    for ett in apne:
        mine[ett.eier].append(ett)
    for eier in ["", *sorted(mine.keys() & names(kjoring.hjem).keys())]:
        gamle = [ett for ett in mine[eier] if aapnet.get(ett.kjoring_id, i_dag) < i_dag]
        over, haster = ([ett for ett in gamle if urgency_of(ett, kjoring) == hast] for hast in (OVER_FRIST, SNART))
        kjoring.con.execute(
            "INSERT INTO arbeidsliste VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                kjoring.kjoring_id, kjoring.rad.rad, kjoring.aar, eier, receiver(kjoring.hjem, eier, i_dag),
                len(mine[eier]), len(haster), len(over), _hash(gitt[eier]), _hash(str(e.frist) for e in haster),
                _hash(str(e.frist) for e in over), min((e.frist for e in mine[eier] if e.frist), default=None),
            ],
        )  # fmt: skip


def _given(kjoring: Kjoring) -> dict[str, set[str]]:
    """Return owner → every task the row has given her this year, closed ones too."""
    gitt: dict[str, set[str]] = defaultdict(set)
    for eier, oppgave_id in kjoring.con.execute(
        "SELECT raadgiver, oppgave_id FROM oppgave WHERE rad = ? AND aar = ?", [kjoring.rad.rad, kjoring.aar]
    ).fetchall():
        gitt[eier].add(oppgave_id)
    return gitt


def _days(kjoring: Kjoring) -> dict[str, date]:
    """Return run → the day it was."""
    rader = kjoring.con.execute("SELECT kjoring_id, startet_tid FROM kjoring").fetchall()
    return {kjoring_id: local_date(from_utc(tid)) for kjoring_id, tid in rader}


def _hash(deler: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(set(deler))).encode()).hexdigest()
