"""The folder of workbooks, kept in agreement with the register: derived, so that a crash loses nothing.

A workbook that somebody may have typed in is never touched. One that nobody has, by its bytes, or whose bytes have come
back through the inbox, goes when its rows are no longer open, and is made anew when some of them are.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from schemas.karantenebok import Bokrad, Nokkel
from tasks.feil import ProgramFeil
from tasks.filer import make_folder, write_file
from tasks.formater import find_format
from tasks.hjem import Hjem
from tasks.innboks import WORKBOOK_FORMAT
from tasks.karantene import Apen, all_open, workbook_name
from tasks.karantenebok import MEST_RADER, Ark, write_workbook
from tasks.kildefil import Kilder, Sted
from tasks.kjoring import Kjoring

MAPPE = "karantene"
MONSTER = "karantene_*.xlsx"
I_BRUK = ("~${}", ".~lock.{}#")
"""What Excel and LibreOffice lay beside a file that is open in them."""


def tidy_workbooks(hjem: Hjem) -> None:
    """Write the workbooks that are missing, remove those with no open row left.

    What is written is noted in the register first: a workbook whose bytes we do not know is somebody's work.
    """
    mappe = hjem.mappe / MAPPE
    with hjem.register.transaction("karantenebøkene") as con:
        onsket = _wanted(con)
        overflodige = [sti for sti in _written(mappe) if _may_go(con, sti, onsket)]
        igjen = {sti.name for sti in _written(mappe)} - {sti.name for sti in overflodige}
        ventende = _waiting(hjem)
        nye = {
            navn: _make(con, hjem, navn, rader)
            for navn, rader in onsket.items()
            if navn not in igjen and not any(Path(navn).stem in venter for venter in ventende)
        }
    for sti in overflodige:
        with suppress(PermissionError):
            sti.unlink()
    for navn, innhold in nye.items():
        if not (mappe / navn).exists():
            write_file(mappe / navn, innhold)


def tidy_after(kjoring: Kjoring) -> None:
    """Make the folder agree with the register when the run has been committed."""
    kjoring.etterpaa.append(lambda: tidy_workbooks(kjoring.hjem))


def _wanted(con: duckdb.DuckDBPyConnection) -> dict[str, list[Apen]]:
    """Return workbook → its open rows in the files' order."""
    onsket: dict[str, list[Apen]] = {}
    for apen in all_open(con):
        onsket.setdefault(workbook_name(apen.kjoring_id), []).append(apen)
    return onsket


def _written(mappe: Path) -> list[Path]:
    return sorted(mappe.glob(MONSTER)) if mappe.is_dir() else []


def _waiting(hjem: Hjem) -> list[str]:
    """Return the names of the workbooks in the inbox: what waits there is not laid out again."""
    return [sti.name for sti in make_folder(hjem.innboks).iterdir()]


def _may_go(con: duckdb.DuckDBPyConnection, sti: Path, onsket: dict[str, list[Apen]]) -> bool:
    """Tell whether a workbook says something else than the register and nobody's work is lost with it."""
    if any(sti.with_name(monster.format(sti.name)).exists() for monster in I_BRUK):
        return False
    sha256 = hashlib.sha256(sti.read_bytes()).hexdigest()
    vaar = con.execute("SELECT innhold_sha256 FROM karantenebok WHERE sha256 = ?", [sha256]).fetchone()
    tilbake = con.execute("SELECT 1 FROM raafil WHERE sha256 = ? AND format = ?", [sha256, WORKBOOK_FORMAT]).fetchone()
    if vaar is None:
        return tilbake is not None
    return sti.name not in onsket or bool(vaar[0] != _digest(onsket[sti.name]))


def _digest(rader: Sequence[Apen]) -> str:
    """Return what tells whether a workbook would show the same: its rows, their faults, their corrections so far."""
    innhold = [len(rader), *((rad.sha256, rad.rad_nr, rad.feil, rad.lopenr) for rad in rader[:MEST_RADER])]
    return hashlib.sha256(repr(innhold).encode()).hexdigest()


def _make(con: duckdb.DuckDBPyConnection, hjem: Hjem, navn: str, rader: Sequence[Apen]) -> bytes:
    """Return the workbook, noted as ours."""
    kjoring_id, aar = rader[0].kjoring_id, rader[0].aar
    laget = con.execute("SELECT startet_tid FROM kjoring WHERE kjoring_id = ?", [kjoring_id]).fetchone()
    if laget is None:
        raise ProgramFeil("en rad i karantene hører til en kjøring som ikke finnes")
    vist = rader[:MEST_RADER]
    kilder = Kilder(con, hjem, [Sted(apen.sha256, apen.rad_nr) for apen in vist])
    ark = [
        Ark(
            find_format(format_, hjem.innstillinger),
            [_book_row(apen, kilder) for apen in vist if apen.format == format_],
        )
        for format_ in sorted({apen.format for apen in vist})
    ]
    antall = f"{len(vist)} av {len(rader)}" if len(vist) < len(rader) else str(len(rader))
    tittel = f"Rader satt til side i kjøring {kjoring_id}: {antall}"
    innhold = write_workbook(ark, tittel, f"./arshjul run {rader[0].rad} --year {aar}", laget[0])
    verdier = [navn, hashlib.sha256(innhold).hexdigest(), _digest(rader)]
    con.execute("INSERT INTO karantenebok VALUES (?, ?, ?)", verdier)
    return innhold


def _book_row(apen: Apen, kilder: Kilder) -> Bokrad:
    """Return an open row as it is to be shown: with the values as corrected so far."""
    kilde, nr = kilder.find(apen.sha256), apen.rad_nr
    if kilde is None:
        return Bokrad(Nokkel(apen.sha256, nr, 0), apen.fil, apen.feil, {}, "", frozenset())
    return Bokrad(
        Nokkel(apen.sha256, nr, kilde.sagt[nr].lopenr if kilde.is_corrected(nr) else 0),
        apen.fil,
        apen.feil,
        kilde.values(nr) or {},
        kilde.innlest.raatekst.get(nr, "") if nr in kilde.innlest.skjeve else "",
        kilde.innlest.kolonner_i_filen,
    )
