"""A youth's guardians: until when they get her letters, with whose consent after that, and who they are.

The register has two places for guardians, each numbered by its source. The same guardian may stand in both.
"""

from collections.abc import Mapping
from datetime import date
from itertools import chain, product
from typing import Final

import pandas as pd

from tasks import kodeverk
from tasks.adresse import ADRESSE, GRADERINGER, KILDER, UGRADERT, is_graded

FORESATTE: Final = ("foresatt1", "foresatt2")
OM_FORESATT: Final = ("fodselsnummer", "navn", "foreldreansvar", *ADRESSE)
"""What a place says of the guardian in it."""
ANSVAR_BEKREFTET: Final = "J"
SAMTYKKE, SAMTYKKE_TRUKKET = "samtykke_dato", "samtykke_trukket_dato"
SAMTYKKEFELT: Final = (SAMTYKKE, SAMTYKKE_TRUKKET)

Person = Mapping[str, str]


def involved(person: Person, fodt: date, dato: date) -> bool:
    """Tell whether the guardians of one born on ``fodt`` get what she gets: until she is of age, then with consent."""
    return not is_adult(fodt, dato) or has_consented(person, dato)


def is_adult(fodt: date, dato: date) -> bool:
    """Tell whether one born on ``fodt`` is of age on ``dato``; born 29 February comes of age on 1 March."""
    aar = fodt.year + int(kodeverk.rule("foresatte", dato)["myndighetsalder"])
    try:
        bursdag = fodt.replace(year=aar)
    except ValueError:
        bursdag = date(aar, 3, 1)
    return dato >= bursdag


def has_consented(person: Person, dato: date) -> bool:
    """Tell whether she has consented by ``dato`` and not withdrawn it, on that very day or since.

    A withdrawal dated later than ``dato`` is known already, and counts.
    """
    gitt, trukket = _day(person[SAMTYKKE]), _day(person[SAMTYKKE_TRUKKET])
    if gitt is None or gitt > dato:
        return False
    return not person[SAMTYKKE_TRUKKET] or (trukket is not None and trukket < gitt)


def strictest_consent(person: Person, sist: Person) -> dict[str, str]:
    """Return the consent as it holds or as we learned it last (``sist``): the earlier consent, the later withdrawal."""
    gitt = [person[SAMTYKKE], sist.get(SAMTYKKE, person[SAMTYKKE])]
    trukket = [person[SAMTYKKE_TRUKKET], sist.get(SAMTYKKE_TRUKKET, "")]
    return {SAMTYKKE: min(gitt), SAMTYKKE_TRUKKET: max(trukket)}


def places(person: Person) -> list[tuple[str, ...]]:
    """Return the places of each guardian: two where the same one stands in both, none where nobody does.

    Of two, one with her number comes first: by it she may have a mailbox.
    """
    brukte = [plass for plass in FORESATTE if any(person[f"{plass}_{felt}"] for felt in ("navn", "fodselsnummer"))]
    if len(brukte) == len(FORESATTE) and _same_person(person):
        return [tuple(sorted(brukte, key=lambda plass: not person[f"{plass}_fodselsnummer"]))]
    return [(plass,) for plass in brukte]


def graded(ramme: pd.DataFrame, sist: Mapping[str, Person]) -> dict[tuple[str, str], str]:
    """Return (national id, fact that grades an address) → the grade, of the guardians whom a source has graded.

    ``ramme`` has a row per youth, with person_id and the facts of both places; ``sist`` what was learned last of each,
    which counts from the moment we know it.
    """
    personer = list(ramme["person_id"])
    numre = {plass: dict(zip(personer, ramme[f"{plass}_fodselsnummer"], strict=True)) for plass in FORESATTE}
    svar: dict[tuple[str, str], str] = {}
    for plass, gradering in product(FORESATTE, GRADERINGER):
        felt = f"{plass}_{gradering}"
        sagt = chain(zip(personer, ramme[felt], strict=True), ((hvem, om.get(felt, "")) for hvem, om in sist.items()))
        for hvem, gradert in sagt:
            if is_graded(gradert) and (nummer := numre[plass].get(hvem)):
                svar[nummer, gradering] = gradert
    return svar


def with_grades(person: Person, graderte: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Return the person's facts, where a guardian whom a source has graded in any youth's record is graded."""
    svar = dict(person)
    for plass, gradering in product(FORESATTE, GRADERINGER):
        felt = f"{plass}_{gradering}"
        svar[felt] = graderte.get((person[f"{plass}_fodselsnummer"], gradering), person[felt])
    return svar


def sources_disagree(person: Person) -> bool:
    """Tell whether the sources place the protected guardian differently.

    A grade is kept for a place, and each source numbers the guardians itself: then nobody knows whose grade it is.
    """
    skjermede = set()
    for kilde in KILDER:
        graderinger = [person[f"{plass}_adressegradering_{kilde}"] for plass in FORESATTE]
        if any(graderinger):
            skjermede.add(tuple(gradering not in ("", UGRADERT) for gradering in graderinger))
    return len(skjermede) > 1


def _same_person(person: Person) -> bool:
    """Tell whether both places have the same national id, or one has none and name and address are the same."""
    numre = [person[f"{plass}_fodselsnummer"] for plass in FORESATTE]
    if all(numre):
        return len(set(numre)) == 1
    return len({plain(*(person[f"{plass}_{felt}"] for felt in ("navn", *ADRESSE))) for plass in FORESATTE}) == 1


def is_same(en: tuple[str, str], annen: tuple[str, str]) -> bool:
    """Tell whether a source's guardian and ours in a place (each name, number) are one: by number, by name without.

    The two places of one youth need more to be one (``places``): there a wrong yes costs a guardian her letter.
    """
    (navn, nummer), (annet_navn, annet_nummer) = en, annen
    if nummer and annet_nummer:
        return nummer == annet_nummer
    return plain(navn) == plain(annet_navn)


def plain(*tekster: str) -> tuple[str, ...]:
    """Return names and addresses without what two sources write differently: capitals and spaces."""
    return tuple(" ".join(tekst.casefold().split()) for tekst in tekster)


def _day(tekst: str) -> date | None:
    try:
        return date.fromisoformat(tekst)
    except ValueError:
        return None
