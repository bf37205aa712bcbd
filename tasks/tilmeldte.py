"""Those to be reported: enrolled at any time in a window of days, each once, also those whose enrolment has ended.

SSB's June count is of everyone enrolled from 1 August to 15 June (table 11966); the other two are of one day, which is
the same window with one day in it.
"""

from datetime import date, datetime
from typing import Final

from tasks import kodeverk
from tasks.adresse import GRADERINGER, protected_sql
from tasks.register import fakta

FELT: Final = (
    "fodselsnummer", "fodselsdato", "kommunenummer", "tilmeldingsgrunn", "tilmeldt_dato", "avsluttet_dato", "ot_status",
    "raadgiver", *GRADERINGER,
)  # fmt: skip
FLERE_PERIODER: Final = """
    WITH flere AS (
        SELECT person_id FROM fakta_kjent($kjent)
        WHERE felt IN ('tilmeldt_dato', 'avsluttet_dato') AND gyldig_fra <= $til
        GROUP BY person_id HAVING min(gyldig_fra) < max(gyldig_fra)
    ), sagt AS (
        SELECT person_id, gyldig_fra AS fra,
            arg_max(verdi, lopenr) FILTER (felt = 'tilmeldt_dato') AS tilmeldt,
            arg_max(verdi, lopenr) FILTER (felt = 'avsluttet_dato') AS avsluttet
        FROM fakta_kjent($kjent) SEMI JOIN flere USING (person_id)
        WHERE felt IN ('tilmeldt_dato', 'avsluttet_dato') AND gyldig_fra <= $til
        GROUP BY person_id, gyldig_fra
    ), holdt AS (
        SELECT person_id, fra, lead(fra, 1, $til::DATE + 1) OVER gang - 1 AS til,
            last_value(tilmeldt IGNORE NULLS) OVER gang AS tilmeldt,
            coalesce(last_value(avsluttet IGNORE NULLS) OVER gang, '') AS avsluttet
        FROM sagt WINDOW gang AS (PARTITION BY person_id ORDER BY fra)
    ), innenfor AS (
        SELECT person_id, tilmeldt,
            CASE WHEN avsluttet < tilmeldt THEN strftime(til, '%Y-%m-%d') ELSE avsluttet END AS avsluttet,
            greatest(tilmeldt::DATE, $fra::DATE, fra) AS forste_dag,
            least(til, CASE WHEN avsluttet < tilmeldt THEN til ELSE nullif(avsluttet, '')::DATE END) AS siste_dag
        FROM holdt WHERE tilmeldt <> ''
    )
    SELECT person_id, arg_max(tilmeldt, siste_dag) AS tilmeldt_for, arg_max(avsluttet, siste_dag) AS avsluttet_for
    FROM innenfor WHERE forste_dag <= siste_dag GROUP BY person_id
"""
"""Those whose enrolment has been said to be otherwise before: the last one that held on a day of the window.

What held earlier speaks of its own days only: a youth who was enrolled until a later load moved her enrolment past the
window has been enrolled in it, until the day before.
"""
I_VINDUET: Final = """
    tilmeldt_dato <> '' AND tilmeldt_dato <= strftime($til::DATE, '%Y-%m-%d')
    AND (avsluttet_dato = '' OR avsluttet_dato >= strftime($fra::DATE, '%Y-%m-%d') OR avsluttet_dato < tilmeldt_dato)
"""
"""Enrolled within the window by what holds on its last day, which speaks of the days before it too: a load in February
may tell of an enrolment that ended in December. An end before the beginning ends nothing.
"""


RADER: Final = """
    SELECT t.* REPLACE (CASE WHEN skjermet THEN '' ELSE kommunenummer END AS kommunenummer), $skoleaar AS skoleaar,
        strftime($til::DATE, '%Y-%m-%d') AS telledato,
        CASE WHEN fodselsnummer = '' THEN 'MANGLER_NUMMER'
            WHEN {flere_har_nummeret} THEN 'SAMME_NUMMER'
            WHEN avsluttet_dato <> '' AND avsluttet_dato < tilmeldt_dato THEN 'AVSLUTTET_FOR_TILMELDT'
            WHEN fodselsdato = '' THEN 'MANGLER_FODSELSDATO'
            WHEN year($til::DATE) - left(fodselsdato, 4)::INTEGER NOT BETWEEN $nedre_alder AND $ovre_alder
                THEN 'UTENFOR_MAALGRUPPEN'
            WHEN NOT list_contains($statuser, ot_status) THEN 'MANGLER_STATUS'
            WHEN NOT list_contains($grunner, tilmeldingsgrunn) THEN 'MANGLER_TILMELDINGSGRUNN'
            ELSE '' END AS grunn
    FROM (SELECT *, {skjermet} AS skjermet FROM ({tilmeldte})) t
"""


def tilmeldte_sql(*, deler_nummer: bool) -> str:
    """Return SQL of those enrolled in the window, one row each, with ``parameters``.

    person_id; ``FELT`` as text, as they stand on the last day, the enrolment being the last one within the window;
    where the address is protected (skjermet) the municipality is blank; skoleaar, telledato; and grunn, the first
    reason why she cannot be reported (``data/kodeverk/utelatt.csv``), blank when there is none.
    ``deler_nummer`` asks, at a cost, whether several have the same national id.
    """
    naa = fakta.current_sql(FELT).replace("$dato", "$til")
    tilmeldte = f"""
        SELECT * EXCLUDE (tilmeldt_for, avsluttet_for) REPLACE (
            CASE WHEN {I_VINDUET} THEN tilmeldt_dato ELSE tilmeldt_for END AS tilmeldt_dato,
            CASE WHEN {I_VINDUET} THEN avsluttet_dato ELSE avsluttet_for END AS avsluttet_dato)
        FROM ({naa}) LEFT JOIN ({FLERE_PERIODER}) USING (person_id)
        WHERE tilmeldt_for IS NOT NULL OR ({I_VINDUET})
    """  # noqa: S608 the fields are ours
    return RADER.format(
        tilmeldte=tilmeldte,
        skjermet=protected_sql(*GRADERINGER),
        flere_har_nummeret="count(*) OVER (PARTITION BY fodselsnummer) > 1" if deler_nummer else "false",
    )


def parameters(fra: date, til: date, kjent: datetime | None, skoleaar: str) -> dict[str, object]:
    """Return the query's parameters: the window's first and last day, what was known at ``kjent`` (UTC; now if None).

    The target group's ages and the codes are those in force on the last day.
    """
    alder = kodeverk.age_limits(til)
    return {
        "fra": fra,
        "til": til,
        "kjent": kjent or fakta.EVIG_TID,
        "felter": list(FELT),
        "skoleaar": skoleaar,
        "nedre_alder": alder.nedre,
        "ovre_alder": alder.ovre,
        "statuser": sorted(kodeverk.codes("ot_status", til)),
        "grunner": sorted(kodeverk.codes("tilmeldingsgrunner", til)),
    }
