"""The stock: everyone the register knows, one row each, as they stood on a day; every number is counted from it.

What is shown, compared, checked and drawn comes from this one table, so that the same question has the same answer
everywhere.
"""

from datetime import date, datetime
from typing import Final

import duckdb
import pandas as pd

from tasks import kjonn, kodeverk
from tasks.adresse import GRADERINGER, protected_sql
from tasks.register import fakta

FAKTA: Final = (
    *("fodselsnummer", "fodselsdato", "fornavn", "etternavn", "kommunenummer", "personstatus", "adresselinje1"),
    *(*GRADERINGER, "vigokode", "tilmeldingsgrunn", "tilmeldt_dato"),
    *("avsluttet_dato", "ot_status", "kontakt_dato", "oppfolgingsplan_dato", "raadgiver"),
)
"""The facts in the table, by their own names; blank is none."""

BESTAND = f"""
    CREATE OR REPLACE TEMP TABLE bestand AS
    WITH status_siden AS (
        SELECT person_id, arg_max(gyldig_fra, (gyldig_fra, lopenr)) AS ot_status_dato FROM fakta_kjent($kjent)
        WHERE felt = 'ot_status' AND gyldig_fra <= $dato GROUP BY person_id
    ), kontakter AS (
        SELECT person_id, try_cast(verdi AS DATE) AS dag FROM fakta_kjent($kjent)
        WHERE felt = 'kontakt_dato' AND verdi <> '' AND gyldig_fra <= $dato
        UNION ALL
        SELECT person_id, CAST(svart_tid AS DATE) FROM svar_kjent($kjent)
    ), kontakt AS (
        SELECT person_id, min(dag) AS forste_kontakt, max(dag) AS siste_kontakt
        FROM kontakter JOIN naa USING (person_id)
        WHERE dag <= $dato AND dag >= coalesce(try_cast(tilmeldt_dato AS DATE), DATE '0001-01-01')
        GROUP BY person_id
    )
    SELECT naa.*,
        try_cast(left(fodselsdato, 4) AS INTEGER) AS fodselsaar,
        year($dato::DATE) - try_cast(left(fodselsdato, 4) AS INTEGER) AS alder,
        {kjonn.sex_sql("fodselsnummer")} AS kjonn,
        coalesce(gruppenavn, '') AS ot_gruppe, ot_status_dato, forste_kontakt, siste_kontakt,
        {protected_sql(*GRADERINGER)} AS skjermet,
        tilmeldt_dato <> '' AND tilmeldt_dato <= strftime($dato::DATE, '%Y-%m-%d')
            AND (avsluttet_dato = '' OR avsluttet_dato >= strftime($dato::DATE, '%Y-%m-%d')
                OR avsluttet_dato < tilmeldt_dato) AS er_tilmeldt
    FROM naa
    LEFT JOIN statuskoder ON kode = ot_status
    LEFT JOIN status_siden USING (person_id)
    LEFT JOIN kontakt USING (person_id)
    WHERE fodselsnummer <> ''
    ORDER BY person_id
"""  # noqa: S608 only our own words


def stage(con: duckdb.DuckDBPyConnection, dato: date, kjent: datetime | None = None) -> None:
    """Make the temporary table ``bestand`` as of ``dato``, as known at ``kjent`` (UTC; now unless told).

    One row a person, in order of ``person_id``: ``FAKTA`` as text; fodselsaar and alder (whole calendar years, as the
    target group counts them), kjonn (by the ninth digit, Skatteetaten; ``ukjent`` where Vigo made the number up),
    ot_gruppe (blank where the status is not in force), ot_status_dato (the day the status holds from), forste_kontakt
    and siste_kontakt (recorded contact since the enrolment: an adviser's, or a complete answer to the survey),
    skjermet, and er_tilmeldt (enrolled on the day: the day it ends is the last one, and
    an end before the beginning ends nothing).
    One whose load was taken back has no number left, and is nobody.
    """
    verdier = {"dato": dato, "kjent": kjent or fakta.EVIG_TID}
    con.execute(f"CREATE OR REPLACE TEMP TABLE naa AS {fakta.current_sql(FAKTA)}", verdier | {"felter": list(FAKTA)})
    statuser = [(rad["kode"], rad["gruppenavn"]) for rad in kodeverk.valid_on("kodeverk/ot_status", dato)]
    con.register("statuskoder", pd.DataFrame(statuser, columns=["kode", "gruppenavn"], dtype="str"))
    con.execute(BESTAND, verdier | {"fiktive": sorted(kodeverk.fictitious_digits())})
    con.unregister("statuskoder")
    con.execute("DROP TABLE naa")
