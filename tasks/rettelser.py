"""Corrections to facts: rows that people drop in the inbox, used where the old value is what the register holds.

All or none: one row that does not fit stops every file of the run. What was used and what was not stays in the ledger
(``rettelse``), which is written in a transaction of its own when nothing else is.
"""

import hashlib
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd
import pyarrow as pa

from schemas import fodselsnummer
from schemas.format import Filformat
from schemas.rettelser import Rettet
from schemas.revisjon import Handling
from tasks import klokke, kodeverk
from tasks.feil import BrukerFeil
from tasks.filer import make_folder
from tasks.formater import find_format
from tasks.hjem import Hjem
from tasks.lesing import read_bytes
from tasks.register import fakta
from tasks.rettelsesvurdering import Fil, Rettelse, judge
from tasks.revisjon import note
from tasks.steg import step

FORMAT: Final = "rettelser"
BRUKT, IKKE_BRUKT = "brukt", "ikke_brukt"
KODE_ANDRE_RADER = "ÅH-2218"
MEST_VIST: Final = 20


class _Stopp(Exception):
    """Rolls the register back: a row does not fit, or nothing was to be changed."""


@step("Bruk rettelser")
def apply_corrections(hjem: Hjem, naa: datetime, *, bare_vis: bool = False) -> Rettet:
    """Use the corrections that wait in the inbox, and tell how many.

    BrukerFeil ÅH-2201 (rows that do not fit, by number and code), ÅH-20xx (a file that cannot be read): nothing is
    used, the files stay, and the attempt is in the ledger.
    """
    format_ = find_format(FORMAT, hjem.innstillinger)
    stier = [sti for sti in sorted(make_folder(hjem.innboks).iterdir()) if sti.is_file() and format_.fits(sti.name)]
    filer = [_open(sti) for sti in stier]
    if not filer:
        return Rettet()
    resultat = _use(hjem, naa, filer, format_, bare_vis=bare_vis)
    if any(fil.feil for fil in filer):
        if not bare_vis:
            _remember_refused(hjem, naa, filer)
        raise _refusal(filer)
    for sti in [] if bare_vis else stier:
        sti.unlink(missing_ok=True)
    return resultat


def _open(sti: Path) -> Fil:
    innhold = read_bytes(sti)
    return Fil(sti.name, hashlib.sha256(innhold).hexdigest(), innhold)


def _use(hjem: Hjem, naa: datetime, filer: list[Fil], format_: Filformat, *, bare_vis: bool) -> Rettet:
    """Judge and use the files in one transaction, undone where a row does not fit; faults are left in ``filer``."""
    resultat = Rettet()
    try:
        with hjem.register.transaction("rettelser") as con:
            rettelse_id = _next_id(con, naa)
            for fil in filer:
                if _is_used(con, fil.sha256):
                    resultat.alt_brukt += 1
                    continue
                judge(con, hjem, klokke.local_date(naa), fil, format_)
                if not fil.feil:
                    _write(con, naa, fil, rettelse_id)
                resultat.brukt += len(fil.rader)
                resultat.filer += 1
            if bare_vis or any(fil.feil for fil in filer):
                raise _Stopp
            resultat.rettelse_id = rettelse_id if resultat.brukt else None
            for av, antall in sorted(Counter(rad.av for fil in filer for rad in fil.rader).items()):
                note(con, naa, av, Handling.RETTET, rettelse_id, {"rettelser": antall})
    except _Stopp:
        pass
    return resultat


def _next_id(con: duckdb.DuckDBPyConnection, naa: datetime) -> str:
    """Return the next attempt's id, R{year}-{number}."""
    begynnelse = f"{fakta.RETTELSE}{klokke.local_date(naa).year}-"
    svar = con.execute(
        "SELECT count(DISTINCT rettelse_id) FROM rettelse WHERE starts_with(rettelse_id, ?)", [begynnelse]
    ).fetchone()
    return f"{begynnelse}{(svar[0] if svar else 0) + 1}"


def _is_used(con: duckdb.DuckDBPyConnection, sha256: str) -> bool:
    """Tell whether the very same file has been used, and has not been taken back since."""
    svar = con.execute(
        "SELECT 1 FROM rettelse WHERE sha256 = ? AND tilstand = ?"
        " AND rettelse_id NOT IN (SELECT angret_kjoring_id FROM angring)",
        [sha256, BRUKT],
    ).fetchone()
    return svar is not None


def _write(con: duckdb.DuckDBPyConnection, naa: datetime, fil: Fil, rettelse_id: str) -> None:
    """Add the facts, freeze the file, and write its rows in the ledger."""
    tid = klokke.to_utc(naa)
    nye = {rad.nokkel: rad.ny for rad in fil.rader}
    for rad in (rad for rad in fil.rader if rad.felt == "fodselsnummer"):
        # The birth date follows the number, as it does when a file is loaded, unless it is corrected itself.
        (fodt,) = fodselsnummer.birth_dates(pa.array([rad.ny]), kodeverk.fictitious_digits()).astype(str)
        if fodt != "NaT":
            nye.setdefault((rad.person_id, "fodselsdato", rad.gyldig_fra), fodt)
    lang = pd.DataFrame([(*nokkel[:2], verdi, nokkel[2]) for nokkel, verdi in nye.items()])
    lang.columns = ["person_id", "felt", "verdi", "gyldig_fra"]
    fakta.add(con, lang, rettelse_id, tid)
    con.execute(
        "INSERT INTO raafil SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM raafil WHERE sha256 = ?)",
        [fil.sha256, fil.navn, FORMAT, tid, fil.innhold, fil.sha256],
    )
    for rad in fil.rader:
        _enter(con, rettelse_id, fil, tid, rad, "")


def _remember_refused(hjem: Hjem, naa: datetime, filer: list[Fil]) -> None:
    """Write in the ledger that none of the files was used, without values or reasons in words."""
    with hjem.register.transaction("rettelser som ikke er brukt") as con:
        rettelse_id = _next_id(con, naa)
        for fil in filer:
            kjente = {rad.rad_nr: rad for rad in fil.rader}
            tomme = {nummer: Rettelse(nummer, "", "", date.max, *[""] * 6) for nummer in fil.feil}
            for nummer, rad in sorted((tomme | kjente).items()):
                uten = rad._replace(gammel="", ny="", begrunnelse="")
                _enter(con, rettelse_id, fil, klokke.to_utc(naa), uten, fil.feil.get(nummer, KODE_ANDRE_RADER))


def _enter(
    con: duckdb.DuckDBPyConnection, rettelse_id: str, fil: Fil, tid: datetime, rad: Rettelse, grunn: str
) -> None:
    gyldig_fra = "" if rad.gyldig_fra == date.max else rad.gyldig_fra.isoformat()
    con.execute(
        "INSERT INTO rettelse VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            rettelse_id, fil.navn, fil.sha256, rad.rad_nr, rad.person_id, rad.felt, gyldig_fra, rad.gammel, rad.ny,
            rad.arsakskode, rad.begrunnelse, rad.av, rad.dato, tid, IKKE_BRUKT if grunn else BRUKT, grunn,
        ],
    )  # fmt: skip


def _refusal(filer: list[Fil]) -> BrukerFeil:
    """Return the error: a file that cannot be read tells that itself, else every row with its code."""
    if uleselig := next((fil.uleselig for fil in filer if fil.uleselig), None):
        return uleselig
    feil = [f"{fil.navn} rad {nummer}: {kode}" for fil in filer for nummer, kode in sorted(fil.feil.items())]
    rest = len(feil) - MEST_VIST
    vist = "; ".join(feil[:MEST_VIST]) + (f"; og {rest} til" if rest > 0 else "")
    return BrukerFeil("ÅH-2201", antall=len(feil), feil=vist)
