"""Proposals: exactly what would leave the house, bound to a hash; approved or rejected by a person, as a row.

An approval holds for the content it was given for. When the content changes before it is carried out, the proposal
expires and a new one must be approved.
"""

from datetime import datetime, timedelta

import duckdb
import pandas as pd

from schemas.revisjon import Handling
from schemas.utsending import Sending, Utkast, content_hash, letter_key
from schemas.verdier import Forslagstilstand, Kanal, Modus, Tilstand
from tasks import kodeverk
from tasks.anledning import occasion
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.forhaandsvisning import remove_previews, write_previews
from tasks.forslagsvisning import APNE, describe
from tasks.hjem import Hjem
from tasks.hjemvern import refuse_quarantined
from tasks.kjoring import Kjoring
from tasks.klokke import from_utc, local_date, to_utc
from tasks.oppgaver import assign
from tasks.revisjon import SYSTEMET, note
from tasks.steg import is_scheduled, step
from tasks.utboksposter import follow_channels, planned, write_events
from tasks.utkast import BREVKANALER, draft

STOPPET = "stoppet"
KAN_BLI = {
    Forslagstilstand.GODKJENT: (Forslagstilstand.VENTER,),
    Forslagstilstand.AVVIST: (Forslagstilstand.VENTER, Forslagstilstand.GODKJENT),
    Forslagstilstand.STOPPET: (Forslagstilstand.GODKJENT, Forslagstilstand.IVERKSETTES),
}
BEGYNT = (Forslagstilstand.IVERKSETTES, Forslagstilstand.IVERKSATT, Forslagstilstand.STOPPET)


@step("Lag forslag")
def propose(kjoring: Kjoring) -> Utkast:
    """Draft what the row would send, make it a proposal unless the same one waits already, hand out tasks, count.

    Nothing new to send expires an older proposal and makes none. BrukerFeil ÅH-1408 where a person in mode ``drift``
    has not said who she is.
    """
    con = kjoring.con
    if kjoring.hjem.innstillinger.modus is Modus.DRIFT and not (kjoring.av or kjoring.bare_vis or is_scheduled()):
        raise BrukerFeil("ÅH-1408")
    utkast = draft(occasion(kjoring), attempted(con, kjoring.rad.rad, kjoring.aar))
    assign(kjoring, utkast.utelatte, skjermede=utkast.skjermede)
    sha = content_hash(sending.innhold_sha256 for sending in utkast.sendinger)
    apent = _open_proposal(con, kjoring.rad.rad, kjoring.aar)
    if apent and apent[1] == sha:
        kjoring.forslag_id = apent[0]
        follow_channels(con, apent[0], utkast.sendinger)
        return utkast
    if apent:
        gammelt = apent[0]
        set_state(con, gammelt, Forslagstilstand.UTLOPT, kjoring.naa, SYSTEMET, "et nytt forslag er laget")
        kjoring.etterpaa.append(lambda: remove_previews(kjoring.hjem, gammelt))
    if utkast.sendinger:
        kjoring.forslag_id = f"F{kjoring.kjoring_id}"
        kjoring.tall.foreslaatt = len(utkast.sendinger)
        _store(kjoring, kjoring.forslag_id, sha, utkast)
        _tell(kjoring, kjoring.forslag_id, utkast)
    return utkast


def _tell(kjoring: Kjoring, forslag_id: str, utkast: Utkast) -> None:
    """Say in the run's answer what a person needs in order to decide, and write the sample letters after the commit."""
    bilde = describe(kjoring.con, forslag_id)
    grunner = {rad["kode"]: rad["tekst"] for rad in kodeverk.valid_on("kodeverk/utelatt", kjoring.per_dato)}
    kjoring.note("ÅH-3065", sendes=_listed(bilde["sendes"]))
    if bilde["utelatt"]:
        kjoring.note("ÅH-3066", utelatt=_listed({grunner[kode]: antall for kode, antall in bilde["utelatt"].items()}))
    if bilde["forskjell"] is not None:
        kjoring.note("ÅH-3067", **bilde["forskjell"])
    brev = [sending for sending in utkast.sendinger if sending.kanal in BREVKANALER]
    if brev:
        kjoring.note("ÅH-3068", mappe=f"rapporter/forslag/{forslag_id}")
        kjoring.etterpaa.append(lambda: write_previews(kjoring.hjem, forslag_id, brev))
        note(kjoring.con, kjoring.naa, kjoring.av, Handling.PROVEBREV, forslag_id)


def _listed(tall: dict[str, int]) -> str:
    return ", ".join(f"{navn}: {antall}" for navn, antall in tall.items())


def _store(kjoring: Kjoring, forslag_id: str, sha: str, utkast: Utkast) -> None:
    con, tid = kjoring.con, kjoring.registrert_tid
    if len({sending.nokkel for sending in utkast.sendinger}) < len(utkast.sendinger):
        raise ProgramFeil("forslaget har den samme nøkkelen to ganger")
    con.execute(
        "INSERT INTO forslag VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            forslag_id, kjoring.kjoring_id, kjoring.rad.rad, kjoring.aar, kjoring.rad.flyt, sha,
            len(utkast.sendinger), local_date(kjoring.naa), tid, kjoring.av,
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

    An item that was refused never left the house, so its person may be proposed anew; an SMS is tried once. What one
    got under another number, before we knew that the two were one, she has got.
    """
    rader = con.execute(
        "SELECT nokkel, person_id, mottaker, mottaker_ref FROM utsending_naa"
        " WHERE rad = ? AND aar = ? AND list_contains(?, forslag_tilstand) AND (tilstand <> ? OR kanal = ?)",
        [rad, aar, list(BEGYNT), Tilstand.AVVIST, Kanal.SMS],
    ).fetchall()
    brev = {letter_key(rad, aar, person, mottaker, ref) for _, person, mottaker, ref in rader if person}
    return brev | {nokkel for nokkel, *_ in rader}


def approve(hjem: Hjem, forslag_id: str, av: str, naa: datetime) -> datetime:
    """Approve a waiting proposal for exactly the content it has now; return when it may be sent at the earliest.

    BrukerFeil ÅH-1407 where the one who approves is the one who proposed, in mode ``drift``; ÅH-1802 in a copied home.
    """
    _decide(hjem, forslag_id, Forslagstilstand.GODKJENT, "godkjennes", naa, av, "")
    return naa + timedelta(minutes=hjem.innstillinger.godkjenning.angrefrist_minutter)


def reject(hjem: Hjem, forslag_id: str, av: str, grunn: str, naa: datetime) -> None:
    """Reject a proposal, approved or not, that has not been begun; nothing of it is sent."""
    _decide(hjem, forslag_id, Forslagstilstand.AVVIST, "avvises", naa, av, grunn)
    remove_previews(hjem, forslag_id)


def stop(hjem: Hjem, forslag_id: str, av: str, grunn: str, naa: datetime) -> None:
    """Stop a proposal that is approved or being sent: nothing more of it is begun, and what waits is refused.

    What is under way this moment is not called back: ``Sendt`` of ``utboks.stopped`` says exactly what went out.
    """
    _decide(hjem, forslag_id, Forslagstilstand.STOPPET, "stoppes", naa, av, grunn)
    remove_previews(hjem, forslag_id)


def _decide(
    hjem: Hjem, forslag_id: str, ny: Forslagstilstand, handling: str, naa: datetime, av: str, grunn: str
) -> None:
    if not av.strip():
        raise BrukerFeil("ÅH-1406")
    with hjem.register.transaction(f"forslaget {forslag_id}") as con:
        tilstand = state_of(con, forslag_id)
        if tilstand not in KAN_BLI[ny]:
            raise BrukerFeil("ÅH-1402", forslag=forslag_id, tilstand=tilstand, handling=handling)
        if ny is Forslagstilstand.GODKJENT:
            refuse_quarantined(con, hjem.mappe)
            if hjem.innstillinger.modus is Modus.DRIFT:
                _another_approves(con, forslag_id, av)
        set_state(con, forslag_id, ny, naa, av, grunn)
        if ny is Forslagstilstand.STOPPET:
            refuse_waiting(con, forslag_id, naa)
        note(con, naa, av, Handling(ny), forslag_id)


def _another_approves(con: duckdb.DuckDBPyConnection, forslag_id: str, av: str) -> None:
    svar = con.execute("SELECT foreslaatt_av FROM forslag WHERE forslag_id = ?", [forslag_id]).fetchone()
    if svar and _same_name(svar[0]) == _same_name(av):
        raise BrukerFeil("ÅH-1407", forslag=forslag_id)


def _same_name(navn: str) -> str:
    return " ".join(navn.casefold().split())


def refuse_waiting(con: duckdb.DuckDBPyConnection, forslag_id: str, naa: datetime) -> None:
    """Refuse what of a stopped proposal has not been begun."""
    venter = [utsending_id for utsending_id, _, _ in planned(con, forslag_id)]
    write_events(con, [(utsending_id, Tilstand.AVVIST, STOPPET, "") for utsending_id in venter], naa)


def regret_until(con: duckdb.DuckDBPyConnection, hjem: Hjem, forslag_id: str) -> datetime | None:
    """Return until when an approval may be regretted before anything is sent; None where it is not just approved."""
    svar = con.execute(
        "SELECT tilstand_tid FROM forslag_naa WHERE forslag_id = ? AND tilstand = ?",
        [forslag_id, Forslagstilstand.GODKJENT],
    ).fetchone()
    if svar is None:
        return None
    return from_utc(svar[0]) + timedelta(minutes=hjem.innstillinger.godkjenning.angrefrist_minutter)


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
