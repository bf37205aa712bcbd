"""Three-way comparison: what a source says now, what it said last, and what the register holds.

A source that repeats itself changes nothing, whatever others have told us since. What only the source has changed is
taken. What both have changed, each to something else, is decided by ``data/regler/sammenstilling.csv`` or asked about;
until someone has answered, the register keeps its own.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import pandas as pd

from schemas.utsending import Utelatt
from schemas.verdier import Mottaker
from tasks import foresattskifte, kodeverk
from tasks.adresse import ADRESSE
from tasks.kilder import KILDER
from tasks.kjoring import Kjoring
from tasks.oppgaver import assign
from tasks.register import fakta
from tasks.register.utsagn import NAA, table_of

EGEN_DATO: Final = {"ot_status": "ot_status_dato"}
"""Fields that hold from a day of their own, and where that day stands."""
SPOR = "spør"
UENIG = "UENIG_MED_OTTO"
SVART: Final = """
    CREATE OR REPLACE TEMP TABLE svart AS
    SELECT f.person_id, f.felt, f.gyldig_fra, f.kjoring_id FROM fakta_kjent($kjent) f
    SEMI JOIN arbeidssvar a ON a.gjelder = f.person_id AND a.kjoring_id = f.kjoring_id AND a.tilstand = 'brukt'
    WHERE list_contains($felter, f.felt)
"""
"""What advisers have answered on their worklists, of fields that hold from a day of their own.

What a source says of a later day is newer than that, and is taken; of an earlier day it changes nothing after it.
"""
BESTEMT: Final = f"""
    CREATE OR REPLACE TEMP TABLE bestemt AS
    SELECT person_id, unnest(['fodselsnummer', 'fodselsdato']) AS felt, 'oss' AS regel FROM kandidat_mot_holdt
    WHERE felt = 'fodselsnummer' AND foer IS NULL AND holdt NOT IN ('', verdi)
      AND (person_id, verdi) IN (SELECT person_id, verdi {fakta.ALLE_NUMRE} AND {fakta.STAAR})
    UNION
    SELECT person_id, felt,
        CASE WHEN bool_and(foer IS NULL) OVER plass
            AND bool_or(starts_with(holdt_kjoring_id, '{fakta.RETTELSE}')) OVER plass THEN 'oss' ELSE 'kilden' END
    FROM kandidat_mot_holdt SEMI JOIN annen_foresatt USING (person_id, felt)
    WINDOW plass AS (PARTITION BY person_id, split_part(felt, '_', 1))
"""
"""What is decided of several fields together, whatever the table says of each.

A source that speaks of somebody for the first time, by a number that another source has said is replaced, has not heard
of the new one: the old number, and the birth date in it, do not come back. Who a guardian is, is decided for the whole
place: by the source, but not over a correction when it speaks first.
"""


def decide(kjoring: Kjoring, felter: Sequence[str], format_navn: str) -> None:
    """Turn ``forskjell`` into facts, counted by field for those we knew; what must be asked about is remembered."""
    con = kjoring.con
    con.execute(f"CREATE OR REPLACE TEMP TABLE kandidat AS {_candidates(felter)}", {"dag": kjoring.gyldig_fra})
    con.execute(SVART, {"kjent": fakta.EVIG_TID, "felter": sorted(EGEN_DATO)})
    if set(EGEN_DATO) & set(felter):
        _reach_forward(kjoring)
    foresattskifte.take_whole(kjoring, felter)
    fakta.compare(con, "kandidat", "kandidat_mot_holdt")
    con.execute(BESTEMT, {"kjent": fakta.EVIG_TID})
    con.register("sammenstilling", _rules(kjoring, felter, KILDER[format_navn].system))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE avgjort AS
        SELECT k.*, CASE
            WHEN b.regel IS NOT NULL THEN b.regel
            WHEN k.holdt_kjoring_id = '' OR k.holdt = k.foer
                OR k.holdt_kjoring_id IN (SELECT kjoring_id FROM levering WHERE format = $format)
                OR (k.foer IS NULL AND r.tas_forst AND NOT starts_with(k.holdt_kjoring_id, '{fakta.RETTELSE}'))
                OR EXISTS (FROM svart s WHERE s.person_id = k.person_id AND s.felt = k.felt
                    AND s.kjoring_id = k.holdt_kjoring_id AND s.gyldig_fra < k.gyldig_fra)
                THEN 'kilden'
            WHEN r.regel = 'siste' THEN CASE WHEN k.verdi > k.holdt THEN 'kilden' ELSE 'oss' END
            WHEN k.foer IS NULL AND r.regel = 'kilden' THEN 'oss'
            ELSE r.regel END AS regel
        FROM kandidat_mot_holdt k JOIN sammenstilling r USING (felt)
        LEFT JOIN bestemt b ON b.person_id = k.person_id AND b.felt = k.felt
        WHERE k.verdi <> k.holdt
        """,
        {"format": format_navn},
    )
    con.unregister("sammenstilling")
    con.execute("CREATE OR REPLACE TEMP TABLE valgte_fakta AS FROM avgjort WHERE regel = 'kilden'")
    fakta.insert(con, "valgte_fakta", kjoring.kjoring_id, kjoring.registrert_tid)
    con.execute(
        f"""
        INSERT INTO uenighet SELECT DISTINCT person_id, felt, ?, ?, NULL FROM avgjort a WHERE regel = '{SPOR}'
          AND NOT EXISTS (SELECT 1 FROM uenighet u WHERE u.person_id = a.person_id AND u.felt = a.felt
            AND u.kilde = ? AND u.lukket_kjoring_id IS NULL)
        ORDER BY ALL
        """,
        [format_navn, kjoring.kjoring_id, format_navn],
    )
    kjente = "SELECT felt, count(*) FROM valgte_fakta ANTI JOIN nye_personer USING (person_id) GROUP BY felt"
    kjoring.endrede_felt.update(dict(con.execute(kjente).fetchall()))


def _reach_forward(kjoring: Kjoring) -> None:
    """Let what holds since a day of its own hold after that day too, over facts of later days up to the run's own.

    A source that now says "in work since April" has taken back what it said, or we supposed, of May. What an adviser
    has answered of May on her worklist it has not: that she has not entered in it yet.
    """
    kjoring.con.execute(
        """
        INSERT INTO kandidat
        SELECT DISTINCT k.person_id, k.felt, k.verdi, k.foer, f.gyldig_fra
        FROM kandidat k JOIN fakta_kjent($kjent) f ON f.person_id = k.person_id AND f.felt = k.felt
        ANTI JOIN svart s ON s.person_id = f.person_id AND s.felt = f.felt AND s.gyldig_fra = f.gyldig_fra
        WHERE list_contains($felter, f.felt) AND f.gyldig_fra > k.gyldig_fra AND f.gyldig_fra <= $dag
        """,
        {"kjent": fakta.EVIG_TID, "felter": sorted(EGEN_DATO), "dag": kjoring.gyldig_fra},
    )


def _candidates(felter: Sequence[str]) -> str:
    """Return SQL of the changed statements, one row a field: person_id, felt, verdi, foer, gyldig_fra."""
    return " UNION ALL ".join(
        f"SELECT person_id, '{felt}' AS felt, {felt} AS verdi, for_{felt} AS foer, {_day(felt, felter)} AS gyldig_fra"
        f" FROM forskjell WHERE {felt} IS NOT NULL AND ({_changed(felt, felter)})"
        for felt in felter
        if felt not in EGEN_DATO.values()
    )


def _day(felt: str, felter: Sequence[str]) -> str:
    dag = EGEN_DATO.get(felt)
    return f"coalesce(try_cast({dag} AS DATE), $dag::DATE)" if dag in felter else "$dag::DATE"


def _changed(felt: str, felter: Sequence[str]) -> str:
    dag = EGEN_DATO.get(felt)
    endret = f"{felt} IS DISTINCT FROM for_{felt}"
    return f"{endret} OR {dag} IS DISTINCT FROM for_{dag}" if dag in felter else endret


def _rules(kjoring: Kjoring, felter: Sequence[str], system: str) -> pd.DataFrame:
    """Return felt, regel, tas_forst for every field of the source, as the rules stand on the day.

    ``tas_forst`` says that what the source says the first time it speaks of somebody is taken: all but an address that
    is ours.
    """
    koder = {rad["kode"]: rad["regel"] for rad in kodeverk.valid_on("regler/sammenstilling", kjoring.gyldig_fra)}
    regler = [koder.get(f"{system}:{felt}", koder["*"]) for felt in felter]
    tas = [regel != "oss" or felt not in ADRESSE for felt, regel in zip(felter, regler, strict=True)]
    return pd.DataFrame({"felt": list(felter), "regel": regler, "tas_forst": tas})


def restore_later(kjoring: Kjoring, tabell: str, felter: Sequence[str], neste: date) -> None:
    """After an earlier delivery was run again, let the later one (from the day ``neste``) hold where it said otherwise.

    A value that the later delivery only confirmed was never stored as a fact of its own day.
    """
    con = kjoring.con
    sagt = " UNION ALL ".join(
        f"SELECT person_id, '{felt}' AS felt, {felt} AS verdi FROM {tabell} WHERE {NAA} AND {felt} IS NOT NULL"
        for felt in felter
        if felt not in EGEN_DATO.values()
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE bekreftet AS
        SELECT person_id, felt, s.verdi, $neste::DATE AS gyldig_fra
        FROM ({sagt}) s JOIN (SELECT DISTINCT person_id, felt FROM fakta WHERE kjoring_id = $kjoring) f
        USING (person_id, felt)
        WHERE NOT EXISTS (SELECT 1 FROM fakta_kjent($kjent) l
            WHERE l.person_id = s.person_id AND l.felt = s.felt AND l.gyldig_fra > $dag)
        """,
        {"neste": neste, "dag": kjoring.gyldig_fra, "kjoring": kjoring.kjoring_id, "kjent": fakta.EVIG_TID},
    )
    fakta.insert_new(con, "bekreftet", kjoring.kjoring_id, kjoring.registrert_tid)


def ask(kjoring: Kjoring) -> None:
    """Close the disagreements that are no more, give the advisers tasks for the rest, and note how many there are."""
    con = kjoring.con
    apne = con.execute(
        "SELECT person_id, felt, kilde FROM uenighet WHERE lukket_kjoring_id IS NULL ORDER BY ALL"
    ).fetchall()
    vaart = {}
    if apne:
        naa = fakta.current(con, sorted({felt for _, felt, _ in apne} | {"raadgiver"}), kjoring.siste_dag)
        vaart = naa.set_index("person_id").to_dict("index")
    utelatte = []
    for person, felt, kilde in apne:
        sagt = con.execute(f"SELECT {felt} FROM {table_of(kilde)} WHERE person_id = ? AND {NAA}", [person]).fetchone()
        vaar = vaart.get(person, {})
        if sagt is None or sagt[0] == vaar.get(felt, ""):
            con.execute(
                "UPDATE uenighet SET lukket_kjoring_id = ?"
                " WHERE person_id = ? AND felt = ? AND kilde = ? AND lukket_kjoring_id IS NULL",
                [kjoring.kjoring_id, person, felt, kilde],
            )
        else:
            utelatte.append(Utelatt(person, Mottaker.UNGDOM, UENIG, vaar["raadgiver"]))
    assign(kjoring, utelatte, {UENIG}, overta=True)
    if utelatte:
        kjoring.note("ÅH-3018", antall=len(utelatte))
