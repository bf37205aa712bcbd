"""Confirmation: a person says that a restored or copied home is the one that counts from now on.

What was approved and not wholly sent when the copy was taken may have been sent by the home it is a copy of. So nothing
of it is simply sent: SvarUt is asked by our own reference, and the rest is for a person to find out.
"""

from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from schemas.revisjon import Handling
from schemas.verdier import Forslagstilstand, Kanal, Tilstand
from tasks.arshjul import wheel
from tasks.avvik import Funn, finding, make_copy_findings
from tasks.feil import BrukerFeil
from tasks.forhaandsvisning import remove_previews
from tasks.forslag import set_state
from tasks.hjem import Hjem
from tasks.hjemvern import claim, is_quarantined, leap, original, restored_from
from tasks.kalender import FORSTE_AAR, run_time
from tasks.kanaler import channel
from tasks.klokke import OSLO, from_utc, to_utc
from tasks.register import historikk
from tasks.register.tilkobling import Register
from tasks.revisjon import SYSTEMET, note
from tasks.svarut import Svarutvei
from tasks.utboksavvik import report_all
from tasks.utboksposter import write_events

GRUNN: Final = "gjenopprettet"
VENT_SEKUNDER: Final = 2.0
IKKE_SENDT: Final = """
    SELECT forslag_id, forslag_tilstand, utsending_id, kanal FROM utsending_naa
    WHERE (forslag_tilstand IN ('godkjent', 'iverksettes') AND tilstand IN ('planlagt', 'sender'))
       OR (forslag_tilstand = 'stoppet' AND tilstand = 'sender')
    ORDER BY utsending_id
"""
SIST_SKREVET: Final = """
    SELECT greatest((SELECT max(ferdig_tid) FROM kjoring), (SELECT max(tid) FROM utsending_hendelse),
        (SELECT max(tid) FROM forslag_hendelse))
"""


class Bekreftet(NamedTuple):
    """A home that is confirmed: what SvarUt will be asked about, what a person must find out, which rows to look at."""

    sporres: int
    uavklart: int
    utlopt: int
    rader: int


def confirm(hjem: Hjem, av: str, naa: datetime) -> Bekreftet:
    """Take the home out of quarantine, in ``av``'s name.

    Raises BrukerFeil ÅH-1406 (nobody's name), ÅH-1811 (not a copy), ÅH-1812 (what it is a copy of is in use here).
    """
    if not av.strip():
        raise BrukerFeil("ÅH-1406")
    with hjem.register.transaction("bekreftelse") as con:
        if not is_quarantined(con, hjem.mappe):
            raise BrukerFeil("ÅH-1811")
        gammel = original(con, hjem.mappe)
    if gammel and _is_live(gammel, hjem.register):
        raise BrukerFeil("ÅH-1812", mappe=gammel)
    with hjem.register.transaction("bekreftelse") as con:
        fra = _copied_at(con) or naa
        rader = _open_rows(con) | _planned_rows(hjem, fra, naa)
        sporres, uavklart = _doubt_unsent(con, hjem, naa)
        utlopte = _expire_waiting(con, naa)
        make_copy_findings(con, rader, _warning(fra, naa))
        report_all(con, hjem, naa)
        note(con, naa, av, Handling.BEKREFTET, to_utc(fra).isoformat(), {"spørres": sporres, "uavklart": uavklart})
        leap(con)
        claim(con, hjem.mappe)
        historikk.remember(con, to_utc(naa))
    for forslag_id in utlopte:
        remove_previews(hjem, forslag_id)
    return Bekreftet(sporres, uavklart, len(utlopte), len(rader))


def _is_live(mappe: Path, register: Register) -> bool:
    """Tell whether the home in the folder is still at home there; one that our key does not open is another county's.

    BrukerFeil ÅH-1302 where somebody holds its register, ÅH-1304 where it cannot be read.
    """
    sti = mappe / register.sti.name
    if not sti.is_file():
        return False
    try:
        with Register(sti, register.nokkel, vent=VENT_SEKUNDER).transaction("er kopiert", eldre=True) as con:
            return not is_quarantined(con, mappe)
    except BrukerFeil as feil:
        if feil.kode != "ÅH-1303":
            raise
    return False


def _copied_at(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return when the copy was taken: as the backup says, else not before the last thing the register knows of.

    None where it knows of nothing.
    """
    if kopi_tid := restored_from(con):
        return datetime.fromisoformat(kopi_tid).astimezone(OSLO)
    (sist,) = con.execute(SIST_SKREVET).fetchall()[0]
    return from_utc(sist) if sist else None


def _doubt_unsent(con: duckdb.DuckDBPyConnection, hjem: Hjem, naa: datetime) -> tuple[int, int]:
    """Treat what was approved as begun: SvarUt is asked when it is sent again, the rest becomes unclear. Count both."""
    rader = con.execute(IKKE_SENDT).fetchall()
    kan_sporres = {kanal: _can_be_asked(hjem, Kanal(kanal)) for *_, kanal in rader}
    hendelser = [
        (item, Tilstand.SENDER if kan_sporres[kanal] else Tilstand.UAVKLART, GRUNN, "") for _, _, item, kanal in rader
    ]
    write_events(con, hendelser, naa)
    for forslag_id in sorted({rad[0] for rad in rader if rad[1] == Forslagstilstand.GODKJENT}):
        set_state(con, forslag_id, Forslagstilstand.IVERKSETTES, naa, SYSTEMET, GRUNN)
    sporres = sum(tilstand is Tilstand.SENDER for _, tilstand, _, _ in hendelser)
    return sporres, len(hendelser) - sporres


def _can_be_asked(hjem: Hjem, kanal: Kanal) -> bool:
    try:
        return isinstance(channel(hjem, kanal), Svarutvei)
    except BrukerFeil:
        return False


def _expire_waiting(con: duckdb.DuckDBPyConnection, naa: datetime) -> list[str]:
    """Expire what waited for approval: it may have been approved and sent since. Return which."""
    venter = [
        forslag_id
        for (forslag_id,) in con.execute(
            "SELECT forslag_id FROM forslag_naa WHERE tilstand = ? ORDER BY forslag_id", [Forslagstilstand.VENTER]
        ).fetchall()
    ]
    for forslag_id in venter:
        set_state(con, forslag_id, Forslagstilstand.UTLOPT, naa, SYSTEMET, GRUNN)
    return venter


def _open_rows(con: duckdb.DuckDBPyConnection) -> set[tuple[str, int]]:
    """Return the rows and years with a proposal that was open when the copy was taken."""
    apne = [Forslagstilstand.VENTER, Forslagstilstand.GODKJENT, Forslagstilstand.IVERKSETTES]
    sql = "SELECT DISTINCT rad, aar FROM forslag_naa WHERE list_contains(?, tilstand)"
    return set(con.execute(sql, [apne]).fetchall())


def _planned_rows(hjem: Hjem, fra: datetime, til: datetime) -> set[tuple[str, int]]:
    """Return the rows and years that the calendar has run between two moments."""
    return {
        (datoer.rad.rad, aar)
        for aar in range(max(fra.year - 1, FORSTE_AAR), til.year + 1)
        for datoer in wheel(aar, hjem.radvalg)
        if not (datoer.valg and datoer.valg.hopp_over) and any(fra < run_time(dag) <= til for dag in datoer.kjoredatoer)
    }


def _warning(fra: datetime, til: datetime) -> Funn:
    return finding("ÅH-1815", fra=f"{fra:%d.%m.%Y kl. %H.%M}", til=f"{til.astimezone(OSLO):%d.%m.%Y kl. %H.%M}")
