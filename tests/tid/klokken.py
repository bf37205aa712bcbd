"""Wrong clocks: set back an hour, summer time, another zone. Each check returns what happens and what fails."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from prefect.server.schemas.schedules import RRuleSchedule

from deployments.rader import run_row
from deployments.utrulling import coming_dates, schedule
from schemas.kjoring import Kjorevalg
from tasks import klokke, revisjon, utboks
from tasks.arshjul import find_row, read_wheel
from tasks.feil import BrukerFeil
from tasks.filer import ROT
from tasks.hjem import home
from tasks.hjul.stopp import of_error, remember, unmended
from tasks.kalender import KJORETID
from tasks.klokke import OSLO, to_utc
from tests.conftest import at_home
from tests.tasks.conftest import BREVDAG, Bygd, at, new_home

TIME = timedelta(hours=1)
TRE_UKER = timedelta(weeks=3)
DOGNGRENSE = 2
BREV_I_ALT = 5
SONER: dict[str, str | None] = {"Tokyo": "Asia/Tokyo", "UTC": "UTC", "ingen": None}
TO_MAANEDER = timedelta(days=61)
SOMMERTID = (date(2026, 3, 29), date(2026, 10, 25))


@contextmanager
def village(mappe: Path, **innstillinger: str) -> Iterator[Bygd]:
    """Open a county of one's own, with nobody in it; words in the settings are replaced as told."""
    new_home(mappe)
    sti = mappe / "innstillinger.toml"
    tekst = sti.read_text("utf-8")
    for gammel, ny in innstillinger.items():
        tekst = tekst.replace(f"{gammel} = 0", f"{gammel} = {ny}")
    sti.write_text(tekst, "utf-8")
    with at_home(mappe):
        with home().register.transaction("prøve"):
            pass
        yield Bygd(mappe)
    shutil.rmtree(mappe, ignore_errors=True)


@contextmanager
def clock_at(tid: datetime) -> Iterator[None]:
    """Let the wall clock say this."""
    with patch.object(klokke, "now", lambda: tid):
        yield


def run_now(rad: str, tid: datetime) -> str:
    """Run a row by the wall clock, and return the run."""
    with clock_at(tid):
        return str(run_row(find_row(rad), Kjorevalg(rad=rad, aar=2026), plain=True).kjoring_id)


def set_back_between_runs(mappe: Path) -> tuple[str, list[str]]:
    """Learn, set the clock back, and learn more: what was known at a moment stays what it was; generations go on."""
    forst, ti = "2026-05-11T09:00", at("2026-05-11T10:00")
    brudd = []
    with village(mappe) as bygd:
        bygd.person(laert=forst, vigokode="OSON", tilmeldingsgrunn="")
        kjoringer = [run_now("14", ti)]
        remember(bygd.hjem, of_error(find_row("13").rad, 2026, ti + TIME / 2, BrukerFeil("ÅH-1201", rad="13"), ""))
        foer = to_utc(ti - TIME / 2)
        kjent = bygd.ask("SELECT count(*) FROM fakta_kjent(?)", foer)
        kjoringer += [run_now("13", ti - TIME + timedelta(minutes=5)), run_now("13", ti + timedelta(minutes=5))]
        laert = bygd.ask("SELECT count(*) FROM fakta WHERE kjoring_id = '2026-13-1'")
        tider = [tid for (tid,) in bygd.ask("SELECT startet_tid FROM kjoring ORDER BY rowid")]
        if kjoringer != ["2026-14-1", "2026-13-1", "2026-13-2"]:
            brudd.append(f"Generasjonene ble {kjoringer}.")
        if tider != sorted(tider):
            brudd.append("En senere kjøring står som tidligere enn den forrige.")
        if laert == [(0,)] or bygd.ask("SELECT count(*) FROM fakta_kjent(?)", foer) != kjent:
            brudd.append("Det som ble lært etterpå, står som kjent før.")
        with bygd.hjem.register.transaction("prøve") as con:
            if revisjon.verify(con, bygd.hjem.mappe):
                brudd.append("Revisjonskjeden er brutt.")
            if unmended(con):
                brudd.append("Et stopp fra før klokken ble stilt, ble stående etter en ferdig kjøring.")
    return "Generasjonene går videre, tidene går aldri bakover, og revisjonskjeden er hel.", brudd


def set_back_in_a_run(mappe: Path) -> tuple[str, list[str]]:
    """Set the clock back while a run is under way: it has read the clock once, and measures by another."""
    tider = iter([at("2026-05-11T10:00")])
    with village(mappe) as bygd:
        bygd.person()
        with patch.object(klokke, "now", lambda: next(tider, at("2026-05-11T09:00"))):
            svar = run_row(find_row("14"), Kjorevalg(rad="14", aar=2026), plain=True)
        ((startet, ferdig),) = bygd.ask("SELECT startet_tid, ferdig_tid FROM kjoring")
    brudd = [] if startet <= ferdig else ["Kjøringen er ferdig før den begynte."]
    return "Kjøringen regner med tiden den begynte, og varer aldri mindre enn ingenting.", [
        *brudd,
        *([] if svar.forslag_id else ["Kjøringen foreslo ingenting."]),
    ]


def set_back_after_approval(mappe: Path) -> tuple[str, list[str]]:
    """Approve, set the clock back: the regret window is never shorter for it, and each letter goes once."""
    ti = at("2026-05-11T10:00")
    with village(mappe, angrefrist_minutter="30") as bygd:
        bygd.person()
        forslag_id = bygd.run(tid="2026-05-11T09:55").forslag_id
        bygd.approve(str(forslag_id), "2026-05-11T10:00")
        sendt = [
            sum(en.gikk_ut for en in utboks.send(bygd.fresh(), str(forslag_id), tid))
            for tid in (ti - TIME / 2, ti + TIME / 3, ti + 2 * TIME / 3, ti - TIME / 4)
        ]
        ganger = Counter(antall for _, antall in bygd.ask(SENDT_GANGER))
    brudd = [] if not any(sendt[:2]) and sendt[2] else [f"Sendt ved hvert forsøk: {sendt}."]
    if set(ganger) != {1}:
        brudd.append("En utsending gikk flere ganger.")
    return "Angrefristen er aldri kortere enn lovet, og brevet sendes én gang.", brudd


SENDT_GANGER = "SELECT utsending_id, count(*) FROM utsending_hendelse WHERE tilstand = 'sender' GROUP BY 1"


def half_sent_for_three_weeks(mappe: Path) -> tuple[str, list[str]]:
    """Send until the day's cap, be off three weeks, come back: nothing goes until asked, the rest then goes once."""
    dag = at(BREVDAG)
    brudd = []
    with village(mappe) as bygd:
        sti = mappe / "innstillinger.toml"
        grense = f"\n[kanalgrenser.print]\nper_dogn = {DOGNGRENSE}\n"
        sti.write_text(sti.read_text("utf-8") + grense, "utf-8")
        flyttet = [bygd.person(raadgiver="", fodselsdato=f"2007-0{1 + nr}-14") for nr in range(BREV_I_ALT)][-1]
        forslag_id = str(bygd.run().forslag_id)
        bygd.approve(forslag_id)
        utboks.send(bygd.fresh(), forslag_id, dag)
        sendt = [sum(antall for _, antall in bygd.ask(SENDT_GANGER))]
        bygd.change(flyttet, "2026-05-20", personstatus="doed")
        run_row(find_row("13"), Kjorevalg(rad="13", aar=2026, naa=dag + TRE_UKER), plain=True)
        if (
            sum(antall for _, antall in bygd.ask(SENDT_GANGER)) != sendt[0]
            or bygd.proposal(forslag_id) != "iverksettes"
        ):
            brudd.append("Noe gikk av seg selv etter tre uker.")
        for nummer in range(4):
            utboks.send(bygd.fresh(), forslag_id, dag + TRE_UKER + nummer * timedelta(days=1))
            sendt.append(sum(antall for _, antall in bygd.ask(SENDT_GANGER)))
        ganger = Counter(antall for _, antall in bygd.ask(SENDT_GANGER))
        if max(etter - foer for foer, etter in zip([0, *sendt], sendt, strict=False)) > DOGNGRENSE:
            brudd.append("Døgngrensen holdt ikke.")
        if set(ganger) != {1} or sendt[-1] != BREV_I_ALT - 1:
            brudd.append(f"Sendt etter hvert forsøk: {sendt}.")
        if bygd.ask("SELECT count(*) FROM utsending_naa WHERE person_id = ? AND tilstand <> 'avvist'", flyttet) != [
            (0,)
        ]:
            brudd.append("En som var død da resten ble sendt, fikk brev.")
    return (
        "Det halve forslaget venter på deg. Når du sender resten, dømmes hvert brev på nytt, og hvert går én gang.",
        brudd,
    )


def summer_time() -> tuple[str, list[str]]:
    """Hold Prefect's own schedule against the calendar across both changes of time, whichever zone the machine has."""
    brudd = []
    for skifte in SOMMERTID:
        fra = datetime(skifte.year, skifte.month, 1, tzinfo=OSLO)
        til = fra + TO_MAANEDER
        for rad in read_wheel():
            tider = [tid for tid in coming_dates(rad, (), fra) if tid < til]
            if not tider:
                continue
            plan = schedule(tider)
            regel = RRuleSchedule(rrule=str(plan.rrule), timezone=plan.timezone)
            funnet = [tid.astimezone(OSLO) for tid in regel._get_dates_generator(start=fra, end=til)]
            if funnet != tider or {tid.hour for tid in funnet} != {KJORETID.hour}:
                brudd.append(f"{rad.rad} er ikke planlagt klokken 8 nøyaktig én gang om dagen over {skifte}.")
    return "Hver kjøring er planlagt klokken 8 norsk tid én gang, også uken klokken stilles.", brudd


def hour_twice_and_never(mappe: Path) -> tuple[str, list[str]]:
    """Run at 02:30 that does not exist, and twice at 02:30 that exists twice: in order, and told by UTC."""
    brudd = []
    tider = [datetime(2026, 3, 29, 2, 30, tzinfo=OSLO)]
    tider += [datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=OSLO) for fold in (0, 1)]
    with village(mappe) as bygd:
        bygd.person()
        for tid in tider:
            run_now("13", tid)
        startet = [tid for (tid,) in bygd.ask("SELECT startet_tid FROM kjoring ORDER BY generasjon")]
    if startet != [to_utc(tid) for tid in tider] or startet[2] - startet[1] != TIME:
        brudd.append(f"Kjøringene står som {[tid.isoformat() for tid in startet]}.")
    return "02.30 som ikke finnes, og 02.30 som finnes to ganger, er hvert sitt øyeblikk i registeret.", brudd


IN_A_ZONE = """
import sys
from datetime import date
from pathlib import Path
from tests.tid.klokken import played
print(played(Path(sys.argv[1]), sys.argv[2]))
"""


def played(mappe: Path, til: str) -> str:
    """Play a small county until a day, and return a hash of all that came out of it."""
    from deployments.avspilling import Avspilling
    from deployments.demo import Demo
    from deployments.demofylke import make_demo

    with at_home(mappe):
        make_demo(home(), Demo(ungdom=8))
        resultater = Avspilling(home(), Demo(ungdom=8), plain=True, til=date.fromisoformat(til)).play()
        svar = [en.model_dump(mode="json") | {"sekunder": 0} for en in resultater]
        with home().register.transaction("prøve") as con:
            fakta_ = con.execute("SELECT person_id, felt, verdi, gyldig_fra, registrert_tid FROM fakta ORDER BY lopenr")
            innhold = [str(rad) for rad in fakta_.fetchall()]
        pakker = [sti for sti in sorted((mappe / "utboks" / "udir").rglob("*")) if sti.is_file()]
        innhold += [f"{sti.name} {hashlib.sha256(sti.read_bytes()).hexdigest()}" for sti in pakker]
    return hashlib.sha256(json.dumps([svar, innhold], ensure_ascii=False).encode()).hexdigest()


def zones(mappe: Path, til: str) -> tuple[str, list[str]]:
    """Play the same days on machines in other zones; the answers, the register and the packages are the same."""
    svar = {}
    for navn, sone in SONER.items():
        miljo = {ord_: verdi for ord_, verdi in os.environ.items() if not ord_.startswith(("PREFECT", "ARSHJUL", "TZ"))}
        miljo |= {"PYTHONPATH": str(ROT)} | ({"TZ": sone} if sone else {})
        kommando = [sys.executable, "-c", IN_A_ZONE, str(mappe / navn), til]
        ferdig = subprocess.run(kommando, cwd=ROT, env=miljo, capture_output=True, text=True, check=False)
        svar[navn] = ferdig.stdout.strip() or f"utgang {ferdig.returncode}"
    like = len(set(svar.values())) == 1 and all(
        len(verdi) == len(hashlib.sha256().hexdigest()) for verdi in svar.values()
    )
    return "TZ=UTC, TZ=Asia/Tokyo og uten TZ gir de samme svarene, datoene og bytene.", [] if like else [
        f"De er ulike: {svar}."
    ]


KLOKKEPROVER: dict[str, Callable[[Path], tuple[str, list[str]]]] = {
    "Klokken stilt en time tilbake mellom kjøringer": set_back_between_runs,
    "Klokken stilt en time tilbake midt i en kjøring": set_back_in_a_run,
    "Klokken stilt en time tilbake etter en godkjenning": set_back_after_approval,
    "Et godkjent og halvt sendt forslag etter tre uker": half_sent_for_three_weeks,
    "Sommertid begge veier, i Prefects egen plan": lambda _: summer_time(),
    "Timen som mangler og timen som finnes to ganger": hour_twice_and_never,
}
