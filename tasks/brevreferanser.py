"""The letters' own references: which letter an answer belongs to."""

import duckdb


def letters_by_token(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str, int]]:
    """Return reference → the letter's person, row and year."""
    rader = con.execute("SELECT DISTINCT token, person_id, rad, aar FROM utsending_naa WHERE token <> ''").fetchall()
    return {token: (person, rad, aar) for token, person, rad, aar in rader}
