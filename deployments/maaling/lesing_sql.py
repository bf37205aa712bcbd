"""The checks of ``schemas.innfiler.vigo_ikkesokere`` as DuckDB SQL: what our own is measured against.

Written as one would who wants it fast: every column text so that no type is guessed, a table in memory, one filter
per check over the one column it needs, number rules as arithmetic on integers. The facts of the rules (weights,
centuries, code lists, forms) are the project's own; the way of checking them is not.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from schemas import kontroll
from schemas.fodselsnummer import (
    AARHUNDRER,
    D_TILLEGG,
    FIKTIVE_AARHUNDRER,
    SYNTETISKE_TILLEGG,
    VEKTER_1,
    VEKTER_2,
    Idtype,
)
from schemas.format import Filformat
from schemas.innfiler import EPOST, JA_NEI, MOBIL, POSTNUMMER
from schemas.kontroll import Kontrollgrunnlag

STYRETEGN = r"[\x00-\x1f\x7f-\x{9f}\x{61c}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}\x{feff}\x{fffd}-\x{ffff}]"
KODER = {
    Idtype.UGYLDIG_FORM: kontroll.KODE_ID_FORM,
    Idtype.UGYLDIG_DATO: kontroll.KODE_ID_DATO,
    Idtype.UGYLDIG_KONTROLL: kontroll.KODE_ID_KONTROLL,
}
FRITT = ("adresselinje1", "poststed", "adressegradering")
LES = """
    CREATE OR REPLACE TABLE fil AS SELECT * FROM read_csv(?, delim = ?, quote = '"', escape = '"', header = true,
        auto_detect = false, columns = {kolonner}, strict_mode = true, nullstr = '\\N', encoding = 'utf-8')
"""
"""A strict reading: any row with too many or too few fields stops it. A blank field is a blank text."""


def judge(con: duckdb.DuckDBPyConnection, sti: Path, format_: Filformat, grunnlag: Kontrollgrunnlag) -> None:
    """Read the file and leave two tables: ``gyldige``, the good rows, and ``feil`` (rad_nr, kolonne, kode)."""
    kolonner = {kolonne.navn: "VARCHAR" for kolonne in format_.kolonner}
    con.execute(LES.format(kolonner=kolonner), [str(sti), format_.skilletegn])
    con.execute("CREATE OR REPLACE TABLE feil (rad_nr, kolonne, kode) AS " + " UNION ALL ".join(_faults(grunnlag)))
    con.execute(
        "CREATE OR REPLACE TABLE gyldige AS"
        " SELECT * FROM fil WHERE rowid NOT IN (SELECT rad_nr - 2 FROM feil)"  # the heading is row 1
    )


def _faults(grunnlag: Kontrollgrunnlag) -> Iterator[str]:
    """Return one SELECT of (rad_nr, kolonne, kode) per check, the id columns' checks as one."""
    for kolonne in ("fodselsnummer", "foresatt1_fodselsnummer", "foresatt2_fodselsnummer"):
        yield _bad_ids(kolonne, grunnlag)
    yield f"""
        SELECT rad + 2, 'fodselsnummer', '{kontroll.KODE_DUBLETT}' FROM (
            SELECT rowid AS rad, row_number() OVER (PARTITION BY fodselsnummer ORDER BY rowid) AS nummer
            FROM fil WHERE {_has_form("fodselsnummer")}
        ) WHERE nummer > 1"""  # noqa: S608 our own words
    for kolonne, kode, er_feil in _cells(grunnlag):
        yield f"SELECT rowid + 2, '{kolonne}', '{kode}' FROM fil WHERE {er_feil}"  # noqa: S608 our own words


def _cells(grunnlag: Kontrollgrunnlag) -> Iterator[tuple[str, str, str]]:
    """Return (column, code, what is true of a bad cell)."""
    for kolonne in ("fornavn", "etternavn", "kommunenummer", "personstatus", "vigokode", "registrert_dato"):
        yield kolonne, kontroll.KODE_PAKREVD, f"regexp_full_match({kolonne}, '[\\s\\pZ]*')"
    foresatte = [f"foresatt{nummer}_{felt}" for nummer in (1, 2) for felt in ("navn", *FRITT)]
    for kolonne in ("fornavn", "etternavn", *FRITT, "ot_enhet", *foresatte):
        yield kolonne, kontroll.KODE_TEGN, f"regexp_matches({kolonne}, '{STYRETEGN}')"
    for kolonne in ("postnummer", "foresatt1_postnummer", "foresatt2_postnummer"):
        yield kolonne, kontroll.KODE_POSTNUMMER, _not_in_form(kolonne, POSTNUMMER)
    yield "mobilnummer", kontroll.KODE_MOBIL, _not_in_form("mobilnummer", MOBIL)
    yield "epost", kontroll.KODE_EPOST, _not_in_form("epost", EPOST)
    yield "kommunenummer", kontroll.KODE_KOMMUNE, _not_in_list("kommunenummer", grunnlag.kodeverk["kommuner"])
    for kolonne in ("personstatus", "vigokode"):
        yield kolonne, kontroll.KODE_KODEVERK, _not_in_list(kolonne, grunnlag.kodeverk[kolonne])
    for kolonne in ("foresatt1_foreldreansvar", "foresatt2_foreldreansvar"):
        yield kolonne, kontroll.KODE_JA_NEI, _not_in_list(kolonne, JA_NEI)
    yield "skoleaar", kontroll.KODE_SKOLEAAR, f"skoleaar <> '{grunnlag.skoleaar}'"
    dato = f"try_strptime(registrert_dato, '{grunnlag.datoformat}')"
    skrevet_likt = f"strftime({dato}, '{grunnlag.datoformat}') = registrert_dato"
    yield "registrert_dato", kontroll.KODE_DATO, f"registrert_dato <> '' AND NOT coalesce({skrevet_likt}, false)"
    yield "registrert_dato", kontroll.KODE_FRAMTID, f"{skrevet_likt} AND {dato} > DATE '{grunnlag.siste_dato}'"


def _bad_ids(kolonne: str, grunnlag: Kontrollgrunnlag) -> str:
    """Return the SELECT of an id column's faults: form, then date, then control digits, then kinds not allowed."""
    blank = "" if kolonne == "fodselsnummer" else f"WHERE {kolonne} <> ''"
    fiktive = ", ".join(str(int(individ)) for individ in sorted(grunnlag.fiktive))
    tillatte = ", ".join(str(int(art)) for art in sorted(grunnlag.idtyper))
    koder = " ".join(f"WHEN {int(art)} THEN '{kode}'" for art, kode in KODER.items())
    return f"""
        SELECT rad + 2, '{kolonne}',
            CASE art {koder} ELSE '{kontroll.KODE_ID_MODUS}' END
        FROM (
            SELECT rad, CASE
                WHEN tall IS NULL THEN {int(Idtype.UGYLDIG_FORM)}
                WHEN NOT coalesce(dag BETWEEN 1 AND day(last_day(make_date(aar, maaned, 1))), false)
                    THEN {int(Idtype.UGYLDIG_DATO)}
                WHEN individ IN ({fiktive}) THEN {int(Idtype.FIKTIVT)}
                WHEN {_sum(VEKTER_1)} % 11 <> 0 OR {_sum(VEKTER_2)} % 11 <> 0 THEN {int(Idtype.UGYLDIG_KONTROLL)}
                WHEN merket THEN {int(Idtype.SYNTETISK)}
                WHEN d_nummer THEN {int(Idtype.D_NUMMER)}
                ELSE {int(Idtype.ORDINAER)} END AS art
            FROM (
                SELECT *, CASE {_century(fiktive)} END AS aar,
                    CASE {_months()} END AS maaned, maaned_skrevet > {min(SYNTETISKE_TILLEGG)} AS merket,
                    dag_skrevet > {D_TILLEGG} AS d_nummer,
                    CASE WHEN dag_skrevet > {D_TILLEGG} THEN dag_skrevet - {D_TILLEGG} ELSE dag_skrevet END AS dag
                FROM (
                    SELECT rad, tall, tall // 1000000000 AS dag_skrevet, tall // 10000000 % 100 AS maaned_skrevet,
                        tall // 100000 % 100 AS yy, tall // 100 % 1000 AS individ
                    FROM (
                        SELECT rowid AS rad, CASE WHEN {_has_form(kolonne)} THEN {kolonne}::BIGINT END AS tall
                        FROM fil {blank}
                    )
                )
            )
        ) WHERE art NOT IN ({tillatte})"""  # noqa: S608 our own words


def _century(fiktive: str) -> str:
    egne = [
        f"WHEN individ IN ({fiktive}) AND yy BETWEEN {f} AND {t} THEN {aar} + yy" for f, t, aar in FIKTIVE_AARHUNDRER
    ]
    vanlige = [
        f"WHEN individ BETWEEN {fra} AND {til} AND yy BETWEEN {fra_aar} AND {til_aar} THEN {aar} + yy"
        for fra, til, fra_aar, til_aar, aar in AARHUNDRER
    ]
    return " ".join(egne + vanlige)


def _months() -> str:
    """Return the month with any mark taken away; none where it is no month."""
    return " ".join(
        f"WHEN maaned_skrevet BETWEEN {tillegg + 1} AND {tillegg + 12} THEN maaned_skrevet - {tillegg}"
        for tillegg in (0, *SYNTETISKE_TILLEGG)
    )


def _sum(vekter: Iterable[int]) -> str:
    """Return the weighted sum of a number's first digits, its control digit with weight one."""
    ledd = (f"{vekt} * (tall // {10 ** (10 - plass)} % 10)" for plass, vekt in enumerate((*vekter, 1)))
    return f"({' + '.join(ledd)})"


def _has_form(kolonne: str) -> str:
    return f"regexp_full_match({kolonne}, '[0-9]{{11}}')"


def _not_in_form(kolonne: str, monster: str) -> str:
    return f"{kolonne} <> '' AND NOT regexp_full_match({kolonne}, '{monster}')"


def _not_in_list(kolonne: str, koder: Iterable[str]) -> str:
    liste = ", ".join(f"'{kode}'" for kode in ("", *sorted(koder)))
    return f"{kolonne} NOT IN ({liste})"
