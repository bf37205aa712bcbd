"""Numbered migrations: each SQL file in ``migreringer/`` is run once, in order, and remembered."""

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


def migrate(con: duckdb.DuckDBPyConnection) -> None:
    """Bring the attached register to the newest version; give a new one a secret of its own.

    Raises BrukerFeil ÅH-1305 (a newer program has been here), ÅH-1304 (the file holds something else).
    """
    tabeller = {navn for (navn,) in con.execute("SHOW TABLES").fetchall()}
    if tabeller and "skjemaversjon" not in tabeller:
        raise BrukerFeil("ÅH-1304", fil="Filen")
    con.execute("CREATE TABLE IF NOT EXISTS skjemaversjon (versjon INTEGER NOT NULL)")
    rad = con.execute("SELECT coalesce(max(versjon), 0) FROM skjemaversjon").fetchone()
    versjon = rad[0] if rad else 0
    if versjon > migrations()[-1][0]:
        raise BrukerFeil("ÅH-1305", versjon=versjon, siste=migrations()[-1][0])
    for nummer, sql in migrations():
        if nummer > versjon:
            con.execute("BEGIN")
            con.execute(sql)
            con.execute("INSERT INTO skjemaversjon VALUES (?)", [nummer])
            con.execute("COMMIT")
    if versjon == 0:
        con.execute("INSERT INTO meta VALUES ('hemmelighet', ?)", [secrets.token_hex(32)])
