"""Vigo's codes → reasons for enrolment, by the county's dated table; a code without a reason stops that person only.

Each conversion keeps which row of the table made it (``tilmeldingsgrunn_kilde``). A table that could answer in two
ways, or in a way the code list of reasons does not know, is refused before anyone is converted.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

import pandas as pd

from schemas.utsending import Utelatt
from schemas.verdier import Mottaker
from tasks import kodeverk
from tasks.avvik import Funn, finding
from tasks.feil import BrukerFeil
from tasks.kjoring import Kjoring
from tasks.oppgaver import assign
from tasks.register import fakta
from tasks.steg import step

TABELL: Final = "vigo_koder"
GRUNN, KILDE = "tilmeldingsgrunn", "tilmeldingsgrunn_kilde"
UTEN_GRUNN: Final = "VIGOKODE_UTEN_GRUNN"
FORSTE_RAD: Final = 2
SISTE_DAG: Final = date.max.isoformat()
KODEFORM: Final = re.compile(r"[A-ZÆØÅ0-9_]{1,8}")


@dataclass(frozen=True)
class Omsetning:
    """What a code is turned into, and which row of the table says so (``vigo_koder:OSNP:2000-01-01``)."""

    grunn: str
    kilde: str
    rad_nr: int


@dataclass(frozen=True)
class Konvertert:
    """What a conversion came to.

    How many people have a Vigo code, whose reason changed, and how many are stopped; the codes that stop them and those
    of them that the table does not have; the rows in force (number and code) that nobody's code is.
    """

    antall: int
    endret: int
    uten: int
    stoppende: tuple[str, ...] = ()
    ukjente: tuple[str, ...] = ()
    ubrukte: tuple[str, ...] = ()


@step("Gjør om Vigo-koder")
def convert(kjoring: Kjoring) -> Konvertert:
    """Give everyone with a Vigo code the reason the table gives on the day from which the run's facts hold.

    Whose code has no reason that day loses the one she had and becomes a task for her adviser. BrukerFeil ÅH-2231,
    ÅH-2232 as ``conversions``.
    """
    tabell = conversions(kodeverk.all_rows(f"kodeverk/{TABELL}"), kjoring.gyldig_fra)
    ramme = fakta.current(kjoring.con, ["vigokode", "raadgiver"], kjoring.gyldig_fra)
    ramme = ramme[ramme["vigokode"] != ""]
    brukes = {kode: enkelt for kode, enkelt in tabell.items() if enkelt.grunn}
    lang = pd.concat(
        [
            _facts(kjoring, ramme, GRUNN, {kode: enkelt.grunn for kode, enkelt in brukes.items()}),
            _facts(kjoring, ramme, KILDE, {kode: enkelt.kilde for kode, enkelt in brukes.items()}),
        ]
    )
    endret = fakta.add(kjoring.con, lang, kjoring.kjoring_id, kjoring.registrert_tid)
    stoppet = ramme[~ramme["vigokode"].isin(list(brukes))]
    assign(
        kjoring,
        [Utelatt(person, Mottaker.UNGDOM, UTEN_GRUNN, raadgiver) for person, _, raadgiver in _people(stoppet)],
        bare={UTEN_GRUNN},
    )
    har = set(ramme["vigokode"])
    return Konvertert(
        len(ramme),
        len(endret),
        len(stoppet),
        tuple(sorted(har - brukes.keys())),
        tuple(sorted(har - tabell.keys())),
        tuple(f"{enkelt.rad_nr} ({kode})" for kode, enkelt in tabell.items() if kode not in har),
    )


def conversions(rader: Sequence[Mapping[str, str]], dag: date) -> dict[str, Omsetning]:
    """Return code → what it is turned into on ``dag``; a blank reason is kept as blank.

    The whole table is judged, whatever the day. BrukerFeil ÅH-2231 (two rows answer for one code on the same day),
    ÅH-2232 (a row's dates or reason cannot be used), with the rows' numbers as Excel shows them.
    """
    numrerte = list(enumerate(rader, start=FORSTE_RAD))
    grunner = {rad["kode"] for rad in kodeverk.all_rows("kodeverk/tilmeldingsgrunner")}
    for nummer, rad in numrerte:
        if not _is_period(rad) or rad["tilmeldingsgrunn"] not in (*grunner, ""):
            raise BrukerFeil("ÅH-2232", rad=nummer)
    for (forste, en), (andre, neste) in pairwise(
        sorted(numrerte, key=lambda par: (par[1]["kode"], par[1]["gyldig_fra"]))
    ):
        if en["kode"] == neste["kode"] and neste["gyldig_fra"] <= _last_day(en):
            raise BrukerFeil("ÅH-2231", forste=min(forste, andre), andre=max(forste, andre))
    return {
        rad["kode"]: Omsetning(rad["tilmeldingsgrunn"], f"{TABELL}:{rad['kode']}:{rad['gyldig_fra']}", nummer)
        for nummer, rad in numrerte
        if rad["gyldig_fra"] <= dag.isoformat() <= _last_day(rad)
    }


def _is_period(rad: Mapping[str, str]) -> bool:
    """Tell whether a row's dates are ISO dates in order; the last may be blank."""
    try:
        fra, til = date.fromisoformat(rad["gyldig_fra"]), date.fromisoformat(_last_day(rad))
    except ValueError:
        return False
    return (fra.isoformat(), til.isoformat()) == (rad["gyldig_fra"], _last_day(rad)) and fra <= til


def _last_day(rad: Mapping[str, str]) -> str:
    return rad["gyldig_til"] or SISTE_DAG


def _facts(kjoring: Kjoring, ramme: pd.DataFrame, felt: str, verdier: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "person_id": ramme["person_id"],
            "felt": felt,
            "verdi": [verdier.get(kode, "") for kode in ramme["vigokode"]],
            "gyldig_fra": kjoring.gyldig_fra,
        }
    )


def _people(ramme: pd.DataFrame) -> list[tuple[str, str, str]]:
    return list(ramme[["person_id", "vigokode", "raadgiver"]].itertuples(index=False, name=None))


def unconverted(konvertert: Konvertert) -> list[Funn]:
    """Return the findings about people who are stopped and about codes the table does not have."""
    funn = []
    if konvertert.uten:
        funn.append(finding("ÅH-3007", antall=konvertert.uten, koder=_named(konvertert.stoppende)))
    if konvertert.ukjente:
        funn.append(finding("ÅH-3030", koder=_named(konvertert.ukjente)))
    return funn


def unused(konvertert: Konvertert) -> list[Funn]:
    """Return the finding that rows of the table are in force and nobody has their code, when there are any."""
    return [finding("ÅH-3031", rader=", ".join(konvertert.ubrukte))] if konvertert.ubrukte else []


def _named(koder: tuple[str, ...]) -> str:
    """Return codes to be shown; what does not look like one may be anything, and is not."""
    synlige = [kode for kode in koder if KODEFORM.fullmatch(kode)]
    return ", ".join([*synlige, *(["annet"] if len(synlige) < len(koder) else [])])
