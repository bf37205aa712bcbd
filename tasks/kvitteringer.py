"""Receipts: what the receivers tell afterwards, kept word by word, and what it makes of each item.

A receipt may come late, twice, in any order, or about something we never sent. What holds is the newest by the
receiver's own time, whatever order they came in.
"""

from datetime import datetime

import duckdb
import pandas as pd

from schemas.kvittering import Kvitteringsresultat
from schemas.verdier import Kanal, Mottaker, Tilstand
from tasks import kodeverk
from tasks.hjem import Hjem
from tasks.kanal import Post
from tasks.klokke import local_date, to_utc
from tasks.kvitteringspost import (
    AVVIST_AV_ARKIVET,
    RETURNERT,
    UFORSTATT,
    ULESELIG,
    UNDERVEIS,
    read_inbox,
    settle_inbox,
)
from tasks.returpost import Returslag
from tasks.steg import step
from tasks.svarut import Svarutvei
from tasks.udirkvittering import read_receipts
from tasks.udiroppfolging import use_receipts
from tasks.utboksavvik import report_all
from tasks.utboksposter import write_events
from tasks.utkast import BREVKANALER

GRUNNER = {"AVVIST": "svarut_avvist", "IKKE_LEVERT": "svarut_ikke_levert"}
SENDTE = """
    SELECT utsending_id, aar || '-' || rad, kanal, mottaker, innhold, ekstern_id FROM utsending_naa
    WHERE tilstand = 'sendt' AND ekstern_id <> '' AND list_contains(?, kanal) ORDER BY utsending_id
"""
NYESTE = """
    SELECT k.utsending_id, arg_max(k.status, (k.status_tid, s.rang)) AS status FROM kvittering k
    JOIN statuser s USING (status) GROUP BY k.utsending_id
"""
ENDRET = f"""
    SELECT n.utsending_id, s.tilstand, n.status FROM ({NYESTE}) n JOIN statuser s USING (status)
    JOIN utsending_naa u USING (utsending_id) WHERE u.tilstand = 'sendt' AND s.tilstand <> 'sendt' ORDER BY ALL
"""


@step("Hent kvitteringer")
def collect(hjem: Hjem, naa: datetime) -> Kvitteringsresultat:
    """Ask SvarUt about every letter that it has accepted and not yet told the end of, and read receipts in the inbox.

    A receipt from Udir that does not fit what was sealed is told as a deviation, and stays in the inbox.

    BrukerFeil ÅH-1671 where SvarUt does not answer, ÅH-1654 where a file is not the receipt its ending says; nothing
    is changed.
    """
    poster, innboks, fra_udir = _waiting(hjem), read_inbox(hjem), read_receipts(hjem, naa)
    svar = _ask(hjem, poster, naa)
    with hjem.register.transaction("kvitteringer") as con:
        _keep(con, poster, svar, naa)
        endrede = _settle(con, naa)
        fra_filer = settle_inbox(con, innboks, naa)
        udir = use_receipts(con, hjem, fra_udir, naa)
        report_all(con, hjem, naa)
    for sti in (*innboks.filer, *udir.filer):
        sti.unlink(missing_ok=True)
    return Kvitteringsresultat(
        spurt=len(poster),
        svart=len(svar),
        levert=sum(tilstand is Tilstand.LEVERT for tilstand in endrede),
        avvist=sum(tilstand is Tilstand.AVVIST for tilstand in endrede),
        retur_hard=fra_filer[RETURNERT[Returslag.HARD]],
        retur_myk=fra_filer[RETURNERT[Returslag.MYK]] + fra_filer[UNDERVEIS],
        retur_uforstatt=fra_filer[UFORSTATT],
        retur_uleselig=fra_filer[ULESELIG],
        arkivert=fra_filer[Tilstand.LEVERT],
        arkiv_avvist=fra_filer[AVVIST_AV_ARKIVET],
        udir_nye=udir.nye,
        udir_kjente=udir.kjente,
        udir_sene=udir.sene,
        udir_godkjent=udir.godkjent,
        udir_avvist=udir.avvist,
        udir_ikke_brukt=udir.ikke_brukt,
    )


def _waiting(hjem: Hjem) -> list[Post]:
    with hjem.register.transaction("brev som venter på kvittering") as con:
        rader = con.execute(SENDTE, [list(BREVKANALER)]).fetchall()
    return [
        Post(utsending, mappe, Kanal(kanal), Mottaker(mottaker), innhold, ekstern_id=ekstern)
        for utsending, mappe, kanal, mottaker, innhold, ekstern in rader
    ]


def _ask(hjem: Hjem, poster: list[Post], naa: datetime) -> dict[str, tuple[str, datetime]]:
    valg = hjem.innstillinger.svarut
    if not poster or valg is None:
        return {}
    with Svarutvei(valg).open(hjem, naa) as svarut:
        return svarut.statuses(poster)


def _keep(
    con: duckdb.DuckDBPyConnection, poster: list[Post], svar: dict[str, tuple[str, datetime]], naa: datetime
) -> None:
    """Keep each receipt as it was told, once."""
    nye = pd.DataFrame(  # noqa: F841 DuckDB reads it by name
        [
            (p.utsending_id, svar[p.ekstern_id][0], to_utc(svar[p.ekstern_id][1]))
            for p in poster
            if p.ekstern_id in svar
        ],
        columns=["utsending_id", "status", "status_tid"],
    ).astype({"utsending_id": "str", "status": "str", "status_tid": "datetime64[us]"})
    con.execute(
        "INSERT INTO kvittering SELECT utsending_id, status, status_tid, ? FROM nye"
        " ANTI JOIN kvittering USING (utsending_id, status, status_tid) ORDER BY utsending_id",
        [to_utc(naa)],
    )


def _settle(con: duckdb.DuckDBPyConnection, naa: datetime) -> list[Tilstand]:
    """Give each item the state its newest known receipt means; return the new states."""
    con.register("statuser", known_statuses(naa))
    endrede = con.execute(ENDRET).fetchall()
    con.unregister("statuser")
    hendelser = [(item, Tilstand(tilstand), GRUNNER.get(status, ""), "") for item, tilstand, status in endrede]
    write_events(con, hendelser, naa)
    return [tilstand for _, tilstand, _, _ in hendelser]


def known_statuses(naa: datetime) -> pd.DataFrame:
    """Return SvarUt's statuses: status, tilstand, and ``rang``, which breaks a tie: the end comes after the way."""
    rader = kodeverk.valid_on("kodeverk/svarut_status", local_date(naa))
    ramme = pd.DataFrame([(rad["kode"], rad["tilstand"]) for rad in rader], columns=["status", "tilstand"], dtype="str")
    return ramme.assign(rang=(ramme["tilstand"] != Tilstand.SENDT).astype("int64"))
