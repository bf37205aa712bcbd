"""Five at once: two workers, two clicks and a command line press the same row, approve and send, round after round.

``python -m tests.drap.samtidig [--runder 500]``. In every round each of the five runs the row, approves what it
proposes and sends, all started at the same moment; all but the command line's processes live through all rounds, and
in every ``FERSK_HVER``-th round the command line is a newly started interpreter too.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tasks import utboks
from tasks.filer import ROT
from tasks.hjem import MILJOVARIABEL
from tests.drap.by import people
from tests.drap.samtidig_barn import light
from tests.tasks.conftest import BREV, BREVDAG, Bygd, at, new_home

HVEM = ("arbeider", "arbeider", "klikk", "kommando")
FERSK_HVER = 25
LOVLIGE = {
    "kjor": ("ÅH-1302",),
    "godkjenn": ("ÅH-1302", "ÅH-1402"),
    "send": ("ÅH-1302", "ÅH-1404"),
}
"""How one who comes second may be refused: someone has the register, has decided, is sending."""


@dataclass
class Utfall:
    """What the rounds have come to."""

    runder: int = 0
    kjoringer: int = 0
    forslag: int = 0
    levert: int = 0
    svar: Counter[str] = field(default_factory=Counter)
    brudd: list[str] = field(default_factory=list)

    def told(self) -> str:
        svar = ", ".join(f"{hva}: {antall}" for hva, antall in sorted(self.svar.items()))
        linjer = [
            f"{self.runder} runder: {self.kjoringer} kjøringer, {self.forslag} forslag, {self.levert} brev", f"  {svar}"
        ]  # fmt: skip
        return "\n".join([*linjer, *(f"  BRUDD {brudd}" for brudd in self.brudd)])


def prove(runder: int, mappe: Path) -> Utfall:
    """Do so many rounds, each with one new youth to write to, and judge each."""
    bygd, utfall = Bygd(new_home(mappe / "hjem")), Utfall()
    os.environ[MILJOVARIABEL] = str(bygd.hjem.mappe)
    kommando = [sys.executable, "-m", "tests.drap.samtidig_barn"]
    with ExitStack() as apne:
        apne.enter_context(light())
        barn = [
            apne.enter_context(
                subprocess.Popen([*kommando, hvem], cwd=ROT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for hvem in HVEM
        ]
        for runde in range(runder):
            people(bygd.hjem, ["R05"], runde)
            naa = at(BREVDAG) + timedelta(minutes=runde)
            fersk = runde % FERSK_HVER == FERSK_HVER - 1
            svar = all_at_once(barn[:-1] if fersk else barn, naa.isoformat(timespec="minutes"), fersk=fersk)
            # One who sends may have looked before the approval, and made the one who approved wait for the next time.
            utboks.send(bygd.fresh(), None, naa)
            judge(bygd, utfall, runde, naa, svar)
        for ett in barn:
            ett.stdin.close() if ett.stdin else None
    return utfall


def all_at_once(barn: "list[subprocess.Popen[str]]", naa: str, *, fersk: bool) -> list[dict[str, Any]]:
    """Start a round with everyone and return what each answered."""
    with ExitStack() as apne:
        nye = [
            apne.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "deployments", "run", BREV, "--year", naa[:4], "--now", naa, "--json"],
                    cwd=ROT, stdout=subprocess.PIPE, text=True,
                )
            )
        ] if fersk else []  # fmt: skip
        if fersk:
            time.sleep(2.5)  # until a new interpreter has loaded the program
        for ett in barn:
            assert ett.stdin
            ett.stdin.write(naa + "\n")
            ett.stdin.flush()
        svar = [en for ett in barn for en in json.loads(ett.stdout.readline() if ett.stdout else "")]
        for ny in nye:
            ut = json.loads(ny.communicate()[0])
            avvist = "" if ny.returncode < 2 else f"{ut['kode']} {ut['tekst']}"
            svar.append({
                "navn": "ny kommando", "kjoring": ut.get("kjoring_id"), "forslag": ut.get("forslag_id"),
                "kjor": avvist, "godkjenn": None, "send": "",
            })  # fmt: skip
    return svar


def judge(bygd: Bygd, utfall: Utfall, runde: int, naa: datetime, svar: list[dict[str, Any]]) -> None:
    """Look at the round: a generation for each run and none twice, one proposal, one letter, known refusals only."""
    brudd = []
    for hva, koder in LOVLIGE.items():
        for en in svar:
            avvist = en[hva]
            utfall.svar[f"{hva} {'intet' if avvist is None else avvist[:7] or 'gjort'}"] += 1
            if avvist and (not avvist.startswith(koder) or not tells_who(avvist)):
                brudd.append(f"{en['navn']} {hva}: {avvist}")
    gjort = [en["kjoring"] for en in svar if en["kjoring"]]
    forslag = {en["forslag"] for en in svar if en["forslag"]}
    generasjoner = [g for (g,) in bygd.ask("SELECT generasjon FROM kjoring WHERE rad = ? ORDER BY 1", BREV)]
    if generasjoner != list(range(1, len(generasjoner) + 1)):
        brudd.append("generasjonene er ikke én for hver kjøring")
    if len(set(gjort)) != len(gjort) or len(generasjoner) != utfall.kjoringer + len(gjort):
        brudd.append(f"kjøringene {sorted(gjort)} er ikke hver for seg")
    if len(forslag) != 1:
        brudd.append(f"forslagene {sorted(forslag)} er ikke ett")
    bygd_send = Counter(antall for (antall,) in bygd.ask(
        "SELECT count(*) FROM utsending JOIN utsending_hendelse USING (utsending_id)"
        " WHERE kanal = 'print' AND tilstand = 'levert' GROUP BY person_id"))  # fmt: skip
    filer = [sti.name for sti in bygd.files() if sti.suffix == ".pdf"]
    if bygd_send != {1: runde + 1} or len(filer) != runde + 1:
        brudd.append(f"brev: {dict(bygd_send)} i registeret, {len(filer)} filer, {runde + 1} ungdommer")
    utfall.runder += 1
    utfall.kjoringer += len(gjort)
    utfall.forslag = len(bygd.ask("SELECT 1 FROM forslag"))
    utfall.levert = len(filer)
    if utfall.forslag != utfall.runder:
        brudd.append(f"{utfall.forslag} forslag etter {utfall.runder} runder")
    utfall.brudd += [f"runde {runde} ({naa:%d.%m. %H:%M}): {enkelt}" for enkelt in brudd]


def tells_who(avvist: str) -> bool:
    """Tell whether a refusal says who holds what was asked for, or what has been decided."""
    return any(ord_ in avvist for ord_ in ("prosess", "godkjent", "iverksettes", "iverksatt"))


def main(ord_: list[str]) -> int:
    """Do the rounds and tell; 1 where something does not hold."""
    leser = argparse.ArgumentParser(prog="python -m tests.drap.samtidig", description="Fem på en gang, om og om igjen.")
    leser.add_argument("--runder", type=int, default=500)
    valg = leser.parse_args(ord_)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as mappe:
        utfall = prove(valg.runder, Path(mappe))
    sys.stdout.write(f"{utfall.told()}\n  {time.monotonic() - start:.0f} sekunder\n")
    return 1 if utfall.brudd else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
