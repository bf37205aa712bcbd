"""What goes from the register: everything about those chosen, and what is past its limit. Counts per table are kept."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import duckdb

from tasks.leveranseformat import delivery_format
from tasks.personopplysninger import INNHOLD, Hva, Kolonne, people_condition, register_columns
from tasks.sletting.ungdommer import RAAFIL_UT, Ungdom
from tasks.udirpakker import FORMAT

SLETTET: Final = "(slettet)"
"""What stands where a text named somebody who is deleted."""
UDEN_PERSON: Final = frozenset({"skoleaar", "tilmeldingsgrunn", "ot_status", "telledato"})
"""What stays of a line that was handed over to Udir: enough to count it, nothing to know anyone by."""
PERSONER: Final = "SELECT person_id FROM slettes"
KJENNETEGN: Final = """
    SELECT DISTINCT verdi FROM fakta SEMI JOIN slettes USING (person_id)
    WHERE felt IN ('epost', 'mobilnummer') AND length(verdi) > 6
    UNION
    SELECT DISTINCT f.verdi || ' ' || e.verdi
    FROM fakta f JOIN fakta e USING (person_id) SEMI JOIN slettes USING (person_id)
    WHERE f.felt = 'fornavn' AND e.felt = 'etternavn' AND f.verdi <> '' AND e.verdi <> ''
"""
Tall = Counter[tuple[str, str]]
"""(rule, place) → how many."""


def delete_people(con: duckdb.DuckDBPyConnection, ungdommer: Sequence[Ungdom]) -> Tall:
    """Delete every row about them, empty their lines in transfers, and every text elsewhere that names them."""
    tall: Tall = Counter()
    if not ungdommer:
        return tall
    con.execute("CREATE OR REPLACE TEMP TABLE slettes (person_id VARCHAR)")
    con.executemany("INSERT INTO slettes VALUES (?)", [[id_] for ungdom in ungdommer for id_ in ungdom.person_ider])
    tabeller = register_columns(con)
    numre = {nummer for ungdom in ungdommer for nummer in ungdom.numre}
    kjennetegn = numre | {verdi for (verdi,) in con.execute(KJENNETEGN).fetchall()}
    for tabell, kolonner in sorted(tabeller.items(), key=lambda par: not _leads_elsewhere(par[1])):
        if hvor := people_condition(kolonner, PERSONER):
            tall["person", tabell] += _changed(con, f"DELETE FROM {tabell} WHERE {hvor}")  # noqa: S608 our own tables
    for tabell, kolonner in tabeller.items():
        # A row that is about somebody else is hers, and may hold a name that two have: it is asked by number only.
        sokes = numre if people_condition(kolonner, PERSONER) else kjennetegn
        for kolonne in kolonner:
            if kolonne.hva is Hva.FRITEKST and kolonne.finnes_ved == INNHOLD:
                tall[kolonne.regel, tabell] += _blank_out(con, kolonne, sokes)
    tall["person", "overforing"] += _empty_lines(con, numre)
    con.execute("DROP TABLE slettes")
    return tall


def _leads_elsewhere(kolonner: Iterable[Kolonne]) -> bool:
    """Tell whether whom the rows are about stands in another table, which must still have its rows."""
    return any(kolonne.hva is Hva.PERSON and "." in kolonne.finnes_ved for kolonne in kolonner)


def _blank_out(con: duckdb.DuckDBPyConnection, kolonne: Kolonne, sokes: Collection[str]) -> int:
    navn = kolonne.kolonne
    return _changed(
        con,
        f"UPDATE {kolonne.tabell} SET {navn} = ? WHERE len({navn}) > 6"  # noqa: S608 our own tables
        f" AND len(list_filter(?::VARCHAR[], lambda sokt: contains(lower({navn}), lower(sokt)))) > 0",
        [SLETTET, sorted(sokes)],
    )


def _empty_lines(con: duckdb.DuckDBPyConnection, numre: Collection[str]) -> int:
    """Empty the lines of these national ids in every transfer; the others stay on their lines."""
    format_ = delivery_format(FORMAT)
    beholdt = [kolonne["navn"] in UDEN_PERSON for kolonne in format_["kolonner"]]
    skilletegn, linjeskift, antall = format_["skilletegn"], format_["linjeskift"], 0
    deres = re.compile("|".join(map(re.escape, sorted(numre))) or r"(?!)")
    for forslag_id, data in con.execute("SELECT forslag_id, data FROM overforing").fetchall():
        linjer = data.decode().split(linjeskift)
        nye = [
            skilletegn.join(verdi if blir else "" for verdi, blir in zip(linje.split(skilletegn), beholdt, strict=True))
            if deres.search(linje)
            else linje
            for linje in linjer
        ]
        if nye != linjer:
            antall += sum(ny != linje for ny, linje in zip(nye, linjer, strict=True))
            con.execute(
                "UPDATE overforing SET data = ? WHERE forslag_id = ?", [linjeskift.join(nye).encode(), forslag_id]
            )
    return antall


GAMMELT: Final = {
    ("raafil", "raafil"): f"DELETE FROM raafil WHERE {RAAFIL_UT}",  # noqa: S608 our own words
    (
        "raafil",
        "rettebok",
    ): "DELETE FROM rettebok WHERE $grense IS NOT NULL AND sha256 NOT IN (SELECT sha256 FROM raafil)",
    ("arbeidsliste", "arbeidsbok"): (
        "UPDATE arbeidsbok SET fil = NULL WHERE fil IS NOT NULL AND laget_tid < $grense::DATE"
    ),
    ("brevinnhold", "utsending"): (
        "UPDATE utsending SET innhold = '' WHERE innhold <> '' AND kanal <> 'udir' AND utsending_id IN ("
        "SELECT utsending_id FROM utsending_naa WHERE tilstand IN ('levert', 'avvist')"
        " AND tilstand_tid < $grense::DATE)"
    ),
    ("skole", "skole"): (
        "UPDATE skole SET kontaktperson = '', epost = '', telefon = '' WHERE kontaktperson || epost || telefon <> ''"
        " AND til_kjoring_id IN (SELECT kjoring_id FROM kjoring WHERE ferdig_tid < $grense::DATE)"
    ),
    ("skole", "skolesvar"): "DELETE FROM skolesvar WHERE registrert_tid < $grense::DATE",
}
"""(rule, table) → what is done with what is past the rule's limit, in this order."""


def delete_old(con: duckdb.DuckDBPyConnection, grenser: Mapping[str, date | None]) -> Tall:
    """Delete what is past its limit, whoever it is about; ``grenser`` as ``frister.cutoffs``."""
    return Counter(
        {
            (regel, tabell): _changed(con, sql, {"grense": grense})
            for (regel, tabell), sql in GAMMELT.items()
            if (grense := grenser[regel])
        }
    )


def _changed(con: duckdb.DuckDBPyConnection, sql: str, verdier: object = None) -> int:
    """Run a change and return how many rows it concerned."""
    svar = con.execute(sql, verdier).fetchone()
    return int(svar[0]) if svar else 0
