"""The outbox: carries out what is approved, one item at most once, safe to kill and to run again.

``planlagt → sender → sendt → levert | avvist | uavklart``. Intent is written before anything leaves. An item found in
``sender`` at the start was cut off: its channel is asked whether it arrived. Nothing is retried around a send, and a
run is done when everything planned is delivered or explained.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb
from filelock import FileLock, Timeout

from schemas.iverksetting import Sendt
from schemas.utsending import content_hash
from schemas.verdier import Forslagstilstand, Kanal, Tilstand
from tasks.anledning import Anledning
from tasks.arshjul import find_row
from tasks.feil import BrukerFeil
from tasks.filer import FIL_RETTIGHETER, HALVSKREVET, make_folder
from tasks.forslag import SYSTEMET, attempted, set_state, state_of
from tasks.hjem import Hjem
from tasks.kanaler import KANALER, Pakkefiler, Post
from tasks.klokke import local_date, to_utc
from tasks.steg import step
from tasks.utkast import draft

FERDIGE = (Tilstand.LEVERT, Tilstand.SENDT)
ENDRET = "endret siden godkjenningen"
GJENFUNNET = "funnet igjen hos mottakeren"
FUNNET = {
    Tilstand.LEVERT: "",
    Tilstand.PLANLAGT: "kom ikke fram før avbruddet",
    Tilstand.UAVKLART: "mottakeren har noe annet under samme navn",
}


@step("Send det godkjente")
def send(hjem: Hjem, forslag_id: str | None, naa: datetime) -> list[Sendt]:
    """Carry out one approved proposal, or all of them in order; what is already done is left alone.

    One that has changed since it was approved keeps none of the others from being sent; it is told at the end.
    Raises BrukerFeil ÅH-1401 (unknown), ÅH-1402 (not approved), ÅH-1403 (changed since approval; it expires), ÅH-1404
    (someone else is sending), ÅH-1405 (channel not in use in this mode).
    """
    with _alone(hjem):
        _clear_half_written(hjem)
        utfall = [_carry_out(hjem, enkelt, naa) for enkelt in _approved(hjem, forslag_id)]
    if endrede := [enkelt for enkelt in utfall if isinstance(enkelt, str)]:
        raise BrukerFeil("ÅH-1403", forslag=", ".join(endrede))
    return [enkelt for enkelt in utfall if isinstance(enkelt, Sendt)]


def _approved(hjem: Hjem, forslag_id: str | None) -> list[str]:
    with hjem.register.transaction("godkjente forslag") as con:
        if forslag_id:
            tilstand = state_of(con, forslag_id)
            if tilstand in (Forslagstilstand.VENTER, Forslagstilstand.AVVIST, Forslagstilstand.UTLOPT):
                raise BrukerFeil("ÅH-1402", forslag=forslag_id, tilstand=tilstand, handling="sendes")
            return [forslag_id]
        rader = con.execute(
            "SELECT forslag_id FROM forslag_naa WHERE list_contains(?, tilstand) ORDER BY opprettet_tid, forslag_id",
            [[Forslagstilstand.GODKJENT, Forslagstilstand.IVERKSETTES]],
        ).fetchall()
        return [enkelt for (enkelt,) in rader]


def _carry_out(hjem: Hjem, forslag_id: str, naa: datetime) -> Sendt | str:
    """Carry out one proposal; return its name instead where it is void and has expired."""
    with hjem.register.transaction(f"utsending av {forslag_id}") as con:
        tilstand = state_of(con, forslag_id)
        _check_channels(con, hjem, forslag_id)
        gjelder_fortsatt = tilstand is Forslagstilstand.IVERKSATT or _prepare(con, hjem, forslag_id, tilstand, naa)
        if not gjelder_fortsatt:
            set_state(con, forslag_id, Forslagstilstand.UTLOPT, naa, SYSTEMET, ENDRET)
        sett = _knowledge(con)
    if not gjelder_fortsatt:
        return forslag_id
    while bolk := _claim(hjem, forslag_id, sett, naa):
        resultat = [(post.utsending_id, *KANALER[post.kanal].deliver(hjem, post)) for post in bolk]
        _record(hjem, forslag_id, resultat, naa)
    return _finish(hjem, forslag_id, naa)


def _prepare(
    con: duckdb.DuckDBPyConnection, hjem: Hjem, forslag_id: str, tilstand: Forslagstilstand, naa: datetime
) -> bool:
    """Compare what was approved with what would be sent now.

    Before the first item any difference makes the approval void (returns False). After a cut-off the items that are
    no longer the same are refused one by one, and those in ``sender`` are asked about.
    """
    if tilstand is Forslagstilstand.IVERKSETTES:
        _reconcile(con, hjem, forslag_id, naa)
        _refuse_changed(con, hjem, forslag_id, naa)
        return True
    planlagt, na_hasher = _planned_and_now(con, hjem, forslag_id, naa)
    if content_hash(na_hasher) != content_hash(planlagt.values()):
        return False
    set_state(con, forslag_id, Forslagstilstand.IVERKSETTES, naa, SYSTEMET, "")
    return True


def _refuse_changed(con: duckdb.DuckDBPyConnection, hjem: Hjem, forslag_id: str, naa: datetime) -> None:
    """Refuse those planned items that would not be sent, or not as they were approved, if they were drafted now."""
    planlagt, na_hasher = _planned_and_now(con, hjem, forslag_id, naa)
    endrede = [utsending_id for utsending_id, sha in planlagt.items() if sha not in na_hasher]
    _events(con, [(utsending_id, Tilstand.AVVIST, ENDRET) for utsending_id in endrede], naa)


def _planned_and_now(
    con: duckdb.DuckDBPyConnection, hjem: Hjem, forslag_id: str, naa: datetime
) -> tuple[dict[str, str], set[str]]:
    """Return the planned items' content hashes, and the hashes of what would be sent if it were drafted now."""
    utkast = draft(_occasion(con, hjem, forslag_id, naa), _others(con, forslag_id))
    planlagt = con.execute(
        "SELECT utsending_id, innhold_sha256 FROM utsending_naa WHERE forslag_id = ? AND tilstand = 'planlagt'",
        [forslag_id],
    ).fetchall()
    return dict(planlagt), {sending.innhold_sha256 for sending in utkast.sendinger}


def _knowledge(con: duckdb.DuckDBPyConnection) -> list[int]:
    """Return how much the register knows: a larger number since last time means that something was learned."""
    svar = con.execute("SELECT (SELECT count(*) FROM fakta), (SELECT count(*) FROM svar)").fetchone()
    return list(svar or ())


def _others(con: duckdb.DuckDBPyConnection, forslag_id: str) -> set[str]:
    """Return the keys that other proposals of the row have carried out: this proposal's own are drafted anew."""
    rad, aar = _row_and_year(con, forslag_id)
    egne = {n for (n,) in con.execute("SELECT nokkel FROM utsending WHERE forslag_id = ?", [forslag_id]).fetchall()}
    return attempted(con, rad, aar) - egne


def _reconcile(con: duckdb.DuckDBPyConnection, hjem: Hjem, forslag_id: str, naa: datetime) -> None:
    for post in _posts(con, forslag_id, Tilstand.SENDER, None):
        tilstand = KANALER[post.kanal].look_for(hjem, post)
        if tilstand is Tilstand.LEVERT:
            _events(con, [(post.utsending_id, Tilstand.SENDT, GJENFUNNET)], naa)
        _events(con, [(post.utsending_id, tilstand, FUNNET[tilstand])], naa)


def _claim(hjem: Hjem, forslag_id: str, sett: list[int], naa: datetime) -> list[Post]:
    """Write the intent of the next few items: as many as their channel allows under way at once.

    What was learned since ``sett`` (updated here) is heeded first: a youth protected while letters go out gets none.
    """
    with hjem.register.transaction(f"utsending av {forslag_id}") as con:
        if (kunnskap := _knowledge(con)) != sett:
            _refuse_changed(con, hjem, forslag_id, naa)
            sett[:] = kunnskap
        neste = _posts(con, forslag_id, Tilstand.PLANLAGT, 1)
        if not neste:
            return []
        bolk = [
            post
            for post in _posts(con, forslag_id, Tilstand.PLANLAGT, KANALER[neste[0].kanal].bolk)
            if post.kanal is neste[0].kanal
        ]
        _events(con, [(post.utsending_id, Tilstand.SENDER, "") for post in bolk], naa)
        return bolk


def _record(hjem: Hjem, forslag_id: str, resultat: list[tuple[str, Tilstand, str]], naa: datetime) -> None:
    with hjem.register.transaction(f"utsending av {forslag_id}") as con:
        overlevert = [(utsending, Tilstand.SENDT, "") for utsending, tilstand, _ in resultat if tilstand in FERDIGE]
        _events(con, overlevert + [linje for linje in resultat if linje[1] is not Tilstand.SENDT], naa)


def _finish(hjem: Hjem, forslag_id: str, naa: datetime) -> Sendt:
    with hjem.register.transaction(f"utsending av {forslag_id}") as con:
        antall = dict(
            con.execute(
                "SELECT tilstand, count(*) FROM utsending_naa WHERE forslag_id = ? GROUP BY tilstand", [forslag_id]
            ).fetchall()
        )
        if state_of(con, forslag_id) is Forslagstilstand.IVERKSETTES and not antall.get(Tilstand.PLANLAGT):
            set_state(con, forslag_id, Forslagstilstand.IVERKSATT, naa, SYSTEMET, "")
    return Sendt(forslag_id=forslag_id, **antall)


def _posts(con: duckdb.DuckDBPyConnection, forslag_id: str, tilstand: Tilstand, mest: int | None) -> list[Post]:
    rader = con.execute(
        "SELECT utsending_id, rad, aar, kanal, innhold FROM utsending_naa WHERE forslag_id = ? AND tilstand = ?"
        " ORDER BY kanal, utsending_id LIMIT ?",
        [forslag_id, tilstand, mest if mest is not None else 2**31],
    ).fetchall()
    return [
        Post(
            utsending, f"{aar}-{rad}", Kanal(kanal), innhold, _package(con, forslag_id) if kanal == Kanal.UDIR else None
        )
        for utsending, rad, aar, kanal, innhold in rader
    ]


def _package(con: duckdb.DuckDBPyConnection, forslag_id: str) -> Pakkefiler | None:
    svar = con.execute("SELECT navn, data, manifest FROM overforing WHERE forslag_id = ?", [forslag_id]).fetchone()
    return Pakkefiler(*svar) if svar else None


def _check_channels(con: duckdb.DuckDBPyConnection, hjem: Hjem, forslag_id: str) -> None:
    modus = hjem.innstillinger.modus
    for (navn,) in con.execute("SELECT DISTINCT kanal FROM utsending WHERE forslag_id = ?", [forslag_id]).fetchall():
        if modus not in KANALER[Kanal(navn)].modi:
            raise BrukerFeil("ÅH-1405", kanal=navn, modus=modus)


def _occasion(con: duckdb.DuckDBPyConnection, hjem: Hjem, forslag_id: str, naa: datetime) -> Anledning:
    svar = con.execute(
        "SELECT f.rad, f.aar, f.brevdato, k.per_dato"
        " FROM forslag f JOIN kjoring k USING (kjoring_id) WHERE forslag_id = ?",
        [forslag_id],
    ).fetchone()
    if svar is None:
        raise BrukerFeil("ÅH-1401", forslag=forslag_id)
    rad, aar, brevdato, per_dato = svar
    return Anledning(con, hjem, find_row(rad), aar, local_date(naa), brevdato, per_dato)


def _row_and_year(con: duckdb.DuckDBPyConnection, forslag_id: str) -> tuple[str, int]:
    svar = con.execute("SELECT rad, aar FROM forslag WHERE forslag_id = ?", [forslag_id]).fetchone()
    if svar is None:
        raise BrukerFeil("ÅH-1401", forslag=forslag_id)
    return svar[0], svar[1]


def _events(con: duckdb.DuckDBPyConnection, hendelser: list[tuple[str, Tilstand, str]], naa: datetime) -> None:
    if hendelser:
        con.executemany(
            "INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn) VALUES (?, ?, ?, ?)",
            [(utsending_id, tilstand, to_utc(naa), grunn) for utsending_id, tilstand, grunn in hendelser],
        )


def _clear_half_written(hjem: Hjem) -> None:
    """Remove what a killed sender was writing: never handed over, since a file gets its name when it is whole."""
    for sti in hjem.utboks.rglob(f".*{HALVSKREVET}"):
        sti.unlink()


@contextmanager
def _alone(hjem: Hjem) -> Iterator[None]:
    """Let one process send at a time; the system lets go of the lock when that process dies."""
    las = FileLock(make_folder(hjem.mappe) / "utsending.laas", mode=FIL_RETTIGHETER)
    try:
        las.acquire(timeout=0)
    except Timeout:
        opptatt = True
    else:
        opptatt = False
    if opptatt:
        raise BrukerFeil("ÅH-1404", holder="en annen prosess")
    try:
        yield
    finally:
        las.release()
