"""The standing duties: what the service owes each youth and each department, and by when it has to be done.

The duties are rows of ``data/regler/plikter.csv``, their clocks of ``klokker.csv``. A duty that an adviser has
answered as not relevant is not asked for again in that calendar year.
"""

from collections.abc import Collection, Iterable
from datetime import date
from functools import cache
from typing import Final, NamedTuple

import duckdb

from schemas.arbeid import Gjoremaal
from schemas.innstillinger import Avdeling
from tasks import kodeverk
from tasks.arbeid import pliktgrunnlag
from tasks.arbeid.fordeling import owners
from tasks.arbeid.klokker import clock, deadline, urgency, warn_days
from tasks.arbeid.pliktgrunnlag import Pliktig
from tasks.avvik import Funn, finding
from tasks.kjoring import Kjoring
from tasks.oppgaver import ANSVARLIG

REGEL: Final = "regler/plikter"
EVALUERING: Final = "PL_EVALUERING"
TILBUDSDAGER: Final = "PL_TILBUDSDAGER"
AVDELING: Final = "avdeling:"
GJORT: Final = "PLIKT_GJORT"
IKKE_AKTUELL: Final = "PLIKT_IKKE_AKTUELL"
OM_SVAR: Final = """
    SELECT coalesce(er_person_id, gjelder), grunn_kode, svar_kode, dato, coalesce(year(dato), aar)
    FROM arbeidssvar LEFT JOIN samme_person('infinity'::TIMESTAMP) ON person_id = gjelder
    WHERE tilstand = 'brukt' AND list_contains($koder, svar_kode) AND coalesce(dato <= $dato, true)
        AND kjoring_id NOT IN (SELECT angret_kjoring_id FROM angring)
"""
"""The answers in use up to the day, each under the number that we know the youth by now."""


class Plikt(NamedTuple):
    """A duty towards someone: which, towards whom, whose it is, when it began, its last day, and where it stands.

    ``varsle_dager`` is how long before the deadline it is asked for. ``gjort`` says that nothing is lacking as of the
    day, ``aktuell`` False that an adviser has said so.
    """

    kode: str
    gjelder: str
    eier: str
    start: date
    frist: date
    varsle_dager: int
    gjort: bool
    aktuell: bool = True

    @property
    def mangler(self) -> bool:
        """Whether something is left to do."""
        return self.aktuell and not self.gjort


class Svar(NamedTuple):
    """What has been answered about duties: those not relevant this year, and when those without a fact were done."""

    ikke_aktuelle: frozenset[tuple[str, str]]
    gjort: dict[tuple[str, str], date]


def duties(alle: Iterable[Plikt], dato: date) -> list[Gjoremaal]:
    """Return every duty that is to be on a list on ``dato``: not done, and near its deadline or past it.

    Protected youth are among them. The dead, those abroad and those outside the target group are not.
    """
    return [
        Gjoremaal(plikt.gjelder, plikt.kode, plikt.eier, plikt.frist)
        for plikt in alle
        if plikt.mangler and urgency(plikt.frist, dato, plikt.varsle_dager)
    ]


def findings(alle: Iterable[Plikt], dato: date) -> list[Funn]:
    """Return a finding for each kind of duty that is past its deadline, with how many times."""
    over: dict[str, int] = {}
    for plikt in alle:
        if plikt.mangler and dato > plikt.frist:
            over[plikt.kode] = over.get(plikt.kode, 0) + 1
    hva = titles(dato)
    return [finding("ÅH-3130", antall=antall, hva=hva[kode]) for kode, antall in sorted(over.items())]


def titles(dato: date) -> dict[str, str]:
    """Return what each duty in force is about, as its clock says it, in the order of ``plikter.csv``."""
    return {rad["kode"]: clock(rad["klokke"], dato)["betydning"] for rad in kodeverk.valid_on(REGEL, dato)}


def standing(kjoring: Kjoring) -> list[Plikt]:
    """Return every duty towards everyone it concerns as of ``kjoring.per_dato``, done or not.

    In the order of ``plikter.csv``, then of whom it is towards. Makes the temporary tables ``bestand`` and
    ``plikt_folk``.
    """
    con, dato = kjoring.con, kjoring.per_dato
    rader = kodeverk.valid_on(REGEL, dato)
    pliktgrunnlag.stage(con, dato)
    svar = _answers(con, dato)
    eiere = owners(kjoring.hjem)
    return [
        _duty(rad, pliktig, eiere, svar, dato)
        for rad in rader
        for pliktig in (
            *pliktgrunnlag.concerned(con, rad["kode"], dato),
            *_departments(rad["kode"], kjoring.hjem.innstillinger.avdelinger, dato),
        )
    ]


def _duty(rad: kodeverk.Kode, pliktig: Pliktig, eiere: Collection[str], svar: Svar, dato: date) -> Plikt:
    """Return the duty as it stands. A duty that no fact tells about is done by the answer that it is."""
    start, noekkel = pliktig.start, (pliktig.gjelder, rad["kode"])
    frist, varsle = _deadline(rad["klokke"], start), warn_days(rad["klokke"], start)
    gjort = pliktig.gjort is not None and not (pliktig.gjentas and urgency(frist, dato, varsle))
    if not rad["felt"] and rad["kode"] != TILBUDSDAGER:
        gjort = gjort or svar.gjort.get(noekkel, date.min) >= start
    eier = pliktig.raadgiver if pliktig.raadgiver in eiere else ANSVARLIG
    return Plikt(rad["kode"], pliktig.gjelder, eier, start, frist, varsle, gjort, noekkel not in svar.ikke_aktuelle)


_deadline = cache(deadline)


def _departments(kode: str, avdelinger: Iterable[Avdeling], dato: date) -> list[Pliktig]:
    """Return the departments that a duty of theirs concerns, from the half-year's first day."""
    if kode not in (EVALUERING, TILBUDSDAGER):
        return []
    start = half_year_start(dato)
    return [
        Pliktig(
            f"{AVDELING}{enkelt.navn}",
            enkelt.leder,
            start,
            start if kode == TILBUDSDAGER and _offers_enough(enkelt, dato) else None,
            gjentas=False,
        )
        for enkelt in sorted(avdelinger, key=lambda avdeling: avdeling.navn)
    ]


def _offers_enough(avdeling: Avdeling, dato: date) -> bool:
    """Tell whether the offer is open as many days a week as it is to be, and not more."""
    grenser = kodeverk.rule("tilbudsdager", dato)
    return int(grenser["minst"]) <= avdeling.dager_per_uke <= int(grenser["mest"])


def half_year_start(dato: date) -> date:
    """Return the first day of the half-year that ``dato`` is in."""
    dager = [rad["forste_dag"] for rad in kodeverk.valid_on("regler/halvaar", dato)]
    starter = [date.fromisoformat(f"{aar}-{dag}") for aar in (dato.year - 1, dato.year) for dag in dager]
    return max(start for start in starter if start <= dato)


def _answers(con: duckdb.DuckDBPyConnection, dato: date) -> Svar:
    ikke_aktuelle, gjort = set(), dict[tuple[str, str], date]()
    rader = con.execute(OM_SVAR, {"dato": dato, "koder": [GJORT, IKKE_AKTUELL]}).fetchall()
    for gjelder, kode, svar_kode, dag, aar in rader:
        if svar_kode == IKKE_AKTUELL and aar == dato.year:
            ikke_aktuelle.add((gjelder, kode))
        elif svar_kode == GJORT and dag:
            gjort[gjelder, kode] = max(dag, gjort.get((gjelder, kode), dag))
    return Svar(frozenset(ikke_aktuelle), gjort)
