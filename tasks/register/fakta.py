"""Facts about people: only ever added, each with the day it held from and the moment we learned it.

A fact is (person, field, value); blank is "no value", which is how something is taken back. What held on a day, as
we knew it at a moment, is the newest fact not after either. Fields are the columns of the input formats, the
national id's birth date, and ``GRUPPE_skoleaar`` for membership of a year's group. Everything is read through
``fakta_kjent``, where one who has had two numbers is one person.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

import duckdb
import pandas as pd

from schemas.rammer import NyeFakta
from tasks.samsvar import conform

EVIG_TID = datetime(9999, 1, 1)  # noqa: DTZ001 the register's times are UTC without zone
STAAR: Final = "kjoring_id NOT IN (SELECT angret_kjoring_id FROM angring WHERE tid <= $kjent)"
"""SQL: what was said in a run that, as known then, had not been taken back."""
ALLE_NUMRE: Final = "FROM fakta_kjent($kjent) WHERE felt = 'fodselsnummer' AND verdi <> ''"
RETTELSE: Final = "R"
"""What the ids of runs that applied people's corrections begin with; those of the wheel begin with the year."""


def current(
    con: duckdb.DuckDBPyConnection, felter: Collection[str], dato: date, kjent: datetime | None = None
) -> pd.DataFrame:
    """Return one row per person with ``person_id`` and the asked fields as they held on ``dato``; blank is none.

    ``kjent`` (UTC) leaves out what was learned later. Sorted by ``person_id``.
    """
    return con.execute(
        f"{current_sql(felter)} ORDER BY person_id",
        {"dato": dato, "kjent": kjent or EVIG_TID, "felter": list(felter)},
    ).df()


def current_sql(felter: Collection[str]) -> str:
    """Return the SQL of ``current`` (parameters ``$dato``, ``$kjent``, ``$felter``), for queries that go on from it."""
    kolonner = ", ".join(f"coalesce(max(verdi) FILTER (felt = '{felt}'), '') AS \"{felt}\"" for felt in felter)
    return (
        f"SELECT person_id, {kolonner} FROM ("
        "SELECT person_id, felt, arg_max(verdi, (gyldig_fra, lopenr)) AS verdi FROM fakta_kjent($kjent)"
        " WHERE gyldig_fra <= $dato AND list_contains($felter, felt) GROUP BY person_id, felt) GROUP BY person_id"
    )


def last_learned(con: duckdb.DuckDBPyConnection, felter: Collection[str]) -> dict[str, dict[str, str]]:
    """Return person → field → the value we learned last, whatever day it holds from."""
    svar: dict[str, dict[str, str]] = {}
    rader = con.execute(
        "SELECT person_id, felt, arg_max(verdi, lopenr) FROM fakta_kjent($kjent) WHERE list_contains($felter, felt)"
        " GROUP BY ALL",
        {"kjent": EVIG_TID, "felter": list(felter)},
    ).fetchall()
    for person, felt, verdi in rader:
        svar.setdefault(person, {})[felt] = verdi
    return svar


def people_by_id(con: duckdb.DuckDBPyConnection, numre: pd.Series) -> pd.Series:
    """Return the person_id of each national id, blank where the register does not know it. Same index as ``numre``."""
    know_numbers(con)
    kjente = dict(con.execute("SELECT nummer, person_id FROM kjent_nummer").fetchall())
    return pd.Series([kjente.get(nummer, "") for nummer in numre], index=numre.index, dtype="object")


def know_numbers(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table ``kjent_nummer`` (nummer, person_id): every national id anyone has had, and whose it is.

    What a load said that was taken back counts only for those of whom nothing else is known: who came with it is the
    same when the right file comes, but a number that it gave to somebody else is not that one's.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE kjent_nummer AS"
        f" SELECT DISTINCT verdi AS nummer, person_id {ALLE_NUMRE} AND {STAAR}",
        {"kjent": EVIG_TID},
    )
    if con.execute("FROM angring LIMIT 1").fetchone():
        con.execute(
            f"INSERT INTO kjent_nummer SELECT DISTINCT verdi, person_id {ALLE_NUMRE} AND NOT ({STAAR}) AND person_id"
            " NOT IN (SELECT person_id FROM kjent_nummer) AND verdi NOT IN (SELECT nummer FROM kjent_nummer)",
            {"kjent": EVIG_TID},
        )


def numbers_had(con: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Return person → every national id she has had, those too that a load said which was taken back; no one else's."""
    know_numbers(con)
    numre: dict[str, set[str]] = {}
    for person, nummer in con.execute(
        f"SELECT DISTINCT person_id, verdi {ALLE_NUMRE} AND ((verdi, person_id) IN (FROM kjent_nummer)"
        " OR verdi NOT IN (SELECT nummer FROM kjent_nummer))",
        {"kjent": EVIG_TID},
    ).fetchall():
        numre.setdefault(person, set()).add(nummer)
    return numre


def new_people(con: duckdb.DuckDBPyConnection, antall: int, kjoring_id: str, tid: datetime) -> list[str]:
    """Give ``antall`` new people their numbers, in order."""
    svar = con.execute("SELECT count(*) FROM person").fetchone()
    forste = (svar[0] if svar else 0) + 1
    numre = [f"P{nummer:07d}" for nummer in range(forste, forste + antall)]
    if numre:
        nye = pd.DataFrame({"person_id": numre})  # noqa: F841 DuckDB reads it by name
        con.execute("INSERT INTO person SELECT person_id, ?, ? FROM nye", [kjoring_id, tid])
    return numre


def add(con: duckdb.DuckDBPyConnection, nye: pd.DataFrame, kjoring_id: str, tid: datetime) -> set[str]:
    """Add those of ``nye`` (person_id, felt, verdi, gyldig_fra) that say something new; return whom they are about.

    A fact is new when it differs from what we know held on its own first day.
    """
    tekst = dict.fromkeys(("person_id", "felt", "verdi"), "str")
    con.register("nye_fakta", conform(NyeFakta, nye.astype({**tekst, "gyldig_fra": "datetime64[s]"})))
    insert_new(con, "nye_fakta", kjoring_id, tid)
    con.unregister("nye_fakta")
    return {person for (person,) in con.execute("SELECT DISTINCT person_id FROM nye_mot_holdt").fetchall()}


def insert_new(con: duckdb.DuckDBPyConnection, fra: str, kjoring_id: str, tid: datetime) -> None:
    """Add the rows of ``fra`` that say something new, as ``add`` does; they are left in ``nye_mot_holdt``."""
    compare(con, fra, "nye_mot_holdt")
    con.execute("DELETE FROM nye_mot_holdt WHERE verdi = holdt")
    insert(con, "nye_mot_holdt", kjoring_id, tid)


def compare(con: duckdb.DuckDBPyConnection, fra: str, til: str) -> None:
    """Make the temporary table ``til``: the rows of ``fra`` with what we know held on each one's own first day.

    ``fra`` has person_id, felt, verdi, gyldig_fra; ``holdt`` (blank when nothing did) and ``holdt_kjoring_id`` are
    added.
    """
    felter = [felt for (felt,) in con.execute(f"SELECT DISTINCT felt FROM {fra}").fetchall()]
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {til} AS
        SELECT n.*, coalesce(h.verdi, '') AS holdt, coalesce(h.kjoring_id, '') AS holdt_kjoring_id
        FROM {fra} n LEFT JOIN (
            SELECT k.person_id, k.felt, k.gyldig_fra, arg_max(f.verdi, (f.gyldig_fra, f.lopenr)) AS verdi,
                arg_max(f.kjoring_id, (f.gyldig_fra, f.lopenr)) AS kjoring_id
            FROM fakta_kjent($kjent) f JOIN {fra} k
              ON f.person_id = k.person_id AND f.felt = k.felt AND f.gyldig_fra <= k.gyldig_fra
            WHERE list_contains($felter, f.felt)
            GROUP BY k.person_id, k.felt, k.gyldig_fra
        ) h ON n.person_id = h.person_id AND n.felt = h.felt AND n.gyldig_fra = h.gyldig_fra
        """,
        {"kjent": EVIG_TID, "felter": felter},
    )


def insert(con: duckdb.DuckDBPyConnection, fra: str, kjoring_id: str, tid: datetime) -> None:
    """Add every row of the temporary table ``fra`` (person_id, felt, verdi, gyldig_fra) as a fact, in a fixed order."""
    con.execute(
        f"""
        INSERT INTO fakta (person_id, felt, verdi, gyldig_fra, registrert_tid, kjoring_id)
        SELECT person_id, felt, verdi, gyldig_fra, ?, ? FROM {fra} ORDER BY person_id, felt, gyldig_fra
        """,
        [tid, kjoring_id],
    )


def next_number(con: duckdb.DuckDBPyConnection) -> int:
    """Return a number that no fact has yet; every later fact's is as high or higher."""
    svar = con.execute("SELECT coalesce(max(lopenr), 0) + 1 FROM fakta").fetchone()
    return int(svar[0]) if svar else 1


def newest(
    con: duckdb.DuckDBPyConnection, felter: Collection[str], dato: date, kjent: datetime | None = None
) -> datetime | None:
    """Return when (UTC) the newest of the facts that ``current`` would look at was learned."""
    svar = con.execute(
        "SELECT max(registrert_tid) FROM fakta_kjent($kjent)"
        " WHERE gyldig_fra <= $dato AND list_contains($felter, felt)",
        {"dato": dato, "kjent": kjent or EVIG_TID, "felter": list(felter)},
    ).fetchone()
    return svar[0] if svar else None
