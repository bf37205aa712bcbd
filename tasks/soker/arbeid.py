"""The advisers' work with applicants: who has not applied, whose attachment is missing, and who applies late.

Nobody is named in tables and findings: counts for each adviser only.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from schemas.arbeid import Gjoremaal
from schemas.kjoring import Tabell
from tasks.arbeid.klokker import warn_from
from tasks.arshjul import RADFRIST
from tasks.avvik import Funn, finding
from tasks.hjem import Hjem
from tasks.kalender import short_text
from tasks.kjoring import Kjoring
from tasks.oppgaver import ANSVARLIG
from tasks.soker.utvalg import (
    MANGLER_VEDLEGG,
    Utenfor,
    answers,
    archived,
    deadline,
    outside,
    settled_by_hand,
    to_attach,
)

IKKE_SOKT: Final = "SOKER_IKKE_SOKT"
ETTER_FRIST: Final = "SOKER_ETTER_FRIST"
SOK_ETTER_FRIST: Final = "SOK_ETTER_FRIST"
STAAR: Final = frozenset({SOK_ETTER_FRIST, "SOK_VIL_IKKE"})
"""Answers that the same year's later row does not ask about again."""
ALLE: Final = "Alle"
UTEN_RAADGIVER: Final = "Uten rådgiver"
SOKERHODER: Final = (
    "Utenfor videregående",
    "Har søkt",
    "– av dem etter fristen",
    "Har ikke søkt",
    "– av dem skal bistås",
)
VEDLEGGSHODER: Final = ("Vedlegg mangler", "Vedlegg underveis", "Vedlegg arkivert", "Vedlegg ordnet for hånd")
SENT: Final = "Til inntaksmøtene"


class Vedlegg(NamedTuple):
    """Those who are to have an attachment: not proposed, not yet with the archive, with it, and settled by hand."""

    mangler: list[Utenfor]
    underveis: list[Utenfor]
    arkivert: list[Utenfor]
    for_haand: list[Utenfor]


def applicant_work(kjoring: Kjoring) -> list[Gjoremaal]:
    """Return what ought to be done about applicants as of the run's day, by the row's parameters.

    ``sokere``: ``ikke_sokt`` asks the adviser to help those who have not applied, ``etter_frist`` asks the faglig
    leder to take late applications to the intake meetings. ``vedlegg``: ``ja`` asks about attachments that the archive
    has not got.
    """
    folk = outside(kjoring.con, kjoring.aar, kjoring.per_dato)
    if kjoring.rad.parametre["sokere"] == "etter_frist":
        leder = kjoring.hjem.innstillinger.fagledere
        eiere = {kommune: enkelt.id for enkelt in reversed(leder) for kommune in enkelt.kommuner}
        sene = _late(kjoring, folk)
        return [Gjoremaal(en.person_id, ETTER_FRIST, eiere.get(en.kommunenummer, ANSVARLIG)) for en in sene]
    arbeid = [Gjoremaal(en.person_id, IKKE_SOKT, en.raadgiver or ANSVARLIG) for en in _to_help(kjoring, folk)]
    vedlegg = _attachments(kjoring, folk)
    ikke_levert = [*vedlegg.mangler, *vedlegg.underveis]
    return arbeid + [Gjoremaal(en.person_id, MANGLER_VEDLEGG, en.raadgiver or ANSVARLIG) for en in ikke_levert]


def applicant_findings(kjoring: Kjoring) -> list[Funn]:
    """Return that attachments are missing when the deadline is near or past, and that there is no archive for them."""
    folk = outside(kjoring.con, kjoring.aar, kjoring.per_dato)
    mangler, underveis, *_ = _attachments(kjoring, folk)
    frist, antall = deadline(kjoring.rad, kjoring.aar), len(mangler) + len(underveis)
    funn = []
    if antall and kjoring.per_dato >= warn_from(RADFRIST, frist):
        funn.append(finding("ÅH-3146", antall=antall, frist=short_text(frist)))
    if mangler and kjoring.hjem.innstillinger.arkiv is None:
        funn.append(finding("ÅH-3147", antall=len(mangler)))
    return funn


def applicant_table(kjoring: Kjoring) -> Tabell:
    """Return the countdown: for each adviser how many are outside school, have applied, have not, and lack what."""
    folk = outside(kjoring.con, kjoring.aar, kjoring.per_dato)
    frist = deadline(kjoring.rad, kjoring.aar)
    har_sokt = [en for en in folk if en.soknad_dato]
    kolonner = dict(
        zip(
            SOKERHODER,
            (
                folk,
                har_sokt,
                [en for en in har_sokt if en.soknad_dato and en.soknad_dato > frist],
                [en for en in folk if not en.soknad_dato],
                _to_help(kjoring, folk),
            ),
            strict=True,
        )
    )
    if kjoring.rad.parametre.get("vedlegg") == "ja":
        kolonner |= dict(zip(VEDLEGGSHODER, _attachments(kjoring, folk), strict=True))
    if kjoring.rad.parametre["sokere"] == "etter_frist":
        kolonner[SENT] = _late(kjoring, folk)
    tittel = f"Søkere til {kjoring.aar}/{kjoring.aar + 1}: {_countdown(frist, kjoring.per_dato)}"
    return Tabell(tittel=tittel, hoder=("Rådgiver", *kolonner), rader=_lines(kjoring.hjem, list(kolonner.values())))


def _to_help(kjoring: Kjoring, folk: Iterable[Utenfor]) -> list[Utenfor]:
    """Return those who are to be helped to apply: neither has applied nor has told that she will not, or later."""
    sagt = answers(kjoring.con, kjoring.aar, IKKE_SOKT)
    return [
        en
        for en in folk
        if en.oppsokes and not en.har_plass and not en.soknad_dato and sagt.get(en.person_id) not in STAAR
    ]


def _late(kjoring: Kjoring, folk: Iterable[Utenfor]) -> list[Utenfor]:
    """Return those who have applied after the deadline, or want to and have not applied in time."""
    frist, sagt = deadline(kjoring.rad, kjoring.aar), answers(kjoring.con, kjoring.aar, IKKE_SOKT)
    return [
        en for en in folk if (en.soknad_dato > frist if en.soknad_dato else sagt.get(en.person_id) == SOK_ETTER_FRIST)
    ]


def _attachments(kjoring: Kjoring, folk: Iterable[Utenfor]) -> Vedlegg:
    """Sort those who are to have an attachment by how far it has come; nobody, where the row has no attachments."""
    deler = Vedlegg([], [], [], [])
    levert = archived(kjoring.con, kjoring.rad.rad, kjoring.aar)
    for_haand = settled_by_hand(kjoring.con, kjoring.aar, kjoring.siste_dag)
    for en in to_attach(kjoring.rad, kjoring.aar, folk):
        if levert.get(en.person_id):
            deler.arkivert.append(en)
        elif en.person_id in for_haand:
            deler.for_haand.append(en)
        elif en.person_id in levert:
            deler.underveis.append(en)
        else:
            deler.mangler.append(en)
    return deler


def _countdown(frist: date, i_dag: date) -> str:
    """Return how long it is to the deadline, for a heading."""
    igjen = (frist - i_dag).days
    if igjen < 0:
        return f"fristen var {short_text(frist)}"
    return f"fristen er i dag, {short_text(frist)}" if igjen == 0 else f"{igjen} dager igjen til {short_text(frist)}"


def _lines(hjem: Hjem, kolonner: Sequence[Iterable[Utenfor]]) -> list[tuple[str | int, ...]]:
    """Return a row for each adviser who has anyone, those without an adviser, and all together."""
    antall = [Counter(en.raadgiver for en in kolonne) for kolonne in kolonner]
    kjente = [raadgiver.id for raadgiver in hjem.innstillinger.radgivere]
    linjer = {navn: [tall[navn] for tall in antall] for navn in kjente}
    linjer[UTEN_RAADGIVER] = [sum(tall[navn] for navn in tall.keys() - set(kjente)) for tall in antall]
    med_noen = {navn: tall for navn, tall in linjer.items() if any(tall)}
    return [(navn, *tall) for navn, tall in (med_noen | {ALLE: [tall.total() for tall in antall]}).items()]
