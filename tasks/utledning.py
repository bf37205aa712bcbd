"""What a file's good rows say, as the register says it: dates as ISO, today's municipalities, a grade that is missing.

The rows become one view of statements (``utsagn``): person_id, what tells two lines about one person apart, and a text
column per field. Blank is "no value"; NULL is "says nothing", which takes nothing from anyone.
"""

from collections.abc import Collection, Sequence

import duckdb
import pandas as pd
import pyarrow as pa

from schemas import fodselsnummer
from schemas.format import Kolonne
from schemas.kontroll import arrow
from tasks import kodeverk
from tasks.adresse import GRADERING_MANGLER
from tasks.foresatte import FORESATTE
from tasks.hjem import Hjem
from tasks.kilder import KILDER, Kilde
from tasks.vurdering import Vurdert

GRADERINGER = ("adressegradering", *(f"{foresatt}_adressegradering" for foresatt in FORESATTE))
HJELPEKOLONNER = ("registrert_dato", "tidligere_fodselsnummer")
"""What is used while loading and is no fact about the person."""
KOMMUNE = "kommunenummer"
FODSELSDATO, FODT_I_NUMMERET = "fodselsdato", "fodt_i_nummeret"


def stage(con: duckdb.DuckDBPyConnection, hjem: Hjem, vurdert: Vurdert, fil_nr: int = 0) -> None:
    """Put the file's good rows where DuckDB sees them, with the birth date in each number and today's municipalities.

    They are ``inn``, and ``inn_NR`` for as long as the delivery is being loaded.
    """
    gyldige = vurdert.validert.gyldige
    tabell = pa.Table.from_pandas(gyldige, preserve_index=False)
    datoer = fodselsnummer.birth_dates(arrow(gyldige["fodselsnummer"]), kodeverk.fictitious_digits())
    tabell = tabell.append_column(FODT_I_NUMMERET, pa.array(datoer))
    if KOMMUNE in gyldige:
        i_dag = kodeverk.municipalities(hjem.innstillinger.fylke.fylkesnummer)
        numre = gyldige[KOMMUNE].astype("category").cat
        dagens = pa.DictionaryArray.from_arrays(
            pa.array(numre.codes, pa.int32()),
            pa.array([i_dag.get(nummer, "") for nummer in numre.categories], pa.string()),
        )
        tabell = tabell.set_column(tabell.column_names.index(KOMMUNE), KOMMUNE, dagens)
    tabell = tabell.append_column("rad_nr", pa.array(vurdert.validert.rad_nr))
    con.register("inn", tabell)
    con.register(f"inn_{fil_nr}", tabell)


def statements(vurdert: Vurdert) -> dict[str, str]:
    """Return each field that the format speaks of and the SQL of what a row of ``inn`` says about it."""
    format_ = vurdert.mottatt.format
    kilde, i_filen = KILDER[format_.navn], vurdert.validert.kolonner_i_filen
    uttrykk = {}
    for kolonne in format_.kolonner:
        if kolonne.navn not in HJELPEKOLONNER:
            sql = _statement(kolonne, format_.datoformat) if kolonne.navn in i_filen else "NULL::VARCHAR"
            tier = kolonne.navn not in i_filen and not kilde.ma_gradere
            uttrykk[field_of(kolonne.navn, kilde)] = sql if tier else _closed(kolonne.navn, sql)
    i_nummeret = f"strftime(i.{FODT_I_NUMMERET}, '%Y-%m-%d')"
    uttrykk[FODSELSDATO] = f"coalesce({i_nummeret}, nullif({uttrykk.get(FODSELSDATO, 'NULL::VARCHAR')}, ''))"
    return uttrykk


def field_of(kolonne: str, kilde: Kilde) -> str:
    """Return the register's name of a column: a grade is kept per source, a list's school year is its membership."""
    if kolonne in GRADERINGER:
        return f"{kolonne}_{kilde.system}"
    return f"{kilde.gruppe}_skoleaar" if kolonne == "skoleaar" and kilde.gruppe else kolonne


def as_iso(sql: str, datoformat: str) -> str:
    """Return SQL of a date in the file's format as ISO, blank where it is none."""
    return f"coalesce(strftime(try_strptime({sql}, '{datoformat}'), '%Y-%m-%d'), '')"


def _statement(kolonne: Kolonne, datoformat: str) -> str:
    sql = f"i.{kolonne.navn}::VARCHAR"
    return as_iso(sql, datoformat) if kolonne.art == "dato" else sql


def _closed(kolonne: str, sql: str) -> str:
    """Make a grade that is blank or not in the file one that closes; let a guardian without a name say nothing."""
    if kolonne in GRADERINGER:
        sql = f"coalesce(nullif({sql}, ''), '{GRADERING_MANGLER}')"
    foresatt = kolonne.partition("_")[0]
    return f"CASE WHEN i.{foresatt}_navn::VARCHAR <> '' THEN {sql} END" if foresatt in FORESATTE else sql


def derive(con: duckdb.DuckDBPyConnection, vurdert: Vurdert, fil_nr: int) -> list[str]:
    """Make the view ``utsagn_NR`` of what the file's good rows say, and return the fields.

    The people must have been found: ``kjent_nummer`` (nummer, person_id).
    """
    uttrykk = statements(vurdert)
    registrert = "i.registrert_dato::VARCHAR" if "registrert_dato" in vurdert.validert.kolonner_i_filen else "NULL"
    felter = ", ".join(f"{sql} AS {felt}" for felt, sql in uttrykk.items())
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW utsagn_{fil_nr} AS"
        f" SELECT p.person_id, {fil_nr} AS fil_nr, true AS god, {registrert} AS registrert_dato, {felter}"
        f" FROM inn_{fil_nr} i JOIN kjent_nummer p ON p.nummer = i.fodselsnummer::VARCHAR"
    )
    return list(uttrykk)


def combine(
    con: duckdb.DuckDBPyConnection,
    filer: int,
    nokkel: Sequence[str],
    til_side: pd.DataFrame,
    erstattet: Collection[str] = (),
) -> None:
    """Make the view ``utsagn`` of the whole delivery, and ``nevnt`` (nokkel, god) of everyone whom it names.

    ``utsagn_kom`` is what came; ``utsagn`` may have less of it, where a rule holds something back.

    Where several files have a line about the same person, the last file's counts; one with a number that another
    replaces (``erstattet``) never does. ``til_side`` has what closes, of rows set aside and of changed numbers, about
    people whom we know: what it says goes before what a good row about the same person does.
    """
    alle = " UNION ALL BY NAME ".join(f"FROM utsagn_{nummer}" for nummer in range(filer))
    rekke = "fil_nr DESC"
    if erstattet:
        con.execute("CREATE OR REPLACE TEMP TABLE erstattet AS SELECT unnest(?) AS nummer", [sorted(erstattet)])
        rekke = "fodselsnummer IN (FROM erstattet), fil_nr DESC, fodselsnummer"
    if filer > 1 or erstattet:
        alle = f"FROM ({alle}) QUALIFY row_number() OVER (PARTITION BY {', '.join(nokkel)} ORDER BY {rekke}) = 1"
    if not til_side.empty:
        con.register("sagt_til_side", til_side)
        con.execute("CREATE OR REPLACE TEMP TABLE til_side AS FROM sagt_til_side")
        con.unregister("sagt_til_side")
        lukker = [felt for felt in til_side if felt not in nokkel]
        foran = ", ".join(f"coalesce(s.{felt}, a.{felt}) AS {felt}" for felt in lukker)
        valgt = f"a.* REPLACE ({foran})" if foran else "a.*"
        alle = (
            f"SELECT {valgt} FROM ({alle}) a LEFT JOIN til_side s USING (person_id)"
            f" UNION ALL BY NAME FROM til_side WHERE person_id NOT IN (SELECT person_id FROM ({alle}))"
        )
    con.execute(f"CREATE OR REPLACE TEMP VIEW utsagn_kom AS {alle}")
    con.execute("CREATE OR REPLACE TEMP VIEW utsagn AS FROM utsagn_kom")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE nevnt AS SELECT {', '.join(nokkel)}, coalesce(god, false) AS god FROM utsagn"
    )
