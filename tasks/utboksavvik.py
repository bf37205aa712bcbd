"""What the outbox has that a person must look at: told once per row and year, gone when it is settled."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import duckdb

from tasks import kodeverk, udiroppfolging
from tasks.avvik import Funn, finding, make_outbox_findings
from tasks.hjem import Hjem
from tasks.klokke import local_date, to_utc
from tasks.register import historikk

EGNE_GRUNNER = ("endret", "stoppet", "avgjort_kom_ikke_fram", "sms_uten_nummer", "sms_ugyldig_nummer")
"""Why we refused an item ourselves; every other reason is the receiver's."""
UTEN_AVVIK = """
    SELECT rad, aar, max(forslag_id) AS forslag_id,
        count(*) FILTER (tilstand = 'uavklart') AS uavklart,
        count(*) FILTER (
            tilstand = 'avvist' AND forsok > 0 AND kanal <> 'udir' AND NOT list_contains($egne, grunn)
        ) AS avvist,
        count(*) FILTER (grunn = 'svarut_flere') AS flere,
        count(*) FILTER (tilstand = 'sendt' AND NOT list_contains($kjente, k.status)) AS ukjent,
        count(*) FILTER (tilstand = 'sendt' AND k.status = 'VARSLET' AND k.status_tid < $ulest) AS ulest,
        count(*) FILTER (
            tilstand = 'sendt' AND kanal IN ('digital', 'print') AND k.status IS NULL AND tilstand_tid < $ulest
        ) AS taus
    FROM utsending_naa LEFT JOIN (
        SELECT utsending_id, arg_max(status, status_tid) AS status, max(status_tid) AS status_tid
        FROM kvittering GROUP BY utsending_id
    ) k USING (utsending_id)
    WHERE forslag_tilstand IN ('iverksettes', 'iverksatt', 'stoppet') GROUP BY rad, aar ORDER BY ALL
"""
KODER = ("ÅH-3060", "ÅH-3061", "ÅH-3062", "ÅH-3063", "ÅH-3064", "ÅH-3069")
"""One for each of the counts, in their order."""


def report_all(con: duckdb.DuckDBPyConnection, hjem: Hjem, naa: datetime) -> None:
    """Make every row's open deviations about the outbox exactly what is so now."""
    kjente = [rad["kode"] for rad in kodeverk.valid_on("kodeverk/svarut_status", local_date(naa))]
    svarut = hjem.innstillinger.svarut
    ulest = naa - timedelta(hours=svarut.ulest_timer) if svarut else None
    rader = con.execute(
        UTEN_AVVIK,
        {
            "egne": list(EGNE_GRUNNER),
            "kjente": kjente,
            "ulest": to_utc(ulest) if ulest else None,
        },
    ).fetchall()
    overforinger = udiroppfolging.findings(con, hjem)
    for rad, aar, forslag_id, *antall in rader:
        funn = _findings(zip(KODER, antall, strict=True)) + overforinger.get((rad, aar), [])
        make_outbox_findings(con, rad, aar, forslag_id, funn)
    historikk.remember(con, to_utc(naa))


def refused_channels(con: duckdb.DuckDBPyConnection, rad: str, aar: int) -> dict[str, set[str]]:
    """Return key → the channels by which the receiver has refused what has that key."""
    rader = con.execute(
        "SELECT nokkel, list(DISTINCT kanal) FROM utsending_naa WHERE rad = ? AND aar = ? AND tilstand = 'avvist'"
        " AND forsok > 0 AND NOT list_contains(?, grunn) GROUP BY nokkel",
        [rad, aar, list(EGNE_GRUNNER)],
    ).fetchall()
    return {nokkel: set(kanaler) for nokkel, kanaler in rader}


def _findings(tall: Iterable[tuple[str, int]]) -> list[Funn]:
    return [finding(kode, antall=antall) for kode, antall in tall if antall]
