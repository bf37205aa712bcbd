"""A played year that can be stopped before any row: the machine is off from then on, and comes back too late."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from deployments.avspilling import Avspilling
from deployments.demo import Demo, innstillinger
from deployments.demofylke import make_demo
from deployments.rader import flow_of
from schemas.arshjul import Rad
from schemas.kjoring import Kjorevalg
from tasks import kjoring, planlagt
from tasks.arshjul import find_row, read_wheel, row_dates
from tasks.feil import BrukerFeil, messages
from tasks.hjem import Hjem, home
from tasks.hjul.stopp import Slag
from tasks.hjul.tilstand import Radtilstand, states
from tasks.kalender import run_time
from tasks.klokke import from_utc, local_date
from tests.conftest import at_home, move_in

AAR = 2026
TIMER_FOR = timedelta(hours=14)
"""The machine goes off the evening before the row's first run, when all of the day before is through."""
KJORT, HOPPET, SPOR = "kjørt", "hoppet over", "spør"
SAGT = ("ÅH-3154", "ÅH-3155")
"""What a late run says of itself."""


@dataclass(frozen=True)
class Sen:
    """A late run: of which row and year, which day it was planned for, and what became of it."""

    rad: str
    aar: int
    planlagt: date
    hva: str


def off_before(rad: Rad) -> datetime:
    """Return when the machine goes off before the row's first run of the year."""
    return run_time(row_dates(rad, AAR).kjoredatoer[0]) - TIMER_FOR


def play(mappe: Path, demo: Demo, av: Mapping[str, datetime]) -> dict[str, Path]:
    """Play the year by the wheel alone, without a choice of the county's own; return name → the home at that moment."""
    maler: dict[str, Path] = {}
    hjemmet = mappe / "spilt"
    with at_home(hjemmet), patch.object(innstillinger, "RADVALG", ""):
        make_demo(home(), demo)
        hjem = home()
        spill = Avspilling(hjem, demo, plain=True, til=local_date(max(av.values())))

        def take(navn: str) -> None:
            hjem.register.settle()
            maler[navn] = shutil.copytree(hjemmet, mappe / navn, ignore=shutil.ignore_patterns("rapporter"))

        for navn, tid in av.items():
            spill._at(tid, lambda _, navn=navn: take(navn))
        spill.play()
    return maler


@contextmanager
def off_at(mal: Path, mappe: Path, av: datetime, naa: datetime) -> Iterator[Hjem]:
    """Open a copy of a home that was left at ``av``; the post of the time until ``naa`` lies in its inbox."""
    with at_home(mappe):
        hjem = move_in(mal, mappe)
        for post in sorted((mappe / "demo" / "post").iterdir()):
            if local_date(av) < date.fromisoformat(post.name) <= local_date(naa):
                hjem.innboks.mkdir(exist_ok=True)
                for fil in post.iterdir():
                    shutil.copy(fil, hjem.innboks)
        yield hjem
    shutil.rmtree(mappe, ignore_errors=True)


def fallen_due(av: datetime, naa: datetime, rader: tuple[Rad, ...] = ()) -> list[tuple[Rad, int, date]]:
    """Return the runs that were planned while the machine was off, in the order that the worker takes them."""
    alle = [
        (run_time(dag), rad, aar, dag)
        for aar in range(av.year - 1, naa.year + 1)
        for rad in rader or read_wheel()
        for dag in row_dates(rad, aar).kjoredatoer
        if av < run_time(dag) <= naa
    ]
    return [(rad, aar, dag) for _, rad, aar, dag in sorted(alle, key=lambda en: (en[0], en[1].nr))]


def run_late(rad: Rad, dag: date, naa: datetime) -> tuple[str, int, list[str]]:
    """Let the calendar's run of a day come at ``naa``; return what became of it, its year and what it says."""
    with (
        patch.object(planlagt, "calendar_time", lambda: run_time(dag)),
        patch.object(kjoring, "calendar_time", lambda: run_time(dag)),
    ):
        try:
            svar = flow_of(rad).fn(Kjorevalg(rad=rad.rad, naa=naa))
        except BrukerFeil as feil:
            return SPOR if feil.kode == "ÅH-3153" else feil.kode, dag.year, []
    return (HOPPET if svar["utfall"] == HOPPET else KJORT), svar["aar"], svar.get("merknader", [])


def run_all(rader: tuple[Rad, ...], av: datetime, naa: datetime) -> list[Sen]:
    """Run all that fell due, as the worker does when it comes back."""
    return [Sen(rad.rad, aar, dag, run_late(rad, dag, naa)[0]) for rad, aar, dag in fallen_due(av, naa, rader)]


def left(hjem: Hjem) -> tuple[int, int]:
    """Return how many sendings have been begun and how many proposals decided: a late machine changes neither."""
    with hjem.register.transaction("prøve") as con:
        (begynt,) = con.execute("SELECT count(*) FROM utsending_hendelse WHERE tilstand <> 'planlagt'").fetchall()[0]
        (avgjort,) = con.execute(
            "SELECT count(*) FROM forslag_hendelse WHERE NOT list_contains(['venter', 'utløpt'], tilstand)"
        ).fetchall()[0]
    return begynt, avgjort


def stands(hjem: Hjem, rad: Rad, aar: int, naa: datetime) -> Radtilstand:
    """Return how the row stands on the wheel's page."""
    with hjem.register.transaction("prøve") as con:
        return next(en for en in states(con, [aar], (), naa)[aar] if en.datoer.rad.rad == rad.rad)


def told(en: Radtilstand) -> str:
    """Return what the page would have the reader believe becomes of the row's late run."""
    if en.stopp is None or en.stopp.slag is not Slag.FORSINKET:
        return HOPPET
    return KJORT if en.stopp.kode == "ÅH-3151" else SPOR


def says_it_is_late(merknader: list[str]) -> bool:
    """Tell whether a run's answer says that it came late."""
    begynnelser = [messages()[kode][0].partition("{")[0] for kode in SAGT]
    return any(tekst.startswith(tuple(begynnelser)) for tekst in merknader)


def try_row(mal: Path, mappe: Path, rad: Rad, naa: datetime) -> tuple[str, list[str]]:
    """Let the machine be off from before the row's first run until ``naa``; return what becomes of it, and faults.

    What is told before the runs must be what becomes of the newest; the others are skipped; nothing leaves the house.
    """
    av = off_before(rad)
    brudd: list[str] = []
    with off_at(mal, mappe, av, naa) as hjem:
        foer = left(hjem)
        sagt = told(stands(hjem, rad, AAR, naa))
        begynt = begun(hjem) < run_time(row_dates(rad, AAR).kjoredatoer[0])
        forfalt = fallen_due(av, naa, (rad,))
        senest = [dag for _, aar, dag in forfalt if aar == AAR]
        utfall = {dag: run_late(rad, dag, naa) for dag in senest}
        siste, aar, merknader = utfall[senest[-1]]
        if any(hva != HOPPET for hva, *_ in list(utfall.values())[:-1]):
            brudd.append("Flere enn den nyeste kjøringen gjorde noe.")
        if siste == KJORT and not says_it_is_late(merknader):
            brudd.append("Svaret sier ikke at kjøringen kom for sent.")
        if siste == KJORT and aar != AAR:
            brudd.append(f"Kjøringen havnet i {aar}.")
        if begynt and sagt != siste:
            brudd.append(f"Hjulets side sa «{sagt}», og det ble «{siste}».")
        if siste == KJORT and (igjen := told(stands(hjem, rad, AAR, naa))) != HOPPET:
            brudd.append(f"Etterpå sier hjulets side «{igjen}».")
        if siste == SPOR:
            brudd += _asked(hjem, rad, naa)
        if left(hjem) != foer:
            brudd.append("Noe ble sendt eller avgjort uten at noen ba om det.")
    return siste, [f"{rad.rad}, tilbake {naa:%d.%m.%Y}: {ett}" for ett in brudd]


def begun(hjem: Hjem) -> datetime:
    """Return when the county began to use the program: what fell due before then is not told as late."""
    with hjem.register.transaction("prøve") as con:
        return from_utc(con.execute("SELECT min(startet_tid) FROM kjoring").fetchall()[0][0])


def _asked(hjem: Hjem, rad: Rad, naa: datetime) -> list[str]:
    """Hold what a person who is asked can do: until she decides nothing is proposed, and her own run is no late run."""
    with hjem.register.transaction("prøve") as con:
        apne = con.execute("SELECT count(*) FROM forslag_naa WHERE rad = ? AND aar = ?", [rad.rad, AAR]).fetchall()
    brudd = [] if apne == [(0,)] else ["Den foreslo noe før noen ble spurt."]
    with suppress(BrukerFeil):
        svar = flow_of(rad).fn(Kjorevalg(rad=rad.rad, aar=AAR, naa=naa))
        return brudd if svar["utfall"] != HOPPET else [*brudd, "En som kjørte raden selv, ble ikke hørt."]
    return [*brudd, "En som kjørte raden selv, ble avvist."]


def rows(*numre: str) -> tuple[Rad, ...]:
    """Return rows by number, all where none is given."""
    return tuple(map(find_row, numre)) or read_wheel()
