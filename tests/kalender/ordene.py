"""What the wheel's words say of when: its month, week, plan and note, read as a caseworker reads them."""

import csv
import re
from dataclasses import dataclass
from enum import Enum, auto

from tasks.filer import DATA

MAANEDER = ("januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
            "desember")  # fmt: skip
DAG = re.compile(rf"(?P<dag>\d{{1,2}})\. ?(?:(?P<navn>{'|'.join(MAANEDER)})|(?P<tall>\d\d))")
BYGGER_PAA = {5: 2, 12: 11, 13: 12, 14: 13, 15: 16, 16: 14, 20: 17, 24: 23, 25: 24, 26: 25, 30: 28}
"""Row → the row before it in the same piece of work: prepared, loaded, converted, written to, reminded, transferred."""
SAMME_INNLASTING = {8: 12, 12: 8}
SKOLEFERIER = {8, 41}
"""Weeks of holiday in Vestfold's schools."""
Maaneddag = tuple[int, int]


class Ord(Enum):
    """How a day is named."""

    FOER = auto()
    """«Før 7.februar.»: the day before is the last."""
    SOKNAD = auto()
    """«Før 1.mars.» for applicants: the application deadline, which a weekend moves to Monday."""
    INNEN = auto()
    """«Innen 1. april.», «senest 15.08»: the day itself is the last."""
    PER = auto()
    """«per 15.juni»: the day that the figures tell of."""
    DAGEN = auto()
    """«15.mars.»: that very day, or the next that people are at work."""


@dataclass(frozen=True)
class Lest:
    """One row as read. ``rytme`` and ``etter`` are the county's own: weeks between runs, days that it goes on after."""

    nr: int
    rad: str
    maaneder: tuple[int, ...]
    overskrift: tuple[int, ...]
    uker: tuple[int, ...]
    ut_aaret: bool
    hele_skoleaaret: bool
    dag: Maaneddag | None
    ord: Ord | None
    andre_dag: Maaneddag | None
    telledag: Maaneddag | None
    rytme: int
    etter: int


def read_words() -> list[Lest]:
    """Return the thirty rows."""
    with (DATA / "arshjul.csv").open(encoding="utf-8", newline="") as fil:
        rader = list(csv.DictReader(fil, delimiter=";"))
    lest: list[Lest] = []
    for rad in rader:
        maaneder = _months(rad["maaned"])
        over = maaneder or lest[-1].overskrift
        slag, dager = _deadline(rad["plan"], rad["merknad"])
        dag, andre = (*dager, None, None)[:2]
        lest.append(
            Lest(
                int(rad["nr"]), rad["rad"], maaneder, over, tuple(map(int, re.findall(r"\d+", rad["uke"]))),
                "ut året" in rad["uke"], "hele skoleåret" in rad["merknad"], dag, slag, andre,
                _counted(rader, int(rad["nr"])), int(rad["rytme_uker"] or 0), int(rad["etter_dager"] or 0),
            )
        )  # fmt: skip
    return lest


def _months(tekst: str) -> tuple[int, ...]:
    return tuple(MAANEDER.index(navn) + 1 for navn in re.findall(r"\w+", tekst.lower()))


def _deadline(plan: str, merknad: str) -> tuple[Ord | None, list[Maaneddag]]:
    """Return how the note's days are meant and which they are; a transfer's is in its plan."""
    dager = _days(merknad)
    if "Innsamlingsportalen per" in plan:
        return Ord.PER, _days(plan)
    if not dager:
        return None, []
    if merknad.startswith("Før"):
        return (Ord.SOKNAD if "søkere utenfor vgo" in plan else Ord.FOER), dager
    return (Ord.INNEN if re.search("[Ii]nnen|senest", merknad) else Ord.DAGEN), dager


def _days(tekst: str) -> list[Maaneddag]:
    return [
        (MAANEDER.index(treff["navn"]) + 1 if treff["navn"] else int(treff["tall"]), int(treff["dag"]))
        for treff in DAG.finditer(tekst)
    ]


def _counted(rader: list[dict[str, str]], nr: int) -> Maaneddag | None:
    """Return the day the figures tell of: of the transfer itself, and of the next one for the row that prepares it."""
    if "overføring av OT-data" not in rader[nr - 1]["plan"].replace("Overføring", "overføring"):
        return None
    planer = (rad["plan"] for rad in rader[nr - 1 :] if "Innsamlingsportalen per" in rad["plan"])
    return _days(next(planer))[0]
