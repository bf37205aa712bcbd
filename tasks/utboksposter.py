"""The outbox's items in the register: which there are, in which state, and each new state as an event."""

import hmac
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import duckdb
import pandas as pd

from schemas.utsending import Sending
from schemas.verdier import Kanal, Mottaker, Tilstand
from tasks.kanal import Leveringssvar, Pakkefiler, Post
from tasks.klokke import to_utc
from tasks.register.nokkel import register_secret

FERDIGE = (Tilstand.LEVERT, Tilstand.SENDT)
REKKEFOLGE = (Kanal.ARKIV, Kanal.DIGITAL, Kanal.PRINT, Kanal.SMS, Kanal.EPOST, Kanal.UDIR)
"""The archive first, since letters may wait for it; notices about letters after the letters."""

POSTER = """
    SELECT utsending_id, rad, aar, mottaker, innhold, ekstern_id FROM utsending_naa
    WHERE forslag_id = $forslag AND tilstand = $tilstand AND kanal = $kanal
      AND NOT list_contains($unntatt::VARCHAR[], utsending_id)
      AND tilstand_tid <= coalesce($begynt_for, 'infinity'::TIMESTAMP)
      AND ($arkivert::VARCHAR[] IS NULL OR (rad, aar, person_id, mottaker_ref) IN (
          SELECT (rad, aar, person_id, mottaker_ref) FROM utsending_naa
          WHERE kanal = 'arkiv' AND list_contains($arkivert, tilstand)))
    ORDER BY utsending_id LIMIT $mest
"""
Hendelse = tuple[str, Leveringssvar]
"""An item's id and what became of it."""


def posts(
    con: duckdb.DuckDBPyConnection,
    forslag_id: str,
    tilstand: Tilstand,
    kanal: Kanal,
    *,
    mest: int = 2**31,
    unntatt: Collection[str] = (),
    begynt_for: datetime | None = None,
    arkivert: Collection[Tilstand] | None = None,
) -> list[Post]:
    """Return the proposal's items in a state and channel, in order: at most ``mest``, none of ``unntatt``.

    With ``begynt_for`` only those that have been in the state since before then; with ``arkivert`` only those whose
    copy to the archive has come so far.
    """
    valgt = {
        "forslag": forslag_id,
        "tilstand": tilstand,
        "kanal": kanal,
        "mest": mest,
        "unntatt": list(unntatt),
        "begynt_for": to_utc(begynt_for) if begynt_for else None,
        "arkivert": list(arkivert) if arkivert else None,
    }
    rader = con.execute(POSTER, valgt).fetchall()
    pakke = _package(con, forslag_id) if kanal is Kanal.UDIR else None
    hemmelighet = register_secret(con)
    return [
        Post(
            utsending_id=utsending,
            mappe=f"{aar}-{rad}",
            kanal=kanal,
            mottaker=Mottaker(mottaker),
            innhold=innhold,
            referanse=reference(hemmelighet, utsending),
            pakke=pakke,
            ekstern_id=ekstern,
        )
        for utsending, rad, aar, mottaker, innhold, ekstern in rader
    ]


def channels(con: duckdb.DuckDBPyConnection, forslag_id: str) -> list[Kanal]:
    """Return the proposal's channels, in the order they are carried out."""
    svar = con.execute("SELECT DISTINCT kanal FROM utsending WHERE forslag_id = ?", [forslag_id]).fetchall()
    return sorted((Kanal(kanal) for (kanal,) in svar), key=REKKEFOLGE.index)


def planned(con: duckdb.DuckDBPyConnection, forslag_id: str) -> list[tuple[str, str, Kanal]]:
    """Return (item, content hash, channel) of the proposal's items that have not been begun."""
    rader = con.execute(
        "SELECT utsending_id, innhold_sha256, kanal FROM utsending_naa WHERE forslag_id = ? AND tilstand = ?",
        [forslag_id, Tilstand.PLANLAGT],
    ).fetchall()
    return [(utsending_id, sha, Kanal(kanal)) for utsending_id, sha, kanal in rader]


def follow_channels(con: duckdb.DuckDBPyConnection, forslag_id: str, na: Iterable[Sending]) -> None:
    """Let each planned item go by the channel it would have if it were drafted now."""
    kanaler = {sending.innhold_sha256: sending.kanal for sending in na}
    for utsending_id, sha, kanal in planned(con, forslag_id):
        if sha in kanaler and kanaler[sha] is not kanal:
            con.execute("UPDATE utsending SET kanal = ? WHERE utsending_id = ?", [kanaler[sha], utsending_id])


def count_by_state(con: duckdb.DuckDBPyConnection, forslag_id: str) -> dict[str, int]:
    """Return state → how many of the proposal's items are in it."""
    svar = con.execute(
        "SELECT tilstand, count(*) FROM utsending_naa WHERE forslag_id = ? GROUP BY tilstand", [forslag_id]
    )
    return dict(svar.fetchall())


def record(con: duckdb.DuckDBPyConnection, hendelser: Sequence[Hendelse], naa: datetime) -> None:
    """Write what became of each item; one that was delivered at once was sent too.

    An item whose fate is unknown but can be asked about stays as it is.
    """
    rader = [
        (utsending_id, tilstand, svar.grunn, svar.ekstern_id)
        for utsending_id, svar in hendelser
        for tilstand in _passed(svar.tilstand)
    ]
    write_events(con, rader, naa)


def _passed(tilstand: Tilstand) -> tuple[Tilstand, ...]:
    if tilstand is Tilstand.SENDER:
        return ()
    return (Tilstand.SENDT, Tilstand.LEVERT) if tilstand is Tilstand.LEVERT else (tilstand,)


def write_events(
    con: duckdb.DuckDBPyConnection, hendelser: Sequence[tuple[str, Tilstand, str, str]], naa: datetime
) -> None:
    """Add events of (item, state, reason, the receiver's id), in this order."""
    if not hendelser:
        return
    ramme = pd.DataFrame(hendelser, columns=["utsending_id", "tilstand", "grunn", "ekstern_id"], dtype="str")
    con.register("hendelser", ramme.assign(nummer=range(len(ramme))))
    con.execute(
        "INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn, ekstern_id)"
        " SELECT utsending_id, tilstand, ?, grunn, ekstern_id FROM hendelser ORDER BY nummer",
        [to_utc(naa)],
    )
    con.unregister("hendelser")


def reference(hemmelighet: str, utsending_id: str) -> str:
    """Return what we call an item to the receiver: two registers may both have an item of this id."""
    return f"{utsending_id}-{hmac.digest(hemmelighet.encode(), utsending_id.encode(), 'sha256').hex()[:12]}"


def _package(con: duckdb.DuckDBPyConnection, forslag_id: str) -> Pakkefiler | None:
    svar = con.execute("SELECT navn, data, manifest FROM overforing WHERE forslag_id = ?", [forslag_id]).fetchone()
    return Pakkefiler(*svar) if svar else None
