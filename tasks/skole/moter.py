"""Clarifying meetings: who is to have one before summer, whom the schools report in autumn, and how it has gone."""

from collections import Counter
from datetime import date
from typing import Final

import pandas as pd

from schemas.arbeid import Gjoremaal
from schemas.kjoring import Tabell
from tasks import kodeverk, utvalg
from tasks.arbeid.klokker import deadline
from tasks.avvik import Funn
from tasks.innlasting import load
from tasks.kjoring import Kjoring
from tasks.oppgaver import ANSVARLIG
from tasks.register import fakta
from tasks.skole.kontakt import SKOLETYPE
from tasks.skole.moteplan import AVTALT, GRUNNSKOLE, HOLDT, IKKE_HOLDT, MOTER, SISTE_SVAR
from tasks.skole.skoler import owners, schools
from tasks.steg import step
from tasks.vurdering import take_in

FORMAT: Final = "skole_avklaring"
IKKESOKER: Final = "ikkesoker"
FELT: Final = ("avklaring_aarsak", "avklaring_meldt_dato", "avklaring_skoleaar", "avklaring_skolenummer", "raadgiver")
JA: Final = "ja"


@step("Finn avklaringsmøtene før sommeren")
def school_meetings(kjoring: Kjoring) -> list[Gjoremaal]:
    """Return a meeting for each non-applicant who leaves lower-secondary school this spring without plans.

    Who does, is told by her year of birth (``data/regler/grunnskoleslutt.csv``). Her adviser asks the school to call
    it. One whom we know what does is left out. A row without a deadline for meetings has none.
    """
    if kjoring.datoer.ekstra_frist is None:
        return []
    con, dato = kjoring.con, kjoring.siste_dag
    gruppe = utvalg.group(con, IKKESOKER, kjoring.skoleaar, dato) - utvalg.clarified(con, dato).keys()
    fodt = kjoring.aar - int(kodeverk.rule("grunnskoleslutt", dato)["fyller_aar"])
    folk = fakta.current(con, ["fodselsdato", "raadgiver"], dato)
    gaar_ut = folk[folk["person_id"].isin(gruppe) & folk["fodselsdato"].str.startswith(f"{fodt}-")]
    return [
        Gjoremaal(person, GRUNNSKOLE, raadgiver or ANSVARLIG, kjoring.datoer.ekstra_frist)
        for person, raadgiver in zip(gaar_ut["person_id"], gaar_ut["raadgiver"], strict=True)
    ]


def load_pupils_at_risk(kjoring: Kjoring) -> list[Funn]:
    """Take in whom the schools have reported since last time, as facts; return what a person must look at.

    A pupil whom we did not know becomes a person of the register and not a youth of the service: no status, no
    enrolment. BrukerFeil as ``load``.
    """
    return load(kjoring, take_in(kjoring, FORMAT, pakrevd=False))


@step("Finn avklaringsmøtene fra skolestart")
def season_meetings(kjoring: Kjoring) -> list[Gjoremaal]:
    """Return what is to be done for each pupil reported this school year; those who only change are left out.

    One who has left is contacted within the clock of the task, from the day the school reported it. The task is her
    adviser's when she has one, else the school's.
    """
    gjoremaal = {rad["kode"]: rad for rad in kodeverk.valid_on("regler/gjoremaal", kjoring.siste_dag)}
    aarsaker = _reasons(kjoring)
    skoleeiere = owners(kjoring.hjem, schools(kjoring.con))
    svar = []
    for elev in _reported(kjoring).itertuples(index=False):
        grunn = aarsaker[elev.avklaring_aarsak]["gjoremaal"]
        if not grunn:
            continue
        klokke = gjoremaal[grunn]["klokke"]
        frist = deadline(klokke, date.fromisoformat(elev.avklaring_meldt_dato)) if klokke else None
        eier = elev.raadgiver or skoleeiere.get(elev.avklaring_skolenummer, ANSVARLIG)
        svar.append(Gjoremaal(elev.person_id, grunn, eier, frist))
    return svar


@step("Si hvordan det går med avklaringsmøtene")
def tell_meetings(kjoring: Kjoring) -> None:
    """Show how it goes with the meetings, in the rows that have any."""
    if SKOLETYPE not in kjoring.rad.parametre or kjoring.datoer.ekstra_frist:
        kjoring.tabeller.append(meeting_table(kjoring))


def meeting_table(kjoring: Kjoring) -> Tabell:
    """Return how it has gone with the row's meetings: reported and left out by reason, agreed, held, PPT asked."""
    er_meldt = SKOLETYPE not in kjoring.rad.parametre
    tall = _reported_counts(kjoring) if er_meldt else {}
    skal = {
        ett.gjelder for ett in (season_meetings if er_meldt else school_meetings)(kjoring) if ett.grunn_kode in MOTER
    }
    svar = kjoring.con.execute(SISTE_SVAR, [kjoring.aar, list(MOTER)]).fetchall()
    egne = {gjelder: (kode, ppt) for rad, gjelder, _, kode, _, ppt in svar if rad == kjoring.rad.rad}
    utfall = Counter(kode for kode, _ in egne.values())
    tall |= {
        "Skal ha møte": len(skal | egne.keys()),
        "Avtalt": utfall[AVTALT],
        "Holdt": utfall[HOLDT],
        "Holdes ikke": utfall[IKKE_HOLDT],
        "PPT er spurt": sum(ppt == JA for _, ppt in egne.values()),
        "Ikke avtalt ennå": len(skal - egne.keys()),
    }
    return Tabell(tittel="Avklaringsmøter", hoder=("Hva", "Antall"), rader=list(tall.items()))


def _reported(kjoring: Kjoring) -> pd.DataFrame:
    """Return the pupils reported this school year: person_id and ``FELT``, in order of person id."""
    ramme = fakta.current(kjoring.con, FELT, kjoring.siste_dag)
    return ramme[(ramme["avklaring_skoleaar"] == kjoring.skoleaar) & (ramme["avklaring_aarsak"] != "")]


def _reasons(kjoring: Kjoring) -> dict[str, kodeverk.Kode]:
    """Return the reasons a school may give: code → its row, with what it asks for (blank: nothing)."""
    return {rad["kode"]: rad for rad in kodeverk.valid_on("kodeverk/avklaringsaarsaker", kjoring.siste_dag)}


def _reported_counts(kjoring: Kjoring) -> dict[str, int]:
    """Return how many are reported, and for which reason; a reason that asks for nothing says so."""
    meldt = Counter(_reported(kjoring)["avklaring_aarsak"])
    arter = {
        rad["betydning"] if rad["gjoremaal"] else f"{rad['betydning']} (ikke med)": meldt[kode]
        for kode, rad in _reasons(kjoring).items()
    }
    return {"Meldt av skolene": meldt.total(), **arter}
