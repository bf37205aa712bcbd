"""Another guardian than ours in a place: what the source says of her is taken whole, never put together of two people.

Each source numbers the guardians itself: what it changes of its own must not land on another's name. What it does not
say of its guardian is blank, and not what stood of ours. So is the responsibility where a person has corrected it:
whose it was is not kept.
"""

from collections.abc import Sequence

from tasks.foresatte import FORESATTE, OM_FORESATT, is_same
from tasks.kjoring import Kjoring
from tasks.register import fakta


def take_whole(kjoring: Kjoring, felter: Sequence[str]) -> None:
    """Add to ``kandidat`` what the source says unchanged of those who are another guardian than ours in the place.

    ``annen_foresatt`` has each field of such a place (person_id, felt): they are decided together.
    """
    kjoring.con.execute("CREATE OR REPLACE TEMP TABLE annen_foresatt (person_id VARCHAR, felt VARCHAR)")
    for plass in FORESATTE:
        if f"{plass}_navn" in felter and (andre := _others(kjoring, plass)):
            _take(kjoring, plass, andre)


def _others(kjoring: Kjoring, plass: str) -> list[str]:
    """Return those for whom the source has changed something of a guardian who is not ours in the place."""
    con, navn, nummer = kjoring.con, f"{plass}_navn", f"{plass}_fodselsnummer"
    endret = " OR ".join(f"{plass}_{felt} IS DISTINCT FROM for_{plass}_{felt}" for felt in OM_FORESATT)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE omtalt AS
        SELECT person_id, {navn} AS navn, {nummer} AS nummer FROM forskjell ANTI JOIN nye_personer USING (person_id)
        WHERE {navn} <> '' AND ({endret})
        """
    )
    if not con.execute("FROM omtalt LIMIT 1").fetchone():
        return []
    rader = con.execute(
        f"""
        SELECT person_id, any_value((o.navn, coalesce(o.nummer, ''))),
            (coalesce(arg_max(f.verdi, (f.gyldig_fra, f.lopenr)) FILTER (f.felt = '{navn}'), ''),
             coalesce(arg_max(f.verdi, (f.gyldig_fra, f.lopenr)) FILTER (f.felt = '{nummer}'), ''))
        FROM omtalt o JOIN fakta_kjent($kjent) f USING (person_id)
        WHERE f.felt IN ('{navn}', '{nummer}') AND f.gyldig_fra <= $dag GROUP BY person_id ORDER BY person_id
        """,
        {"kjent": fakta.EVIG_TID, "dag": kjoring.gyldig_fra},
    ).fetchall()
    return [person for person, deres, vaar in rader if vaar[0] and not is_same(deres, vaar)]


def _take(kjoring: Kjoring, plass: str, andre: Sequence[str]) -> None:
    con, ansvar = kjoring.con, f"{plass}_foreldreansvar"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE byttet AS FROM forskjell WHERE person_id IN (SELECT unnest(?::VARCHAR[]))",
        [andre],
    )
    for felt in (f"{plass}_{del_}" for del_ in OM_FORESATT):
        con.execute(f"INSERT INTO annen_foresatt SELECT person_id, '{felt}' FROM byttet")
        con.execute(
            f"INSERT INTO kandidat SELECT person_id, '{felt}', coalesce({felt}, ''), for_{felt}, ?::DATE"
            f" FROM byttet WHERE {felt} IS NULL OR {felt} IS NOT DISTINCT FROM for_{felt}",
            [kjoring.gyldig_fra],
        )
    con.execute(
        f"""
        UPDATE kandidat SET verdi = '' WHERE felt = '{ansvar}' AND person_id IN (
            SELECT person_id FROM fakta_kjent($kjent) SEMI JOIN byttet USING (person_id)
            WHERE felt = '{ansvar}' AND starts_with(kjoring_id, '{fakta.RETTELSE}')
        )
        """,
        {"kjent": fakta.EVIG_TID},
    )
