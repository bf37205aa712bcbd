"""What the data quality rules are asked about: one row a youth in follow-up, and no value that tells who.

The stock (``bestand``) is turned into what a rule needs to know and nothing more: days, counts, yes or no, and the
codes of closed lists. A national id, a name, an address or a birth date is not among them, so a rule's answer cannot
hold one. A blank is "does not apply", which no rule is broken by.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

import duckdb
import pandas as pd

from schemas.ajourhold import Ajourholdsramme
from tasks import bestand, kodeverk
from tasks.adresse import GRADERINGER, UGRADERT, is_protected
from tasks.register import fakta
from tasks.samsvar import conform

MANGLER, GRADERT, STRENGT = "mangler", "gradert", "strengt"
GOD, UKJENT, UTGATT, ANNET_FYLKE = "god", "ukjent", "utgått", "annet_fylke"
KOMMUNESIFRE: Final = 4
BOKSTAVER_OG_TALL: Final = re.compile(r"[^a-zæøå0-9]")


class Hvem(NamedTuple):
    """Whom a row is about, whose she is (blank is nobody's), and whether she is protected or dead and never named."""

    person_id: str
    raadgiver: str
    nevnes_ikke: bool


RAMME: Final = """
    CREATE OR REPLACE TEMP TABLE ajourhold AS
    WITH aktuelle AS (
        SELECT *, try_cast(fodselsdato AS DATE) AS fodt, try_cast(tilmeldt_dato AS DATE) AS tilmeldt,
            try_cast(avsluttet_dato AS DATE) AS avsluttet,
            siste_kontakt IS NOT NULL OR (coalesce(tilmeldt > $dato, false) AND kontakt_dato <> '') AS er_kontaktet
        FROM bestand
        WHERE er_tilmeldt OR (adressegradering_otto <> '' OR ot_status <> '')
            AND NOT coalesce(try_cast(avsluttet_dato AS DATE) < $dato AND avsluttet_dato >= tilmeldt_dato, false)
    ), tilmeldte_numre AS (
        SELECT DISTINCT verdi AS nummer, person_id FROM ({numre} AND {staar} AND gyldig_fra <= $dato)
        SEMI JOIN (FROM bestand WHERE er_tilmeldt) USING (person_id)
    ), samme_nummer AS (
        SELECT person_id, max(antall) - 1 AS antall FROM tilmeldte_numre JOIN (
            SELECT nummer, count(*) AS antall FROM tilmeldte_numre GROUP BY nummer HAVING count(*) > 1
        ) USING (nummer) GROUP BY person_id
    ), samme_navn AS (
        SELECT unnest(list(person_id)) AS person_id, count(*) - 1 AS antall FROM bestand
        WHERE er_tilmeldt AND fornavn <> '' AND etternavn <> '' AND try_cast(fodselsdato AS DATE) IS NOT NULL
        GROUP BY fodselsdato,
            lower(nfc_normalize(trim(regexp_replace(concat_ws(' ', fornavn, etternavn), '[\\s-]+', ' ', 'g'))))
        HAVING count(*) > 1
    )
    SELECT row_number() OVER (ORDER BY person_id) - 1 AS rad, person_id, raadgiver,
        skjermet OR personstatus_slag.svar = 'død' AS nevnes_ikke,
        fornavn <> '' AND etternavn <> '' AS har_navn,
        CASE WHEN NOT regexp_full_match(fodselsnummer, '[0-9]{{11}}') THEN 'umulig'
            WHEN list_contains($fiktive, substr(fodselsnummer, 7, 3)) THEN 'fiktivt' ELSE 'god' END AS nummer_slag,
        CASE WHEN er_tilmeldt THEN coalesce(samme_nummer.antall, 0) END AS samme_nummer_antall,
        CASE WHEN er_tilmeldt THEN coalesce(samme_navn.antall, 0) END AS samme_navn_antall,
        $dato - fodt AS levd_dager,
        CASE WHEN fodt <= $dato THEN alder END AS alder,
        kommune_slag.svar AS kommune_slag, personstatus_slag.svar AS personstatus_slag,
        gradering_slag.svar AS gradering_slag,
        tilmeldt - $dato AS tilmeldt_om_dager,
        avsluttet - tilmeldt AS tilmeldt_i_dager,
        tilmeldingsgrunn, ot_status,
        $dato - ot_status_dato - mest_dager AS status_over_grensen_dager,
        CASE kontakt WHEN 'aldri' THEN siste_kontakt - ot_status_dato END AS kontakt_etter_status_dager,
        CASE kontakt WHEN 'alltid' THEN er_kontaktet END AS har_kontakt,
        try_cast(kontakt_dato AS DATE) - $dato AS kontakt_om_dager,
        CASE plan WHEN 'ja' THEN oppfolgingsplan_dato <> '' END AS har_plan,
        CASE WHEN skjermet AND kontakt IS DISTINCT FROM 'fritatt' THEN er_kontaktet END
            AS skjermet_har_kontakt,
        CASE gradering_slag.svar WHEN 'strengt'
            THEN adresselinje1 = '' OR regexp_matches(upper(adresselinje1), $sperret) END AS har_trygg_adresse,
        CASE WHEN NOT skjermet THEN adresselinje1 <> '' END AS har_adresse,
        CASE WHEN raadgiver = '' THEN 'mangler' WHEN list_contains($raadgivere, raadgiver) THEN 'god' ELSE 'ukjent' END
            AS raadgiver_slag
    FROM aktuelle
    JOIN kommune_slag USING (kommunenummer, ot_status)
    JOIN personstatus_slag USING (personstatus, ot_status)
    JOIN gradering_slag USING ({graderinger})
    LEFT JOIN statuskrav ON statuskrav.kode = ot_gruppe
    LEFT JOIN samme_nummer USING (person_id)
    LEFT JOIN samme_navn USING (person_id)
    ORDER BY rad
"""
"""Asked about are those who are enrolled, and those whom OTTO has without their being so and without an end."""


def stage(
    con: duckdb.DuckDBPyConnection,
    dato: date,
    kjent: datetime | None,
    fylkesnumre: tuple[str, ...],
    raadgivere: tuple[str, ...],
) -> None:
    """Make the temporary table ``ajourhold``: what the rules are asked about, as of ``dato``, known at ``kjent`` (UTC).

    Its columns are those of ``Ajourholdsramme``, the row's place in the frame (``rad``, from 0 in the order of
    ``person_id``), and whose a finding is: ``person_id``, ``raadgiver``, ``nevnes_ikke``.
    ``bestand`` is made anew and left for whoever counts more from it.
    """
    bestand.stage(con, dato, kjent)
    derive(con, dato, kjent, fylkesnumre, raadgivere)


def derive(
    con: duckdb.DuckDBPyConnection,
    dato: date,
    kjent: datetime | None,
    fylkesnumre: tuple[str, ...],
    raadgivere: tuple[str, ...],
) -> None:
    """Make ``ajourhold`` from the stock that ``bestand`` holds, of the same day and knowledge."""
    _ask_each(con, "kommune_slag", ("kommunenummer", "ot_status"), _municipality(dato, fylkesnumre))
    _ask_each(con, "personstatus_slag", ("personstatus", "ot_status"), _living(dato))
    _ask_each(con, "gradering_slag", GRADERINGER, _grade(dato))
    krav = pd.DataFrame(kodeverk.valid_on("regler/statuskrav", dato))[["kode", "kontakt", "plan", "mest_dager"]]
    con.register("statuskrav", krav.astype({"mest_dager": "Int32"}))
    sperret = [re.escape(rad["kode"]) for rad in kodeverk.valid_on("regler/sperret_adresse", dato)]
    con.execute(
        RAMME.format(graderinger=", ".join(GRADERINGER), numre=fakta.ALLE_NUMRE, staar=fakta.STAAR),
        {
            "dato": dato, "kjent": kjent or fakta.EVIG_TID, "fiktive": sorted(kodeverk.fictitious_digits()),
            "sperret": "|".join(sperret), "raadgivere": list(raadgivere),
        },
    )  # fmt: skip
    con.unregister("statuskrav")
    for tabell in ("kommune_slag", "personstatus_slag", "gradering_slag"):
        con.execute(f"DROP TABLE {tabell}")


def frame(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return what the rules are asked about, a row a youth in the order of ``rad``, which is no column."""
    kolonner = Ajourholdsramme.to_schema().columns
    utvalg = [f"{_as_kept(con, navn, str(kolonne.dtype))} AS {navn}" for navn, kolonne in kolonner.items()]
    ramme = con.execute(f"SELECT {', '.join(utvalg)} FROM ajourhold ORDER BY rad").df()  # noqa: S608 our columns
    return conform(Ajourholdsramme, ramme)


def people(con: duckdb.DuckDBPyConnection, rader: Iterable[int]) -> dict[int, Hvem]:
    """Return who stand at the places in the frame."""
    svar = con.execute(
        "SELECT rad, person_id, raadgiver, nevnes_ikke FROM ajourhold"
        " SEMI JOIN (SELECT unnest($rader::BIGINT[]) AS rad) USING (rad)",
        {"rader": sorted(set(rader))},
    ).fetchall()
    return {rad: Hvem(*hvem) for rad, *hvem in svar}


def _as_kept(con: duckdb.DuckDBPyConnection, kolonne: str, art: str) -> str:
    """Return SQL of a column of ``ajourhold`` as the frame keeps it: numbers that may be blank, and codes as codes."""
    if art == "float64":
        return f"{kolonne}::DOUBLE"
    if art == "bool":
        return kolonne
    koder = con.execute(f"SELECT DISTINCT {kolonne} FROM ajourhold ORDER BY ALL").fetchall()  # noqa: S608 our columns
    return f"{kolonne}::ENUM ({', '.join(_quoted(kode) for (kode,) in koder) or _quoted('')})"


def _quoted(kode: str) -> str:
    return "'" + kode.replace("'", "''") + "'"


def _ask_each(con: duckdb.DuckDBPyConnection, tabell: str, kolonner: Sequence[str], regel: Callable[..., str]) -> None:
    """Make the temporary table: each combination of the columns there is, and what the rule says of it (``svar``)."""
    alle = con.table("bestand").select(*kolonner).distinct().order("ALL").df()
    alle["svar"] = pd.Series([regel(*en) for en in alle.itertuples(index=False, name=None)], dtype="str")
    con.register("alle", alle)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {tabell} AS FROM alle")
    con.unregister("alle")


def _municipality(dato: date, fylkesnumre: tuple[str, ...]) -> Callable[[str, str], str]:
    """Return the rule: is a youth's municipality one of ours, a number that is gone, another county's, or none."""
    alle = kodeverk.all_rows("kodeverk/kommuner")
    vaare = {rad["kode"]: rad for rad in alle if (rad["erstattet_av"] or rad["kode"]).startswith(fylkesnumre)}

    def decide(kommune: str, ot_status: str) -> str:
        if rad := vaare.get(kommune.zfill(KOMMUNESIFRE) if kommune else ""):
            er_utgatt = rad["gyldig_til"] and rad["gyldig_til"] < dato.isoformat()
            return UTGATT if er_utgatt else GOD
        nummer = kommune.zfill(KOMMUNESIFRE)
        er_annet = len(nummer) == KOMMUNESIFRE and kommune.isdecimal() and not nummer.startswith(fylkesnumre)
        return _outside(dato, ANNET_FYLKE, ot_status) if er_annet else UKJENT

    return decide


def _living(dato: date) -> Callable[[str, str], str]:
    """Return the rule: is a youth living in Norway, dead, abroad, or unknown to the national register."""
    koder = kodeverk.codes("personstatus", dato)

    def decide(personstatus: str, ot_status: str) -> str:
        return _outside(dato, personstatus, ot_status) if personstatus in koder else UKJENT

    return decide


def _outside(dato: date, kode: str, ot_status: str) -> str:
    """Return what takes a youth out of the county, or that nothing does: a status may say it already."""
    rad = {rad["kode"]: rad for rad in kodeverk.valid_on("regler/utenfor_fylket", dato)}.get(kode)
    return GOD if rad is None or (ot_status and ot_status == rad["godtatt_status"]) else rad["slag"]


def _grade(dato: date) -> Callable[..., str]:
    """Return the rule: the strictest grade that a source gives; protected because none is given is ``mangler``."""
    slag = {rad["kode"]: rad["slag"] for rad in kodeverk.valid_on("regler/graderinger", dato)}

    def decide(*graderinger: str) -> str:
        if not is_protected(*graderinger):
            return UGRADERT
        sagt = {slag.get(BOKSTAVER_OG_TALL.sub("", grad.lower()), GRADERT) for grad in graderinger if grad}
        return next((svar for svar in (STRENGT, GRADERT) if svar in sagt), MANGLER)

    return decide
