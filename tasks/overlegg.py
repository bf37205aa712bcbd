"""What people have said of rows set aside, laid over the files the rows came in.

A correction is kept as the whole corrected row of that frozen file, so that every later reading of the file gives it. A
row that comes again in another delivery, the same in all columns, is still bad and still the same: what was said of it
holds there too.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pandas as pd

from schemas.innlest import Innlest
from tasks.kjoring import Kjoring

Rader = Mapping[int, Mapping[str, str]]
"""Row number → column → value."""
KOLONNER = "rad_nr, lopenr, verdier, grunn, kjoring_id"


@dataclass(frozen=True)
class Overlegg:
    """What was said last of a row: ``verdier`` None where it stands as it came, ``grunn`` blank unless dismissed."""

    lopenr: int
    verdier: Mapping[str, str] | None
    grunn: str
    kjoring_id: str


@dataclass(frozen=True)
class Sagt:
    """What is to be kept: of which row, what knows it again, its values (None: as it came), why dismissed, by whom."""

    sha256: str
    rad_nr: int
    format: str
    kilde_sha256: str
    verdier: Mapping[str, str] | None
    grunn: str
    av: str
    bok_sha256: str


def keep(kjoring: Kjoring, sagt: Sagt) -> None:
    """Keep what is said of a row as the last that has been said of it."""
    verdier = "" if sagt.verdier is None else json.dumps(sagt.verdier, ensure_ascii=False)
    kjoring.con.execute(
        "INSERT INTO rettebok (sha256, rad_nr, format, kilde_sha256, verdier, grunn, av, bok_sha256, kjoring_id,"
        " registrert_tid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            sagt.sha256, sagt.rad_nr, sagt.format, sagt.kilde_sha256, verdier, sagt.grunn, sagt.av, sagt.bok_sha256,
            kjoring.kjoring_id, kjoring.registrert_tid,
        ],
    )  # fmt: skip


def of_file(con: duckdb.DuckDBPyConnection, sha256: str) -> dict[int, Overlegg]:
    """Return row number → what counts now for that row of the file."""
    rader = con.execute(f"SELECT {KOLONNER} FROM rettebok_naa WHERE sha256 = ?", [sha256]).fetchall()  # noqa: S608
    return {rad_nr: _overlegg(*resten) for rad_nr, *resten in rader}


def carried(con: duckdb.DuckDBPyConnection, sha256: str, innlest: Innlest, rader: Iterable[int]) -> dict[int, Overlegg]:
    """Return row number → what was said last of the same row in any other file, for those of ``rader`` that have it."""
    sagt = con.execute(
        "SELECT kilde_sha256, lopenr, verdier, grunn, kjoring_id FROM rettebok_naa"
        " WHERE format = ? AND sha256 <> ? ORDER BY lopenr",
        [innlest.format.navn, sha256],
    ).fetchall()
    kjente = {kilde: _overlegg(*resten) for kilde, *resten in sagt}
    spor = fingerprints(innlest, rader) if kjente else {}
    return {rad_nr: kjente[kilde] for rad_nr, kilde in spor.items() if kilde in kjente}


def numbered(con: duckdb.DuckDBPyConnection, lopenr: int) -> Mapping[str, str] | None:
    """Return the values that the correction with this number gave, whether it still counts or not."""
    rad = con.execute("SELECT verdier FROM rettebok WHERE lopenr = ?", [lopenr]).fetchone()
    return json.loads(rad[0]) if rad and rad[0] else None


def _overlegg(lopenr: int, verdier: str, grunn: str, kjoring_id: str) -> Overlegg:
    return Overlegg(lopenr, json.loads(verdier) if verdier else None, grunn, kjoring_id)


def values(innlest: Innlest, rader: Iterable[int]) -> dict[int, dict[str, str]]:
    """Return row number → column → value of those of ``rader`` that have columns."""
    onsket = np.isin(innlest.rad_nr, list(rader))
    ramme = innlest.ramme.loc[onsket].astype("str")
    navn = [str(kolonne) for kolonne in ramme.columns]
    linjer = zip(innlest.rad_nr[onsket].tolist(), ramme.itertuples(index=False, name=None), strict=True)
    return {rad_nr: dict(zip(navn, linje, strict=True)) for rad_nr, linje in linjer}


def fingerprints(innlest: Innlest, rader: Iterable[int]) -> dict[int, str]:
    """Return row number → what knows the row again: its format and all it says, or its text where it has no columns."""
    onsket = set(rader)
    spor = {rad_nr: list(verdier.items()) for rad_nr, verdier in values(innlest, onsket).items()}
    tekster = {rad_nr: innlest.raatekst.get(rad_nr) for rad_nr in onsket.intersection(innlest.skjeve)}
    alle = spor | {rad_nr: tekst for rad_nr, tekst in tekster.items() if tekst is not None}
    return {
        rad_nr: hashlib.sha256(json.dumps([innlest.format.navn, sagt]).encode()).hexdigest()
        for rad_nr, sagt in alle.items()
    }


def lay(innlest: Innlest, sagt: Mapping[int, Overlegg]) -> Innlest:
    """Return the file with the corrected rows in place of those that came, in the file's order; the rest untouched."""
    rettet = {nr: enkelt.verdier for nr, enkelt in sagt.items() if enkelt.verdier is not None}
    rettet = {nr: verdier for nr, verdier in rettet.items() if nr in innlest.skjeve or nr in innlest.rad_nr}
    if not rettet:
        return innlest
    kom = values(innlest, rettet)
    beholdt = ~np.isin(innlest.rad_nr, list(rettet))
    rad_nr = np.concatenate([innlest.rad_nr[beholdt], np.array(list(rettet), dtype=np.int64)])
    rekkefolge = np.argsort(rad_nr, kind="stable")
    ramme = _joined(innlest.ramme.loc[beholdt], list(rettet.values())).iloc[rekkefolge].reset_index(drop=True)
    return replace(
        innlest,
        ramme=ramme,
        rad_nr=rad_nr[rekkefolge],
        skjeve=tuple(nr for nr in innlest.skjeve if nr not in rettet),
        cellefeil=tuple(feil for feil in innlest.cellefeil if not _is_mended(feil[0], feil[1], rettet, kom)),
        reparert=tuple(celle for celle in innlest.reparert if not _is_mended(*celle, rettet, kom)),
    )


def _is_mended(rad_nr: int, kolonne: str, rettet: Rader, kom: Rader) -> bool:
    """Tell whether a cell says something else than what reading could make of it."""
    return rad_nr in rettet and rettet[rad_nr].get(kolonne) != kom.get(rad_nr, {}).get(kolonne)


def _joined(ramme: pd.DataFrame, rader: list[Mapping[str, str]]) -> pd.DataFrame:
    """Return the frame and the rows after it, each column still of its own type."""
    kolonner = {}
    for navn in ramme.columns:
        gammel = ramme[navn]
        nye = [rad.get(navn, "") for rad in rader]
        if isinstance(gammel.dtype, pd.CategoricalDtype):
            gammel = gammel.cat.add_categories(_unseen(nye, gammel.cat.categories))
        kolonner[navn] = pd.concat([gammel, pd.Series(nye, dtype=gammel.dtype)], ignore_index=True)
    return pd.DataFrame(kolonner)


def _unseen(verdier: list[str], kjente: Collection[str]) -> list[str]:
    return [verdi for verdi in dict.fromkeys(verdier) if verdi not in kjente]
