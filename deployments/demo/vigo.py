"""Who stands in the lists from Vigo: first those who have not applied, then those who did but did not stay."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from deployments.demo.befolkning import UGRADERT, Ungdom, make_people, move
from deployments.demo.grunnlag import Demo, day_in_year, deal, distribution, random_weekday, stream
from deployments.demo.nummer import Nummerlager
from deployments.demo.tilmelding import Tilmelding

IKKE_SOKT: Final = "OSON"
SLUTTET: Final = "S"
FULLT_REGISTER: Final = 1141
"""The register that the numbers of rows in ``fordeling.toml`` belong to."""


@dataclass(frozen=True)
class Linje:
    """One line in Vigo."""

    ungdom: Ungdom
    vigokode: str
    registrert: date
    ajourholdskode: str = ""
    avbrudd_dato: date | None = None


@dataclass(frozen=True)
class Ikkesokere:
    """March's preliminary list, the complete one, and the new youth who applied between them."""

    mars: tuple[Linje, ...]
    komplett: tuple[Linje, ...]
    sokt_siden: tuple[Linje, ...]


def march_day(demo: Demo) -> date:
    """Return the day of the preliminary list."""
    return day_in_year(demo.aar, distribution()["post"]["mars"])


def complete_day(demo: Demo) -> date:
    """Return the day of the complete list: the Friday before the week it is prepared in."""
    return date.fromisocalendar(demo.aar, distribution()["post"]["komplett_uke"], 5)


def ot_lines_day(demo: Demo) -> date:
    """Return the day of the OT lines: the Friday before the week they are prepared in."""
    return date.fromisocalendar(demo.aar, distribution()["post"]["ot_linjer_uke"], 5)


def non_applicants(demo: Demo, lager: Nummerlager, register: Sequence[Tilmelding]) -> Ikkesokere:
    """Return both lists: some of March's have applied since and are gone, some are new, some have moved."""
    rng, andel = stream(demo, "ikkesokere"), distribution()["vigo_andel"]
    antall, antall_mars = _rows(demo, "komplett"), _rows(demo, "mars")
    antall_borte = round(antall_mars * andel["har_sokt_siden"])
    borte_nye = antall_borte - round(antall_borte * andel["kjente"])
    antall_nye = antall - round(antall * andel["kjente"])
    kjente = _known(rng, register, antall - antall_nye + antall_borte - borte_nye)
    nye = make_people(demo, lager, "ikkesokere", antall_nye + borte_nye, distribution()["vigo_alder"])
    komplett = (*kjente[: antall - antall_nye], *nye[:antall_nye])
    borte = (*kjente[antall - antall_nye :], *nye[antall_nye:])
    i_mars = {ungdom.fodselsnummer for ungdom in rng.sample(komplett, min(len(komplett), antall_mars - len(borte)))}
    siden_mars = [ungdom for ungdom in komplett if ungdom.fodselsnummer in i_mars]
    etter_mars = [ungdom for ungdom in komplett if ungdom.fodselsnummer not in i_mars]
    mars = _lines([*siden_mars, *borte], march_day(demo))
    return Ikkesokere(
        mars=mars,
        komplett=(
            *_lines([_perhaps_moved(rng, ungdom) for ungdom in siden_mars], march_day(demo)),
            *_lines(etter_mars, complete_day(demo)),
        ),
        sokt_siden=mars[len(mars) - borte_nye :],
    )


def ot_lines(
    demo: Demo, lager: Nummerlager, register: Sequence[Tilmelding], sokt_siden: Sequence[Linje]
) -> tuple[Linje, ...]:
    """Return those who said no, did not show up or left in August: most are new, some known, some applied in spring."""
    rng, fordeling, antall = stream(demo, "ot-linjer"), distribution(), _rows(demo, "ot_linjer")
    igjen = [linje.ungdom for linje in sokt_siden[::2]]
    opptatt = {ungdom.fodselsnummer for ungdom in igjen}
    antall_kjente = round(antall * fordeling["vigo_andel"]["kjente_ot_linjer"])
    kjente = [rad.ungdom for rad in register if rad.ungdom.fodselsnummer not in opptatt]
    folk = [*igjen, *rng.sample(kjente, min(len(kjente), antall_kjente))]
    folk += make_people(demo, lager, "ot-linjer", max(0, antall - len(folk)), fordeling["ot_alder"])
    koder = deal(rng, len(folk), fordeling["ot_linjer"])
    return tuple(_ot_line(rng, demo, ungdom, *kode.split(" ")) for ungdom, kode in zip(folk, koder, strict=True))


def _rows(demo: Demo, liste: str) -> int:
    """Return how many rows a list has for a county of this size, at least one."""
    tabell: Mapping[str, int] = distribution()["vigo"]
    return max(1, round(tabell[liste] * demo.ungdom / FULLT_REGISTER))


def _known(rng: random.Random, register: Sequence[Tilmelding], antall: int) -> list[Ungdom]:
    """Return youth from the register, mostly those who had not applied the year before either."""
    ikke_sokt = [rad.ungdom for rad in register if rad.vigokode == IKKE_SOKT]
    andre = [rad.ungdom for rad in register if rad.vigokode != IKKE_SOKT]
    antall_ikke_sokt = min(len(ikke_sokt), round(antall * distribution()["vigo_andel"]["kjente_ikke_sokt"]))
    valgt = rng.sample(ikke_sokt, antall_ikke_sokt) + rng.sample(andre, min(len(andre), antall - antall_ikke_sokt))
    rng.shuffle(valgt)
    return valgt


def _perhaps_moved(rng: random.Random, ungdom: Ungdom) -> Ungdom:
    flytter = ungdom.gradering == UGRADERT and rng.random() < distribution()["vigo_andel"]["flyttet"]
    return move(rng, ungdom) if flytter else ungdom


def _lines(folk: Iterable[Ungdom], dato: date) -> tuple[Linje, ...]:
    """Return lines made the day before the file."""
    dagen_for = dato - timedelta(days=1)
    return tuple(Linje(ungdom, IKKE_SOKT, dagen_for) for ungdom in folk)


def _ot_line(rng: random.Random, demo: Demo, ungdom: Ungdom, vigokode: str, ajourholdskode: str) -> Linje:
    skolestart, august = date.fromisocalendar(demo.aar, 34, 2), date(demo.aar, 8, 31)
    return Linje(
        ungdom,
        vigokode,
        ot_lines_day(demo) - timedelta(days=1),
        ajourholdskode,
        random_weekday(rng, skolestart, august) if ajourholdskode == SLUTTET else None,
    )
