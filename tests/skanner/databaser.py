"""What lies in databases: every table and column of what can be asked, and what the raw pages still hold."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import duckdb

from tasks.feil import BrukerFeil
from tasks.register.tilkobling import Register, _engine
from tests.skanner.avkodere import Del, Uleselig

SQLITE: Final = b"SQLite format 3\x00"
DUCK: Final = b"DUCK"


def is_sqlite(data: bytes) -> bool:
    """Tell whether it is an SQLite file."""
    return data.startswith(SQLITE)


def is_duckdb(data: bytes) -> bool:
    """Tell whether it is a DuckDB file, encrypted or not."""
    return data[8:12] == DUCK


def sqlite_parts(sti: Path) -> Iterator[Del]:
    """Yield every column of every table, and the raw pages put together as a long value's are."""
    with tempfile.TemporaryDirectory() as mappe:
        kopi = _copied(sti, Path(mappe), ("-wal", "-journal"))
        yield from _pages(sti.read_bytes())
        try:
            with closing(sqlite3.connect(kopi)) as con:
                for (tabell,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    peker = con.execute(f'SELECT * FROM "{tabell}"')
                    yield f"sqlite:{tabell}", _joined(peker.fetchall())
                    for verdi in _blobs(con.execute(f'SELECT * FROM "{tabell}"').fetchall()):
                        yield f"sqlite:{tabell}", verdi
        except sqlite3.DatabaseError as feil:
            raise Uleselig from feil


def _pages(data: bytes) -> Iterator[Del]:
    """Yield the pages without the pointer that an overflow page begins with: a deleted long value in one piece."""
    storrelse = int.from_bytes(data[16:18], "big")
    storrelse = 65536 if storrelse == 1 else storrelse
    if storrelse:
        yield "sqlite-sider", b"".join(data[fra + 4 : fra + storrelse] for fra in range(0, len(data), storrelse))


def duckdb_parts(sti: Path, nokkel: str) -> Iterator[Del]:
    """Yield every column of every table of a DuckDB file and its log, opened with the key where it is encrypted."""
    with tempfile.TemporaryDirectory() as mappe:
        kopi = _copied(sti, Path(mappe), (".wal",))
        con = _engine(Path(mappe)).cursor()
        try:
            _attach(con, kopi, nokkel)
            tabeller = con.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'skann' AND NOT internal"
            ).fetchall()
            for skjema, tabell in tabeller:
                rader = con.execute(f'SELECT * FROM skann."{skjema}"."{tabell}"').fetchall()
                yield f"duckdb:{tabell}", _joined(rader)
                for verdi in _blobs(rader):
                    yield f"duckdb:{tabell}", verdi
        except (duckdb.Error, BrukerFeil) as feil:
            raise Uleselig from feil
        finally:
            con.execute("DETACH DATABASE IF EXISTS skann")
            con.close()


def _attach(con: duckdb.DuckDBPyConnection, kopi: Path, nokkel: str) -> None:
    try:
        con.execute(f"ATTACH '{kopi}' AS skann")
    except duckdb.Error:
        Register(kopi, nokkel)._attach(con, kopi, "skann")


def _copied(sti: Path, mappe: Path, logger: tuple[str, ...]) -> Path:
    """Copy a database and its logs, so that looking changes nothing."""
    for navn in (sti.name, *(f"{sti.name}{ende}" for ende in logger)):
        if (fil := sti.with_name(navn)).is_file():
            shutil.copyfile(fil, mappe / navn)
    return mappe / sti.name


def _joined(rader: list[tuple[object, ...]]) -> bytes:
    """Return every value but bytes as text, a line each: each column with itself."""
    kolonner = zip(*rader, strict=True)
    return "\n".join(
        str(verdi) for kolonne in kolonner for verdi in dict.fromkeys(kolonne) if not isinstance(verdi, bytes)
    ).encode(errors="replace")


def _blobs(rader: list[tuple[object, ...]]) -> Iterator[bytes]:
    yield from {verdi for rad in rader for verdi in rad if isinstance(verdi, bytes)}
