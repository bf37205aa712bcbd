"""Who is concerned: the register asked, as set arithmetic over person ids."""

from datetime import date

import duckdb

from tasks.register import fakta


def group(con: duckdb.DuckDBPyConnection, gruppe: str, skoleaar: str, dato: date) -> set[str]:
    """Return those in the year's group (``ikkesoker``, ``neisvarer``) as it stands on ``dato``."""
    felt = f"{gruppe}_skoleaar"
    ramme = fakta.current(con, [felt], dato)
    return set(ramme.loc[ramme[felt] == skoleaar, "person_id"])


def got_letter(con: duckdb.DuckDBPyConnection, rad: str, aar: int) -> set[str]:
    """Return the youth whose own letter of the row has been handed over or delivered."""
    rader = con.execute(
        "SELECT person_id FROM utsending_naa"
        " WHERE rad = ? AND aar = ? AND mottaker = 'ungdom' AND tilstand IN ('sendt', 'levert')",
        [rad, aar],
    ).fetchall()
    return {person for (person,) in rader}


def answered(con: duckdb.DuckDBPyConnection, rader: list[str], aar: int) -> set[str]:
    """Return those who have given a complete answer to any of the rows' letters."""
    svar = con.execute(
        "SELECT DISTINCT person_id FROM svar_kjent($kjent) WHERE list_contains($rader, rad) AND aar = $aar",
        {"kjent": fakta.EVIG_TID, "rader": rader, "aar": aar},
    ).fetchall()
    return {person for (person,) in svar}


def people(
    con: duckdb.DuckDBPyConnection, personer: set[str], felter: tuple[str, ...], dato: date
) -> list[dict[str, str]]:
    """Return the people's facts as they stand on ``dato``, in order of person id."""
    ramme = fakta.current(con, felter, dato)
    rader: list[dict[str, str]] = ramme[ramme["person_id"].isin(personer)].to_dict("records")
    return rader
