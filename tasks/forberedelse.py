"""Preparing: what a load or a transfer would do if it came today, with everything that is wrong told beforehand."""

from collections import Counter

from tasks import kodeverk
from tasks.anledning import occasion
from tasks.avvik import Funn, finding
from tasks.feil import BrukerFeil
from tasks.forberedelsesside import outcome_table, refused_table, write_page
from tasks.innboks import Mottatt
from tasks.kjoring import Kjoring
from tasks.oppgaver import assign
from tasks.overforing import Pakke, build
from tasks.overforingsdatoer import conflicts_tables, dates_table, transfer_dates
from tasks.sammenligning import changes, compare
from tasks.sammenligningstabeller import findings, note_missing, tables
from tasks.steg import step
from tasks.vurdering import judge


@step("Vurder filene som venter")
def inspect_waiting(kjoring: Kjoring, filer: list[Mottatt]) -> list[Funn]:
    """Judge the files that wait in the inbox, leave them there, and return what is wrong with them."""
    kjoring.leste_filer.clear()
    if not filer:
        return [] if _is_loaded(kjoring) else [finding("ÅH-3004")]
    funn = []
    for mottatt in filer:
        try:
            validert = judge(kjoring, [mottatt])[0].validert
        except BrukerFeil as feil:
            funn.append(finding("ÅH-3005", fil=mottatt.fil, grunn=f"{feil.kode} {feil.tekst}"))
            continue
        kjoring.tall.inn += validert.antall
        kjoring.tall.uendret += len(validert.gyldige)
        kjoring.tall.karantene += validert.antall_darlige
        if validert.antall_darlige:
            funn.append(finding("ÅH-3003", fil=mottatt.fil, antall=validert.antall_darlige))
    return funn


def _is_loaded(kjoring: Kjoring) -> bool:
    """Tell whether a later row of the year has already loaded a file of the format."""
    svar = kjoring.con.execute(
        "SELECT 1 FROM kjoring_fil JOIN kjoring k USING (kjoring_id) JOIN raafil r USING (sha256)"
        " WHERE k.aar = ? AND k.rad > ? AND r.format = ?"
        " AND kjoring_id NOT IN (SELECT angret_kjoring_id FROM angring)",
        [kjoring.aar, kjoring.rad.rad, kjoring.rad.parametre["format"]],
    ).fetchone()
    return svar is not None


@step("Prøv overføringen")
def rehearse_transfer(kjoring: Kjoring) -> list[Funn]:
    """Build the transfer as it would be today, tell what would happen to it, and return what a person must look at.

    Those who would be refused become tasks. A run that tells how it stood at an earlier moment gives no tasks.
    """
    anledning = occasion(kjoring)
    pakke = build(anledning)
    kjoring.sha256 = pakke.sha256
    forberedelse, overforing = transfer_dates(kjoring)
    tellinger = compare(kjoring.con, anledning, overforing.rad, pakke.data)
    note_missing(kjoring, tellinger)
    endringer = changes(tellinger)
    funn = findings(endringer, kjoring.per_dato)
    utfall = [outcome_table(pakke), *refused_table(kjoring, pakke, pakke.skjermede)]
    konflikter = conflicts_tables(forberedelse, overforing)
    if konflikter:
        kjoring.note("ÅH-3100", antall=len(konflikter[0].rader))
    datoer = [dates_table(forberedelse, overforing), *konflikter]
    kjoring.tabeller += [*utfall, *datoer, *tables(tellinger)]
    kjoring.etterpaa.append(lambda: write_page(kjoring, utfall, datoer, tellinger, endringer))
    if kjoring.kjent_tid:
        return funn
    assign(kjoring, list(pakke.utelatte), skjermede=pakke.skjermede)
    return [*_refusals(kjoring, pakke), *funn]


def _refusals(kjoring: Kjoring, pakke: Pakke) -> list[Funn]:
    """Return how many would be refused for each reason."""
    tekster = {kode: rad["tekst"] for kode, rad in kodeverk.reasons(kjoring.per_dato).items()}
    grunner = Counter(utelatt.grunn_kode for utelatt in pakke.utelatte)
    return [
        finding("ÅH-3006", antall=antall, grunn=f"{_in_sentence(tekster[grunn])}.")
        for grunn, antall in sorted(grunner.items())
    ]


def _in_sentence(tekst: str) -> str:
    """Return a text as it stands inside a sentence; an abbreviation keeps its capitals."""
    return tekst if tekst[1:2].isupper() else tekst[0].lower() + tekst[1:]
