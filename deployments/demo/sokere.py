"""Vigo's lists of applicants through the spring: some of the register's youth outside school, and many others."""

import random
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import cycle
from typing import Any, Final

from deployments.demo.befolkning import Ungdom, make_people
from deployments.demo.grunnlag import Demo, day_in_year, pick, random_weekday, stream
from deployments.demo.nummer import Nummerlager, must_be_synthetic
from deployments.demo.postgang import Rad, csv_bytes, day
from deployments.demo.tilmelding import DOED, FERDIG, Tilmelding
from tasks.filer import DATA

EMNE: Final = "søkere"
FORMAT: Final = "vigo_sokere"
UTFLYTTET: Final = "utflyttet"
Feil = Callable[[Rad], Rad]
"""Takes a good row, gives a faulty one."""


@dataclass(frozen=True)
class Soknad:
    """An application: whose, the day it came, and the programmes wished for, the dearest first."""

    ungdom: Ungdom
    dato: date
    onsker: tuple[str, ...]


def applicant_bytes(demo: Demo, lager: Nummerlager, register: Sequence[Tilmelding]) -> dict[str, bytes]:
    """Return the three lists by path: before the reminder of row 01, before that of row 06, and while row 10 goes on.

    ``register`` is the register at New Year. The people who are not in it get the last numbers: nobody else's change.
    """
    rng = stream(demo, EMNE)
    dager = [day_in_year(demo.aar, dag) for dag in numbers()["lister"]["dager"]]
    vaare = [rad.ungdom for rad in register if _is_outside(rad)]
    rng.shuffle(vaare)
    antall = round(len(register) * numbers()["andre"]["andel"])
    andre = list(make_people(demo, lager, EMNE, antall, numbers()["andre"]["alder"]))
    soknader = _applications(rng, demo, vaare, dager) + _applications(rng, demo, andre, dager)
    trukket = {id(enkelt) for enkelt in _withdrawn(rng, soknader, dager[0])}
    filer = {}
    for nummer, dag in enumerate(dager):
        med = [enkelt for enkelt in soknader if enkelt.dato < dag and not (nummer and id(enkelt) in trukket)]
        rader = [rad for enkelt in sorted(med, key=_by_number) for rad in _rows(demo, enkelt)]
        filer[f"demo/post/{dag}/{FORMAT}_{dag}.csv"] = csv_bytes(FORMAT, _soiled(rng, rader, nummer))
    return filer


@cache
def numbers() -> dict[str, Any]:
    """Return ``data/demo/sokere.toml``: the assumed figures."""
    return tomllib.loads((DATA / "demo" / "sokere.toml").read_text(encoding="utf-8"))


def _is_outside(rad: Tilmelding) -> bool:
    return rad.ot_status not in FERDIG and rad.ungdom.personstatus not in (DOED, UTFLYTTET)


def _applications(rng: random.Random, demo: Demo, folk: Sequence[Ungdom], dager: Sequence[date]) -> list[Soknad]:
    """Return the applications of those who apply: in order, as many as the shares say before each list."""
    tall = numbers()["soknader"]
    fra = [day_in_year(demo.aar, tall["fra"]), dager[0], day_in_year(demo.aar, tall["etter_frist"])]
    grenser = [0, *(round(len(folk) * andel) for andel in numbers()["andel"]["sokt"])]
    soknader = []
    for nummer, dag in enumerate(dager):
        for ungdom in folk[grenser[nummer] : grenser[nummer + 1]]:
            onsker = rng.sample(list(tall["program"]), int(pick(rng, tall["onsker"])))
            dato = random_weekday(rng, fra[nummer], dag - timedelta(days=1))
            soknader.append(Soknad(ungdom, dato, tuple(onsker)))
    return soknader


def _withdrawn(rng: random.Random, soknader: Iterable[Soknad], forste: date) -> list[Soknad]:
    """Return those of the first list who are not on the next: at least one, where there is anyone."""
    tidlige = [enkelt for enkelt in soknader if enkelt.dato < forste]
    return rng.sample(tidlige, min(len(tidlige), max(1, round(len(tidlige) * numbers()["andel"]["trukket"]))))


def _by_number(soknad: Soknad) -> str:
    return soknad.ungdom.fodselsnummer


def _rows(demo: Demo, soknad: Soknad) -> list[Rad]:
    ungdom = soknad.ungdom
    return [
        {
            "fodselsnummer": ungdom.fodselsnummer,
            "fornavn": ungdom.fornavn,
            "etternavn": ungdom.etternavn,
            "kommunenummer": ungdom.kommune,
            "adressegradering": ungdom.gradering,
            "skoleaar": f"{demo.aar}{demo.aar + 1}",
            "soknad_dato": day(soknad.dato),
            "programomraadekode": program,
            "onske": str(nummer),
            "status": "Søkt",
        }
        for nummer, program in enumerate(soknad.onsker, start=1)
    ]


def _wrong_control(rad: Rad) -> Rad:
    nummer = rad["fodselsnummer"]
    return rad | {"fodselsnummer": must_be_synthetic(f"{nummer[:10]}{(int(nummer[10]) + 1) % 10}")}


SLAG: Final[tuple[Feil, ...]] = (
    lambda rad: rad | {"programomraadekode": rad["programomraadekode"][:6]},
    _wrong_control,
    lambda rad: rad | {"soknad_dato": f"31.02.{rad['soknad_dato'][-4:]}"},
    lambda rad: rad | {"onske": "første"},
    lambda rad: rad | {"etternavn": ""},
    lambda rad: rad | {"kommunenummer": "1103"},
)


def _soiled(rng: random.Random, rader: list[Rad], nummer: int) -> list[Rad]:
    """Return the list with a few rows of each kind made faulty; the kinds go on from list to list."""
    antall = min(len(rader), max(1, round(len(rader) * numbers()["smuss"]["andel"])))
    slagene = cycle(SLAG[nummer % len(SLAG) :] + SLAG[: nummer % len(SLAG)])
    gale = dict(zip(sorted(rng.sample(range(len(rader)), antall)), slagene, strict=False))
    return [gale[plass](rad) if plass in gale else rad for plass, rad in enumerate(rader)]
