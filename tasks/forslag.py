"""Proposals: exactly what would leave the house, bound to a hash; approved or rejected by a person, as a row.

An approval holds for the content it was given for. When the content changes before it is carried out, the proposal
expires and a new one must be approved.
"""

from datetime import datetime
from typing import Any

import duckdb
import pandas as pd

from schemas.utsending import Sending, Utkast, content_hash, letter_key
from schemas.verdier import Forslagstilstand, Tilstand
from tasks.anledning import occasion
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.kjoring import Kjoring
from tasks.klokke import local_date, to_utc
from tasks.oppgaver import assign
from tasks.steg import step
from tasks.utkast import draft

SYSTEMET = "Årshjul"
KAN_BLI = {
    Forslagstilstand.GODKJENT: (Forslagstilstand.VENTER,),
    Forslagstilstand.AVVIST: (Forslagstilstand.VENTER, Forslagstilstand.GODKJENT),
}
APNE = (Forslagstilstand.VENTER, Forslagstilstand.GODKJENT)


@step("Lag forslag")
def propose(kjoring: Kjoring) -> Utkast:
    """Draft what the row would send, make it a proposal unless the same one waits already, hand out tasks, count.

    Nothing new to send expires an older proposal and makes none.
    """
    con = kjoring.con
    utkast = draft(occasion(kjoring), attempted(con, kjoring.rad.rad, kjoring.aar))
    assign(kjoring, utkast.utelatte)
    sha = content_hash(sending.innhold_sha256 for sending in utkast.sendinger)
    apent = _open_proposal(con, kjoring.rad.rad, kjoring.aar)
    if apent and apent[1] == sha:
        kjoring.forslag_id = apent[0]
        return utkast
    if apent:
        set_state(con, apent[0], Forslagstilstand.UTLOPT, kjoring.naa, SYSTEMET, "et nytt forslag er laget")
    if utkast.sendinger:
        kjoring.forslag_id = f"F{kjoring.kjoring_id}"
        kjoring.tall.foreslaatt = len(utkast.sendinger)
        _store(kjoring, kjoring.forslag_id, sha, utkast)
    return utkast


def _store(kjoring: Kjoring, forslag_id: str, sha: str, utkast: Utkast) -> None:
    con, tid = kjoring.con, kjoring.registrert_tid
    con.execute(
        "INSERT INTO forslag VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            forslag_id, kjoring.kjoring_id, kjoring.rad.rad, kjoring.aar, kjoring.rad.flyt, sha,
            len(utkast.sendinger), local_date(kjoring.naa), tid,
        ],
    )  # fmt: skip
    set_state(con, forslag_id, Forslagstilstand.VENTER, kjoring.naa, SYSTEMET, "")
    nye = _frame(forslag_id, utkast.sendinger)  # noqa: F841 DuckDB reads it by name
    con.execute(
        "INSERT INTO utsending SELECT utsending_id, ?, ?, ?, person_id, mottaker, mottaker_ref, kanal, nokkel,"
        " innhold_sha256, innhold, token FROM nye ORDER BY utsending_id",
        [forslag_id, kjoring.rad.rad, kjoring.aar],
    )
    con.execute(
        "INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn)"
        " SELECT utsending_id, ?, ?, '' FROM nye ORDER BY utsending_id",
        [Tilstand.PLANLAGT, tid],
    )
    if utkast.utelatte:
        uten = pd.DataFrame([vars(utelatt) for utelatt in utkast.utelatte])  # noqa: F841 DuckDB reads it by name
        con.execute("INSERT INTO utelatt SELECT ?, person_id, mottaker, grunn_kode FROM uten", [forslag_id])


def _frame(forslag_id: str, sendinger: list[Sending]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            vars(sending) | {"innhold_sha256": sending.innhold_sha256, "utsending_id": f"{forslag_id}-{nummer:05d}"}
            for nummer, sending in enumerate(sendinger, start=1)
        ]
    )


def attempted(con: duckdb.DuckDBPyConnection, rad: str, aar: int) -> set[str]:
    """Return the keys of the row's proposals that are being or have been carried out: never proposed again.

    An item that was refused never left the house, so its person may be proposed anew. What one got under another
    number, before we knew that the two were one, she has got.
    """
    rader = con.execute(
        "SELECT nokkel, person_id, mottaker, mottaker_ref FROM utsending_naa"
        " WHERE rad = ? AND aar = ? AND list_contains(?, forslag_tilstand) AND tilstand <> ?",
        [rad, aar, [Forslagstilstand.IVERKSETTES, Forslagstilstand.IVERKSATT], Tilstand.AVVIST],
    ).fetchall()
    brev = {letter_key(rad, aar, person, mottaker, ref) for _, person, mottaker, ref in rader if person}
    return brev | {nokkel for nokkel, *_ in rader}


def approve(hjem: Hjem, forslag_id: str, av: str, naa: datetime) -> None:
    """Approve a waiting proposal for exactly the content it has now."""
    _decide(hjem, forslag_id, Forslagstilstand.GODKJENT, "godkjennes", naa, av, "")


def reject(hjem: Hjem, forslag_id: str, av: str, grunn: str, naa: datetime) -> None:
    """Reject a proposal, approved or not, that has not been begun; nothing of it is sent."""
    _decide(hjem, forslag_id, Forslagstilstand.AVVIST, "avvises", naa, av, grunn)


def _decide(
    hjem: Hjem, forslag_id: str, ny: Forslagstilstand, handling: str, naa: datetime, av: str, grunn: str
) -> None:
    if not av.strip():
        raise BrukerFeil("ÅH-1406")
    with hjem.register.transaction(f"forslaget {forslag_id}") as con:
        tilstand = state_of(con, forslag_id)
        if tilstand not in KAN_BLI[ny]:
            raise BrukerFeil("ÅH-1402", forslag=forslag_id, tilstand=tilstand, handling=handling)
        set_state(con, forslag_id, ny, naa, av, grunn)
        con.execute("INSERT INTO revisjon VALUES (?, ?, ?, ?)", [to_utc(naa), av, ny, forslag_id])


def state_of(con: duckdb.DuckDBPyConnection, forslag_id: str) -> Forslagstilstand:
    """Return the proposal's state; BrukerFeil ÅH-1401 where there is no such proposal."""
    svar = con.execute("SELECT tilstand FROM forslag_naa WHERE forslag_id = ?", [forslag_id]).fetchone()
    if svar is None:
        raise BrukerFeil("ÅH-1401", forslag=forslag_id)
    return Forslagstilstand(svar[0])


def set_state(
    con: duckdb.DuckDBPyConnection, forslag_id: str, ny: Forslagstilstand, naa: datetime, av: str, grunn: str
) -> None:
    """Add the proposal's new state, who set it and for which content."""
    con.execute(
        "INSERT INTO forslag_hendelse (forslag_id, tilstand, tid, av, grunn, innhold_sha256)"
        " SELECT forslag_id, ?, ?, ?, ?, innhold_sha256 FROM forslag WHERE forslag_id = ?",
        [ny, to_utc(naa), av, grunn, forslag_id],
    )


def _open_proposal(con: duckdb.DuckDBPyConnection, rad: str, aar: int) -> tuple[str, str] | None:
    svar = con.execute(
        "SELECT forslag_id, innhold_sha256 FROM forslag_naa WHERE rad = ? AND aar = ? AND list_contains(?, tilstand)"
        " ORDER BY opprettet_tid DESC, forslag_id DESC LIMIT 1",
        [rad, aar, list(APNE)],
    ).fetchone()
    return (svar[0], svar[1]) if svar else None


def waiting(hjem: Hjem) -> list[dict[str, Any]]:
    """Return the proposals that wait for approval or dispatch: how many of what, and how many left out and why."""
    with hjem.register.transaction("ventende forslag") as con:
        rader = con.execute(
            "SELECT forslag_id, rad, aar, tilstand, innhold_sha256 FROM forslag_naa"
            " WHERE list_contains(?, tilstand) ORDER BY opprettet_tid, forslag_id",
            [[*APNE, Forslagstilstand.IVERKSETTES]],
        ).fetchall()
        return [
            {
                "forslag_id": forslag_id,
                "rad": rad,
                "aar": aar,
                "tilstand": tilstand,
                "innhold_sha256": sha,
                "sendes": _counts(con, "utsending", "mottaker || ' ' || kanal", forslag_id),
                "utelatt": _counts(con, "utelatt", "grunn_kode", forslag_id),
            }
            for forslag_id, rad, aar, tilstand, sha in rader
        ]


def _counts(con: duckdb.DuckDBPyConnection, tabell: str, etter: str, forslag_id: str) -> dict[str, int]:
    sql = f"SELECT {etter} AS hva, count(*) FROM {tabell} WHERE forslag_id = ? GROUP BY hva ORDER BY hva"  # noqa: S608
    return dict(con.execute(sql, [forslag_id]).fetchall())
