"""No persons in Prefect: a year through a standing server, with errors that hold persons forced everywhere."""

import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from deployments.rader import built_rows
from tasks.klokke import local_date, now
from tests.bevis import Funn, Tabell
from tests.skanning import dom
from tests.skanning.feil import SIER, SLAG
from tests.skanning.fylke import Fylke, keep_alive_copy, make, started, wait_for_replay
from tests.skanning.kanarier import Kanari
from tests.skanning.selvprov import missed
from tests.skanning.sonde import I_VISNINGEN, REIST, Plan

FEIL: Final = {False: 500, True: 40}
HOS_ARBEIDEREN: Final = {False: 40, True: 3}
UNGDOM: Final = {False: 45, True: 20}
PER_RAD: Final = 40
SEKUNDER: Final = {False: 5400.0, True: 600.0}
KALL: Final = 5
HVOR: Final = ("før", "etter", I_VISNINGEN)
BEHOLD: Final = "SKANNPROVE_BEHOLD"
"""A folder to leave everything in, to look into what was found."""
VARSLINGSTID: Final = 70.0
FORSOK: Final = 3
MERKNADER: Final = (
    (
        "Registeret, brevene og filene inn og ut er fulle av personer og ikke gjennomsøkt: data/personfiler.csv sier "
        "hva i hjemmemappen som kan holde personer. Alt annet er gjennomsøkt: Prefects mappe mens tjeneren "
        "gikk, de midlertidige filene, e-postene til fylket selv, og navn og miljø for hver prosess."
    ),
    (
        "Feilene settes inn i prosessene av prøven, rundt hvert steg, hver rutine og hver visning, og lages av "
        "biblioteket selv der det går an; avslaget fra e-posttjeneren, feilen fra Great Expectations og programmet som "
        "feilet, er laget for hånd. De fleste framtvinges i prosessen som spiller året, resten i arbeiderens egne."
    ),
    (
        "Det et menneske selv skriver i et skjema i Prefect, lagrer Prefect før programmet ser det. Skjemaene sier at "
        "ingen personer skal skrives der."
    ),
)


def plans(antall: int) -> list[Plan]:
    """Return the errors, of every kind in turn, each kind in other places each time."""
    svar = []
    for nummer in range(antall):
        runde, slag = divmod(nummer, len(SLAG))
        svar.append(Plan(nummer, list(SLAG)[slag], 1 + (slag + runde) % KALL, HVOR[(slag + runde) % len(HVOR)]))
    return svar


def prov(*, kort: bool) -> Funn:
    """Play the year, force the errors, look through everything, and hold the scanner itself to account."""
    with tempfile.TemporaryDirectory() as midlertidig:
        mappe = Path(os.environ.get(BEHOLD) or midlertidig) / "skanning"
        mappe.mkdir()
        return _prove(mappe, kort=kort)


def _prove(mappe: Path, *, kort: bool) -> Funn:
    alle = plans(FEIL[kort])
    aar = local_date(now()).year - 1
    fylke = make(mappe, UNGDOM[kort], aar, alle[: -HOS_ARBEIDEREN[kort]], PER_RAD)
    with started(fylke):
        _say("fylket er startet")
        _run_in_worker(fylke, alle[-HOS_ARBEIDEREN[kort] :])
        _say("arbeiderens feil er framtvunget")
        spilt = wait_for_replay(fylke, til_koen_er_tom=kort, sekunder=SEKUNDER[kort])
        _say("året er spilt")
        with_bad_name = _bad_file_name(fylke, len(alle))
        if not kort:
            # The watch looks every minute, and tells nobody while a year is being played.
            time.sleep(VARSLINGSTID)
        (mappe / "tmp" / "hjulet.ics").write_text(fylke.run("wheel", str(aar), "--format", "ics"), "utf-8")
        keep_alive_copy(fylke)
    samlet, hjem = dom.gather(fylke), fylke.hjem
    naler = dom.people(hjem)
    _say(f"leter etter {len(naler)} opplysninger og {len(alle) + 1} kanarier")
    funn = dom.leaks(samlet, naler | dom.canaries(len(alle) + 1), hjem.register.nokkel)
    _say("prøver skanneren")
    plantet, borte = missed(samlet, mappe / "selvprove", hjem.register.nokkel)
    reist = raised(mappe / "plan" / REIST)
    tall = {
        "framtvungne feil": len(reist),
        "slag feil": len({enkelt.slag for enkelt in reist}),
        "steder i programmet": len({enkelt.sted for enkelt in reist}),
        "opplysninger det ble lett etter": len(naler),
        "funn": len(funn),
        "plantet i selvprøven": plantet,
        "funnet i selvprøven": plantet - len(borte),
        **{f"gjennomsøkt, {navn}": antall for navn, antall in dom.counted(samlet).items()},
    }
    brudd = [f"noen står i {dom.told(enkelt)}" for enkelt in {f._replace(nal="") for f in funn}]
    brudd += [f"selvprøven: ikke funnet: {hva}" for hva in borte]
    if borte_feil := {plan.nummer for plan in alle} - {enkelt.nummer for enkelt in reist}:
        brudd.append(f"{len(borte_feil)} av feilene ble aldri framtvunget")
    if not spilt:
        brudd.append("året ble ikke spilt til ende")
    if with_bad_name != "FAILED":
        brudd.append(f"filen med en person i navnet endte som {with_bad_name}")
    if not dom.reached_prefect(samlet):
        brudd.append("ingen av feilene nådde Prefect: prøven viser ingenting")
    return Funn(tall, _tables(reist), tuple(sorted(brudd)), MERKNADER)


@dataclass(frozen=True)
class Reist:
    """An error that was forced."""

    nummer: int
    slag: str
    sted: str
    hvor: str


def raised(sti: Path) -> list[Reist]:
    """Return the errors that the probes told of, each once."""
    rader = [linje.split(";") for linje in sti.read_text("utf-8").splitlines()] if sti.is_file() else []
    return list({rad[0]: Reist(int(rad[0]), *rad[1:]) for rad in rader}.values())


def _run_in_worker(fylke: Fylke, planer: list[Plan]) -> None:
    """Force errors in the processes that the worker starts for rows run from their forms, all the rows in turn.

    An error whose place the row never came to is tried on the next one.
    """
    rader = cycle(built_rows())
    for plan in planer:
        for rad in islice(rader, FORSOK):
            plan.write(fylke.mappe / "plan" / "arbeider")
            fylke.press_run(rad.nr, bare_vis=plan.slag in SIER or plan.hvor != "før")
            if plan.nummer in {enkelt.nummer for enkelt in raised(fylke.mappe / "plan" / REIST)}:
                break


def _bad_file_name(fylke: Fylke, nummer: int) -> str:
    """Let a file come that is not what it says and has somebody's number in its name; return how the run ended."""
    kanari = Kanari(nummer)
    sti = fylke.hjem.innboks / f"vigo_ikkesokere_{kanari.fodselsnummer}.csv"
    sti.parent.mkdir(exist_ok=True)
    sti.write_text(f"Fodselsnummer;Fornavn\n{kanari.fodselsnummer};{kanari.navn}\n", "utf-8")
    svar = fylke.press_run(12, bare_vis=False)
    sti.unlink(missing_ok=True)
    return svar


def _tables(reist: list[Reist]) -> tuple[Tabell, ...]:
    slag, steder = Counter(enkelt.slag for enkelt in reist), Counter(enkelt.sted for enkelt in reist)
    return (
        Tabell("Feil som ble framtvunget", ("Slag", "Antall"), [(navn, slag[navn]) for navn in SLAG if slag[navn]]),
        Tabell("Hvor de ble framtvunget", ("Sted", "Antall"), sorted(steder.items())),
    )


def _say(tekst: str) -> None:
    sys.stderr.write(f"skanning: {tekst}\n")
    sys.stderr.flush()
