"""Preparing: what a load or a transfer would do if it came today, with everything that is wrong told beforehand."""

from collections import Counter

from tasks import kodeverk
from tasks.anledning import occasion
from tasks.avvik import Funn, finding
from tasks.feil import BrukerFeil
from tasks.innboks import Mottatt
from tasks.kjoring import Kjoring
from tasks.oppgaver import assign
from tasks.overforing import build
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
    """Build the transfer as it would be today, give tasks for those it would leave out, and return them counted."""
    pakke = build(occasion(kjoring))
    kjoring.sha256 = pakke.sha256
    assign(kjoring, list(pakke.utelatte))
    tekster = {kode: rad["tekst"] for kode, rad in kodeverk.reasons(kjoring.per_dato).items()}
    grunner = Counter(utelatt.grunn_kode for utelatt in pakke.utelatte)
    return [
        finding("ÅH-3006", antall=antall, grunn=tekster[grunn][0].lower() + tekster[grunn][1:] + ".")
        for grunn, antall in sorted(grunner.items())
    ]
