"""Who stands in OTTO, and how advisers' work changes it through the year."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from deployments.demo.befolkning import Ungdom
from deployments.demo.grunnlag import Demo, day_in_year, deal, distribution, pick, random_weekday, stream

UKJENT: Final = "OTUK"
OPPFOLGING: Final = "OTOV"
FERDIG: Final = frozenset({"OTEV", "OTVF", "OTLL"})
"""Statuses that end the follow-up when the school year ends: they are pupils and apprentices now."""
HAR_SOKT: Final = "OTEV_IM"
DOED: Final = "doed"
TITUSEN: Final = 10_000


@dataclass(frozen=True)
class Tilmelding:
    """One youth in OTTO."""

    ungdom: Ungdom
    vigokode: str
    tilmeldt_dato: date
    ot_status: str = UKJENT
    ot_status_dato: date | None = None
    kontakt_dato: date | None = None
    avsluttet_dato: date | None = None

    @property
    def oppfolgingsplan_dato(self) -> date | None:
        """The day of the follow-up plan: when the follow-up began; none while it has not, and a few lack theirs."""
        uten = int(self.ungdom.fodselsnummer[-4:]) < distribution()["oppfolgingsplan"]["uten"] * TITUSEN
        return None if uten or self.ot_status != OPPFOLGING else self.ot_status_dato


def start_register(demo: Demo, folk: Sequence[Ungdom]) -> tuple[Tilmelding, ...]:
    """Return the register on the first working day of the year: published statuses, reasons by age."""
    rng = stream(demo, "register")
    grunner = _reasons(rng, demo, folk)
    grupper = deal(rng, len(folk), distribution()["status"])
    koder = {
        gruppe: iter(deal(rng, grupper.count(gruppe), distribution()["statuskoder"][gruppe]))
        for gruppe in distribution()["status"]
    }
    return tuple(
        _enrolled(rng, demo.aar - 1, ungdom, grunn, next(koder[gruppe]))
        for ungdom, grunn, gruppe in zip(folk, grunner, grupper, strict=True)
    )


def enrol(ungdom: Ungdom, vigokode: str, dato: date) -> Tilmelding:
    """Return a newly loaded youth: unknown until someone has been in contact (Udir's rule for OTUK)."""
    return Tilmelding(ungdom, vigokode, dato, ot_status_dato=dato)


def applied_since(tilmelding: Tilmelding, dato: date) -> Tilmelding:
    """Return the youth closed: applied after the preliminary list, so never in the target group."""
    return replace(tilmelding, ot_status=HAR_SOKT, ot_status_dato=dato, kontakt_dato=dato, avsluttet_dato=dato)


def advance(rng: random.Random, register: Iterable[Tilmelding], fra: date, til: date) -> tuple[Tilmelding, ...]:
    """Return the register after the advisers' work between two days."""
    return tuple(_advanced(rng, tilmelding, fra, til) for tilmelding in register)


def end_school_year(register: Iterable[Tilmelding], dato: date) -> tuple[Tilmelding, ...]:
    """Return the register with those who are pupils or apprentices taken out of follow-up on a day."""
    return tuple(
        replace(rad, avsluttet_dato=dato) if rad.ot_status in FERDIG and rad.avsluttet_dato is None else rad
        for rad in register
    )


def end_all(register: Iterable[Tilmelding], dato: date) -> tuple[Tilmelding, ...]:
    """Return the register with everyone who is still enrolled taken out of follow-up on a day."""
    return tuple(rad if rad.avsluttet_dato else replace(rad, avsluttet_dato=dato) for rad in register)


def _reasons(rng: random.Random, demo: Demo, folk: Sequence[Ungdom]) -> list[str]:
    """Return each youth's reason, dealt by exact quotas within each age."""
    aldre = [demo.aar - ungdom.fodt.year for ungdom in folk]
    kort = {
        alder: iter(deal(rng, len(list(like)), distribution()["grunn"][str(alder)]))
        for alder, like in groupby(sorted(aldre))
    }
    return [next(kort[alder]) for alder in aldre]


def _enrolled(rng: random.Random, aar: int, ungdom: Ungdom, grunn: str, status: str) -> Tilmelding:
    tabell = distribution()["tilmeldt"]
    fra, til = (day_in_year(aar, maaned_dag) for maaned_dag in tabell[grunn])
    tilmeldt = random_weekday(rng, fra, til)
    ny = enrol(ungdom, pick(rng, distribution()["vigokode"][grunn]), tilmeldt)
    if status == UKJENT:
        return ny
    return _contacted(rng, ny, status, day_in_year(aar, tabell["siste_kontakt"]))


def _contacted(rng: random.Random, tilmelding: Tilmelding, status: str, til: date) -> Tilmelding:
    """Return the youth with a status that a contact gave, not later than a day."""
    fra = max(tilmelding.tilmeldt_dato, tilmelding.kontakt_dato or tilmelding.tilmeldt_dato)
    dato = random_weekday(rng, fra + timedelta(days=3), til)
    return replace(tilmelding, ot_status=status, ot_status_dato=dato, kontakt_dato=dato)


def _advanced(rng: random.Random, tilmelding: Tilmelding, fra: date, til: date) -> Tilmelding:
    """Perhaps give one youth contact and a new status."""
    tabell = distribution()
    sjanse = tabell["ny_status"].get(tilmelding.ot_status, tabell["ny_status"]["andre"])
    status = pick(rng, tabell["statuskoder"][pick(rng, tabell["etter_kontakt"])])
    er_stille = tilmelding.avsluttet_dato or tilmelding.ungdom.personstatus == DOED
    if er_stille or rng.random() >= sjanse or status == tilmelding.ot_status:
        return tilmelding
    dato = random_weekday(rng, max(fra, tilmelding.tilmeldt_dato) + timedelta(days=3), til)
    return replace(tilmelding, ot_status=status, ot_status_dato=dato, kontakt_dato=dato)
