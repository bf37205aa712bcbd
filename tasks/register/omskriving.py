"""Writing the register anew, so that what is deleted is nowhere in its file or its log.

A database that deletes a row only notes that it is gone: its bytes lie in the file until others are written there.
So the deletion is done in a copy, all that is left is copied into a fresh encrypted file, and that one takes the
register's place. Killed at any moment there is one whole register: the one from before, or the one from after.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import duckdb

from tasks.feil import ProgramFeil
from tasks.register.tilkobling import SAMLING, Register
from tasks.revisjon import anchor

NY: Final = "ny"
RADSUM: Final = """
    SELECT count(*), sum(hash(t, nr)) FROM (
        SELECT *, row_number() OVER (ORDER BY rowid) AS nr FROM {base}.{tabell}
    ) t
"""


@contextmanager
def rewritten(register: Register, hva: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a copy of the register in a transaction; the copy, written anew, is the register when the block ends.

    Where the block raises, the register is as it was. ``hva`` says in Norwegian what the holder does. Raises as
    ``Register.transaction``, and ProgramFeil where what was written does not hold what was read.
    """
    with register._alone(hva), register._open() as con:  # noqa: SLF001 the two make one thing
        try:
            kopi = register._copy_aside(con)  # noqa: SLF001
            con.execute(f"USE {SAMLING}")
            with _transaction(con):
                yield con
            ny = kopi.with_name(f"{NY}{kopi.suffix}")
            register._attach(con, ny, NY)  # noqa: SLF001
            con.execute(f"COPY FROM DATABASE {SAMLING} TO {NY}")
            _same(con)
            con.execute(f"CHECKPOINT {NY}")
            _leave(con)
            for rest in set(kopi.parent.iterdir()) - {ny}:
                rest.unlink()
            ny.replace(kopi)
            register._attach(con, kopi, SAMLING)  # noqa: SLF001
            register._take_place(con, kopi)  # noqa: SLF001
            anchor(con, register.sti.parent, register.si)
        finally:
            _leave(con)
    with register.transaction(hva):
        pass  # Opening it puts the new file in the old one's place.


@contextmanager
def _transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def _leave(con: duckdb.DuckDBPyConnection) -> None:
    """Let go of the copies."""
    con.execute("USE memory")
    for navn in (NY, SAMLING):
        con.execute(f"DETACH DATABASE IF EXISTS {navn}")


def _same(con: duckdb.DuckDBPyConnection) -> None:
    """Hold what was written against what was read: the same tables, rows, order of rows, views, macros, sequences."""
    if ulike := sorted(navn for navn in _sums(con, SAMLING) ^ _sums(con, NY)):
        raise ProgramFeil(f"registeret ble ikke likt da det ble skrevet på nytt: {ulike[0][0]}")


def _sums(con: duckdb.DuckDBPyConnection, base: str) -> set[tuple[str, str]]:
    """Return each thing in a database and what tells whether it is the same: of a table, its rows in their order."""
    tabeller = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [base]).fetchall()
    rader = {(navn, str(con.execute(RADSUM.format(base=base, tabell=navn)).fetchone())) for (navn,) in tabeller}
    andre = con.execute(
        """
        SELECT view_name, '' FROM duckdb_views() WHERE database_name = $base AND NOT internal
        UNION ALL
        SELECT function_name, parameters::VARCHAR FROM duckdb_functions() WHERE database_name = $base AND NOT internal
        UNION ALL
        SELECT sequence_name, sql FROM duckdb_sequences() WHERE database_name = $base
        """,
        {"base": base},
    ).fetchall()
    return rader | set(andre)
