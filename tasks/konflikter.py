"""Where the wheel and the calendar disagree: one small rule per kind of conflict, each with a proposal.

A rule looks at a row's dates (and at the whole wheel of the year) and returns a conflict or None. Choices are already
in the dates, so that a choice that solves a conflict makes it disappear.
"""

from collections.abc import Callable
from datetime import date
from typing import Final, TypeAlias

from schemas.arshjul import Fristregel, Konflikt, Raddatoer
from tasks.kalender import (
    DAG,
    MAANEDER,
    day_text,
    days,
    is_weekend,
    is_working_day,
    public_holidays,
    short_text,
    week_start,
    weeks_in_year,
    working_day_on_or_after,
    working_day_on_or_before,
    working_days,
)
from tasks.skoleferier import school_holidays
from tasks.telledato import (
    Hjul,
    after_counting_date,
    before_counting_date,
    friday_before_counting_date,
    lead_time,
    period,
)

Regel: TypeAlias = Callable[[Raddatoer, Hjul], Konflikt | None]

LANGT_AAR: Final = 53
HELE_SKOLEAARET: Final = "hele skoleåret"
UT_AARET: Final = "ut året"


def find_conflicts(datoer: Raddatoer, hjul: Hjul) -> tuple[Konflikt, ...]:
    """Return a row's conflicts in the order of the rules; ``hjul`` is row id → dates for the whole year.

    A choice that confirms the wheel or skips the row settles them all; one with dates settles what the wheel's own
    week or deadline raised, and is judged itself.
    """
    valg = datoer.valg
    if valg and valg.avgjor_alt:
        return ()
    regler = ALLTID if valg else ALLTID + UTEN_VALG
    return tuple(konflikt for regel in regler if (konflikt := regel(datoer, hjul)))


def _deadline(datoer: Raddatoer) -> date | None:
    """Return the deadline of work to be done, which a counting date or the row's own day is not."""
    return None if datoer.rad.frist_regel in {Fristregel.PER, Fristregel.PAA} else datoer.frist


def _settled(datoer: Raddatoer) -> bool:
    """Tell whether the administrator has skipped the row or confirmed it as it is."""
    return datoer.valg is not None and datoer.valg.avgjor_alt


def deadline_before_window(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """The first working day of the window, or the day chosen, is too late for the deadline."""
    frist = _deadline(datoer)
    if frist is None or datoer.kjoredato <= frist:
        return None
    return Konflikt(
        "frist_foer_uken",
        f"Raden begynner {day_text(datoer.kjoredato)}, etter fristen {day_text(frist)}.",
        f"Fristen går foran: bli ferdig senest {day_text(working_day_on_or_before(frist))}.",
    )


def deadline_in_week(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """The deadline cuts the stated week short."""
    frist = _deadline(datoer)
    if frist is None or datoer.rad.uke_fra is None:
        return None
    alle, igjen = working_days(datoer.fra, datoer.til), working_days(datoer.fra, min(datoer.til, frist))
    if not 0 < len(igjen) < len(alle):
        return None
    return Konflikt(
        "frist_i_uken",
        f"{period(datoer)}: bare {len(igjen)} av {len(alle)} arbeidsdager er før fristen går ut {day_text(frist)}.",
        "Begynn uken før hvis det trengs mer tid.",
    )


def day_off_chosen(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """The day that was chosen is not a working day, or the window that was chosen has none."""
    if datoer.valg is None or datoer.kjoredato in working_days(datoer.fra, datoer.til):
        return None
    valgt = datoer.valg.dato or datoer.fra
    return Konflikt(
        "valgt_dag_er_fridag",
        f"Den valgte dagen {day_text(valgt)} er ikke en arbeidsdag.",
        f"Velg {day_text(working_day_on_or_after(valgt))}.",
    )


def before_its_basis(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """The row starts before the row that it builds on (the worklist in week 21, the reminder in week 22)."""
    grunnlag = hjul.get(datoer.rad.etter or "")
    if grunnlag is None or (grunnlag.valg and grunnlag.valg.hopp_over) or datoer.kjoredato >= grunnlag.kjoredato:
        return None
    return Konflikt(
        "foer_raden_den_bygger_paa",
        f"Raden begynner {day_text(datoer.kjoredato)}, før rad {grunnlag.rad.nr} som den bygger på.",
        f"Begynn {day_text(grunnlag.kjoredato)} eller senere, eller behold uken hvis rekkefølgen er villet.",
    )


def deadline_on_day_off(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """A deadline is on a weekend or a public holiday."""
    frister = [frist for frist in (_deadline(datoer), datoer.ekstra_frist) if frist and not is_working_day(frist)]
    if not frister:
        return None
    grunner = [f"{day_text(frist)}{_holiday_name(frist)}" for frist in frister]
    ferdig = [day_text(working_day_on_or_before(frist)) for frist in frister]
    return Konflikt(
        "frist_paa_fridag",
        f"Fristen går ut på en fridag: {' og '.join(grunner)}.",
        f"Bli ferdig senest {' og '.join(ferdig)}.",
    )


def _holiday_name(dato: date) -> str:
    navn = public_holidays(dato.year).get(dato)
    return f" ({navn.lower()})" if navn else ""


def date_moved(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """The day that the wheel names is a day off, and the rule has moved it."""
    dag, rad = datoer.rad.frist_dag, datoer.rad
    if dag is None or datoer.frist is None or rad.frist_regel not in {Fristregel.FOER_FLYTTES, Fristregel.PAA}:
        return None
    nevnt = date(datoer.aar, dag.maaned, dag.dag)
    if nevnt == datoer.frist:
        return None
    soknad = rad.frist_regel is Fristregel.FOER_FLYTTES
    return Konflikt(
        "soknadsfrist_flyttet" if soknad else "dato_flyttet",
        f"{short_text(nevnt)} er en {day_text(nevnt).split()[0]}.",
        f"{'Søknadsfristen er' if soknad else 'Raden er flyttet til'} {day_text(datoer.frist)}.",
    )


def holidays_in_week(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """Public holidays take working days from a row that has one week."""
    if datoer.rad.uke_fra is None or datoer.rad.uke_fra != datoer.rad.uke_til:
        return None
    igjen = working_days(datoer.fra, datoer.til)
    fridager = [day_text(d) for d in days(datoer.fra, datoer.til) if not is_weekend(d) and d not in igjen]
    if not fridager:
        return None
    return Konflikt(
        "helligdager_i_uken",
        f"{period(datoer)} har {len(igjen)} arbeidsdager: helligdag {' og '.join(fridager)}.",
        f"Begynn {day_text(datoer.kjoredato)}.",
    )


def other_month(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """The row starts in another month than the wheel's label says."""
    ord_ = (datoer.rad.maaned or "").lower().replace("/", " ").replace("-", " ").split()
    nevnt = [MAANEDER.index(navn) + 1 for navn in ord_ if navn in MAANEDER]
    if not nevnt or min(nevnt) <= datoer.kjoredato.month <= max(nevnt):
        return None
    begynner = MAANEDER[datoer.kjoredato.month - 1]
    return Konflikt(
        "annen_maaned",
        f"Årshjulet sier «{datoer.rad.maaned}», men {period(datoer).lower()} begynner i {begynner}.",
        f"Følg uken: begynn {day_text(datoer.kjoredato)}.",
    )


def school_holiday(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """The row's whole week is a school holiday, so that no school answers."""
    uker = {datoer.rad.uke_fra, datoer.rad.uke_til}
    ferier = [ferie for ferie in school_holidays() if uker == {ferie.uke}]
    if not ferier:
        return None
    hvor = " og ".join(f"{ferie.navn} i {ferie.fylke}" for ferie in ferier)
    return Konflikt(
        "skoleferie",
        f"{period(datoer)} er {hvor}; skolene svarer ikke.",
        f"Avklar det som trengs fra skolene senest {day_text(working_day_on_or_before(datoer.fra - DAG))}.",
    )


def loaded_twice(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """Another row loads the same group (15 March and week 18)."""
    flyt = datoer.rad.flyt
    andre = [d for d in hjul.values() if d.rad.flyt == flyt and d is not datoer and not _settled(d)]
    if not flyt.startswith("innlasting_") or not andre:
        return None
    nummer = ", ".join(f"rad {annen.rad.nr} ({day_text(annen.kjoredato)})" for annen in andre)
    return Konflikt(
        "lastes_to_ganger",
        f"Samme gruppe lastes også i {nummer}.",
        "Kjør begge: den siste tar bare med det som er nytt eller endret. Ellers hopp over den ene.",
    )


def school_year_or_year(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """The wheel's week says to the year's end, its note says the whole school year."""
    if UT_AARET not in (datoer.rad.uke or "") or HELE_SKOLEAARET not in (datoer.rad.merknad or ""):
        return None
    return Konflikt(
        "aar_eller_skoleaar",
        f"Uken sier «{UT_AARET}», merknaden «{HELE_SKOLEAARET}».",
        f"Vis raden til {short_text(datoer.til)}, og ta imot avklaringsmøter til skoleåret slutter.",
    )


def long_year(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """The year has 53 weeks, and the row lasts into the last one."""
    if weeks_in_year(datoer.aar) < LANGT_AAR or datoer.til < week_start(datoer.aar, LANGT_AAR):
        return None
    return Konflikt(
        "uke_53",
        f"{datoer.aar} har {LANGT_AAR} uker; den siste begynner {day_text(week_start(datoer.aar, LANGT_AAR))}.",
        "Tell ukene etter kalenderen, og se om uker og datoer stemmer i juni og november.",
    )


ALLTID: Final[tuple[Regel, ...]] = (
    after_counting_date,
    deadline_before_window,
    day_off_chosen,
    before_its_basis,
    loaded_twice,
)
UTEN_VALG: Final[tuple[Regel, ...]] = (
    before_counting_date,
    friday_before_counting_date,
    lead_time,
    deadline_in_week,
    deadline_on_day_off,
    date_moved,
    holidays_in_week,
    other_month,
    school_holiday,
    school_year_or_year,
    long_year,
)
