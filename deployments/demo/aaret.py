"""A calendar year in the training county: what the files say, and when they come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from deployments.demo.befolkning import Ungdom, make_people
from deployments.demo.grunnlag import Demo, day_in_year, distribution, stream, table
from deployments.demo.ikke_mott import no_show_bytes
from deployments.demo.nummer import Nummerlager
from deployments.demo.postgang import Rad, csv_bytes, day, otto_row, vigo_row
from deployments.demo.skoler import school_bytes
from deployments.demo.smuss import soil
from deployments.demo.sokere import applicant_bytes
from deployments.demo.tilmelding import (
    Tilmelding,
    advance,
    applied_since,
    end_all,
    end_school_year,
    enrol,
    start_register,
)
from deployments.demo.vigo import Linje, complete_day, march_day, non_applicants, ot_lines, ot_lines_day

SKOLEAARSSLUTT: Final = (7, 31)
AARSSLUTT: Final = (12, 31)
TEGNSETT: Final = {"vigo_ot_linjer": "cp1252"}
"""The one file that an older system writes; the others are utf-8 with a mark, as Excel saves them."""

Register = tuple[Tilmelding, ...]


@dataclass(frozen=True)
class Vigofil:
    """A list from Vigo: its format, the day it comes and its lines."""

    format_navn: str
    dato: date
    linjer: tuple[Linje, ...]


@dataclass(frozen=True)
class Aaret:
    """Everyone who turns up in the year, every file by its path under the home, and the register after the autumn."""

    folk: tuple[Ungdom, ...]
    filer: Mapping[str, bytes]
    register: Register


def make_year(demo: Demo, fra_ifjor: Register = ()) -> Aaret:
    """Return the year: the register at its start, Vigo's three lists and the advisers' three updates.

    ``fra_ifjor`` is last year's register after the autumn: at New Year it stands in OTTO as ended, beside the new ones.
    """
    lager = Nummerlager()
    start = start_register(demo, make_people(demo, lager, "register", demo.ungdom, distribution()["alder"]))
    oppdateringer, lister = _play(demo, lager, start)
    ofre, vigofiler = _vigo_files(demo, lager, lister)
    ved_nyttaar = (*start, *end_all(fra_ifjor, date(demo.aar - 1, *AARSSLUTT)))
    filer = {f"demo/oppstart/otto_uttrekk_{demo.aar}-01-02.csv": _otto_bytes(ved_nyttaar), **vigofiler}
    filer |= {_mail_path("otto_uttrekk", dato): _otto_bytes(register) for dato, register in oppdateringer.items()}
    # Last, so that nobody else's number is another for it.
    filer |= applicant_bytes(demo, lager, start)
    filer |= school_bytes(demo, lager)
    filer |= no_show_bytes(demo, lister[-1].linjer)
    tilmeldte = (rad.ungdom for register in oppdateringer.values() for rad in register)
    linjer = (linje.ungdom for liste in lister for linje in liste.linjer)
    return Aaret((*tilmeldte, *linjer, *ofre), filer, list(oppdateringer.values())[-1])


def _play(demo: Demo, lager: Nummerlager, start: Register) -> tuple[dict[date, Register], tuple[Vigofil, ...]]:
    """Return the register on each day OTTO is read out, and the lists that came between."""
    nyttaar = date(demo.aar, 1, 2)
    vinter, vaar, host = (day_in_year(demo.aar, dag) for dag in distribution()["post"]["otto"])
    # What advisers write after a transfer has happened after it, so that a transfer run again is the same.
    etter_februar, etter_juni = (day_in_year(demo.aar, dag) for dag in distribution()["post"]["etter_overforing"])
    register = advance(stream(demo, "vinter"), start, nyttaar, vinter)
    oppdateringer = {vinter: register}
    sokere = non_applicants(demo, lager, register)
    register = advance(stream(demo, "vår"), _loaded(register, sokere.komplett), etter_februar, vaar)
    register += tuple(applied_since(_enrolled(linje), complete_day(demo)) for linje in sokere.sokt_siden)
    oppdateringer[vaar] = register
    linjer = ot_lines(demo, lager, register, sokere.sokt_siden)
    register = _loaded(end_school_year(register, date(demo.aar, *SKOLEAARSSLUTT)), linjer)
    oppdateringer[host] = advance(stream(demo, "høst"), register, etter_juni, host)
    return oppdateringer, (
        Vigofil("vigo_ikkesokere", march_day(demo), sokere.mars),
        Vigofil("vigo_ikkesokere", complete_day(demo), sokere.komplett),
        Vigofil("vigo_ot_linjer", ot_lines_day(demo), linjer),
    )


def _enrolled(linje: Linje) -> Tilmelding:
    return enrol(linje.ungdom, linje.vigokode, linje.registrert)


def _loaded(register: Iterable[Tilmelding], linjer: Iterable[Linje]) -> Register:
    """Return the register with a list loaded: the open ones at their new address, the others enrolled (again)."""
    rader = {rad.ungdom.fodselsnummer: rad for rad in register}
    for linje in linjer:
        nummer = linje.ungdom.fodselsnummer
        rad = rader.get(nummer)
        rader[nummer] = replace(rad, ungdom=linje.ungdom) if rad and not rad.avsluttet_dato else _enrolled(linje)
    return tuple(rader.values())


def _vigo_files(
    demo: Demo, lager: Nummerlager, lister: Iterable[Vigofil]
) -> tuple[tuple[Ungdom, ...], dict[str, bytes]]:
    """Return the people whose rows are faulty, and Vigo's files with those rows among the others."""
    alle_ofre: tuple[Ungdom, ...] = ()
    filer = {}
    for liste in lister:
        antall = max(1, round(len(liste.linjer) * distribution()["vigo_andel"]["smuss"]))
        ofre = make_people(demo, lager, f"smuss:{liste.dato}", antall, distribution()["vigo_alder"])
        innhold = _soiled_rows(demo, liste, ofre, fra=len(alle_ofre))
        tegnsett = TEGNSETT.get(liste.format_navn, "utf-8-sig")
        filer[_mail_path(liste.format_navn, liste.dato)] = csv_bytes(liste.format_navn, innhold, tegnsett)
        alle_ofre += ofre
    return alle_ofre, filer


def _soiled_rows(demo: Demo, liste: Vigofil, ofre: Sequence[Ungdom], *, fra: int) -> list[Rad]:
    """Return the rows by name, a few with a municipality number from before 2024, the faulty ones among them."""
    rng = stream(demo, f"smuss:{liste.dato}")
    rader = sorted((_vigo_row(demo, linje) for linje in liste.linjer), key=_by_name)
    gamle = max(1, round(len(rader) * distribution()["vigo_andel"]["gammelt_kommunenummer"]))
    for plass in rng.sample(range(len(rader)), gamle):
        rader[plass] |= {"kommunenummer": _old_municipality(rader[plass]["kommunenummer"])}
    ofrenes = [_vigo_row(demo, replace(liste.linjer[-1], ungdom=ungdom)) for ungdom in ofre]
    return soil(rng, rader, ofrenes, fra=fra)


def _vigo_row(demo: Demo, linje: Linje) -> Rad:
    rad = vigo_row(
        linje.ungdom,
        linje.vigokode,
        f"{demo.aar}{demo.aar + 1}",
        linje.registrert,
    )
    return rad | {"ajourholdskode": linje.ajourholdskode, "avbrudd_dato": day(linje.avbrudd_dato)}


def _otto_bytes(register: Register) -> bytes:
    return csv_bytes("otto_uttrekk", sorted((otto_row(rad) for rad in register), key=_by_name))


def _by_name(rad: Mapping[str, str]) -> tuple[str, ...]:
    return rad["etternavn"], rad["fornavn"], rad["fodselsnummer"]


def _old_municipality(kode: str) -> str:
    """Return the number a municipality had until 2024."""
    return next(rad["kode"] for rad in table("kodeverk/kommuner.csv") if rad["erstattet_av"] == kode)


def _mail_path(navn: str, dato: date) -> str:
    return f"demo/post/{dato}/{navn}_{dato}.csv"
