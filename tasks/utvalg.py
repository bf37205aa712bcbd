"""Who is concerned: the register asked, as set arithmetic over person ids."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

import duckdb

from schemas.verdier import Kanal
from tasks import foresatte, kodeverk, mottakere
from tasks.register import fakta

AVSLUTTET = "avsluttet"
BREVKANALER = (Kanal.DIGITAL, Kanal.PRINT)
STATUS_OG_SLUTT = """
    SELECT person_id, felt, verdi, gyldig_fra,
        lead(gyldig_fra, 1, $dato::DATE + 1) OVER (PARTITION BY person_id, felt ORDER BY gyldig_fra, lopenr)
    FROM fakta_kjent($kjent)
    WHERE felt IN ('ot_status', 'avsluttet_dato') AND gyldig_fra <= $dato
"""
"""Each status and end of enrolment up to a day, with the days from (included) and to (not) that it held."""


def to_write(con: duckdb.DuckDBPyConnection, gruppe: str, skoleaar: str, dato: date) -> set[str]:
    """Return who shall have the letter of week 20 or 39, before the gate: everyone in the year's group."""
    return group(con, gruppe, skoleaar, dato)


def to_remind(con: duckdb.DuckDBPyConnection, brevrad: str, purrerad: str, aar: int, dato: date) -> set[str]:
    """Return who shall have the reminder of week 22 or 41, before the gate: the ``silent`` but for the ``settled``."""
    tause = silent(con, brevrad, purrerad, aar)
    return tause.keys() - settled(con, tause, dato)


def silent(con: duckdb.DuckDBPyConnection, brevrad: str, purrerad: str, aar: int) -> dict[str, date]:
    """Return those whose own letter has arrived (``delivered``) and who have not answered, and the letter's date."""
    svarte = answered(con, [brevrad, purrerad], aar)
    return {person: dag for person, dag in delivered(con, brevrad, aar).items() if person not in svarte}


def settled(con: duckdb.DuckDBPyConnection, brevdager: Mapping[str, date], dato: date) -> set[str]:
    """Return those of whom we have known what they do on any day from that of the letter to ``dato``.

    What is unclear again later is for the adviser, not for this letter.
    """
    return {person for person, _, til in _clarified_spans(con, dato) if person in brevdager and til > brevdager[person]}


def to_call(
    con: duckdb.DuckDBPyConnection,
    gruppe: str,
    skoleaar: str,
    brevrader: list[str],
    aar: int,
    dato: date,
    fylkesnumre: tuple[str, ...],
) -> set[str]:
    """Return who is called in weeks 21–32: everyone in the year's group, with a letter or not, of whom we know nothing.

    Neither those who have answered any of ``brevrader`` or are clarified, nor those whom the gate stops.
    """
    uavklarte = group(con, gruppe, skoleaar, dato) - answered(con, brevrader, aar) - clarified(con, dato).keys()
    folk = people(con, uavklarte, mottakere.FELT, dato, fylkesnumre)
    return {person["person_id"] for person in folk if not mottakere.stopped(person, dato, fylkesnumre)}


def group(con: duckdb.DuckDBPyConnection, gruppe: str, skoleaar: str, dato: date) -> set[str]:
    """Return those in the year's group (``ikkesoker``, ``neisvarer``) as it stands on ``dato``."""
    felt = f"{gruppe}_skoleaar"
    ramme = fakta.current(con, [felt], dato)
    return set(ramme.loc[ramme[felt] == skoleaar, "person_id"])


def got_letter(con: duckdb.DuckDBPyConnection, rad: str, aar: int) -> set[str]:
    """Return the youth whose own letter of the row has been handed over or delivered."""
    return set(_own_letters(con, rad, aar, ["sendt", "levert"]))


def delivered(con: duckdb.DuckDBPyConnection, rad: str, aar: int) -> dict[str, date]:
    """Return the youth whose own letter of the row is in a mailbox or printed, and the date it bears.

    A letter that the receiver has accepted is not yet delivered.
    """
    return _own_letters(con, rad, aar, ["levert"])


def answered(con: duckdb.DuckDBPyConnection, rader: list[str], aar: int) -> set[str]:
    """Return those who have given a complete answer to any of the rows' letters, up to the last second."""
    svar = con.execute(
        "SELECT DISTINCT person_id FROM svar_kjent($kjent) WHERE list_contains($rader, rad) AND aar = $aar",
        {"kjent": fakta.EVIG_TID, "rader": rader, "aar": aar},
    ).fetchall()
    return {person for (person,) in svar}


def clarified(con: duckdb.DuckDBPyConnection, dato: date) -> dict[str, date]:
    """Return those of whom we know what they do on ``dato``, and since when: by OT status, or enrolled no more."""
    siden: dict[str, date] = {}
    for person, fra, til in _clarified_spans(con, dato):
        if til > dato:
            siden[person] = max(fra, siden.get(person, fra))
    return siden


def _clarified_spans(con: duckdb.DuckDBPyConnection, dato: date) -> Iterator[tuple[str, date, date]]:
    """Yield the spans up to ``dato`` when someone was clarified: person, first day, first day no longer."""
    avklarer = {rad["kode"] for rad in kodeverk.valid_on("regler/avklart", dato) if rad["avklart"] == "ja"}
    statuser = kodeverk.valid_on("kodeverk/ot_status", dato)
    koder = {rad["kode"] for rad in statuser if rad["gruppenavn"] in avklarer}
    rader = con.execute(STATUS_OG_SLUTT, {"dato": dato, "kjent": fakta.EVIG_TID}).fetchall()
    for person, felt, verdi, gyldig_fra, til in rader:
        fra = gyldig_fra
        if felt == "avsluttet_dato" and verdi and AVSLUTTET in avklarer:
            fra = max(gyldig_fra, date.fromisoformat(verdi))
        elif felt != "ot_status" or verdi not in koder:
            continue
        if fra < til:
            yield person, fra, til


def people(
    con: duckdb.DuckDBPyConnection,
    personer: Collection[str],
    felter: tuple[str, ...],
    dato: date,
    fylkesnumre: tuple[str, ...],
) -> list[dict[str, str]]:
    """Return the people's facts as they stand on ``dato``, what closes as soon as we know it; in order of person id.

    ``felter`` has ``mottakere.FELT``. A guardian whom a source has graded in any youth's record is graded.
    """
    ramme = fakta.current(con, felter, dato)
    rader: list[dict[str, str]] = ramme[ramme["person_id"].isin(personer)].to_dict("records")
    sist = fakta.last_learned(con, mottakere.SIST_LAERT)
    graderte = foresatte.graded(ramme, sist)
    strengest = (mottakere.strictest(rad, sist.get(rad["person_id"], {}), dato, fylkesnumre) for rad in rader)
    return [foresatte.with_grades(rad, graderte) for rad in strengest]


def _own_letters(con: duckdb.DuckDBPyConnection, rad: str, aar: int, tilstander: list[str]) -> dict[str, date]:
    rader = con.execute(
        "SELECT person_id, min(brevdato) FROM utsending_naa JOIN forslag USING (forslag_id)"
        " WHERE utsending_naa.rad = ? AND utsending_naa.aar = ? AND mottaker = 'ungdom'"
        " AND list_contains(?, kanal) AND list_contains(?, tilstand) GROUP BY person_id",
        [rad, aar, list(BREVKANALER), tilstander],
    ).fetchall()
    return dict(rader)
