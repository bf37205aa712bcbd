"""What the training county is made from: size and seed, the tables of ``data/demo/``, and fair dealing by shares."""

import csv
import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from tasks.filer import DATA

LORDAG: Final = 5


@dataclass(frozen=True)
class Demo:
    """A training county: number of youth in the register, seed, and the calendar year its files arrive in."""

    ungdom: int = 1141
    fro: int = 1
    aar: int = 2026


def stream(demo: Demo, emne: str) -> random.Random:
    """Return the random numbers of one subject, so that a change in one does not move the others."""
    return random.Random(f"{demo.fro}:{emne}")  # noqa: S311  made-up people, no secret


@cache
def distribution() -> dict[str, Any]:
    """Return ``data/demo/fordeling.toml``: the published and the assumed figures."""
    return tomllib.loads((DATA / "demo" / "fordeling.toml").read_text(encoding="utf-8"))


@cache
def table(sti: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a table under ``data/``."""
    with (DATA / sti).open(encoding="utf-8", newline="") as fil:
        return tuple(csv.DictReader(fil, delimiter=";"))


def quotas(antall: int, vekter: Mapping[str, float]) -> dict[str, int]:
    """Share out a number by weights so that the parts sum to it (largest remainder; ties to the first named)."""
    sum_vekter = sum(vekter.values())
    ideal = {navn: antall * vekt / sum_vekter for navn, vekt in vekter.items()}
    kvoter = {navn: int(andel) for navn, andel in ideal.items()}
    etter_rest = sorted(ideal, key=lambda navn: kvoter[navn] - ideal[navn])
    for navn in etter_rest[: antall - sum(kvoter.values())]:
        kvoter[navn] += 1
    return kvoter


def deal(rng: random.Random, antall: int, vekter: Mapping[str, float]) -> list[str]:
    """Return ``antall`` names in random order, each as many times as its quota."""
    kort = [navn for navn, kvote in quotas(antall, vekter).items() for _ in range(kvote)]
    rng.shuffle(kort)
    return kort


def pick(rng: random.Random, vekter: Mapping[str, float]) -> str:
    """Return one name, drawn by weight."""
    return rng.choices(list(vekter), list(vekter.values()))[0]


def day_in_year(aar: int, maaned_dag: str) -> date:
    """Return the day written as month-day, or the Friday before when it is a Saturday or Sunday."""
    return weekday_before(date.fromisoformat(f"{aar}-{maaned_dag}"))


def weekday_before(dag: date) -> date:
    """Return the day itself, or the Friday before when it is a Saturday or Sunday."""
    return dag - timedelta(days=max(0, dag.weekday() - LORDAG + 1))


def random_weekday(rng: random.Random, fra: date, til: date) -> date:
    """Return a day from Monday to Friday between two days, both included; ``fra`` itself when none lies between."""
    dager = (fra + timedelta(days=nummer) for nummer in range((til - fra).days + 1))
    return rng.choice([dag for dag in dager if dag.weekday() < LORDAG] or [fra])
