"""What each source has said about each person, version by version: the base that its next delivery is held against.

One table per format, ``sagt_FORMAT``: person_id, a text column per field, and the runs that began and ended each
version. A version without an end is what the source says now. Rows of the view ``utsagn`` come in.
"""

from collections.abc import Sequence

import duckdb

NAA = "til_kjoring_id IS NULL"


def table_of(format_navn: str) -> str:
    """Return the name of the format's table."""
    return f"sagt_{format_navn}"


def tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the tables of statements that the register has."""
    rader = con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    return sorted(navn for (navn,) in rader if navn.startswith(table_of("")))


def prepare(con: duckdb.DuckDBPyConnection, tabell: str, felter: Sequence[str]) -> None:
    """Make the table, or add the columns that the format has got since."""
    con.execute(
        f"CREATE TABLE IF NOT EXISTS {tabell} (person_id VARCHAR NOT NULL, fra_kjoring_id VARCHAR NOT NULL,"
        " til_kjoring_id VARCHAR)"
    )
    har = {navn for (navn, *_) in con.execute(f"DESCRIBE {tabell}").fetchall()}
    for felt in felter:
        if felt not in har:
            con.execute(f"ALTER TABLE {tabell} ADD COLUMN {felt} VARCHAR")


def difference(
    con: duckdb.DuckDBPyConnection, tabell: str, felter: Sequence[str], nokkel: Sequence[str], sagt: str = NAA
) -> None:
    """Make ``forskjell``: the statements that are new or not what the source said last.

    Beside each field stands what it said then, ``for_FELT`` (NULL: nothing); ``er_forste`` that it said nothing at all.
    Where the source is silent now, what it said before stands. ``sagt`` is the condition on the versions to hold them
    against, when that is not what the source says now.
    """
    samme = " AND ".join(f"s.{del_} = u.{del_}" for del_ in nokkel)
    ulik = " OR ".join(f"(u.{felt} IS DISTINCT FROM s.{felt} AND u.{felt} IS NOT NULL)" for felt in felter)
    begge = ", ".join(f"coalesce(u.{felt}, s.{felt}) AS {felt}, s.{felt} AS for_{felt}" for felt in felter)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE forskjell AS
        SELECT u.person_id, s.person_id IS NULL AS er_forste, {begge}
        FROM utsagn u LEFT JOIN (FROM {tabell} WHERE {sagt}) s ON {samme}
        WHERE s.person_id IS NULL OR {ulik}
        """
    )


def remember(
    con: duckdb.DuckDBPyConnection, tabell: str, felter: Sequence[str], nokkel: Sequence[str], kjoring_id: str
) -> None:
    """Let what is in ``forskjell`` be what the source says now."""
    like = " AND ".join(f"f.{del_} = s.{del_}" for del_ in nokkel)
    con.execute(
        f"UPDATE {tabell} s SET til_kjoring_id = ? FROM forskjell f WHERE {like} AND NOT f.er_forste AND s.{NAA}",
        [kjoring_id],
    )
    con.execute(
        f"INSERT INTO {tabell} BY NAME SELECT person_id, ? AS fra_kjoring_id, {', '.join(felter)} FROM forskjell",
        [kjoring_id],
    )


def forget(con: duckdb.DuckDBPyConnection, tabell: str, hvor: str, kjoring_id: str) -> None:
    """End what the source says about those in ``hvor`` (SQL of a condition on the table)."""
    con.execute(f"UPDATE {tabell} SET til_kjoring_id = ? WHERE {NAA} AND ({hvor})", [kjoring_id])


def move(con: duckdb.DuckDBPyConnection, fra_person: str, til_person: str, kjoring_id: str) -> None:
    """Let what the sources say about one person be said about another, where they say nothing about her themselves."""
    for tabell in tables(con):
        kopi = ", ".join(felt for felt in _columns(con, tabell) if felt != "person_id")
        con.execute(
            f"INSERT INTO {tabell} BY NAME SELECT {kopi}, ? AS person_id, ? AS fra_kjoring_id FROM {tabell}"
            f" WHERE person_id = ? AND {NAA} AND NOT EXISTS (SELECT 1 FROM {tabell} WHERE person_id = ? AND {NAA})",
            [til_person, kjoring_id, fra_person, til_person],
        )
        forget(con, tabell, f"person_id = '{fra_person}'", kjoring_id)


def _columns(con: duckdb.DuckDBPyConnection, tabell: str) -> list[str]:
    """Return the columns of a table of statements, without the runs that began and ended a version."""
    rader = con.execute(f"DESCRIBE {tabell}").fetchall()
    return [navn for (navn, *_) in rader if not navn.endswith("_kjoring_id")]


def take_back(con: duckdb.DuckDBPyConnection, angret_id: str, kjoring_id: str) -> None:
    """Let every source say again what it said before the run ``angret_id``, as said by the run that it first came with.

    So an earlier run that is taken back afterwards takes it with it.
    """
    for tabell in tables(con):
        forget(con, tabell, f"fra_kjoring_id = '{angret_id}'", kjoring_id)
        con.execute(
            f"UPDATE {tabell} SET til_kjoring_id = NULL WHERE til_kjoring_id = ? AND fra_kjoring_id <> ?",
            [angret_id, angret_id],
        )
