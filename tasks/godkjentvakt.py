"""Does what was approved still hold? Asked before the first item, and again whenever the register has learned more.

What is approved is who gets what: recipients and texts. By which channel each letter goes is decided on the day of
dispatch, since the contact register may change its answer any day, and follows along here without a new approval.
"""

from datetime import datetime

import duckdb

from schemas.utsending import Sending, content_hash
from schemas.verdier import Tilstand
from tasks.anledning import Anledning
from tasks.arshjul import find_row
from tasks.feil import BrukerFeil
from tasks.forslag import attempted
from tasks.hjem import Hjem
from tasks.klokke import local_date
from tasks.utboksposter import follow_channels, planned, write_events
from tasks.utkast import draft

ENDRET = "endret"


def still_holds(con: duckdb.DuckDBPyConnection, hjem: Hjem, forslag_id: str, naa: datetime) -> bool:
    """Tell whether exactly what was approved would be proposed now; the channels are brought up to date."""
    planlagt = planned(con, forslag_id)
    na = _drafted(con, hjem, forslag_id, naa)
    if content_hash(sending.innhold_sha256 for sending in na) != content_hash(sha for _, sha, _ in planlagt):
        return False
    follow_channels(con, forslag_id, na)
    return True


def refuse_changed(con: duckdb.DuckDBPyConnection, hjem: Hjem, forslag_id: str, naa: datetime) -> None:
    """Refuse those planned items that would not be sent, or not as they were approved, if they were drafted now."""
    na = _drafted(con, hjem, forslag_id, naa)
    gyldige = {sending.innhold_sha256 for sending in na}
    endrede = [utsending_id for utsending_id, sha, _ in planned(con, forslag_id) if sha not in gyldige]
    write_events(con, [(utsending_id, Tilstand.AVVIST, ENDRET, "") for utsending_id in endrede], naa)
    follow_channels(con, forslag_id, na)


def knowledge(con: duckdb.DuckDBPyConnection) -> list[int]:
    """Return how much the register knows: a larger number since last time means that something was learned."""
    svar = con.execute("SELECT (SELECT count(*) FROM fakta), (SELECT count(*) FROM svar)").fetchone()
    return list(svar or ())


def row_and_year(con: duckdb.DuckDBPyConnection, forslag_id: str) -> tuple[str, int]:
    """Return the proposal's row and year; BrukerFeil ÅH-1401 where there is no such proposal."""
    svar = con.execute("SELECT rad, aar FROM forslag WHERE forslag_id = ?", [forslag_id]).fetchone()
    if svar is None:
        raise BrukerFeil("ÅH-1401", forslag=forslag_id)
    return svar[0], svar[1]


def _drafted(con: duckdb.DuckDBPyConnection, hjem: Hjem, forslag_id: str, naa: datetime) -> list[Sending]:
    """Return what would be sent if it were drafted now, leaving out what other proposals have begun."""
    rad, aar = row_and_year(con, forslag_id)
    egne = {n for (n,) in con.execute("SELECT nokkel FROM utsending WHERE forslag_id = ?", [forslag_id]).fetchall()}
    return draft(_occasion(con, hjem, forslag_id, naa), attempted(con, rad, aar) - egne).sendinger


def _occasion(con: duckdb.DuckDBPyConnection, hjem: Hjem, forslag_id: str, naa: datetime) -> Anledning:
    rad, aar = row_and_year(con, forslag_id)
    svar = con.execute(
        "SELECT f.brevdato, k.per_dato FROM forslag f JOIN kjoring k USING (kjoring_id) WHERE forslag_id = ?",
        [forslag_id],
    ).fetchone()
    if svar is None:
        raise BrukerFeil("ÅH-1401", forslag=forslag_id)
    brevdato, per_dato = svar
    return Anledning(con, hjem, find_row(rad), aar, local_date(naa), brevdato, per_dato)
