"""Numbered migrations: each SQL file in ``migreringer/`` is run once, in order, and remembered.

A new register gets them all at once. One that an older program made is brought up to date when a person asks for it
(``upgrade``), after a backup, and by nobody else.
"""

import secrets
from functools import cache
from pathlib import Path

import duckdb

from tasks.feil import BrukerFeil

MAPPE = Path(__file__).parent / "migreringer"


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """Return (number, SQL) in order."""
    return tuple((int(sti.name[:4]), sti.read_text(encoding="utf-8")) for sti in sorted(MAPPE.glob("*.sql")))


def migrate(con: duckdb.DuckDBPyConnection) -> bool:
    """Make the attached register where it is new, with a secret of its own, whole or not at all; tell whether it was.

    Raises BrukerFeil ÅH-1304 (the file holds something else), ÅH-1305 (a newer program has been here), ÅH-1306 (an
    older one has).
    """
    if 0 < (versjon := version(con)) < migrations()[-1][0]:
        raise BrukerFeil("ÅH-1306", versjon=versjon, siste=migrations()[-1][0])
    if versjon:
        return False
    con.execute("BEGIN")
    con.execute("CREATE TABLE skjemaversjon (versjon INTEGER NOT NULL)")
    _run(con, 0)
    con.execute("INSERT INTO meta VALUES ('hemmelighet', ?)", [secrets.token_hex(32)])
    con.execute("COMMIT")
    return True


def upgrade(con: duckdb.DuckDBPyConnection) -> None:
    """Bring a register that an older program made up to date, in one transaction. BrukerFeil as ``version``."""
    con.execute("BEGIN")
    _run(con, version(con))
    con.execute("COMMIT")


def version(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the register's last migration, 0 where it is new.

    BrukerFeil ÅH-1304 (the file holds something else), ÅH-1305 (a newer program has been here).
    """
    try:
        rad = con.execute("SELECT coalesce(max(versjon), 0) FROM skjemaversjon").fetchone()
    except duckdb.CatalogException:
        # Listed only where it has none: listing the tables takes longer than asking for the version.
        rad = None
        noe_annet = bool(con.execute("SHOW TABLES").fetchall())
    else:
        noe_annet = False
    if noe_annet:
        raise BrukerFeil("ÅH-1304", fil="Filen")
    versjon = int(rad[0]) if rad else 0
    if versjon > migrations()[-1][0]:
        raise BrukerFeil("ÅH-1305", versjon=versjon, siste=migrations()[-1][0])
    return versjon


def _run(con: duckdb.DuckDBPyConnection, fra: int) -> None:
    for nummer, sql in migrations():
        if nummer > fra:
            con.execute(sql)
            con.execute("INSERT INTO skjemaversjon VALUES (?)", [nummer])
