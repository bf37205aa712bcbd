"""Many counties on one Prefect: PostgreSQL, two workers of which one is killed, one writer each, walls between them."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx

from deployments.nasjonal.skriver import read_log
from schemas.kjoring import VIS
from tasks.filer import ROT
from tests.bevis import Funn, Tabell
from tests.fylker import postgres
from tests.fylker.dom import (
    NOKKELTALL,
    alone,
    differences,
    overlapping_runs,
    overlaps,
    read_register,
    twice,
    used,
)
from tests.fylker.drift import FERDIGE, Drift, operation, start_run, state_of, states_of, wait_for
from tests.fylker.isolasjon import Sak, ask_all, everything_of, wrong_counts
from tests.fylker.sammen import Tall, country, rolled_up, untrue
from tests.fylker.spill import NAVN as SPILL
from tests.fylker.spill import SPOR

SKALA: Final = "ARSHJUL_FYLKER_SKALA"
UNGDOM: Final = {
    "03": 9000, "11": 5600, "15": 3100, "18": 2700, "31": 3500, "32": 8000, "33": 3000, "34": 4200, "39": 2900,
    "40": 2000, "42": 3700, "46": 7400, "50": 5300, "55": 1900, "56": 1141,
}  # fmt: skip
"""The real counties' numbers, with invented sizes from the smallest to the largest."""
KORT_UNGDOM: Final = {"31": 20, "55": 14, "56": 12}
DELER: Final = ("2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31")
KORTE_DELER: Final = ("2026-01-20", "2026-02-06")
RADER: Final = ("02", "03")
"""Rows that one county runs as its people do, from the row's own form."""
REFERANSER: Final = 3
SE_ETTER_SEKUNDER: Final = 1.0
ALENE: Final = (
    "import sys\nfrom datetime import date\nfrom pathlib import Path\nfrom deployments.miljo import prepare\n\
prepare(Path(sys.argv[1]))\nfrom tests.fylker.spilling import play_until\nfrom tasks.hjem import home\n\
import resource\nplay_until(home(), date.fromisoformat(sys.argv[2]))\nb = resource.getrusage(resource.RUSAGE_SELF)\n\
print(b.ru_utime + b.ru_stime)\n"
)
DELVIS: Final = (
    "Fylkenes år er spilt i deler: hver del er én kjøring i fylkets kø, spilt uten Prefect-motoren inne i prosessen "
    "som arbeideren startet. Radene {rader} er kjørt enkeltvis, slik et menneske gjør det, gjennom fylkets dør."
)
SKALERT: Final = "Fylkene har {skala} av størrelsene de skal ha, 1 141 til 9 000 ungdom."
KOLONNER: Final = ("Fylke", "Ungdom", "Deler", "Arbeidere", "Tatt over", "Skrev samtidig", "Dobbelt sendt", "Som alene")


@dataclass
class Gang:
    """One county's way through its year: which part is out, and what became of those before."""

    nummer: str
    deler: Sequence[str]
    kjoringer: list[str] = field(default_factory=list)
    feilet: list[str] = field(default_factory=list)

    def go_on(self, klient: httpx.Client, tilstander: dict[str, str]) -> bool:
        """Start the next part when the last is through; return whether the year is."""
        if self.kjoringer:
            tilstand = tilstander[self.kjoringer[-1]]
            if tilstand not in FERDIGE:
                return False
            if tilstand != "COMPLETED":
                self.feilet.append(tilstand)
                return True
        if len(self.kjoringer) == len(self.deler):
            return True
        til = self.deler[len(self.kjoringer)]
        self.kjoringer.append(start_run(klient, self.nummer, SPILL, {"til": til}))
        return False


@dataclass(frozen=True)
class Spilt:
    """What came of the play, before it is judged; dicts are by the county's number."""

    drift: Drift
    storrelser: dict[str, int]
    skala: float
    ganger: list[Gang]
    rader: dict[str, str]
    isolert: list[Sak]
    register: dict[str, int]
    """Bytes."""
    samlet: tuple[list[Tall], dict[str, Tall]]
    alene: dict[str, Path]
    """Homes of the counties that were played alone too."""
    cpu_alene: dict[str, float]
    """Seconds."""


def prov(*, kort: bool) -> Funn:
    """Play the counties through the queues, kill a worker on the way, and judge what came of it."""
    if mangler := postgres.why_not():
        return Funn({}, brudd=(mangler + ".",))
    skala = float(os.environ.get(SKALA, "1"))
    storrelser = KORT_UNGDOM if kort else {nr: max(12, round(antall * skala)) for nr, antall in UNGDOM.items()}
    deler = KORTE_DELER if kort else DELER
    with TemporaryDirectory(prefix="fylker-") as rot:
        fylker = make_counties(Path(rot), storrelser)
        egne = list(storrelser)[-1:] if kort else list(storrelser)[-REFERANSER:]
        alene = {nr: Path(shutil.copytree(fylker[nr], Path(rot) / "alene" / nr / fylker[nr].name)) for nr in egne}
        with operation(Path(rot), fylker, arbeidere=2) as drift:
            _say("tjeneren og arbeiderne er oppe")
            return _judge(
                Spilt(
                    drift, storrelser, skala,
                    ganger=play(drift, deler),
                    rader=run_rows(drift, egne[-1]),
                    isolert=isolation(drift),
                    register={
                        nr: sum(sti.stat().st_size for sti in hjem.glob("register.duckdb*"))
                        for nr, hjem in fylker.items()
                    },
                    samlet=rolled_up(Path(rot) / "samlet", fylker, deler[-1]),
                    alene=alene,
                    cpu_alene=_play_alone(alene, deler[-1]),
                )
            )  # fmt: skip


def make_counties(rot: Path, storrelser: dict[str, int]) -> dict[str, Path]:
    """Make the counties, each in a home of its own, some at a time."""
    fylker = {nr: rot / "hjem" / nr for nr in storrelser}

    def make(nr: str) -> None:
        lag = [sys.executable, "-m", "deployments", "--home", str(fylker[nr]), "demo"]
        valg = ["--youth", str(storrelser[nr]), "--seed", nr.lstrip("0")]
        subprocess.run([*lag, *valg], cwd=ROT, env=alone(fylker[nr]), check=True, capture_output=True)

    with ThreadPoolExecutor(os.cpu_count()) as mange:
        list(mange.map(make, fylker))
    return fylker


def play(drift: Drift, deler: Sequence[str]) -> list[Gang]:
    """Let every county's parts out one after the other; kill the first worker in the middle of one."""
    drift.wait_for_deployments(1)
    ganger = [Gang(nr, deler) for nr in drift.fylker]
    igjen, offer = list(ganger), "arbeider-1"
    while igjen:
        # A year takes longer than Prefect lets a client go on without asking to be let in again.
        with drift.operator() as klient:
            tilstander = states_of(klient, [gang.kjoringer[-1] for gang in igjen if gang.kjoringer])
            igjen = [gang for gang in igjen if not gang.go_on(klient, tilstander)]
        if offer in drift.prosesser and _is_playing(drift, offer, len(deler)):
            drift.kill(offer)
            _say(f"{offer} er drept midt i en kjøring")
        time.sleep(SE_ETTER_SEKUNDER)
    return ganger


def _is_playing(drift: Drift, arbeider: str, deler: int) -> bool:
    """Tell whether the worker is in the middle of a part: some way into the year in the whole form."""
    logger = [read_log(hjem) for hjem in drift.fylker.values()]
    tatt = [len([linje for linje in logg if linje["hva"] == "tok"]) for logg in logger]
    i_gang = [logg[-1] for logg in logger if logg and logg[-1]["hva"] == "tok" and logg[-1]["arbeider"] == arbeider]
    begynt = any((hjem / SPOR).is_file() for hjem in drift.fylker.values())
    return bool(i_gang) and begynt and max(tatt) >= deler // 2


def run_rows(drift: Drift, nummer: str) -> dict[str, str]:
    """Run rows of one county as its own people do, through its door, and return how they ended."""
    ut = {}
    with drift.county(nummer) as klient:
        for rad in RADER:
            valg = {"gjor": VIS, "aar": 2026, "annet_aar": True}
            kjoring = start_run(klient, nummer, f"{rad} ", {"valg": valg})
            wait_for(lambda k=kjoring: state_of(klient, k) in FERDIGE)  # type: ignore[misc]
            ut[rad] = state_of(klient, kjoring)
    return ut


def isolation(drift: Drift) -> list[Sak]:
    """Ask every endpoint of Prefect as the first county for what is the second's."""
    en, annen = list(drift.fylker)[:2]
    with drift.operator() as operator, drift.county(en) as inn:
        spraak = operator.get(f"http://127.0.0.1:{drift.port}/openapi.json")
        alt = everything_of(operator, f"fylke-{annen}")
        saker = ask_all(inn, _without_prefix(spraak.raise_for_status().json()), alt, f"fylke-{annen}")
        gale = wrong_counts(inn, operator, f"fylke-{en}")
        return [*saker, *(Sak("POST", sti.removeprefix("POST "), httpx.codes.OK, lekket=True) for sti in gale)]


def _without_prefix(spraak: dict[str, object]) -> dict[str, object]:
    stier = spraak["paths"]
    assert isinstance(stier, dict)
    return {"paths": {sti.removeprefix("/api"): metoder for sti, metoder in stier.items()}}


def _play_alone(alene: dict[str, Path], til: str) -> dict[str, float]:
    """Play the same counties in processes without Prefect, as many at once as a worker; return each CPU seconds."""

    def play_one(nr: str) -> float:
        hjem, miljo = alene[nr], alone(alene[nr])
        subprocess.run([sys.executable, "-c", CLAIM, str(hjem)], cwd=ROT, env=miljo, check=True)
        kommando = [sys.executable, "-c", ALENE, str(hjem), til]
        return float(subprocess.run(kommando, cwd=ROT, env=miljo, check=True, capture_output=True, text=True).stdout)

    with ThreadPoolExecutor(os.cpu_count()) as mange:
        return dict(zip(alene, mange.map(play_one, alene), strict=True))


CLAIM: Final = (
    "import sys\nfrom pathlib import Path\nfrom deployments.miljo import prepare\nprepare(Path(sys.argv[1]))\n\
from tasks.hjem import home\nfrom tasks.hjemvern import claim\nh = home()\n\
with h.register.transaction('prove') as con:\n    claim(con, h.mappe)\n"
)


def _judge(spilt: Spilt) -> Funn:
    """Return what was found."""
    drift, alene = spilt.drift, spilt.alene
    tabell, brudd = [], []
    with drift.operator() as klient:
        for gang in spilt.ganger:
            hjem = drift.fylker[gang.nummer]
            logg = read_log(hjem)
            samtidig = overlaps(logg) + overlapping_runs(klient, f"fylke-{gang.nummer}")
            doble = twice(hjem)
            ulike = (
                differences(read_register(hjem, NOKKELTALL), read_register(alene[gang.nummer], NOKKELTALL))
                if gang.nummer in alene else None
            )  # fmt: skip
            tatt = [linje for linje in logg if linje["hva"] == "tok"]
            tatt_over = len(tatt) - len({linje["kjoring"] for linje in tatt})
            som = "" if ulike is None else "ja" if not ulike else ", ".join(ulike)
            navn = {linje["arbeider"] for linje in tatt}
            antall = spilt.storrelser[gang.nummer]
            tabell.append((gang.nummer, antall, len(gang.kjoringer), len(navn), tatt_over, samtidig, doble, som))
            brudd += [f"{gang.nummer}: en del endte som {tilstand}" for tilstand in gang.feilet]
            brudd += [
                f"{gang.nummer}: {antall} {hva}"
                for antall, hva in ((samtidig, "ganger to skrivere"), (doble, "sendt to ganger"))
                if antall
            ]
            brudd += [f"{gang.nummer}: registeret er ikke som alene i {navn}" for navn in ulike or ()]
    brudd += [
        f"rad {rad} gjennom køen endte som {tilstand}"
        for rad, tilstand in spilt.rader.items()
        if tilstand != "COMPLETED"
    ]
    brudd += sorted({f"{sak.metode} {sak.endepunkt} viste et annet fylkes" for sak in spilt.isolert if sak.lekket})
    brudd += untrue(*spilt.samlet)
    if not any(rad[4] for rad in tabell):
        brudd.append("Ingen kjøring ble tatt over: arbeideren ble ikke drept midt i en.")
    return Funn(
        _figures(spilt, tabell) | _national(spilt.samlet[0]),
        (Tabell("Per fylke", KOLONNER, tabell), _costs(spilt), _matrix(spilt.isolert)),
        tuple(brudd),
        (
            DELVIS.format(rader=", ".join(spilt.rader)),
            *([SKALERT.format(skala=spilt.skala)] if spilt.skala != 1 else ()),
            "Et demofylke har sitt eget nummer: fylkets er skrevet inn i det som ble gitt ut, før det ble samlet.",
            "Begge arbeiderne står på samme maskin. Å drepe en arbeider er å drepe alle prosessene den hadde startet.",
            "Hendelsen som var i gang da arbeideren ble drept, gjøres på nytt fra begynnelsen av den andre.",
        ),
    )


def _figures(spilt: Spilt, tabell: list[tuple[object, ...]]) -> dict[str, object]:
    brukt = {nr: used(hjem) for nr, hjem in spilt.drift.fylker.items()}
    forhold = [brukt[nr][0] / cpu for nr, cpu in spilt.cpu_alene.items() if cpu]
    return {
        "fylker": len(spilt.ganger),
        "ungdom i alt": sum(spilt.storrelser.values()),
        "skala": spilt.skala,
        "deler av året i hvert fylke": len(spilt.ganger[0].deler),
        "kjøringer tatt over": sum(int(str(rad[4])) for rad in tabell),
        "spørsmål om et annet fylkes": len(spilt.isolert),
        "av dem som viste noe": sum(sak.lekket for sak in spilt.isolert),
        "CPU mot samme år spilt alene (største forhold)": max(forhold, default=0.0),
        "MB minne i en kjøring på det meste": max(mb for _, mb in brukt.values()),
        "MB register per fylke i snitt": round(sum(spilt.register.values()) / len(spilt.register) / 1e6, 1),
        "MB PostgreSQL i alt": round(postgres.size_mb(spilt.drift.database), 1),
    }


def _national(samlet: list[Tall]) -> dict[str, object]:
    alle = country(samlet)
    skjult = sum(rad["verdi"] is None for rad in alle)
    return {"tall for landet som vises": len(alle) - skjult, "tall for landet som er skjult": skjult}


def _costs(spilt: Spilt) -> Tabell:
    """Return what each county took, smallest first; the processor's time as so many times the smallest county's."""
    storrelser, register = spilt.storrelser, spilt.register
    brukt = {nr: used(hjem) for nr, hjem in spilt.drift.fylker.items()}
    ordnet = sorted(brukt, key=lambda nr: storrelser[nr])
    minste, faerrest = brukt[ordnet[0]][0] or 1.0, storrelser[ordnet[0]]
    return Tabell(
        "Hva et fylke koster",
        ("Fylke", "Ungdom", "Ungdom mot det minste", "CPU mot det minste", "MB minne på det meste", "MB register"),
        [
            (nr, storrelser[nr], storrelser[nr] / faerrest, cpu / minste, mb, register[nr] / 1e6)
            for nr, (cpu, mb) in ((nr, brukt[nr]) for nr in ordnet)
        ],
    )


def _matrix(isolert: list[Sak]) -> Tabell:
    """Return how each kind of endpoint answered one county that asked for another's."""
    slag = sorted({sak.endepunkt.split("/")[1] for sak in isolert})
    rader = []
    for navn in slag:
        egne = [sak for sak in isolert if sak.endepunkt.split("/")[1] == navn]
        nektet, feil = sum(s.kode == httpx.codes.FORBIDDEN for s in egne), sum(400 <= s.kode != 403 for s in egne)
        rader.append((navn, len(egne), nektet, feil, len(egne) - nektet - feil, sum(s.lekket for s in egne)))
    return Tabell(
        "Et fylke spør om et annets", ("Endepunkter", "Spørsmål", "Nektet", "Feil", "Besvart", "Viste noe"), rader
    )


def _say(tekst: str) -> None:
    sys.stderr.write(f"fylker: {tekst}\n")
