"""Facts about people: only ever added, each with the day it held from and the moment we learned it.

A fact is (person, field, value); blank is "no value", which is how something is taken back. What held on a day, as
we knew it at a moment, is the newest fact not after either. Fields are the columns of the input formats, the
national id's birth date, and ``GRUPPE_skoleaar`` for membership of a year's group.
"""

from collections.abc import Collection
from datetime import date, datetime

import duckdb
import pandas as pd

from schemas.rammer import NyeFakta
from tasks.samsvar import conform

EVIG_TID = datetime(9999, 1, 1)  # noqa: DTZ001 the register's times are UTC without zone

GJELDENDE = """
    SELECT person_id, felt, arg_max(verdi, (gyldig_fra, lopenr)) AS verdi
    FROM fakta
    WHERE gyldig_fra <= $dato AND registrert_tid <= $kjent AND list_contains($felter, felt)
    GROUP BY ALL
"""


def current(
    con: duckdb.DuckDBPyConnection, felter: Collection[str], dato: date, kjent: datetime | None = None
) -> pd.DataFrame:
    """Return one row per person with ``person_id`` and the asked fields as they held on ``dato``; blank is none.

    ``kjent`` (UTC) leaves out what was learned later. Sorted by ``person_id``.
    """
    kolonner = ", ".join(f"coalesce(max(verdi) FILTER (felt = '{felt}'), '') AS \"{felt}\"" for felt in felter)
    return con.execute(
        f"SELECT person_id, {kolonner} FROM ({GJELDENDE}) GROUP BY person_id ORDER BY person_id",  # noqa: S608 our names
        {"dato": dato, "kjent": kjent or EVIG_TID, "felter": list(felter)},
    ).df()


def last_learned(con: duckdb.DuckDBPyConnection, felter: Collection[str]) -> dict[str, dict[str, str]]:
    """Return person → field → the value we learned last, whatever day it holds from."""
    svar: dict[str, dict[str, str]] = {}
    rader = con.execute(
        "SELECT person_id, felt, arg_max(verdi, lopenr) FROM fakta WHERE list_contains(?, felt) GROUP BY ALL",
        [list(felter)],
    ).fetchall()
    for person, felt, verdi in rader:
        svar.setdefault(person, {})[felt] = verdi
    return svar


def people_by_id(con: duckdb.DuckDBPyConnection, numre: pd.Series) -> pd.Series:
    """Return the person_id of each national id, blank where the register does not know it. Same index as ``numre``."""
    kjente = dict(
        con.execute(
            "SELECT verdi, any_value(person_id) FROM fakta WHERE felt = 'fodselsnummer' GROUP BY verdi"
        ).fetchall()
    )
    return pd.Series([kjente.get(nummer, "") for nummer in numre], index=numre.index, dtype="object")


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
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE endret AS
        SELECT n.person_id, n.felt, any_value(n.verdi) AS verdi, n.gyldig_fra
        FROM nye_fakta n LEFT JOIN fakta f
          ON f.person_id = n.person_id AND f.felt = n.felt AND f.gyldig_fra <= n.gyldig_fra
        GROUP BY n.person_id, n.felt, n.gyldig_fra
        HAVING coalesce(arg_max(f.verdi, (f.gyldig_fra, f.lopenr)), '') <> any_value(n.verdi)
        """
    )
    con.execute(
        """
        INSERT INTO fakta (person_id, felt, verdi, gyldig_fra, registrert_tid, kjoring_id)
        SELECT person_id, felt, verdi, gyldig_fra, ?, ? FROM endret ORDER BY person_id, felt, gyldig_fra
        """,
        [tid, kjoring_id],
    )
    con.unregister("nye_fakta")
    return {person for (person,) in con.execute("SELECT DISTINCT person_id FROM endret").fetchall()}


def newest(
    con: duckdb.DuckDBPyConnection, felter: Collection[str], dato: date, kjent: datetime | None = None
) -> datetime | None:
    """Return when (UTC) the newest of the facts that ``current`` would look at was learned."""
    svar = con.execute(
        "SELECT max(registrert_tid) FROM fakta"
        " WHERE gyldig_fra <= $dato AND registrert_tid <= $kjent AND list_contains($felter, felt)",
        {"dato": dato, "kjent": kjent or EVIG_TID, "felter": list(felter)},
    ).fetchone()
    return svar[0] if svar else None
