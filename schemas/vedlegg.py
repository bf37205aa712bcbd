"""The attachment to an application: what a youth outside school has done in the school year that is under way."""

from dataclasses import dataclass
from datetime import date

from schemas.brev import Avsender


@dataclass(frozen=True, slots=True)
class Aktivitet:
    """Something that lasted from a day (None: not recorded) to another, both included; ``til`` None goes on."""

    fra: date | None
    til: date | None
    tekst: str


@dataclass(frozen=True, slots=True)
class Vedleggsdata:
    """One attachment. Every text is data: nothing in it is ever read as markup.

    Attributes:
        navn: The youth's name.
        fodselsdato: Her birth date; the national id is not in the document.
        mottaker: The office that gets it.
        dato: The date it bears; it says nothing of later days.
        skoleaar: The school year it tells of, as people write it: ``2025/2026``.
        soknad_skoleaar: The school year that is applied for.
        avsender: Who writes.
        statuser: The OT statuses in order, by Udir's names.
        tiltak: The measures in order, as the adviser has written them.
        plan_dato: When the follow-up plan was made, None where there is none.
        kontakter: The days of recorded contact, in order.
    """

    navn: str
    fodselsdato: date
    mottaker: str
    dato: date
    skoleaar: str
    soknad_skoleaar: str
    avsender: Avsender
    statuser: tuple[Aktivitet, ...] = ()
    tiltak: tuple[Aktivitet, ...] = ()
    plan_dato: date | None = None
    kontakter: tuple[date, ...] = ()
