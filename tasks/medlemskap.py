"""The year's group: those whom a complete list no longer names leave it, unless another list still does."""

import duckdb

from tasks import leveringer
from tasks.kilder import KILDER, group_of, same_group
from tasks.kjoring import Kjoring
from tasks.register import fakta, utsagn
from tasks.vurdering import Vurdert


def retract_gone(kjoring: Kjoring, format_navn: str, filer: list[Vurdert], *, er_siste: bool) -> None:
    """Take the group back from those whom the delivery does not name (``nevnt``); count them.

    BrukerFeil ÅH-2401 where that is more of the group than the county's limit. An earlier delivery run again
    (``er_siste`` False) does not change what the source says now.
    """
    if not group_of(format_navn):
        return
    gruppe = (_end_statements if er_siste else _members_then)(kjoring, format_navn)
    antall = _count(kjoring.con, "borte")
    if leveringer.is_whole(format_navn):
        leveringer.check_gone(kjoring, filer, antall, gruppe)
    fakta.insert(kjoring.con, "borte", kjoring.kjoring_id, kjoring.registrert_tid)
    kjoring.tall.borte += antall


def _end_statements(kjoring: Kjoring, format_navn: str) -> int:
    """End what the source said of those it no longer names, who are ``borte``; return how many it named before."""
    con, tabell, felt = kjoring.con, utsagn.table_of(format_navn), f"{group_of(format_navn)}_skoleaar"
    for_ = con.execute(
        f"SELECT count(*) FROM {tabell} WHERE {felt} = $skoleaar AND fra_kjoring_id <> $kjoring"
        " AND (til_kjoring_id IS NULL OR til_kjoring_id = $kjoring)",
        {"skoleaar": kjoring.skoleaar, "kjoring": kjoring.kjoring_id},
    ).fetchone()
    ikke_nevnt = _not_named(felt, kjoring.skoleaar, KILDER[format_navn].nokkel)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE slutt AS"
        f" SELECT DISTINCT person_id FROM {tabell} WHERE {utsagn.NAA} AND {ikke_nevnt}"
    )
    if _count(con, "slutt"):
        utsagn.forget(con, tabell, f"person_id IN (FROM slutt) AND {ikke_nevnt}", kjoring.kjoring_id)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE borte AS
        SELECT person_id, '{felt}' AS felt, '' AS verdi, $dag::DATE AS gyldig_fra FROM slutt
        WHERE person_id NOT IN ({_named(con, format_navn, felt)})
        """,
        {"dag": kjoring.gyldig_fra, "skoleaar": kjoring.skoleaar},
    )
    return int(for_[0]) if for_ else 0


def _members_then(kjoring: Kjoring, format_navn: str) -> int:
    """Find ``borte`` for an earlier delivery run again, among the members of that day; return how many those were."""
    con, felt = kjoring.con, f"{group_of(format_navn)}_skoleaar"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE medlem AS
        SELECT person_id, '{felt}' AS felt, '' AS verdi, $dag::DATE AS gyldig_fra
        FROM fakta_kjent($kjent) WHERE felt = '{felt}' AND gyldig_fra <= $dag
        GROUP BY person_id HAVING arg_max(verdi, (gyldig_fra, lopenr)) = $skoleaar
        """,
        {"dag": kjoring.gyldig_fra, "kjent": fakta.EVIG_TID, "skoleaar": kjoring.skoleaar},
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE borte AS FROM medlem WHERE person_id NOT IN"
        f" (SELECT person_id FROM nevnt UNION ALL {_named(con, format_navn, felt, uten=format_navn)})",
        {"skoleaar": kjoring.skoleaar},
    )
    return _count(con, "medlem")


def _not_named(felt: str, skoleaar: str, nokkel: tuple[str, ...]) -> str:
    """Return the condition on a table of statements: said of this year, not in this delivery, of the same list."""
    deler = ", ".join(nokkel)
    listen = "".join(f" AND {del_} IN (SELECT {del_} FROM nevnt)" for del_ in nokkel if del_ != "person_id")
    return f"{felt} = '{skoleaar}' AND ({deler}) NOT IN (SELECT ({deler}) FROM nevnt){listen}"


def _named(con: duckdb.DuckDBPyConnection, format_navn: str, felt: str, uten: str = "") -> str:
    """Return SQL of everyone whom any list of the group names for the year, but the list ``uten``."""
    finnes = utsagn.tables(con)
    tabeller = [utsagn.table_of(navn) for navn in same_group(format_navn) if navn != uten]
    sagt = [
        f"SELECT person_id FROM {tabell} WHERE {utsagn.NAA} AND {felt} = $skoleaar"
        for tabell in tabeller
        if tabell in finnes
    ]
    return " UNION ALL ".join([*sagt, "SELECT '' AS person_id WHERE $skoleaar = ''"])


def _count(con: duckdb.DuckDBPyConnection, tabell: str) -> int:
    svar = con.execute(f"SELECT count(*) FROM {tabell}").fetchone()
    return int(svar[0]) if svar else 0
