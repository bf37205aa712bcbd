"""Runs that came to nothing, remembered so that a person is told what happened and what to do.

A refused run has written nothing of its own; that it was refused is written here afterwards. Texts hold file names,
codes and counts, never a person.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import duckdb

from tasks import klokke
from tasks.feil import BrukerFeil, messages
from tasks.hjem import Hjem
from tasks.sted import place_of

REGISTERKODER: Final = "ÅH-13"
"""What the register itself refuses with: then nothing can be written in it either."""


class Slag(StrEnum):
    """How a run came to nothing."""

    AVVIST = "avvist"  # refused: something a person can mend
    FEIL = "feil"  # a fault in the program
    AVBRUTT = "avbrutt"  # killed, or the machine stopped
    FORSINKET = "forsinket"  # its day has passed, and it has not been run


@dataclass(frozen=True)
class Stopp:
    """A run that came to nothing: of which row, when, what was wrong and what to do.

    ``godta`` is the code that accepts the unusual delivery, where that was it; ``flyt_id`` is Prefect's run.
    """

    rad: str
    aar: int
    tid: datetime
    slag: Slag
    kode: str
    tekst: str
    gjor: str
    godta: str = ""
    flyt_id: str = ""


def of_error(rad: str, aar: int, tid: datetime, feil: Exception, flyt_id: str) -> Stopp:
    """Return what an error that ended a run was, told by code, or by kind and place; never by its own text."""
    if isinstance(feil, BrukerFeil):
        godta = str(feil.deler.get("godta", ""))
        return Stopp(rad, aar, tid, Slag.AVVIST, feil.kode, feil.tekst, feil.gjor, godta, flyt_id)
    return of_code(rad, aar, tid, Slag.FEIL, "ÅH-3150", flyt_id, sted=place_of(feil))


def of_code(rad: str, aar: int, tid: datetime, slag: Slag, kode: str, flyt_id: str = "", **deler: object) -> Stopp:
    """Return a stop with the text of a message."""
    tekst, gjor = (del_.format(**deler) for del_ in messages()[kode])
    return Stopp(rad, aar, tid, slag, kode, tekst, gjor, "", flyt_id)


def remember(hjem: Hjem, stopp: Stopp) -> bool:
    """Write the stop in the register, once; tell whether it was new. A register that is out of reach is no matter here.

    What the register refuses with (``REGISTERKODER``) is not written: ``doctor`` finds it by itself.
    """
    if stopp.kode.startswith(REGISTERKODER):
        return False
    with hjem.register.transaction("noterer at en kjøring stoppet") as con:
        return write(con, stopp)


def write(con: duckdb.DuckDBPyConnection, stopp: Stopp) -> bool:
    """As ``remember``, in a transaction that is open."""
    felt: list[Any] = [
        stopp.rad, stopp.aar, klokke.to_utc(stopp.tid), stopp.slag, stopp.kode, stopp.tekst, stopp.gjor, stopp.godta,
        stopp.flyt_id,
    ]  # fmt: skip
    kjent = con.execute(
        "SELECT 1 FROM stopp WHERE rad = ? AND aar = ? AND slag = ? AND kode = ? AND tid = ?",
        [stopp.rad, stopp.aar, stopp.slag, stopp.kode, felt[2]],
    ).fetchone()
    if kjent is None:
        con.execute("INSERT INTO stopp VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", felt)
    return kjent is None


def not_after(con: duckdb.DuckDBPyConnection, rad: str, aar: int, ferdig_tid: datetime) -> None:
    """Let what stopped the row's runs until now be told as before ``ferdig_tid`` (UTC): clocks are set back."""
    con.execute("UPDATE stopp SET tid = ? WHERE rad = ? AND aar = ? AND tid > ?", [ferdig_tid, rad, aar, ferdig_tid])


def unmended(con: duckdb.DuckDBPyConnection) -> list[Stopp]:
    """Return each row and year's last stop, where no run of it has been finished since; the newest first."""
    rader = con.execute(
        "SELECT s.* FROM stopp s ANTI JOIN kjoring k ON k.rad = s.rad AND k.aar = s.aar AND k.ferdig_tid >= s.tid"
        " QUALIFY row_number() OVER (PARTITION BY s.rad, s.aar ORDER BY s.tid DESC, s.rowid DESC) = 1"
        " ORDER BY s.tid DESC, s.rad"
    ).fetchall()
    return [Stopp(rad, aar, klokke.from_utc(tid), Slag(slag), *resten) for rad, aar, tid, slag, *resten in rader]
