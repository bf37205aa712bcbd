"""Who a row is about: the person with the number, one who has changed number, or someone new.

One who gets a new number stays the same person, and when both numbers were people of ours the two histories become one
from then on. What we said before we knew it can still be made again as it was.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

import duckdb
import pandas as pd

from schemas.utsending import Utelatt
from schemas.verdier import Mottaker
from tasks import kodeverk
from tasks.kjoring import Kjoring
from tasks.oppgaver import APEN, assign
from tasks.register import fakta, utsagn
from tasks.vurdering import Vurdert

FIKTIVT: Final = "FIKTIVT_NUMMER"
TIDLIGERE = "tidligere_fodselsnummer"


def find_people(kjoring: Kjoring, erstattet: Collection[str]) -> int:
    """Add everyone in ``inn`` to ``kjent_nummer`` (nummer, person_id); return how many are new, in ``nye_personer``.

    ``erstattet`` as ``replaced``.
    """
    con = kjoring.con
    if erstattet:
        _follow_changed(kjoring)
    ukjente = con.execute(
        "SELECT i.fodselsnummer::VARCHAR AS nummer FROM inn i ANTI JOIN kjent_nummer k"
        " ON k.nummer = i.fodselsnummer::VARCHAR GROUP BY 1 ORDER BY min(i.rad_nr)"
    ).df()
    nye = fakta.new_people(con, len(ukjente), kjoring.kjoring_id, kjoring.registrert_tid)
    con.register("nye_nummer", ukjente.assign(person_id=pd.Series(nye, dtype="str")))
    con.execute("INSERT INTO nye_personer SELECT nummer, person_id FROM nye_nummer")
    con.execute("INSERT INTO kjent_nummer SELECT nummer, person_id FROM nye_nummer")
    antall = len(nye)
    if erstattet:
        _remember_replaced(kjoring, erstattet)
        _remember_unheard(kjoring)
        _follow_changed(kjoring)
        ulike = con.execute("SELECT count(DISTINCT person_id) FROM kjent_nummer SEMI JOIN nye_nummer USING (person_id)")
        ((antall,),) = ulike.fetchall()
    con.unregister("nye_nummer")
    con.execute(
        "INSERT INTO fiktive SELECT person_id FROM kjent_nummer k SEMI JOIN inn i"
        " ON i.fodselsnummer::VARCHAR = k.nummer WHERE list_contains(?, k.nummer[7:9])",
        [sorted(kodeverk.fictitious_digits())],
    )
    return antall


def replaced(filer: Sequence[Vurdert]) -> frozenset[str]:
    """Return the numbers that good rows of the delivery say somebody had before the one she has."""
    gyldige = [enkelt.validert.gyldige for enkelt in filer]
    return frozenset().union(*(ramme[TIDLIGERE].unique() for ramme in gyldige if TIDLIGERE in ramme)) - {""}


def _remember_replaced(kjoring: Kjoring, erstattet: Collection[str]) -> None:
    """Let those who are new by a number that another line replaces have had it: by that line they are told of."""
    kjoring.con.execute(
        """
        CREATE OR REPLACE TEMP TABLE erstattede AS
        SELECT person_id, 'fodselsnummer' AS felt, nummer AS verdi, ?::DATE AS gyldig_fra FROM nye_personer
        WHERE nummer IN (SELECT unnest(?::VARCHAR[]))
        """,
        [kjoring.gyldig_fra, sorted(erstattet)],
    )
    fakta.insert_new(kjoring.con, "erstattede", kjoring.kjoring_id, kjoring.registrert_tid)


def _remember_unheard(kjoring: Kjoring) -> None:
    """Let those who are said to have had a number that we have not heard of have had it; the number they have stands.

    Another source may still use the old one, and what it says, of a secret address too, is about the same youth.
    """
    con = kjoring.con
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE uhorte AS
        SELECT min(k.person_id) AS person_id, 'fodselsnummer' AS felt, i.{TIDLIGERE}::VARCHAR AS verdi,
            $dag::DATE AS gyldig_fra
        FROM inn i JOIN kjent_nummer k ON k.nummer = i.fodselsnummer::VARCHAR
        ANTI JOIN kjent_nummer a ON a.nummer = i.{TIDLIGERE}::VARCHAR
        WHERE i.{TIDLIGERE}::VARCHAR <> '' GROUP BY ALL
        """,
        {"dag": kjoring.gyldig_fra},
    )
    con.execute("INSERT INTO kjent_nummer SELECT verdi, person_id FROM uhorte")
    fakta.compare(con, "uhorte", "uhorte_mot_holdt")
    fakta.insert(con, "uhorte", kjoring.kjoring_id, kjoring.registrert_tid)
    _let_stand(kjoring, "SELECT DISTINCT person_id, holdt, gyldig_fra FROM uhorte_mot_holdt WHERE holdt <> ''")


def _follow_changed(kjoring: Kjoring) -> None:
    """Let the new number of everyone whose old one we know lead to the same person, and join two that are one.

    A file may tell of more than one change of the same youth: each is followed from where the one before it led.
    """
    while byttet := _changed(kjoring.con):
        fulgt: set[str] = set()
        for nytt, gammel_person, ny_person in byttet:
            berort = {nytt, gammel_person, ny_person or nytt}
            if not berort & fulgt:
                _lead(kjoring, nytt, gammel_person, ny_person)
                kjoring.nytt_nummer += 1
                fulgt |= berort


def _changed(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str | None]]:
    """Return the changes that are still to follow: the new number, whose the old one is, and whose the new one is."""
    return con.execute(
        f"""
        SELECT i.fodselsnummer::VARCHAR AS nytt, gammel.person_id AS fra, ny.person_id AS til
        FROM inn i JOIN kjent_nummer gammel ON gammel.nummer = i.{TIDLIGERE}::VARCHAR
        LEFT JOIN kjent_nummer ny ON ny.nummer = i.fodselsnummer::VARCHAR
        WHERE ny.person_id IS DISTINCT FROM gammel.person_id ORDER BY ALL
        """
    ).fetchall()


def _lead(kjoring: Kjoring, nytt: str, gammel_person: str, ny_person: str | None) -> None:
    if ny_person is None:
        kjoring.con.execute("INSERT INTO kjent_nummer VALUES (?, ?)", [nytt, gammel_person])
        return
    stod, _ = _number(kjoring.con, ny_person)
    beholdt, annen = sorted((gammel_person, ny_person))
    _join(kjoring, beholdt, annen)
    naa, siden = _number(kjoring.con, beholdt)
    if stod and stod != naa:
        _let_stand(kjoring, "VALUES (?, ?, ?::DATE)", [ny_person, stod, max(siden, kjoring.gyldig_fra)])


def _number(con: duckdb.DuckDBPyConnection, person: str) -> tuple[str, date]:
    """Return the number somebody has, and the last day that anything was said of it; blank where nothing was."""
    svar = con.execute(
        f"SELECT arg_max(verdi, (gyldig_fra, lopenr)), max(gyldig_fra) {fakta.ALLE_NUMRE} AND person_id = $person",
        {"kjent": fakta.EVIG_TID, "person": person},
    ).fetchone()
    return (svar[0], svar[1]) if svar and svar[0] else ("", date.min)


def _let_stand(kjoring: Kjoring, rader: str, verdier: Sequence[object] = ()) -> None:
    """Let numbers stand for those told to have had another, whatever was said of that one later.

    ``rader`` is SQL of person, number and day.
    """
    kjoring.con.execute(
        "CREATE OR REPLACE TEMP TABLE staaende AS SELECT person_id, 'fodselsnummer' AS felt, verdi, gyldig_fra"
        f" FROM ({rader}) AS r (person_id, verdi, gyldig_fra)",
        verdier,
    )
    fakta.insert(kjoring.con, "staaende", kjoring.kjoring_id, kjoring.registrert_tid)


def _join(kjoring: Kjoring, beholdt: str, annen: str) -> None:
    """Make ``annen`` and everyone who already was the same as her be ``beholdt``."""
    con = kjoring.con
    tidligere = con.execute(
        "SELECT person_id FROM samme_person($kjent) WHERE er_person_id = $annen",
        {"kjent": fakta.EVIG_TID, "annen": annen},
    ).fetchall()
    for person in sorted({annen, *(person for (person,) in tidligere)}):
        con.execute(
            "INSERT INTO sammenslaing (person_id, er_person_id, kjoring_id, tid) VALUES (?, ?, ?, ?)",
            [person, beholdt, kjoring.kjoring_id, kjoring.registrert_tid],
        )
    utsagn.move(con, annen, beholdt, kjoring.kjoring_id)
    con.execute("UPDATE kjent_nummer SET person_id = ? WHERE person_id = ?", [beholdt, annen])


def fictitious(kjoring: Kjoring) -> None:
    """Give the advisers a task for everyone whose number is one that Vigo has made up; note how many there are.

    Such a number is never refused: the youth is real, and her own number is found later.
    """
    con = kjoring.con
    con.execute(
        "INSERT INTO fiktive SELECT gjelder FROM oppgave WHERE grunn_kode = ? AND tilstand = ?", [FIKTIVT, APEN]
    )
    if not con.execute("FROM fiktive LIMIT 1").fetchone():
        return
    rader = con.execute(
        """
        SELECT person_id, arg_max(verdi, (gyldig_fra, lopenr)) FILTER (felt = 'raadgiver')
        FROM fakta_kjent($kjent) SEMI JOIN fiktive USING (person_id)
        WHERE felt IN ('fodselsnummer', 'raadgiver') AND gyldig_fra <= $dag
        GROUP BY person_id
        HAVING list_contains($merker, arg_max(verdi, (gyldig_fra, lopenr)) FILTER (felt = 'fodselsnummer')[7:9])
        ORDER BY person_id
        """,
        {"kjent": fakta.EVIG_TID, "dag": kjoring.siste_dag, "merker": sorted(kodeverk.fictitious_digits())},
    ).fetchall()
    utelatte = [Utelatt(person, Mottaker.UNGDOM, FIKTIVT, raadgiver or "") for person, raadgiver in rader]
    assign(kjoring, utelatte, {FIKTIVT}, overta=True)
    if utelatte:
        kjoring.note("ÅH-3019", antall=len(utelatte))
