"""Wheel rows → Prefect deployments: one each, named and described in bokmål, scheduled by dates from our calendar.

A schedule is explicit dates, not a rule: they carry holidays, shifts and the county's choices, which no RRULE can.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from prefect import Flow
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import RRule, Schedule

from deployments.rader import UTEN_RAD, built_rows, flow_of, service_flow
from schemas.arshjul import Rad, Raddatoer, Radvalg
from schemas.kjoring import KJOR, VIS
from tasks import sider
from tasks.arshjul import find_row, row_dates
from tasks.kalender import FORSTE_AAR, run_time
from tasks.klokke import local_date
from tasks.radhjelp import help_of

MERKE = "årshjul"
PLANNAVN = "hjul"
AAR_FRAMOVER = 2
MINUTT = timedelta(minutes=1)
STARTVERDIER = {
    "avgjore": {"forslag_id": "", "beslutning": "Godkjenn", "av": "", "grunn": ""},
    "angre": {"kjoring_id": "", "av": "", "grunn": ""},
}
"""What their forms begin with."""


def coming_dates(rad: Rad, valg: Iterable[Radvalg], naa: datetime) -> list[datetime]:
    """Return when the row runs from now on: this year's days that are ahead, last year's too, and the next years'."""
    valgene = tuple(valg)
    i_aar = local_date(naa).year
    aarene = range(max(FORSTE_AAR, i_aar - 1), i_aar + AAR_FRAMOVER + 1)
    datoer = [row_dates(rad, aar, valgene) for aar in aarene]
    tider = [
        run_time(dag) + _after(enkelt, dag, valgene)
        for enkelt in datoer
        if not _skipped(enkelt)
        for dag in enkelt.kjoredatoer
    ]
    return [tid for tid in tider if tid > naa]


def _after(d: Raddatoer, dag: date, valg: tuple[Radvalg, ...]) -> timedelta:
    """Plan a row a minute after the one it builds on, where both run that day: the worker goes by the time."""
    if d.rad.etter is None:
        return timedelta()
    forrige = row_dates(find_row(d.rad.etter), d.aar, valg)
    return _after(forrige, dag, valg) + MINUTT if dag in forrige.kjoredatoer else timedelta()


def _skipped(datoer: Raddatoer) -> bool:
    return datoer.valg is not None and datoer.valg.hopp_over


def schedule(tider: Sequence[datetime]) -> Schedule:
    """Return a schedule of exactly these moments, in Oslo time: then the row does its work, where its form shows it."""
    tekster = [f"{tid:%Y%m%dT%H%M%S}" for tid in tider]
    regel = f"DTSTART:{tekster[0]}\nRDATE:{','.join(tekster)}"
    return RRule(regel, timezone="Europe/Oslo", slug=PLANNAVN, parameters={"valg": {"gjor": KJOR}})


def row_deployments(valg: Sequence[Radvalg], naa: datetime) -> list[RunnerDeployment]:
    """Return one deployment per built row, and those without one: undo, corrections, carrying out."""
    rader = [
        _deployment(
            flow_of(rad),
            description(rad, valg, local_date(naa).year),
            {"valg": {"gjor": VIS}},
            [MERKE, rad.farge, rad.flyt],
            coming_dates(rad, valg, naa),
        )
        for rad in built_rows()
    ]
    tjenester = [
        _deployment(service_flow(navn), _help(navn), {"valg": STARTVERDIER.get(navn, {})}, [MERKE, navn], [])
        for navn in UTEN_RAD
    ]
    return [*rader, *tjenester]


def _deployment(
    flyt: Flow[..., dict[str, Any]],
    beskrivelse: str,
    parametre: dict[str, Any],
    merker: list[str],
    tider: list[datetime],
) -> RunnerDeployment:
    utrulling = flyt.to_deployment(
        name=flyt.name,
        parameters=parametre,
        description=beskrivelse,
        tags=merker,
        schedule=schedule(tider) if tider else None,
    )
    if not isinstance(utrulling, RunnerDeployment):
        raise TypeError("prefect ga ikke en utrulling")
    navn = flyt.fn.__name__
    utrulling.entrypoint = f"flows/{navn}.py:{navn}"
    return utrulling


def description(rad: Rad, valg: Sequence[Radvalg], aar: int) -> str:
    """Return what the row does, needs and never does, and when, in Markdown, with this year's conflicts."""
    datoer = row_dates(rad, aar, tuple(valg))
    konflikter = "\n".join(f"- {konflikt.tekst} {konflikt.forslag}" for konflikt in datoer.konflikter)
    return (
        f"**{rad.plan}**\n\n{rad.merknad or ''}\n\nFarge: {rad.farge} (utledet). Kjøres {_days(datoer)} i {aar}.\n\n"
        + (f"**Hjulet og kalenderen er uenige:**\n{konflikter}\n\n" if konflikter else "")
        + _help(rad.rad)
    )


def _help(navn: str) -> str:
    """Return the help of a row or a service, and where the wheel is shown."""
    hjul = f"\n[Årshjulet: hva som forfaller, venter og er galt]({sider.front_page()})\n" if sider.are_served() else ""
    return help_of(navn).markdown() + hjul


def _days(datoer: Raddatoer) -> str:
    """Return the day the row runs, or the first, the last and how many where it goes on for a while."""
    forste, siste, antall = datoer.kjoredatoer[0], datoer.kjoredatoer[-1], len(datoer.kjoredatoer)
    return _text(forste) if antall == 1 else f"{antall} ganger fra {_text(forste)} til {_text(siste)},"


def _text(dato: date) -> str:
    return f"{dato:%d.%m.%Y}"
