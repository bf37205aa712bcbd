"""Worklists that come back through the inbox: every row judged, the good ones used, the others sent back.

One step in the run's transaction: tasks, contacts and statuses follow what was written, or nothing does. What was
written is kept word by word. Nobody's answer is written over: the same person may correct her own, and where two
answer differently both stand until the professional leader has decided.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from schemas.arbeid import Lestbok, Lestrad
from tasks.arbeid import uenighet
from tasks.arbeid.apne import names, receiver
from tasks.arbeid.ark import sheets
from tasks.arbeid.fordeling import BRUKT, make
from tasks.arbeid.kryptering import open_returned
from tasks.arbeid.leser import read_book
from tasks.arbeid.svarbok import FEIL, UENDRET, UENIG, Svarbok, Tilbake
from tasks.arbeid.svarregler import ANDRES, GAMMEL, UKJENT_OPPGAVE, Sak
from tasks.avvik import Funn, finding
from tasks.feil import BrukerFeil, listed
from tasks.filer import make_folder
from tasks.innboks import WORKLIST_FORMAT, WORKLIST_PATTERN, freeze_workbook
from tasks.kjoring import Kjoring
from tasks.klokke import local_date
from tasks.steg import step

MEST_STEDER: Final = 15


@step("Les arbeidslistene som er kommet tilbake")
def take_answers(kjoring: Kjoring) -> list[Funn]:
    """Use what the worklists in the inbox say; return what could not be used, by sheet, row and column."""
    funn: list[Funn] = []
    boker = []
    for sti in worklists(kjoring):
        innhold = sti.read_bytes()
        bok = read_book(open_returned(innhold, kjoring.hjem), local_date(kjoring.naa))
        if bok is None or bok.mottaker not in names(kjoring.hjem):
            funn.append(finding("ÅH-3120"))
            continue
        boker.append((bok, sti.name, hashlib.sha256(innhold).hexdigest()))
        freeze_workbook(kjoring, boker[-1][2], sti.name, innhold, len(bok.rader), WORKLIST_FORMAT)
        kjoring.leste_filer.append(sti)
    if boker:
        funn += _take(kjoring, boker)
    uavgjort = uenighet.undecided(kjoring.con, kjoring.hjem)
    make(kjoring, uavgjort, {uenighet.GRUNN}, overta=True)
    return [*funn, finding("ÅH-3123", antall=len(uavgjort))] if uavgjort else funn


def worklists(kjoring: Kjoring) -> list[Path]:
    """Return the worklists in the inbox and in the county's own folder for them, in order of name.

    BrukerFeil ÅH-1721 where that folder is not there.
    """
    mapper = [make_folder(kjoring.hjem.innboks)]
    if retur := kjoring.hjem.innstillinger.arbeidslister.retur:
        mapper.append(Path(retur))
        if not mapper[-1].is_dir():
            raise BrukerFeil("ÅH-1721")
    return sorted(
        (sti for mappe in mapper for sti in mappe.iterdir() if _is_worklist(sti)), key=lambda sti: (sti.name, str(sti))
    )


def _is_worklist(sti: Path) -> bool:
    navn = sti.name.casefold()
    return sti.is_file() and fnmatch(navn, WORKLIST_PATTERN) and not navn.startswith(("~$", "."))


def _take(kjoring: Kjoring, boker: Sequence[tuple[Lestbok, str, str]]) -> list[Funn]:
    """Use the books; return what each could not be used for, as places in it."""
    svarbok = Svarbok(kjoring, {rad.nokkel for bok, _, _ in boker for rad in bok.rader} - {""})
    har_hatt = set(kjoring.con.execute("SELECT DISTINCT mottaker, eier FROM arbeidsliste").fetchall())
    i_dag, tall = local_date(kjoring.naa), Counter[str]()
    funn = []
    for bok, fil, sha256 in boker:
        steder = [_place(ark, "", kolonne, kode) for ark, kolonne, kode in bok.merknader]
        for lest in bok.rader:
            sak = svarbok.saker.get(lest.nokkel)
            feil = _not_hers(kjoring, sak, bok, lest, har_hatt)
            if sak is None or feil:
                tall[FEIL] += 1
            else:
                hvordan, feil = svarbok.keep(Tilbake(lest, bok.mottaker, fil, sha256, sak), i_dag)
                tall[hvordan] += 1
            ark = sheets(i_dag).get(lest.ark)
            overskrifter = {k.navn: k.overskrift for k in ark.kolonner} if ark else {}
            tittel = ark.tittel if ark else "Ukjent ark"
            steder += [_place(tittel, str(lest.rad_nr), overskrifter.get(navn, ""), kode) for navn, kode in feil]
        if steder:
            funn.append(finding("ÅH-3121", hvem=bok.mottaker, antall=len(steder), steder=listed(steder, MEST_STEDER)))
    svarbok.write()
    kjoring.note("ÅH-3122", **{navn: tall[navn] for navn in (BRUKT, UENDRET, UENIG, FEIL)})
    return funn


def _not_hers(
    kjoring: Kjoring, sak: Sak | None, bok: Lestbok, lest: Lestrad, har_hatt: set[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Return why a row is not one that this book's owner can answer, empty where it is."""
    if sak is None:
        return list(lest.feil) or [("", UKJENT_OPPGAVE)]
    if min(sak.aar, bok.aar) < kjoring.aar:
        return [("", GAMMEL)]
    if bok.mottaker == sak.eier or (bok.mottaker, sak.eier) in har_hatt:
        return []
    var_stedfortreder = bok.dato is not None and receiver(kjoring.hjem, sak.eier, bok.dato) == bok.mottaker
    return [] if var_stedfortreder else [("", ANDRES)]


def _place(ark: str, rad: str, kolonne: str, kode: str) -> str:
    return " ".join(del_ for del_ in (ark, f"rad {rad}" if rad else "", kolonne and f"({kolonne})", kode) if del_)
