"""What Udir's receipts lead to: how far each transfer has come, tasks about refused lines, and what is awaited."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd

from schemas.utsending import Utelatt
from schemas.verdier import Mottaker, Tilstand
from tasks import mottakere, utvalg
from tasks.arshjul import find_row, row_dates
from tasks.avvik import Funn, finding, make_receipt_findings
from tasks.hjem import Hjem
from tasks.innboks import keep_raw
from tasks.klokke import local_date, to_utc
from tasks.oppgaver import Opphav, assign_outside
from tasks.register import fakta
from tasks.sjekkliste import told_where
from tasks.udirkvittering import FORMAT, FORSTE_LINJE, SLUTT, Kvitteringsfil, Melding, Pakke, match, packages
from tasks.udirpakker import lines
from tasks.utboksposter import write_events

AVVIST: Final = "udir_avvist"
GJENFUNNET: Final = "gjenfunnet"
AVVIST_LINJE: Final = "UDIR_AVVIST_LINJE"
UTFALL: Final = {"godkjent": (Tilstand.LEVERT, ""), "avvist": (Tilstand.AVVIST, AVVIST)}
"""What an end means for the item in the outbox, and its reason."""
IKKE_NAMNGITT: Final = (mottakere.DOED, mottakere.SKJERMET)
AVGJORTE: Final = """
    SELECT rad, aar, forslag_id FROM overforing_naa
    WHERE list_contains(?, tilstand)
      AND (rad, aar) IN (SELECT (rad, aar) FROM overforing SEMI JOIN udir_linje USING (forslag_id))
    QUALIFY row_number() OVER (PARTITION BY rad, aar ORDER BY versjon DESC) = 1 ORDER BY ALL
"""
"""The newest version that Udir has decided on, of each row and year that Udir has told anything of lines in."""
AVVISTE_LINJER: Final = """
    SELECT DISTINCT coalesce(s.er_person_id, l.person_id)
    FROM udir_linje l LEFT JOIN samme_person('infinity'::TIMESTAMP) s USING (person_id)
    WHERE forslag_id = ? AND l.tilstand = 'avvist'
"""
NYESTE: Final = """
    SELECT rad, aar, navn, tilstand, (
        SELECT count(DISTINCT linjenummer) FROM udir_linje l
        WHERE l.forslag_id = o.forslag_id AND l.tilstand = 'avvist')
    FROM overforing_naa o WHERE sendt_tid IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY rad, aar ORDER BY versjon DESC) = 1 ORDER BY ALL
"""
"""The newest version of each row and year that was handed over, and how many of its lines are refused."""


@dataclass
class Brukt:
    """What reading the receipts came to.

    Messages that were new, known before, and new but older than what we knew; packages approved and refused; files
    used (which leave the inbox), and how many were not.
    """

    nye: int = 0
    kjente: int = 0
    sene: int = 0
    godkjent: int = 0
    avvist: int = 0
    ikke_brukt: int = 0
    filer: list[Path] = field(default_factory=list)


def use_receipts(con: duckdb.DuckDBPyConnection, hjem: Hjem, filer: list[Kvitteringsfil], naa: datetime) -> Brukt:
    """Keep what the receipts say, file by file and whole or not, and give each transfer its state.

    What keeps a file from being used is told while it lies there.
    """
    brukt, funn = Brukt(), defaultdict[tuple[str, int], list[Funn]](list)
    for fil in filer:
        pakker = {pakke.forslag_id: pakke for pakke in packages(con)}
        meldinger, galt = match(fil, pakker.values())
        for sted, flere in galt.items():
            funn[sted] += flere
        if galt:
            brukt.ikke_brukt += 1
            continue
        keep_raw(con, fil.sha256, fil.sti.name, FORMAT, fil.innhold, to_utc(naa))
        brukt.filer.append(fil.sti)
        for forslag_id, egne in meldinger.items():
            _keep(con, fil.sha256, pakker[forslag_id], egne, naa, brukt)
            _settle(con, pakker[forslag_id], egne, naa, brukt)
    make_receipt_findings(con, local_date(naa).year, funn)
    _assign_refused_lines(con, hjem, naa)
    return brukt


def _keep(
    con: duckdb.DuckDBPyConnection, sha256: str, pakke: Pakke, meldinger: list[Melding], naa: datetime, brukt: Brukt
) -> None:
    """Keep each status once with its lines, and count."""
    svar = con.execute("SELECT status, status_tid FROM udir_kvittering WHERE forslag_id = ?", [pakke.forslag_id])
    kjente = set(svar.fetchall())
    siste = max((tid for _, tid in kjente), default=None)
    sagt = {(m.status, m.tid): m for m in meldinger}
    for m in (m for nokkel, m in sagt.items() if nokkel not in kjente):
        brukt.nye += 1
        brukt.sene += siste is not None and m.tid < siste
        con.execute(
            "INSERT INTO udir_kvittering VALUES (?, ?, ?, ?, ?, ?, ?)",
            [pakke.forslag_id, m.status, m.tid, m.tilstand, m.rang, sha256, to_utc(naa)],
        )
    brukt.kjente += len(sagt.keys() & kjente)
    _keep_lines(con, sha256, pakke, [m for m in meldinger if m.linje], naa)


def _keep_lines(
    con: duckdb.DuckDBPyConnection, sha256: str, pakke: Pakke, meldinger: list[Melding], naa: datetime
) -> None:
    """Keep what is said of single lines, once, and whose they are by the number that stands in the sealed file."""
    if not meldinger:
        return
    svar = con.execute("SELECT data FROM overforing WHERE forslag_id = ?", [pakke.forslag_id]).fetchone()
    numre = lines(svar[0])["fodselsnummer"] if svar else pd.Series(dtype="str")
    personer = fakta.people_by_id(con, numre)
    nye = pd.DataFrame(  # noqa: F841 DuckDB reads it by name
        {(m.linje, personer[m.linje - FORSTE_LINJE], m.kode, m.status, m.tid, m.tilstand) for m in meldinger},
        columns=["linjenummer", "person_id", "kode", "status", "status_tid", "tilstand"],
    ).astype({"status_tid": "datetime64[us]"})
    con.execute(
        "INSERT INTO udir_linje SELECT ?, linjenummer, person_id, kode, status, status_tid, tilstand, ?, ? FROM nye"
        " ANTI JOIN (FROM udir_linje WHERE forslag_id = ?) USING (linjenummer, kode, status, status_tid)"
        " ORDER BY linjenummer, kode",
        [pakke.forslag_id, sha256, to_utc(naa), pakke.forslag_id],
    )


def _settle(
    con: duckdb.DuckDBPyConnection, pakke: Pakke, meldinger: list[Melding], naa: datetime, brukt: Brukt
) -> None:
    """Give the item its state: one of unknown fate has arrived, and an end is written once."""
    hendelser = []
    if pakke.utsending_tilstand == Tilstand.UAVKLART:
        hendelser.append((pakke.utsending_id, Tilstand.SENDT, GJENFUNNET, ""))
    slutt = next((m.tilstand for m in meldinger if m.tilstand in SLUTT), "")
    if slutt and not pakke.avgjort:
        tilstand, grunn = UTFALL[slutt]
        hendelser.append((pakke.utsending_id, tilstand, grunn, ""))
        brukt.godkjent += tilstand is Tilstand.LEVERT
        brukt.avvist += tilstand is Tilstand.AVVIST
    write_events(con, hendelser, naa)


def _assign_refused_lines(con: duckdb.DuckDBPyConnection, hjem: Hjem, naa: datetime) -> None:
    """Make the open tasks about refused lines exactly those of each transfer's newest decided version."""
    dag, fylkesnumre = local_date(naa), hjem.innstillinger.fylke.fylkesnummer
    for rad, aar, forslag_id in con.execute(AVGJORTE, [list(SLUTT)]).fetchall():
        personer = {person for (person,) in con.execute(AVVISTE_LINJER, [forslag_id]).fetchall()}
        gjelder = utvalg.people(con, personer, mottakere.FELT, dag, fylkesnumre) if personer else []
        skjermede = {p["person_id"] for p in gjelder if mottakere.stopped(p, dag, fylkesnumre) in IKKE_NAMNGITT}
        oppgaver = [Utelatt(p["person_id"], Mottaker.UDIR, AVVIST_LINJE, p["raadgiver"]) for p in gjelder]
        frist = row_dates(find_row(rad), aar, hjem.radvalg).frist
        opphav = Opphav(rad, aar, forslag_id.removeprefix("F"), f"O{forslag_id}-", frist)
        assign_outside(con, opphav, dag, oppgaver, AVVIST_LINJE, skjermede)


def findings(con: duckdb.DuckDBPyConnection, hjem: Hjem) -> dict[tuple[str, int], list[Funn]]:
    """Return row and year → what a person must know of the newest version handed over: no end told yet, or refused."""
    funn = {}
    for rad, aar, navn, tilstand, antall in con.execute(NYESTE).fetchall():
        if tilstand == "avvist":
            funn[rad, aar] = [finding("ÅH-3089", pakke=navn, antall=antall)]
        elif tilstand not in SLUTT:
            frist = row_dates(find_row(rad), aar, hjem.radvalg).frist
            funn[rad, aar] = [
                finding("ÅH-3088", pakke=navn, sted=told_where(hjem, navn), frist=f"{frist:%d.%m.%Y}" if frist else "–")
            ]
    return funn
