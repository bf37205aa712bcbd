"""The four questions of the wheel's page: what is due, what waits for you, what is wrong, what comes next.

Each answer is a row's name, one sentence about what to do, and where it is done.
"""

import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from schemas.avgjorelse import Beslutning
from schemas.verdier import Forslagstilstand
from tasks.hjul import forslagsside, kjoringsside, stoppside
from tasks.hjul.lenker import Lenker
from tasks.hjul.stopp import Slag
from tasks.hjul.tilstand import Radtilstand, Tilstand
from tasks.hjul.underside import counted, row_name
from tasks.kalender import day_text, run_time, week_of
from tasks.klokke import local_date

VISES: Final = 3
"""So many of each panel stand open; the rest are folded away, and everything stands in the table below."""
MEST_TEKST: Final = 170
NESTE: Final = 5
TO_UKER: Final = 13  # days from a Monday to the Sunday of next week


@dataclass(frozen=True)
class Lenke:
    """A link that makes sense alone."""

    tekst: str
    adresse: str


@dataclass(frozen=True)
class Punkt:
    """One thing: its row, what to do in a sentence, and links to where it is done."""

    tittel: str
    tekst: str
    lenker: tuple[Lenke, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A question and its answers; ``tomt`` is said where there are none. ``farge`` names its look."""

    navn: str
    tittel: str
    tomt: str
    punkter: tuple[Punkt, ...]

    @property
    def apne(self) -> tuple[Punkt, ...]:
        """The first, which are shown."""
        return self.punkter[:VISES]

    @property
    def flere(self) -> tuple[Punkt, ...]:
        """The rest, which are folded away."""
        return self.punkter[VISES:]


@dataclass(frozen=True)
class Sted:
    """Where things lead from the page: to pages (``rot`` is the way to them; None where there are none) and to Prefect.

    ``antall`` is open proposal → how many items it would send.
    """

    naa: datetime
    lenker: Lenker
    rot: str | None
    antall: Mapping[str, int]

    @property
    def i_dag(self) -> date:
        """Today in Oslo."""
        return local_date(self.naa)

    def page(self, mappe: str) -> str | None:
        """Return the address of one of our pages."""
        return None if self.rot is None else f"{self.rot}{mappe}/index.html"

    def row_form(self, en: Radtilstand) -> str | None:
        """Return the form that runs the row."""
        return self.lenker.row_form(en.datoer.rad.rad, en.datoer.aar, self.i_dag.year)


def panels(tilstander: Iterable[Radtilstand], sted: Sted) -> tuple[Panel, ...]:
    """Return the four panels, in the order they are read."""
    alle = list(tilstander)
    return (
        Panel("forfaller", "Forfaller", "Ingenting forfaller denne eller neste uke.", _sorted(_due, alle, sted)),
        Panel("venter", "Venter på deg", "Ingenting venter på deg.", _each(_waiting, alle, sted)),
        Panel("galt", "Noe er galt", "Ingenting er galt.", _each(_wrong, alle, sted)),
        Panel("neste", "Neste", "Ingenting er planlagt.", _sorted(_coming, alle, sted)[:NESTE]),
    )


def _each(
    finn: Callable[[Radtilstand, Sted], Iterable[tuple[int, Punkt]]], alle: Iterable[Radtilstand], sted: Sted
) -> tuple[Punkt, ...]:
    """Return what is found, the most urgent kind first, and within a kind what happened last."""
    funnet = [(slag, en, punkt) for en in alle for slag, punkt in finn(en, sted)]
    sist = {id(en): en.kjort.ferdig_tid.timestamp() if en.kjort else 0.0 for _, en, _ in funnet}
    return tuple(punkt for _, _, punkt in sorted(funnet, key=lambda tre: (tre[0], -sist[id(tre[1])])))


def _sorted(
    finn: Callable[[Radtilstand, Sted], tuple[date, Punkt] | None], alle: Iterable[Radtilstand], sted: Sted
) -> tuple[Punkt, ...]:
    funnet = [svar for en in alle if (svar := finn(en, sted))]
    return tuple(punkt for _, punkt in sorted(funnet, key=lambda par: par[0]))


def links(*par: tuple[str, str | None]) -> tuple[Lenke, ...]:
    """Return those of the links that lead somewhere."""
    return tuple(Lenke(tekst, adresse) for tekst, adresse in par if adresse)


def name(en: Radtilstand, i_dag: date) -> str:
    """Return the row's name, with its year where that is not this one."""
    aar = "" if en.datoer.aar == i_dag.year else f" ({en.datoer.aar})"
    return row_name(en.datoer.rad) + aar


def _due(en: Radtilstand, sted: Sted) -> tuple[date, Punkt] | None:
    """Return what the row does or must have done this week or next, and the first day of it."""
    if en.tilstand is Tilstand.HOPPET:
        return None
    slutt = _end(sted.i_dag)
    kjores = [dag for dag in en.datoer.kjoredatoer if run_time(dag) > sted.naa and dag <= slutt]
    frister = [dag for dag in (en.datoer.frist, en.datoer.ekstra_frist) if dag and sted.i_dag <= dag <= slutt]
    if not kjores and not frister:
        return None
    deler = [f"Kjøres {_day(kjores[0], sted.i_dag)}."] if kjores else []
    deler += [f"Frist {_day(frist, sted.i_dag)}." for frist in frister]
    lenker = links((f"Kjør {en.datoer.rad.nr} nå", sted.row_form(en)))
    return min(kjores + frister), Punkt(name(en, sted.i_dag), " ".join(deler), lenker)


def _coming(en: Radtilstand, sted: Sted) -> tuple[date, Punkt] | None:
    """Return the row's first run after next week."""
    dager = [dag for dag in en.datoer.kjoredatoer if dag > _end(sted.i_dag)]
    if en.tilstand is Tilstand.HOPPET or not dager:
        return None
    return dager[0], Punkt(name(en, sted.i_dag), f"Uke {week_of(dager[0])}: kjøres {day_text(dager[0])}.")


def _end(i_dag: date) -> date:
    """Return the Sunday of next week."""
    return i_dag - timedelta(days=i_dag.weekday()) + timedelta(days=TO_UKER)


def _day(dag: date, i_dag: date) -> str:
    return "i dag" if dag == i_dag else day_text(dag)


def _waiting(en: Radtilstand, sted: Sted) -> Iterable[tuple[int, Punkt]]:
    """Yield what waits for a person, most urgent first: proposals, items whose fate is unknown, rows set aside."""
    tittel = name(en, sted.i_dag)
    for forslag_id, tilstand in en.forslag:
        yield 0, _proposal(tittel, forslag_id, Forslagstilstand(tilstand), sted)
    if en.karantene:
        rader = counted(en.karantene, "rad er satt til side", "rader er satt til side")
        tekst = f"{rader}. Rett i arbeidsboken i karantene/, legg den i innboks/, og kjør raden på nytt."
        nr = en.datoer.rad.nr
        lenker = links((f"Se kjøringen av {nr}", _run_page(en, sted)), (f"Kjør {nr} på nytt", sted.row_form(en)))
        yield 2, Punkt(tittel, tekst, lenker)
    if en.uavklart:
        sendt = counted(en.uavklart, "utsending er uavklart", "utsendinger er uavklarte")
        tekst = f"{sendt}. Finn ut om det kom fram, og skriv det med ./arshjul settle."
        yield 1, Punkt(tittel, tekst, links((f"Se kjøringen av {en.datoer.rad.nr}", _run_page(en, sted))))


def _proposal(tittel: str, forslag_id: str, tilstand: Forslagstilstand, sted: Sted) -> Punkt:
    antall = sted.antall.get(forslag_id)
    hva = f" ({counted(antall, 'utsending', 'utsendinger')})" if antall is not None else ""
    se = (f"Se {forslag_id}", sted.page(forslagsside.folder_of(forslag_id)))
    if tilstand is Forslagstilstand.VENTER:
        tekst = f"Forslaget {forslag_id}{hva} venter. Se på tallene og prøvebrevene, og godkjenn eller avvis."
        return Punkt(
            tittel, tekst, links(se, (f"Godkjenn eller avvis {forslag_id}", sted.lenker.decision_form(forslag_id)))
        )
    send = (f"Send {forslag_id}", sted.lenker.send_form(forslag_id))
    stopp = (f"Stopp {forslag_id}", sted.lenker.decision_form(forslag_id, Beslutning.STOPP))
    hvordan = (
        "er godkjent. Send det." if tilstand is Forslagstilstand.GODKJENT else "er ikke ferdig sendt. Send resten."
    )
    return Punkt(tittel, f"Forslaget {forslag_id}{hva} {hvordan}", links(se, send, stopp))


def _wrong(en: Radtilstand, sted: Sted) -> Iterable[tuple[int, Punkt]]:
    """Yield what went wrong, most urgent first: a run that came to nothing, and deviations that are open."""
    rad = en.datoer.rad
    if en.stopp and en.tilstand is Tilstand.AVVIK:
        mappe = stoppside.folder_of(rad.rad, en.datoer.aar)
        sent = en.stopp.slag is Slag.FORSINKET
        lenker = links(
            (f"Hva gjør jeg med {rad.nr}?", sted.page(mappe)),
            (f"Kjør {rad.nr} {'nå' if sent else 'på nytt'}", sted.row_form(en)),
        )
        yield 0, Punkt(name(en, sted.i_dag), textwrap.shorten(en.stopp.tekst, MEST_TEKST, placeholder=" …"), lenker)
    if en.avvik and en.tilstand is not Tilstand.HOPPET:
        tekst = f"{counted(en.avvik, 'åpent avvik', 'åpne avvik')}. Se hva som må rettes med ./arshjul show avvik."
        yield 1, Punkt(name(en, sted.i_dag), tekst, links((f"Se kjøringen av {rad.nr}", _run_page(en, sted))))


def _run_page(en: Radtilstand, sted: Sted) -> str | None:
    return sted.page(kjoringsside.folder_of(en.kjort.kjoring_id)) if en.kjort else None
