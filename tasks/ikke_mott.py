"""Row 22: the schools' lists of those who did not show up; the clocks start when a list is received."""

from datetime import date
from typing import Final

import pandas as pd

from schemas.arbeid import Gjoremaal
from schemas.kjoring import Tabell
from tasks import bestand
from tasks.arbeid import klokker
from tasks.arbeid.apne import as_work
from tasks.avvik import Funn, finding
from tasks.formater import find_format
from tasks.kjoring import Kjoring
from tasks.klokke import file_day, local_date
from tasks.oppgaver import APEN
from tasks.register import fakta, utsagn
from tasks.skole.skoler import owners, schools
from tasks.steg import step

FORMAT: Final = "skole_ikke_mott"
KOM: Final = "ikke_mott_kom_dato"
KONTAKT, VEILEDNING = "IKKE_MOTT_KONTAKT", "IKKE_MOTT_VEILEDNING"
KLOKKER: Final = {KONTAKT: "ikke_mott_kontakt", VEILEDNING: "ikke_mott_veiledning"}
PA_LISTENE: Final = """
    SELECT b.person_id, b.raadgiver, b.siste_kontakt, k.dag, min(l.skolenummer)
    FROM bestand b JOIN listet l USING (person_id) JOIN kom k USING (person_id) GROUP BY ALL ORDER BY b.person_id
"""


def received_day(kjoring: Kjoring) -> date:
    """Return the day the first list in the inbox came: the clock of those on it starts then, however late the run is.

    When time is given to the run, and when the file bears a day before the season, it is the run's day.
    """
    i_dag = local_date(kjoring.naa)
    lister = [sti for sti in kjoring.leste_filer if find_format(FORMAT).fits(sti.name)]
    dager = [file_day(sti) for sti in lister] if kjoring.tid_er_naa else []
    return min((dag for dag in dager if kjoring.datoer.fra <= dag <= i_dag), default=i_dag)


@step("Start klokkene")
def start_clocks(kjoring: Kjoring) -> None:
    """Note on each who is on a school's list for the first time this year the day that the list came."""
    con = kjoring.con
    if utsagn.table_of(FORMAT) not in utsagn.tables(con):
        con.execute("CREATE OR REPLACE TEMP TABLE listet (person_id VARCHAR, skolenummer VARCHAR)")
        return
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE listet AS SELECT DISTINCT person_id, skolenummer FROM {utsagn.table_of(FORMAT)}"  # noqa: S608
        f" WHERE {utsagn.NAA} AND neisvarer_skoleaar = ?",
        [kjoring.skoleaar],
    )
    kjente = fakta.current(con, [KOM], kjoring.siste_dag)
    fra = kjoring.datoer.fra.isoformat()
    har_dag = set(kjente.loc[kjente[KOM] >= fra, "person_id"])
    listet = [
        person for (person,) in con.execute("SELECT DISTINCT person_id FROM listet ORDER BY person_id").fetchall()
    ]
    dag = received_day(kjoring)
    rader = [(person, KOM, dag.isoformat(), dag) for person in listet if person not in har_dag]
    if rader:
        nye = pd.DataFrame(rader, columns=["person_id", "felt", "verdi", "gyldig_fra"])
        fakta.add(con, nye, kjoring.kjoring_id, kjoring.registrert_tid)


@step("Finn dem som skal kontaktes")
def to_meet(kjoring: Kjoring) -> list[Gjoremaal]:
    """Return those to be contacted, and those to be offered guidance, each by the clock of her own list.

    One who has no adviser is the school's adviser's.
    """
    con = kjoring.con
    bestand.stage(con, kjoring.siste_dag)
    kom = fakta.current(con, [KOM], kjoring.siste_dag)
    con.register("kom_naa", kom[kom[KOM] >= kjoring.datoer.fra.isoformat()])
    con.execute(f"CREATE OR REPLACE TEMP TABLE kom AS SELECT person_id, try_cast({KOM} AS DATE) AS dag FROM kom_naa")  # noqa: S608
    con.unregister("kom_naa")
    gjoremaal = []
    skoleeiere = owners(kjoring.hjem, schools(con))
    for person, egen, kontakt, dag, skole in con.execute(PA_LISTENE).fetchall():
        raadgiver = egen or skoleeiere.get(skole, "")
        if kontakt is None or kontakt < dag:
            gjoremaal.append(as_work(person, KONTAKT, raadgiver, klokker.deadline(KLOKKER[KONTAKT], dag)))
        gjoremaal.append(as_work(person, VEILEDNING, raadgiver, klokker.deadline(KLOKKER[VEILEDNING], dag)))
    return gjoremaal


@step("Si hvordan det går med dem som ikke møtte")
def tell_clocks(kjoring: Kjoring) -> list[Funn]:
    """Show both clocks by adviser; tell of what is past its deadline."""
    i_dag, tabell = local_date(kjoring.naa), []
    over = 0
    for grunn, hva in ((KONTAKT, "Kontakt innen en uke"), (VEILEDNING, "Veiledning innen tre uker")):
        rader = kjoring.con.execute(
            "SELECT count(*), count(*) FILTER (tilstand <> ?), count(*) FILTER (tilstand = ? AND frist < ?),"
            " count(*) FILTER (tilstand = ? AND frist >= ?) FROM oppgave WHERE rad = ? AND aar = ? AND grunn_kode = ?",
            [APEN, APEN, i_dag, APEN, i_dag, kjoring.rad.rad, kjoring.aar, grunn],
        ).fetchone()
        tall = tuple(rader or (0, 0, 0, 0))
        tabell.append((hva, *tall))
        over += tall[2]
    hoder = ("Klokke", "Ungdommer", "Gjort", "Over fristen", "Innenfor fristen")
    kjoring.tabeller.append(Tabell(tittel="Ikke møtt ved skolestart", hoder=hoder, rader=tabell))
    return [finding("ÅH-3126", antall=over)] if over else []
