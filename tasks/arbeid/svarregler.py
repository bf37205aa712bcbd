"""What a row of a worklist must be before it is used: every fault at once, by column, with what to do.

The codes are those of ``data/meldinger.csv``. A fault never holds what was written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.arbeid import Lestrad
from tasks import kodeverk
from tasks.arbeid.apne import kinds
from tasks.arbeid.ark import answer, code_of

UKJENT_OPPGAVE, ANDRES, GAMMEL, UTEN_SVAR, MANGLER = "ÅH-2521", "ÅH-2523", "ÅH-2522", "ÅH-2524", "ÅH-2525"
FRAMTID, FOR_TIDLIG, STATUS, UTEN_KONTAKT, FEIL_ARK = "ÅH-2526", "ÅH-2527", "ÅH-2528", "ÅH-2529", "ÅH-2530"
PLIKT_GJORT: Final = "PLIKT_GJORT"
KONTAKT: Final = "kontakt_dato"


@dataclass(frozen=True)
class Sak:
    """The task that a row answers: what the rules need to know of it today.

    ``fra`` is the first day that counts for the row's work, ``kontakt`` the last recorded contact with the youth.
    """

    oppgave_id: str
    rad: str
    aar: int
    gjelder: str
    grunn_kode: str
    eier: str
    fra: date
    kontakt: date | None
    tilmeldt: date | None


@dataclass(frozen=True)
class Svar:
    """An answer that can be used: its code, day and channel, the new status where there is one, and all its cells."""

    kode: str
    dato: date | None
    kanal: str
    ot_status: str
    lukker: bool
    kontakt: bool
    celler: Mapping[str, str]


def judge(lest: Lestrad, sak: Sak, i_dag: date) -> tuple[Svar | None, list[tuple[str, str]]]:
    """Return the answer, or None and every fault (column, code) of the row."""
    slag = kinds(i_dag)[sak.grunn_kode]
    if lest.ark != slag["ark"]:
        return None, [("", FEIL_ARK)]
    feil = list(lest.feil)
    gale = {kolonne for kolonne, _ in feil}
    celler = {navn: verdi for navn, verdi in lest.celler.items() if navn not in gale}
    tekst = celler.get("svar", "")
    rad = answer(lest.ark, tekst, i_dag) if tekst else None
    if rad is None:
        return None, [*feil, *([("svar", UTEN_SVAR)] if "svar" not in gale else [])]
    krever = [*rad["krever"].split(), *(_demanded(slag) if rad["kode"] == PLIKT_GJORT else [])]
    feil += [(kolonne, MANGLER) for kolonne in krever if not celler.get(kolonne) and kolonne not in gale]
    svar = Svar(
        rad["kode"],
        date.fromisoformat(celler["dato"]) if celler.get("dato") else None,
        celler.get("kanal", ""),
        code_of(celler.get("ot_status", ""), i_dag) or "",
        rad["lukker"] == "ja",
        rad["kontakt"] == "ja" or (rad["kode"] == PLIKT_GJORT and slag["felt"] == KONTAKT),
        celler,
    )
    feil += [(kolonne, kode) for kolonne, kode in _consistent(svar, sak, slag, i_dag) if kolonne not in gale]
    return (None, feil) if feil else (svar, [])


def _demanded(slag: Mapping[str, str]) -> list[str]:
    """Return what a duty demands of the one who says that it is done."""
    return slag.get("krever", "").split()


def _consistent(svar: Svar, sak: Sak, slag: Mapping[str, str], i_dag: date) -> Iterator[tuple[str, str]]:
    if svar.dato and svar.dato > i_dag:
        yield "dato", FRAMTID
    elif svar.dato and svar.dato < sak.fra and "felt" not in slag:
        yield "dato", FOR_TIDLIG
    if svar.celler.get("grunnlag", "").startswith("annen") and not svar.celler.get("merknad"):
        yield "merknad", MANGLER
    if svar.ot_status:
        yield from _status(svar, sak, i_dag)


def _status(svar: Svar, sak: Sak, i_dag: date) -> Iterator[tuple[str, str]]:
    """Judge a status by Udir's rules: in force on the day, and OTUK exactly until contact is recorded."""
    dag = svar.dato or i_dag
    rader = {rad["kode"]: rad for rad in kodeverk.valid_on("kodeverk/ot_status", dag)}
    if svar.ot_status not in rader:
        yield "ot_status", STATUS
        return
    gruppe = rader[svar.ot_status]["gruppenavn"]
    krav = {rad["kode"]: rad["kontakt"] for rad in kodeverk.valid_on("regler/statuskrav", dag)}[gruppe]
    har_kontakt = svar.kontakt or bool(sak.kontakt and sak.kontakt >= (sak.tilmeldt or date.min))
    if (krav == "alltid" and not har_kontakt) or (krav == "aldri" and har_kontakt):
        yield "ot_status", UTEN_KONTAKT
