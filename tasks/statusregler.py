"""Udir's rules for OT status, kept where statuses come in: a status that they do not allow is held back.

The first code is OTUK, and it stands until the service has established contact; a letter, SMS or e-mail without an
answer is none (Udir: Kodeverk for oppfølgingstjenesten). Recorded contact is an adviser's date, also when a minor's
guardian has told about her, or a complete answer to the survey. ``data/regler/statuskrav.csv`` says which groups of
statuses need it. A code must be in force on the day that the status holds from.

What is held back is not remembered as said: the same row is judged again in the next delivery, and goes through once
the contact is recorded. Which statuses may otherwise follow each other, Udir has not published: no more is stopped.
"""

from collections.abc import Collection
from typing import Final

import pandas as pd

from schemas.utsending import Utelatt
from schemas.verdier import Mottaker
from tasks import kodeverk
from tasks.adresse import GRADERINGER, protected_sql
from tasks.avvik import Funn, finding
from tasks.kjoring import Kjoring
from tasks.oppgaver import assign
from tasks.register import fakta

FORSTE_STATUS: Final = "OTUK"
UTEN_KONTAKT: Final = "STATUS_UTEN_KONTAKT"
IKKE_INNFORT: Final = "STATUS_IKKE_INNFORT"
FELT: Final = ("raadgiver", *GRADERINGER)
KREVES: Final = frozenset({"ot_status", "ot_status_dato", "kontakt_dato", "tilmeldt_dato"})
HOLDT: Final = """
    CREATE OR REPLACE TEMP TABLE holdt_tilbake AS
    WITH kontakt AS (
        SELECT person_id, max(try_cast(verdi AS DATE)) AS dag FROM (
            SELECT person_id, verdi FROM fakta_kjent($kjent) WHERE felt = 'kontakt_dato'
            UNION ALL SELECT person_id, CAST(CAST(svart_tid AS DATE) AS VARCHAR) FROM svar_kjent($kjent)
            UNION ALL SELECT person_id, kontakt_dato FROM utsagn_kom
        ) GROUP BY person_id
    )
    SELECT u.person_id, u.tilmeldt_dato, coalesce(n.ot_status, '') = '' AS er_ny,
        CASE WHEN NOT coalesce(u.ot_status_dato >= s.gyldig_fra, true) THEN '{ikke_innfort}'
            WHEN s.krever_kontakt AND coalesce(n.ot_status, '') IN ('', '{forste}')
                AND NOT coalesce(k.dag >= try_cast(u.tilmeldt_dato AS DATE), false) THEN '{uten_kontakt}'
            ELSE '' END AS grunn
    FROM utsagn_kom u JOIN statuser s ON s.kode = u.ot_status
    LEFT JOIN ({naa}) n USING (person_id) LEFT JOIN kontakt k USING (person_id)
"""
SLIPPER_GJENNOM: Final = """
    CREATE OR REPLACE TEMP VIEW utsagn AS
    SELECT u.* REPLACE (
        CASE WHEN h.person_id IS NULL THEN u.ot_status WHEN h.er_ny THEN '{forste}' END AS ot_status,
        CASE WHEN h.person_id IS NULL THEN u.ot_status_dato WHEN h.er_ny THEN u.tilmeldt_dato END AS ot_status_dato)
    FROM utsagn_kom u LEFT JOIN holdt_tilbake h USING (person_id)
"""


def begin(kjoring: Kjoring) -> None:
    """Forget what an earlier load in this process held back."""
    kjoring.con.execute("DROP TABLE IF EXISTS holdt_tilbake")


def hold_back(kjoring: Kjoring, i_filen: Collection[str]) -> None:
    """Take from the view ``utsagn`` the statuses that the rules do not allow; a new youth starts at OTUK instead.

    A delivery without a column of contact cannot be judged by these rules, and is let through. ``i_filen`` are the
    columns that every file of the delivery has.
    """
    con = kjoring.con
    if not set(i_filen) >= KREVES:
        return
    con.register("statuser", _statuses(kjoring))
    con.execute(
        HOLDT.format(
            naa=fakta.current_sql(["ot_status"]),
            forste=FORSTE_STATUS,
            uten_kontakt=UTEN_KONTAKT,
            ikke_innfort=IKKE_INNFORT,
        ),
        {"dato": kjoring.gyldig_fra, "kjent": fakta.EVIG_TID, "felter": ["ot_status"]},
    )
    con.execute("DELETE FROM holdt_tilbake WHERE grunn = ''")
    con.unregister("statuser")
    con.execute(SLIPPER_GJENNOM.format(forste=FORSTE_STATUS))


def _statuses(kjoring: Kjoring) -> pd.DataFrame:
    """Return kode, gyldig_fra and krever_kontakt of the codes in force on the day."""
    krav = {rad["kode"]: rad["kontakt"] for rad in kodeverk.valid_on("regler/statuskrav", kjoring.gyldig_fra)}
    rader = kodeverk.valid_on("kodeverk/ot_status", kjoring.gyldig_fra)
    return pd.DataFrame(
        [(rad["kode"], rad["gyldig_fra"], krav[rad["gruppenavn"]] == "alltid") for rad in rader],
        columns=["kode", "gyldig_fra", "krever_kontakt"],
    )


def ask(kjoring: Kjoring) -> list[Funn]:
    """Make the open tasks about statuses held back exactly those of this run's delivery; return them counted."""
    con = kjoring.con
    if not con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'holdt_tilbake'").fetchone():
        return []
    sql = f"""
        SELECT person_id, grunn, raadgiver, {protected_sql(*GRADERINGER)}
        FROM holdt_tilbake JOIN ({fakta.current_sql(FELT)}) USING (person_id) ORDER BY person_id
    """  # noqa: S608 the columns are ours
    rader = con.execute(sql, {"dato": kjoring.siste_dag, "kjent": fakta.EVIG_TID, "felter": list(FELT)}).fetchall()
    assign(
        kjoring,
        [Utelatt(person, Mottaker.UNGDOM, grunn, raadgiver or "") for person, grunn, raadgiver, _ in rader],
        bare={UTEN_KONTAKT, IKKE_INNFORT},
        skjermede={person for person, _, _, skjermet in rader if skjermet},
        overta=True,
    )
    return [finding("ÅH-3112", antall=len(rader))] if rader else []
