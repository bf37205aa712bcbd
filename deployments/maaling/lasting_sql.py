"""The bare set-based way to load a delivery: the same tables, the same rows in the end, and nothing else.

One difference into a temporary table, then update and insert. No three-way comparison, no limits, no quarantine, no
consequences: what a good hand-written load in SQL would do.
"""

from datetime import datetime

import duckdb

KJORING = "bare-sql"


def load(con: duckdb.DuckDBPyConnection, uttrykk: dict[str, str], skoleaar: str, tid: datetime) -> None:
    """Load the rows of ``inn``; ``uttrykk`` is field → SQL of what a row, aliased ``i``, says of it."""
    felter, tabell = list(uttrykk), "sagt_vigo_ikkesokere"
    con.execute("CREATE TEMP TABLE nummer AS SELECT verdi AS nummer, person_id FROM fakta WHERE felt = 'fodselsnummer'")
    utvalg = ", ".join(f"{sql} AS {felt}" for felt, sql in uttrykk.items())
    con.execute(
        f"""
        CREATE TEMP TABLE ny AS SELECT n.person_id, {utvalg} FROM inn i
        JOIN nummer n ON n.nummer = i.fodselsnummer::VARCHAR
        """
    )
    ulik = " OR ".join(f"(n.{felt} IS DISTINCT FROM s.{felt} AND n.{felt} IS NOT NULL)" for felt in felter)
    gamle = ", ".join(f"coalesce(n.{felt}, s.{felt}) AS {felt}, s.{felt} AS for_{felt}" for felt in felter)
    con.execute(
        f"CREATE TEMP TABLE endret AS SELECT n.person_id, {gamle} FROM ny n"
        f" LEFT JOIN (FROM {tabell} WHERE til_kjoring_id IS NULL) s USING (person_id)"
        f" WHERE s.person_id IS NULL OR {ulik}"
    )
    con.execute(
        f"UPDATE {tabell} s SET til_kjoring_id = '{KJORING}' FROM endret e"
        " WHERE e.person_id = s.person_id AND s.til_kjoring_id IS NULL"
    )
    con.execute(
        f"UPDATE {tabell} s SET til_kjoring_id = '{KJORING}' WHERE til_kjoring_id IS NULL"
        f" AND ikkesoker_skoleaar = '{skoleaar}' AND person_id NOT IN (SELECT person_id FROM ny)"
    )
    con.execute(
        f"INSERT INTO {tabell} BY NAME SELECT person_id, '{KJORING}' AS fra_kjoring_id, {', '.join(felter)} FROM endret"
    )
    lang = " UNION ALL ".join(
        f"SELECT person_id, '{felt}' AS felt, {felt} AS verdi FROM endret WHERE {felt} IS DISTINCT FROM for_{felt}"
        f" AND {felt} IS NOT NULL"
        for felt in felter
    )
    con.execute(
        f"INSERT INTO fakta (person_id, felt, verdi, gyldig_fra, registrert_tid, kjoring_id)"
        f" SELECT *, ?, ?, '{KJORING}' FROM ({lang}) ORDER BY person_id, felt",
        [tid.date(), tid],
    )
