"""Data quality: the whole register held against the rules; each finding once to its owner, and gone when mended.

The register is judged as it stands today, or on the row's own day where that is later: what has been mended since the
row's day counts. A run that is asked how it was known at an earlier moment tells it, and changes no task.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from schemas.ajourhold import Alvorlighet, Funn
from schemas.utsending import Utelatt
from schemas.verdier import Mottaker
from tasks import ajourholdsramme, ajourholdstall, avvik, kodeverk
from tasks.ajourholdsdom import Dom, judge
from tasks.ajourholdsramme import Hvem
from tasks.ajourholdsregler import TABELL, rules
from tasks.ajourholdsside import write_pages
from tasks.ajourholdstabeller import findings_table
from tasks.ajourholdstall import Maaling
from tasks.kjoring import Kjoring
from tasks.klokke import local_date, to_utc
from tasks.oppgaver import ANSVARLIG, APEN, LUKKET, assign
from tasks.skjermede import hidden
from tasks.steg import step

RAADGIVER = "rådgiver"
OTTO = ("otto_uttrekk", "vigo_ot_rest")
AVVIK = {Alvorlighet.STOPPER: "ÅH-3070", Alvorlighet.FEIL: "ÅH-3071"}
VARSEL = "ÅH-3072"


@dataclass(frozen=True)
class Kontrollert:
    """The judgement, and whom it found by their place in the frame.

    ``raadgivere`` are those who work here. ``skjermede`` are never named: dead, or protected on the day, today, or by
    what we learned last.
    """

    dom: Dom
    hvem: Mapping[int, Hvem]
    raadgivere: tuple[str, ...]
    skjermede: frozenset[str]
    forrige: Maaling | None

    def named(self, funn: Funn) -> list[str]:
        """Return those a rule found who may be named, by their number in the register."""
        if funn.regel.samlet:
            return []
        alle = (self.hvem[rad].person_id for rad in funn.rader)
        return [person for person in alle if person not in self.skjermede]

    def owner(self, funn: Funn, rad: int) -> str:
        """Return whose a finding is; what belongs to an adviser who does not work here is the OTTO-ansvarlig's."""
        raadgiver = self.hvem[rad].raadgiver
        return raadgiver if funn.regel.eier == RAADGIVER and raadgiver in self.raadgivere else ANSVARLIG


@step("Kontroller registeret")
def judge_register(kjoring: Kjoring, per_dato: date | None) -> Kontrollert:
    """Judge everyone who is in follow-up or ought to be, as of ``per_dato``, and tell it in the run's answer."""
    kjoring.per_dato = per_dato or max(kjoring.datoer.kjoredato, local_date(kjoring.kjent_tid or kjoring.naa))
    kjent = to_utc(kjoring.kjent_tid) if kjoring.kjent_tid else None
    innstillinger, con = kjoring.hjem.innstillinger, kjoring.con
    raadgivere = tuple(raadgiver.id for raadgiver in innstillinger.radgivere)
    ajourholdsramme.stage(con, kjoring.per_dato, kjent, innstillinger.fylke.fylkesnummer, raadgivere)
    dom = judge(ajourholdsramme.frame(con), rules(kjoring.per_dato))
    hvem = ajourholdsramme.people(con, (rad for funn in dom.funn for rad in funn.rader))
    kontrollert = Kontrollert(
        dom,
        hvem,
        raadgivere,
        skjermede=frozenset(en.person_id for en in hvem.values() if en.nevnes_ikke)
        | hidden(kjoring.con, kjoring.siste_dag),
        forrige=ajourholdstall.last_before(con, kjent or kjoring.registrert_tid, kjoring.per_dato if kjent else None),
    )
    kjoring.tabeller.append(findings_table(dom.funn, kontrollert.forrige))
    return kontrollert


@step("Fordel oppgavene")
def give_tasks(kjoring: Kjoring, kontrollert: Kontrollert) -> None:
    """Give each finding to its owner, whichever row finds it; close what is mended.

    What another row's open task about the same youth says already is not said twice.
    """
    alle = [rad["kode"] for rad in kodeverk.all_rows(TABELL)]
    sagt = set(kjoring.con.execute("SELECT gjelder, grunn_kode FROM oppgave WHERE tilstand = ?", [APEN]).fetchall())
    utelatte = [
        Utelatt(kontrollert.hvem[rad].person_id, Mottaker.UNGDOM, funn.regel.kode, kontrollert.owner(funn, rad))
        for funn in kontrollert.dom.funn
        for rad in funn.rader
        if not any((kontrollert.hvem[rad].person_id, kode) in sagt for kode in funn.regel.samme_som)
    ]
    assign(kjoring, utelatte, bare=alle, skjermede=kontrollert.skjermede, overta=True)


@step("Si fra om det som er funnet")
def tell(kjoring: Kjoring, kontrollert: Kontrollert) -> None:
    """Make the deviations, remember the counts, and write the pages; one that retells an earlier moment only writes."""
    kjent = to_utc(kjoring.kjent_tid) if kjoring.kjent_tid else None
    funn = list(_deviations(kontrollert.dom.funn))
    if kjoring.kjent_tid:
        avvik.retell(kjoring, kjoring.kjent_tid, sorted(funn))
    else:
        _take_over(kjoring)
        avvik.report(kjoring, funn)
        ajourholdstall.remember(kjoring, kontrollert.dom.funn)
    for enkelt in kontrollert.dom.funn:
        if enkelt.antall and enkelt.regel.alvorlighet is Alvorlighet.VARSEL:
            kjoring.note(VARSEL, antall=enkelt.antall, hva=enkelt.regel.tekst, gjor=enkelt.regel.gjor)
    _tell_source(kjoring, kjent or kjoring.registrert_tid)
    write_pages(kjoring, kontrollert.dom, kontrollert.named, kontrollert.forrige, kjent)


def _take_over(kjoring: Kjoring) -> None:
    """Close what earlier controls left open, whichever row and year: this one has looked at everything anew."""
    kjoring.con.execute(
        "UPDATE avvik SET tilstand = ?, lukket_kjoring_id = ?"
        " WHERE tilstand = ? AND list_contains(?, kode) AND NOT (rad = ? AND aar = ?)",
        [LUKKET, kjoring.kjoring_id, APEN, list(AVVIK.values()), kjoring.rad.rad, kjoring.aar],
    )


def _deviations(alle: tuple[Funn, ...]) -> Iterator[avvik.Funn]:
    """Yield one deviation for each broken rule that stops or is wrong."""
    for funn in alle:
        if funn.antall and funn.regel.alvorlighet in AVVIK:
            yield avvik.finding(
                AVVIK[funn.regel.alvorlighet], antall=funn.antall, hva=funn.regel.tekst, gjor=funn.regel.gjor
            )


def _tell_source(kjoring: Kjoring, kjent: datetime) -> None:
    """Tell when the register was last loaded with what the advisers have done, by what was known then."""
    svar = kjoring.con.execute(
        """
        SELECT l.kjoring_id, l.gyldig_fra FROM levering l JOIN kjoring k USING (kjoring_id)
        WHERE list_contains(?, format) AND k.startet_tid <= ?
          AND kjoring_id NOT IN (SELECT angret_kjoring_id FROM angring WHERE tid <= ?)
        ORDER BY l.rowid DESC LIMIT 1
        """,
        [list(OTTO), kjent, kjent],
    ).fetchone()
    if svar:
        kjoring.note("ÅH-3073", kjoring=svar[0], dato=f"{svar[1]:%d.%m.%Y}")
    else:
        kjoring.note("ÅH-3074")
