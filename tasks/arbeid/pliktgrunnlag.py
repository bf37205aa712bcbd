"""What the duties rest on: each youth's days in one temporary table, and whom each duty is about, since when.

The facts are those of the register as they stood on the day. Whom a duty concerns, from which day its clock runs, and
what has been done when it is done, are rows of ``data/regler/pliktgrunnlag.csv``.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

import duckdb
import pandas as pd

from tasks import bestand, kodeverk
from tasks.feil import ProgramFeil
from tasks.register import fakta

REGEL: Final = "regler/pliktgrunnlag"
JA: Final = "ja"
SIDEN_TILMELDT: Final = ""
ALLTID: Final = "alltid"
UTENFOR_MAALGRUPPEN: Final = "ikke_i_maalgruppen"
EKSTRA: Final = (
    *("wie_tilbudt_dato", "utplassering_tilbudt_dato", "praksisbesok_dato", "avtale_dato", "avtale_modell"),
    *("foresatte_informert_dato", "samtykkeskjema_dato", "samtykke_dato", "samtykke_trukket_dato"),
    *("matematikk_tilbudt_dato", "tiltak", "tiltak_fra_dato", "tiltak_til_dato"),
)
"""The facts that the duties need beside those of the stock."""
STARTER: Final = frozenset({"tilmeldt_dag", "status_dag", "tiltak_dag", "kontakt_dag", "samtykke_dag"})
GJORTE: Final = frozenset(
    {"forste_kontakt", "oppfolgingsplan_dag", "wie_dag", "utplassering_dag", "praksisbesok_dag", "avtale_dag"}
    | {"foresatte_dag", "samtykkeskjema_dag", "samtykke_gjort", "matematikk_dag"}
)
"""The columns of the table that a duty's clock may run from, and those that say when it was done."""
ALDER: Final[Mapping[str, str]] = {"": "true", "under": "NOT er_myndig", "over": "er_myndig"}

FOLK: Final = """
    CREATE OR REPLACE TEMP TABLE plikt_folk AS
    WITH ekstra AS ({ekstra}), personstatuser AS (
        SELECT person_id, arg_max(verdi, lopenr) AS personstatus_sist
        FROM fakta_kjent($kjent) WHERE felt = 'personstatus' GROUP BY person_id
    ), dager AS (
        SELECT b.person_id, b.raadgiver, b.ot_status, b.ot_gruppe, b.forste_kontakt,
            try_cast(fodselsdato AS DATE) AS fodt,
            CASE WHEN try_cast(fodselsdato AS DATE) IS NOT NULL THEN fodselsdato <= $myndig_fodt END AS er_myndig,
            coalesce(
                try_cast(left(fodselsdato, 4)::INTEGER + $myndighetsalder || substr(fodselsdato, 5) AS DATE),
                try_cast(left(fodselsdato, 4)::INTEGER + $myndighetsalder || '-03-01' AS DATE)) AS bursdag,
            try_cast(tilmeldt_dato AS DATE) AS tilmeldt_dag, ot_status_dato AS status_dag,
            try_cast(oppfolgingsplan_dato AS DATE) AS oppfolgingsplan_dag,
            try_cast(wie_tilbudt_dato AS DATE) AS wie_dag,
            try_cast(utplassering_tilbudt_dato AS DATE) AS utplassering_dag,
            try_cast(praksisbesok_dato AS DATE) AS praksisbesok_dag,
            CASE WHEN list_contains($modeller, split_part(trim(avtale_modell), ' ', 1))
                THEN try_cast(avtale_dato AS DATE) END AS avtale_dag,
            try_cast(foresatte_informert_dato AS DATE) AS foresatte_dag,
            try_cast(samtykkeskjema_dato AS DATE) AS samtykkeskjema_dag,
            try_cast(matematikk_tilbudt_dato AS DATE) AS matematikk_dag,
            try_cast(samtykke_dato AS DATE) AS samtykket, try_cast(samtykke_trukket_dato AS DATE) AS trukket,
            coalesce(samtykke_trukket_dato, '') <> '' AS er_trukket, coalesce(lower(tiltak), '') AS tiltak,
            try_cast(tiltak_fra_dato AS DATE) AS tiltak_fra, try_cast(tiltak_til_dato AS DATE) AS tiltak_til
        FROM bestand b LEFT JOIN ekstra USING (person_id) LEFT JOIN personstatuser USING (person_id)
        WHERE er_tilmeldt AND ot_gruppe <> '{utenfor}' AND alder BETWEEN $nedre_alder AND $ovre_alder
            AND NOT list_contains($stopper, personstatus)
            AND NOT list_contains($stopper, coalesce(personstatus_sist, ''))
    ), involvert AS (
        SELECT *,
            CASE WHEN foresatte_dag BETWEEN tilmeldt_dag AND $dato THEN foresatte_dag END AS informert,
            CASE WHEN samtykkeskjema_dag BETWEEN tilmeldt_dag AND $dato THEN samtykkeskjema_dag END AS skrevet_under
        FROM dager
    )
    SELECT *,
        CASE WHEN coalesce(tiltak_til >= $dato, true) THEN greatest(coalesce(tiltak_fra, status_dag), tilmeldt_dag)
            ELSE status_dag END AS tiltak_dag,
        coalesce(forste_kontakt, status_dag) AS kontakt_dag,
        coalesce(tiltak_til >= $dato, true) AND EXISTS (
            FROM utplasseringer u WHERE u.ot_status = involvert.ot_status AND contains(involvert.tiltak, u.tiltak)
        ) AS i_utplassering,
        CASE WHEN informert IS NOT NULL OR skrevet_under IS NOT NULL
            THEN greatest(bursdag, least(informert, skrevet_under)) END AS samtykke_dag,
        CASE WHEN samtykket <= $dato AND (NOT er_trukket OR coalesce(trukket < samtykket, false)) THEN samtykket
            WHEN er_trukket AND trukket >= greatest(informert, skrevet_under) THEN least(trukket, $dato)
            END AS samtykke_gjort
    FROM involvert
"""
"""The enrolled in the target group who are alive and here, with a column for each day a duty may be about.

What stops a letter (dead, moved abroad) stops a duty as soon as it is known. A measure that is over no longer says
when the offer began; an agreement without one of the models is none. Guardians are involved when they have been
informed or have signed since the enrolment; a consent withdrawn after that has settled it.
"""
PLIKTIGE: Final = """
    SELECT person_id, raadgiver, CASE WHEN $gjentas THEN greatest(start, gjort) ELSE start END AS start, gjort, $gjentas
    FROM (
        SELECT person_id, raadgiver, greatest({start}, fodt) AS start,
            CASE WHEN {gjort} <= $dato AND {siden} THEN {gjort} END AS gjort
        FROM plikt_folk
        WHERE ($alle OR list_contains($grupper, ot_gruppe) OR list_contains($statuser, ot_status))
            AND {alder} AND (i_utplassering OR NOT $utplassering) AND {start} <= $dato
    ) ORDER BY person_id
"""


class Pliktig(NamedTuple):
    """One whom a duty concerns: whose it is, the day its clock runs from, and the day it was done (None: it is not).

    ``gjelder`` is a person id, or ``avdeling:NAVN``. Where the duty repeats (``gjentas``), its clock runs from the last
    time it was done.
    """

    gjelder: str
    raadgiver: str
    start: date
    gjort: date | None
    gjentas: bool


def stage(con: duckdb.DuckDBPyConnection, dato: date) -> None:
    """Make the temporary tables ``bestand`` and ``plikt_folk`` as of ``dato``."""
    bestand.stage(con, dato)
    con.register("utplasseringer", _placements(dato))
    alder = kodeverk.age_limits(dato)
    myndig = int(kodeverk.rule("foresatte", dato)["myndighetsalder"])
    con.execute(
        FOLK.format(ekstra=fakta.current_sql(EKSTRA), utenfor=UTENFOR_MAALGRUPPEN),
        {
            "dato": dato,
            "kjent": fakta.EVIG_TID,
            "felter": list(EKSTRA),
            "nedre_alder": alder.nedre,
            "ovre_alder": alder.ovre,
            "myndighetsalder": myndig,
            "myndig_fodt": f"{dato.year - myndig}-{dato:%m-%d}",
            "modeller": [rad["kode"] for rad in kodeverk.valid_on("regler/modeller", dato)],
            "stopper": _stopping(dato),
        },
    )
    con.unregister("utplasseringer")


def concerned(con: duckdb.DuckDBPyConnection, kode: str, dato: date) -> list[Pliktig]:
    """Return whom the duty concerns on ``dato``, in order of person id, from ``plikt_folk``; none where it has no row.

    A clock that starts later concerns nobody yet, and none starts before she was born. What was done counts from the
    enrolment, or from so many days before the clock started, or whenever it was.
    """
    rad = next((rad for rad in kodeverk.valid_on(REGEL, dato) if rad["kode"] == kode), None)
    if rad is None:
        return []
    if rad["start"] not in STARTER or rad["gjort"] not in GJORTE or rad["alder"] not in ALDER:
        raise ProgramFeil(f"plikten {kode} viser til en kolonne som ikke finnes")
    sql = PLIKTIGE.format(start=rad["start"], gjort=rad["gjort"], alder=ALDER[rad["alder"]], siden=_since(rad))
    verdier = {
        "dato": dato,
        "alle": not (rad["grupper"] or rad["statuser"]),
        "grupper": rad["grupper"].split(),
        "statuser": rad["statuser"].split(),
        "utplassering": rad["utplassering"] == JA,
        "gjentas": rad["gjentas"] == JA,
    }
    return [Pliktig(*linje) for linje in con.execute(sql, verdier).fetchall()]


def _since(rad: kodeverk.Kode) -> str:
    """Return SQL of whether the day it was done counts."""
    if rad["dager_for"] == SIDEN_TILMELDT:
        return f"{rad['gjort']} >= tilmeldt_dag"
    return "true" if rad["dager_for"] == ALLTID else f"{rad['gjort']} >= {rad['start']} - {int(rad['dager_for'])}"


def _placements(dato: date) -> pd.DataFrame:
    rader = [(rad["ot_status"], rad["tiltak"]) for rad in kodeverk.valid_on("regler/utplassering", dato)]
    return pd.DataFrame(rader, columns=["ot_status", "tiltak"], dtype="str")


def _stopping(dato: date) -> list[str]:
    """Return the civil statuses that stop a letter: the dead, and those who have left the country."""
    return [rad["kode"] for rad in kodeverk.valid_on("kodeverk/personstatus", dato) if rad["stopper_brev"] == JA]
