"""The dates of a transfer to Udir: trial run, counting date and delivery, and where wheel and calendar disagree."""

from datetime import date, timedelta
from typing import Final

from schemas.arshjul import Rad, Raddatoer
from schemas.kjoring import Tabell
from tasks.arshjul import read_wheel, row_dates
from tasks.kalender import day_text, is_working_day, week_of, working_day_on_or_before
from tasks.kjoring import Kjoring

DAGER_I_UKEN: Final = 7


def transfer_row(rad: Rad) -> Rad:
    """Return the row of the wheel that delivers what ``rad`` prepares."""
    return next(annen for annen in read_wheel() if annen.etter == rad.rad)


def transfer_dates(kjoring: Kjoring) -> tuple[Raddatoer, Raddatoer]:
    """Return the dates of the run's own row and of the row that delivers, with their conflicts, choices heeded."""
    return kjoring.datoer, row_dates(transfer_row(kjoring.rad), kjoring.aar, kjoring.hjem.radvalg)


def trial_run(overforing: Raddatoer) -> date | None:
    """Return the day of the trial run: so many days before the counting date as the wheel says of the row."""
    if overforing.telledato is None or overforing.rad.dager_foer_telledato is None:
        return None
    return overforing.telledato - timedelta(days=overforing.rad.dager_foer_telledato)


def dates_table(forberedelse: Raddatoer, overforing: Raddatoer) -> Tabell:
    """Return what is done on which day and in which week; a day off is told, with the last working day before it."""
    dager = overforing.rad.dager_foer_telledato
    foer = "1 uke" if dager == DAGER_I_UKEN else f"{dager} dager"
    steg = (
        (f"Forberedelse (rad {forberedelse.rad.nr})", forberedelse.kjoredato),
        (f"Prøvekjøring, {foer} før telledatoen", trial_run(overforing)),
        ("Telledato", overforing.telledato),
        (f"Overføring (rad {overforing.rad.nr})", overforing.kjoredato),
    )
    rader: list[tuple[str | int, ...]] = [(hva, _day(dag), week_of(dag)) for hva, dag in steg if dag]
    if overforing.valg and overforing.valg.hopp_over:
        rader[-1] = (steg[-1][0], "Hoppes over etter valg i innstillingene", "")
    return Tabell(tittel="Prøvekjøring, telledato og overføring", hoder=("Hva", "Dag", "Uke"), rader=rader)


def _day(dag: date) -> str:
    tekst = f"{day_text(dag)} {dag.year}"
    if is_working_day(dag):
        return tekst
    return f"{tekst} (fridag; siste arbeidsdag før er {day_text(working_day_on_or_before(dag))})"


def conflicts_tables(*datoer: Raddatoer) -> list[Tabell]:
    """Return the table of every conflict that concerns the rows, each with its proposal, if there are any."""
    rader: list[tuple[str | int, ...]] = [
        (enkelt.rad.rad, konflikt.tekst, konflikt.forslag) for enkelt in datoer for konflikt in enkelt.konflikter
    ]
    tittel = "Der årshjulet og kalenderen er uenige"
    return [Tabell(tittel=tittel, hoder=("Rad", "Hva", "Forslag"), rader=rader)] if rader else []
