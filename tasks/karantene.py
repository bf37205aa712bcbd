"""Quarantine: what was wrong with which row of which file, open until it is corrected, dismissed, or delivered anew."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import duckdb
import pandas as pd

from schemas.rammer import Feilramme
from tasks.avlosning import is_replaced, replaced_rows
from tasks.avvik import Funn, finding
from tasks.kjoring import Kjoring
from tasks.register.fakta import EVIG_TID
from tasks.samsvar import conform
from tasks.vurdering import Vurdert

APEN = "åpen"
RETTET = "rettet"
AVVIST = "avvist"
SAMME = "n.sha256 = k.sha256 AND n.rad_nr = k.rad_nr AND n.kolonne = k.kolonne AND n.kode = k.kode"


class Apen(NamedTuple):
    """An open row: the wheel's row and year, its file, all its faults (column, code), and whose run's workbook has it.

    ``lopenr`` is the last that has been said of it, 0 when nothing has.
    """

    rad: str
    aar: int
    fil: str
    sha256: str
    format: str
    rad_nr: int
    feil: tuple[tuple[str, str], ...]
    lopenr: int
    kjoring_id: str


def set_aside(kjoring: Kjoring, vurdert: list[Vurdert]) -> None:
    """Make the row's quarantine exactly what this delivery's files have wrong, what is dismissed kept apart."""
    rammer = [
        enkelt.validert.feil.assign(
            fil=enkelt.mottatt.fil,
            sha256=enkelt.mottatt.sha256,
            tilstand=[AVVIST if nr in enkelt.avvist else APEN for nr in enkelt.validert.feil["rad_nr"].tolist()],
        )
        for enkelt in vurdert
    ]
    replace_open(kjoring, pd.concat(rammer), sorted({enkelt.mottatt.format.navn for enkelt in vurdert}))


def replace_open(kjoring: Kjoring, feil: pd.DataFrame, formater: list[str]) -> None:
    """Close the row's faults of the formats that are no longer there, add the new ones, leave the same alone.

    A row that takes over from an earlier one closes what that one left open, and stays closed if that one is run
    again. ``feil`` has fil, sha256, rad_nr, kolonne, kode, tilstand (``åpen`` or ``avvist``).
    """
    con = kjoring.con
    conform(Feilramme, feil[list(Feilramme.to_schema().columns)])
    con.register("feil_naa", feil.astype({"tilstand": "str"}))
    _close(kjoring, formater)
    if not is_replaced(kjoring):
        _follow(kjoring)
        con.execute(
            f"""
            INSERT INTO karantene
            SELECT $rad, $aar, n.fil, n.sha256, n.rad_nr, n.kolonne, n.kode, n.tilstand, $kjoring,
                CASE WHEN n.tilstand = '{APEN}' THEN NULL ELSE $kjoring END
            FROM feil_naa n
            WHERE NOT EXISTS (
                SELECT 1 FROM karantene k
                WHERE k.rad = $rad AND k.aar = $aar AND k.tilstand IN ('{APEN}', '{AVVIST}') AND {SAMME})
            ORDER BY n.fil, n.rad_nr, n.kolonne, n.kode
            """,  # noqa: S608 only our own words
            {"rad": kjoring.rad.rad, "aar": kjoring.aar, "kjoring": kjoring.kjoring_id},
        )
    con.unregister("feil_naa")


def _close(kjoring: Kjoring, formater: list[str]) -> None:
    """Close what is open and no longer found, in this row and in those it takes over from."""
    kjoring.con.execute(
        f"""
        UPDATE karantene k SET tilstand = '{RETTET}', lukket_kjoring_id = $kjoring
        WHERE list_contains($rader, k.rad) AND k.aar = $aar AND k.tilstand = '{APEN}'
          AND k.sha256 IN (SELECT sha256 FROM raafil WHERE list_contains($formater, format))
          AND NOT EXISTS (SELECT 1 FROM feil_naa n WHERE {SAMME})
        """,  # noqa: S608 only our own words
        {
            "rader": [kjoring.rad.rad, *replaced_rows(kjoring.rad)],
            "aar": kjoring.aar,
            "kjoring": kjoring.kjoring_id,
            "formater": formater,
        },
    )


def _follow(kjoring: Kjoring) -> None:
    """Let faults that are still there follow what has been said: dismissed, or open again when that is undone."""
    kjoring.con.execute(
        f"""
        UPDATE karantene k SET tilstand = n.tilstand,
            kjoring_id = CASE WHEN n.tilstand = '{APEN}' THEN $kjoring ELSE k.kjoring_id END,
            lukket_kjoring_id = CASE WHEN n.tilstand = '{APEN}' THEN NULL ELSE $kjoring END
        FROM feil_naa n
        WHERE {SAMME} AND k.rad = $rad AND k.aar = $aar AND k.tilstand <> n.tilstand
          AND k.tilstand IN ('{APEN}', '{AVVIST}')
        """,  # noqa: S608 only our own words
        {"rad": kjoring.rad.rad, "aar": kjoring.aar, "kjoring": kjoring.kjoring_id},
    )


def open_rows(kjoring: Kjoring, formater: Collection[str]) -> int:
    """Return how many rows of the formats stand open for the run's row and year; the dismissed are not counted."""
    return len(_own(kjoring, formater))


def open_quarantine(kjoring: Kjoring, kode: str, formater: Collection[str]) -> list[Funn]:
    """Return the finding ``kode`` with how many rows of the formats stand open and in which workbooks, if any do."""
    apne = _own(kjoring, formater)
    if not apne:
        return []
    boker = ", ".join(sorted({workbook_name(enkelt.kjoring_id) for enkelt in apne}))
    return [finding(kode, antall=len(apne), bok=boker)]


def workbook_name(kjoring_id: str) -> str:
    """Return the file name of a run's workbook."""
    return f"karantene_{kjoring_id}.xlsx"


def _own(kjoring: Kjoring, formater: Collection[str]) -> list[Apen]:
    alle = all_open(kjoring.con)
    return [e for e in alle if (e.rad, e.aar) == (kjoring.rad.rad, kjoring.aar) and e.format in formater]


def all_open(con: duckdb.DuckDBPyConnection) -> list[Apen]:
    """Return every open row of a file, in the files' order.

    It stands in the workbook of the run that last found something new in it or took a correction of it.
    """
    rader = con.execute(
        f"""
        SELECT k.rad, k.aar, k.fil, k.sha256, r.format, k.rad_nr, list_sort(list((k.kolonne, k.kode))),
            coalesce(max(o.lopenr), 0),
            list_distinct(list_concat(list(k.kjoring_id), list(o.kjoring_id) FILTER (o.kjoring_id IS NOT NULL)))
        FROM karantene k JOIN raafil r USING (sha256)
        LEFT JOIN rettebok_naa o ON o.sha256 = k.sha256 AND o.rad_nr = k.rad_nr
        WHERE k.tilstand = '{APEN}'
        GROUP BY k.rad, k.aar, k.fil, k.sha256, r.format, k.rad_nr ORDER BY k.fil, k.sha256, k.rad_nr
        """  # noqa: S608 only our own words
    ).fetchall()
    startet = dict(con.execute("SELECT kjoring_id, startet_tid FROM kjoring").fetchall()) if rader else {}

    def when(kjoring_id: str) -> tuple[datetime, int]:
        """The run under way is not written yet: it is the newest."""
        return startet.get(kjoring_id, EVIG_TID), int(kjoring_id.rpartition("-")[2])

    return [
        Apen(rad, aar, fil, sha256, format_, rad_nr, tuple(feil), lopenr, max(kjoringer, key=when))
        for rad, aar, fil, sha256, format_, rad_nr, feil, lopenr, kjoringer in rader
    ]
