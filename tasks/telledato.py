"""Rules for the transfers to Udir: a stated week against the date that the figures describe, and "1 week before" it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeAlias

from schemas.arshjul import Fristregel, Konflikt, Raddatoer
from tasks.kalender import (
    day_text,
    short_text,
    span_text,
    week_of,
    working_day_on_or_after,
    working_day_on_or_before,
    working_days,
)

Hjul: TypeAlias = Mapping[str, Raddatoer]


def period(datoer: Raddatoer) -> str:
    """Name the row's window as the start of a sentence: ``Uke 8 (16.–22. februar)``."""
    spenn = span_text(datoer.fra, datoer.til)
    if datoer.valg or datoer.rad.uke is None:
        return f"Tidsrommet {spenn}"
    return f"Uke {datoer.rad.uke} ({spenn})"


def _is_transfer(datoer: Raddatoer) -> bool:
    """Tell whether the row delivers figures for a counting date."""
    return datoer.rad.frist_regel is Fristregel.PER


def after_counting_date(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """The whole window lies after the counting date (week 8 always does)."""
    telledato = datoer.telledato
    if not _is_transfer(datoer) or telledato is None or datoer.fra <= telledato:
        return None
    return Konflikt(
        "uke_etter_telledato",
        f"{period(datoer)} ligger etter telledatoen {day_text(telledato)}.",
        f"Overfør senest {day_text(working_day_on_or_before(telledato))}, siste arbeidsdag til og med telledatoen.",
    )


def before_counting_date(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """The whole window lies before the counting date."""
    telledato = datoer.telledato
    if not _is_transfer(datoer) or telledato is None or datoer.til >= telledato:
        return None
    return Konflikt(
        "uke_foer_telledato",
        f"{period(datoer)} er over før telledatoen {day_text(telledato)}.",
        f"Overfør {day_text(working_day_on_or_after(telledato))}, så endringer fram til telledatoen kommer med.",
    )


def friday_before_counting_date(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """The counting date is in the window, but no working day on or after it is."""
    telledato = datoer.telledato
    if not _is_transfer(datoer) or telledato is None or not datoer.fra <= telledato <= datoer.til:
        return None
    if working_days(telledato, datoer.til):
        return None
    siste, neste = working_day_on_or_before(telledato), working_day_on_or_after(telledato)
    return Konflikt(
        "fredag_foer_telledato",
        f"Telledatoen er {day_text(telledato)}; siste arbeidsdag i uken er {day_text(siste)}.",
        f"Overfør {day_text(neste)} med telledatoen i behold, eller {day_text(siste)} uten helgens endringer.",
    )


def lead_time(datoer: Raddatoer, hjul: Hjul) -> Konflikt | None:
    """The day "1 week before" falls in the preparation week, or in neither week that the wheel states."""
    rad, telledato, dager = datoer.rad, datoer.telledato, datoer.rad.dager_foer_telledato
    if telledato is None or dager is None:
        return None
    kjores = telledato - timedelta(days=dager)
    if datoer.fra <= kjores <= datoer.til:
        return None
    forberedelse = hjul.get(rad.etter or "")
    i_forberedelsen = forberedelse is not None and forberedelse.fra <= kjores <= forberedelse.til
    hvor = "uken for forberedelse" if i_forberedelsen else "verken i uken for forberedelse eller overføring"
    return Konflikt(
        "en_uke_foer_i_forberedelsen" if i_forberedelsen else "en_uke_foer_utenfor_ukene",
        f"«1 uke før» {short_text(telledato)} er {day_text(kjores)} i uke {week_of(kjores)}, {hvor}.",
        f"Velg om rapporten skal kjøres senest {day_text(working_day_on_or_before(kjores))} eller i uke {rad.uke}.",
    )
