"""The machine or the clock is not there: each row's own late rule, clocks set back, other zones and summer time."""

import csv
import sys
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from deployments.demo import Demo
from schemas.arshjul import Rad
from tasks.arshjul import row_dates
from tasks.forsinkelse import Kjent, judge, rule_text
from tasks.kalender import run_time
from tasks.klokke import OSLO
from tests.bevis import Funn, Tabell
from tests.tid import tjener
from tests.tid.klokken import KLOKKEPROVER, zones
from tests.tid.verden import AAR, HOPPET, KJORT, SPOR, Sen, off_at, off_before, play, rows, run_all, try_row

VENTET: Final = Path(__file__).parents[1] / "tid" / "ventet.csv"
TILBAKE: Final = ("en_dag", "tre_uker", "over_nyttaar")
NYTTAAR: Final = datetime(AAR + 1, 1, 8, 12, tzinfo=OSLO)
KORTE_RADER: Final = ("05", "14", "16", "18")
SONERTIL: Final = {True: "2026-01-01", False: "2026-02-20"}
UNGDOM: Final = {True: 5, False: 15}
AV_I_MAI, AV_I_DESEMBER = datetime(AAR, 5, 8, 12, tzinfo=OSLO), datetime(AAR, 12, 18, 12, tzinfo=OSLO)
TJENER: Final = {
    "Tjeneren av i fire dager": (AV_I_MAI, datetime(AAR, 5, 12, 13, tzinfo=OSLO)),
    "Tjeneren av i fire uker": (AV_I_MAI, datetime(AAR, 6, 5, 13, tzinfo=OSLO)),
    "Tjeneren av over nyttår": (AV_I_DESEMBER, NYTTAAR),
}
ORD: Final = {KJORT: "kjørt med en gang", HOPPET: "hoppet over", SPOR: "gjorde ingenting, og spurte"}


def expected() -> dict[tuple[str, str], str]:
    """Return row and lateness → what is to become of the newest run, from the table that a caseworker can read."""
    with VENTET.open(encoding="utf-8") as fil:
        return {(linje["rad"], hvor): linje[hvor] for linje in csv.DictReader(fil, delimiter=";") for hvor in TILBAKE}


def back(rad: Rad, hvor: str) -> datetime:
    """Return when the machine comes back: a day or three weeks after the row's first run, or after New Year."""
    if hvor == "over_nyttaar":
        return NYTTAAR
    forste = run_time(row_dates(rad, AAR).kjoredatoer[0]) + timedelta(hours=4)
    return forste + (timedelta(days=1) if hvor == "en_dag" else timedelta(weeks=3))


def compare(ventet: dict[tuple[str, str], str]) -> Iterator[str]:
    """Yield where the rule, asked of the calendar alone, says another thing than the table; letters have been sent."""
    for rad in rows():
        d = row_dates(rad, AAR)
        kjent = Kjent(sendt=frozenset({(rad.etter or "", AAR)}))
        for hvor in TILBAKE:
            naa = back(rad, hvor)
            nyeste = [dag for dag in d.kjoredatoer if run_time(dag) <= naa][-1]
            funnet = {"kjør": KJORT, "spør": SPOR, "hopp over": HOPPET}[judge(d, nyeste, kjent, naa).hva]
            if funnet != ventet[rad.rad, hvor]:
                yield f"{rad.rad}, {hvor}: regelen sier «{funnet}», og tabellen «{ventet[rad.rad, hvor]}»."


def try_rows(
    maler: dict[str, Path], mappe: Path, rader: Iterable[Rad], ventet: dict[tuple[str, str], str]
) -> tuple[list[tuple[object, ...]], list[str]]:
    """Let each row come late in each way on a real register; return the table's lines, and what is wrong."""
    linjer: list[tuple[object, ...]] = []
    brudd: list[str] = []
    for rad in rader:
        funnet = {}
        for hvor in TILBAKE:
            funnet[hvor], galt = try_row(maler[rad.rad], mappe / f"{rad.nr}-{hvor}", rad, back(rad, hvor))
            brudd += galt
            if funnet[hvor] != ventet[rad.rad, hvor]:
                brudd.append(f"{rad.rad}, {hvor}: ble «{funnet[hvor]}», og skulle bli «{ventet[rad.rad, hvor]}».")
        linjer.append((rad.rad, rule_text(rad), *(funnet[hvor] for hvor in TILBAKE)))
        _say(f"{rad.rad}: {', '.join(funnet.values())}")
    return linjer, brudd


def try_server(maler: dict[str, Path], mappe: Path) -> tuple[list[tuple[object, ...]], list[str]]:
    """Stop a real server over due dates; what became of the late runs must be what becomes of them in process."""
    klokke = tjener.build_clock(mappe)
    linjer: list[tuple[object, ...]] = []
    brudd: list[str] = []
    for nummer, (hva, (av, naa)) in enumerate(TJENER.items()):
        mal = maler[f"{av:%m}"]
        with off_at(mal, mappe / f"uten-{nummer}", av, naa):
            ventet = run_all(rows(), av, naa)
        with off_at(mal, mappe / f"tjener-{nummer}", av, naa) as hjem:
            tjener.plan(hjem.mappe, klokke, av)
            _say(f"{hva}: planlagt, og av")
            funnet = tjener.come_back(hjem.mappe, klokke, naa)
        _say(f"{hva}: {len(funnet)} sene kjøringer")
        brudd += unlike(hva, ventet, funnet)
        linjer += [(hva, en.rad, f"{en.planlagt:%d.%m.%Y}: {ORD.get(en.hva, en.hva)}") for en in funnet]
    return linjer, brudd


def unlike(hva: str, ventet: list[Sen], funnet: list[Sen]) -> list[str]:
    """Return where the server's late runs are not those that were to come, each with the same end."""
    ventes, fantes = {(en.rad, en.planlagt): en for en in ventet}, {(en.rad, en.planlagt): en for en in funnet}
    ulike = [nokkel for nokkel in ventes.keys() | fantes.keys() if ventes.get(nokkel) != fantes.get(nokkel)]
    return [
        f"{hva}: {rad}, planlagt {dag:%d.%m.%Y}: ventet {ventes.get((rad, dag))}, fant {fantes.get((rad, dag))}."
        for rad, dag in sorted(ulike)
    ] + ([] if len(fantes) == len(funnet) else [f"{hva}: en kjøring kom to ganger."])


def try_clocks(mappe: Path, til: str) -> tuple[list[tuple[object, ...]], list[str]]:
    """Try the clocks that are wrong, one by one."""
    linjer: list[tuple[object, ...]] = []
    brudd: list[str] = []
    alle = KLOKKEPROVER | {"Tidssonen på maskinen": lambda sted: zones(sted, til)}
    for nummer, (hva, prove) in enumerate(alle.items()):
        skjer, galt = prove(mappe / f"klokke-{nummer}")
        linjer.append((hva, "", skjer))
        brudd += [f"{hva}: {ett}" for ett in galt]
        _say(hva)
    return linjer, brudd


def prov(*, kort: bool) -> Funn:
    """Hold the rule against the table; then real runs on a real register, a real server (whole form) and the clocks."""
    ventet = expected()
    brudd = list(compare(ventet))
    rader = rows(*KORTE_RADER) if kort else rows()
    av = {"begynt": run_time(row_dates(rows("04")[0], AAR).kjoredatoer[0]) + timedelta(hours=1)}
    if not kort:
        av = {rad.rad: off_before(rad) for rad in rader} | {"05": AV_I_MAI, "12": AV_I_DESEMBER}
    with tempfile.TemporaryDirectory() as rot:
        mappe = Path(rot)
        maler = play(mappe, Demo(ungdom=UNGDOM[kort]), av)
        maler |= {rad.rad: maler["begynt"] for rad in rader} if kort else {}
        sene, galt = try_rows(maler, mappe, rader, _without_letters(ventet) if kort else ventet)
        klokker, skjevt = try_clocks(mappe, SONERTIL[kort])
        tjenere, ulikt = ([], []) if kort else try_server(maler, mappe)
    tall = {"rader": len(rader), "sene kjøringer": len(rader) * len(TILBAKE), "på ekte tjener": len(tjenere)}
    return Funn(
        tall,
        (
            Tabell("Maskinen av da raden skulle kjøres", ("Rad", "Regel", "En dag", "Tre uker", "Over nyttår"), sene),
            Tabell("Når noe er galt med klokken eller tjeneren", ("Hva", "Rad", "Hva skjer"), [*klokker, *tjenere]),
        ),
        (*brudd, *galt, *skjevt, *ulikt),
        () if kort else MERKNADER,
    )


MERKNADER: Final = (
    "Reglene er antatt: de er programmets forslag, og fylket kan endre dem i data/arshjul.csv.",
    "Radene i den første tabellen kjøres i prosessen med oppgitt tid, hver på registeret slik det sto kvelden før.",
    "I tabellen er brevene sendt før purringen.",
    "Tjeneren går med en forskjøvet klokke, satt inn foran systemets egen: bare veggklokken er en annen.",
    "Klokken er stilt tilbake i prosessen, ikke under en tjener i gang.",
)


def _without_letters(ventet: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Return what is expected in a year where no letters have been sent: the reminders ask at once."""
    purringer = {rad.rad for rad in rows("16", "26")}
    return {nokkel: SPOR if nokkel[0] in purringer else hva for nokkel, hva in ventet.items()}


def _say(tekst: str) -> None:
    sys.stderr.write(f"tid: {tekst}\n")
