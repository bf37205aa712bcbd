"""What a worklist tells of a youth or a school: only what the adviser needs in order to do the task."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Final

import duckdb

from tasks import foresatte, kodeverk, mottakere, utvalg
from tasks.arbeid.fordeling import BRUKT
from tasks.arshjul import read_wheel
from tasks.klokke import from_utc, local_date
from tasks.register import fakta

FELT: Final = (
    *("fornavn", "etternavn", "fodselsdato", "kommunenummer", "mobilnummer", "epost", "ot_status", "tilmeldt_dato"),
    *("kontakt_dato", "soknad_dato", "soknad_onsker", "soknad_skoleaar", "ikke_mott_kom_dato", "avklaring_skole"),
)
BREVKANALER: Final = ["digital", "print"]
FORSOK: Final = """
    SELECT gjelder, grunn_kode, count(*), arg_max(dato, (dato, lopenr)), arg_max(kanal, (dato, lopenr)),
        arg_max(svar_kode, (dato, lopenr))
    FROM arbeidssvar WHERE tilstand = ? AND aar = ? AND dato IS NOT NULL AND gjelder IN (SELECT unnest(?::VARCHAR[]))
    GROUP BY ALL
"""
SISTE_KONTAKT: Final = """
    SELECT person_id, max(dag) FROM (
        SELECT person_id, try_cast(verdi AS DATE) AS dag FROM fakta_kjent($kjent) WHERE felt = 'kontakt_dato'
        UNION ALL SELECT person_id, CAST(svart_tid AS DATE) FROM svar_kjent($kjent)
    ) WHERE person_id IN (SELECT unnest($personer::VARCHAR[])) AND dag <= $dato GROUP BY person_id
"""
STATUS_SIDEN: Final = """
    SELECT person_id, arg_max(gyldig_fra, (gyldig_fra, lopenr)) FROM fakta_kjent($kjent)
    WHERE felt = 'ot_status' AND gyldig_fra <= $dato AND person_id IN (SELECT unnest($personer::VARCHAR[]))
    GROUP BY person_id
"""
LEVERT: Final = """
    SELECT person_id, rad, min(tilstand_tid) FROM utsending_naa
    WHERE aar = ? AND mottaker = 'ungdom' AND tilstand = 'levert' AND list_contains(?, kanal)
      AND person_id IN (SELECT unnest(?::VARCHAR[])) GROUP BY ALL
"""


def person_cells(
    con: duckdb.DuckDBPyConnection, personer: Collection[str], aar: int, dato: date, fylkesnumre: tuple[str, ...]
) -> dict[str, dict[str, str]]:
    """Return person → the information columns of the sheets, as they stand on ``dato``; ``fylkesnumre`` are ours."""
    alle = sorted(personer)
    foresatte_til = {
        rad["person_id"]: _guardians(rad, dato) for rad in utvalg.people(con, alle, mottakere.FELT, dato, fylkesnumre)
    }
    naa = fakta.current(con, FELT, dato)
    rader = naa[naa["person_id"].isin(alle)].to_dict("records")
    kommuner = {rad["kode"]: rad["navn"] for rad in kodeverk.all_rows("kodeverk/kommuner")}
    verdier = {"kjent": fakta.EVIG_TID, "dato": dato, "personer": alle}
    kontakt = dict(con.execute(SISTE_KONTAKT, verdier).fetchall())
    siden = dict(con.execute(STATUS_SIDEN, verdier).fetchall())
    brev = _letters(con, aar, alle)
    celler = {}
    for rad in rader:
        person = rad["person_id"]
        celler[person] = {
            "navn": f"{rad['fornavn']} {rad['etternavn']}".strip(),
            "fodt": as_shown(rad["fodselsdato"]),
            "kommune": kommuner.get(rad["kommunenummer"], rad["kommunenummer"]),
            "mobil": rad["mobilnummer"],
            "epost": rad["epost"],
            "foresatte": foresatte_til[person],
            "status": rad["ot_status"],
            "status_siden": as_shown(siden.get(person)),
            "tilmeldt": as_shown(rad["tilmeldt_dato"]),
            "siste_kontakt": as_shown(kontakt.get(person)),
            "soknad": _application(rad),
            "listen_kom": as_shown(rad["ikke_mott_kom_dato"]),
            "skole": rad["avklaring_skole"],
            **brev.get(person, {}),
        }
    return celler


def attempt_cells(
    con: duckdb.DuckDBPyConnection, gjelder: Collection[str], aar: int, dato: date
) -> dict[tuple[str, str], dict[str, str]]:
    """Return (about whom, why) → how many times it has been tried this year, and the last time."""
    tekster = {rad["kode"]: rad["tekst"] for rad in kodeverk.valid_on("regler/arbeidssvar", dato)}
    rader = con.execute(FORSOK, [BRUKT, aar, sorted(gjelder)]).fetchall()
    return {
        (hvem, grunn): {
            "forsok": str(antall),
            "siste_forsok": " · ".join(del_ for del_ in (as_shown(dag), kanal, tekster.get(kode, "")) if del_),
        }
        for hvem, grunn, antall, dag, kanal, kode in rader
    }


def as_shown(dag: date | str | None) -> str:
    """Return a date as people write it, blank where there is none."""
    if isinstance(dag, str):
        dag = date.fromisoformat(dag) if dag else None
    return f"{dag:%d.%m.%Y}" if dag else ""


def _guardians(rad: Mapping[str, str], dato: date) -> str:
    """Return the guardians whom the adviser may speak with; none when the youth is of age and has not consented."""
    if not rad["fodselsdato"] or not foresatte.involved(rad, date.fromisoformat(rad["fodselsdato"]), dato):
        return ""
    return ", ".join(mottakere.guardians_named(rad))


def _application(rad: Mapping[str, str]) -> str:
    if not rad["soknad_dato"]:
        return ""
    return " · ".join(del_ for del_ in (f"søkt {as_shown(rad['soknad_dato'])}", rad["soknad_onsker"]) if del_)


def _letters(con: duckdb.DuckDBPyConnection, aar: int, personer: list[str]) -> dict[str, dict[str, str]]:
    """Return person → when her letter and its reminder were delivered this year."""
    celler: dict[str, dict[str, str]] = {}
    purringer = reminder_rows()
    for person, rad, tid in con.execute(LEVERT, [aar, BREVKANALER, personer]).fetchall():
        celler.setdefault(person, {})["purring" if rad in purringer else "brev"] = _day(tid)
    return celler


def reminder_rows() -> frozenset[str]:
    """Return the rows of the wheel that remind of a letter."""
    return frozenset(rad.rad for rad in read_wheel() if "brevrad" in rad.parametre and rad.flyt == "purrebrev")


def _day(tid: datetime) -> str:
    return as_shown(local_date(from_utc(tid)))
