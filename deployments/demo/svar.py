"""Who answers the survey, decided letter by letter, and Questback's file with the answers."""

import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from deployments.demo.grunnlag import Demo, distribution, pick, stream, table
from deployments.demo.postgang import csv_bytes
from tasks.filer import write_file

TIDSFORMAT: Final = "%d.%m.%Y %H:%M"
KOMMENTARER: Final = (
    "Ring meg gjerne etter klokka 12.",
    "Har fått plass; begynner i august",
    "Vil helst ha svar på e-post",
    'Mamma sier "ta kontakt"',
    "Æ veit itj heilt ennå",
)


@dataclass(frozen=True)
class Svar:
    """One answer: ``del_av_tiden`` says when in the window, 0 to 1; a partial one was never completed."""

    token: str
    svar_kode: str
    del_av_tiden: float
    minutter: int
    delvis: bool = False
    kommentar: str = ""


def answers(brev: Sequence[tuple[str, str]], demo: Demo, runde: str) -> list[Svar]:
    """Return the answers to letters, given as (token, person_id), whatever order the letters are in.

    Each letter decides for itself from seed, round and person, so the same letters always get the same answers. A round
    whose name holds ``purre`` is a reminder. A few answers are partial, a few come twice, and one has an unknown token.
    """
    svar: list[Svar] = []
    brev_nummer: Counter[str] = Counter()
    for token, person_id in sorted(brev, key=lambda par: (par[1], par[0])):
        brev_nummer[person_id] += 1
        svar += _letter(stream(demo, f"svar:{runde}:{person_id}:{brev_nummer[person_id]}"), token, runde)
    if brev:
        rng = stream(demo, f"ukjent:{runde}")
        fremmed = hashlib.sha256(f"{demo.fro}:{runde}".encode()).hexdigest()[: len(brev[0][0])]
        svar.append(_answer(rng, fremmed))
    return svar


def write_answers(sti: Path, svar: Sequence[Svar], svardager: tuple[date, date]) -> Path:
    """Write the answers as Questback's file, spread over the days from the first to the last."""
    rader = sorted((_row(ett, svardager) for ett in svar), key=lambda rad: (rad[0], rad[1]["token"]))
    return write_file(sti, csv_bytes("questback_svar", [rad for _, rad in rader]))


def _letter(rng: random.Random, token: str, runde: str) -> list[Svar]:
    """Return no answer, one, or two."""
    tabell = distribution()["svar"]
    if rng.random() >= tabell["purrebrev" if "purre" in runde else "brev"]:
        return []
    svar = _answer(rng, token)
    if rng.random() < tabell["delvis"]:
        return [replace(svar, delvis=True, svar_kode=rng.choice(["", svar.svar_kode]), kommentar="")]
    if rng.random() < tabell["dobbelt"]:
        senere = svar.del_av_tiden + (1 - svar.del_av_tiden) / 2
        return [svar, replace(_answer(rng, token), del_av_tiden=senere)]
    return [svar]


def _answer(rng: random.Random, token: str) -> Svar:
    har_kommentar = rng.random() < distribution()["svar"]["kommentar"]
    return Svar(
        token=token,
        svar_kode=pick(rng, distribution()["svar_kode"]),
        # Most answer in the first days.
        del_av_tiden=rng.random() ** 2,
        minutter=rng.randrange(1, 9),
        kommentar=rng.choice(KOMMENTARER) if har_kommentar else "",
    )


def _row(svar: Svar, svardager: tuple[date, date]) -> tuple[datetime, dict[str, str]]:
    """Return when the answer was begun, between eight and 22 on its day, and its row."""
    fra, til = svardager
    dager = svar.del_av_tiden * ((til - fra).days + 1)
    dag = min(til, fra + timedelta(days=int(dager)))
    startet = datetime.combine(dag, time(8)) + timedelta(hours=14 * (dager % 1))
    alternativ = {rad["kode"]: rad["alternativ"] for rad in table("kodeverk/svar.csv")}
    return startet, {
        "token": svar.token,
        "startet_tid": startet.strftime(TIDSFORMAT),
        "fullfort_tid": "" if svar.delvis else (startet + timedelta(minutes=svar.minutter)).strftime(TIDSFORMAT),
        "svar": alternativ.get(svar.svar_kode, ""),
        "kommentar": svar.kommentar,
    }
