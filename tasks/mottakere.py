"""The dispatch gate: for one youth on the day of dispatch, who gets the letter, how, and who does not and why.

The order is the design's, and each question fails closed: dead or emigrated → protected address → living for all we
know → in one of our municipalities → age known and in the target group → the youth's channel → guardians with
confirmed parental responsibility, until she is of age or while she consents.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from schemas.utsending import Utelatt
from schemas.verdier import Kanal, Mottaker
from tasks import foresatte, kodeverk
from tasks.adresse import ADRESSE, GRADERINGER, UGRADERT, is_protected
from tasks.foresatte import FORESATTE, SAMTYKKEFELT, Person
from tasks.krr import Kontakt

FORESATTFELT = (*foresatte.OM_FORESATT, *GRADERINGER)
FELT = (
    "fodselsnummer", "fodselsdato", "fornavn", "etternavn", *ADRESSE, "kommunenummer", "personstatus", "raadgiver",
    *SAMTYKKEFELT, *GRADERINGER, *(f"{plass}_{felt}" for plass in FORESATTE for felt in FORESATTFELT),
)  # fmt: skip

KOMMUNESIFRE: Final = 4
DOED: Final = "DOED_ELLER_UTFLYTTET"
SKJERMET: Final = "SKJERMET"
VERNEFELT = ("personstatus", *(felt for felt in FELT if "adressegradering" in felt))
SIST_LAERT = (*VERNEFELT, "kommunenummer", *SAMTYKKEFELT)
"""What counts from the moment we know it where it closes, whatever day it holds from."""


@dataclass(frozen=True)
class Brevmottaker:
    """One who gets the letter: the youth (``ref`` blank) or a guardian (``ref`` her place in the register)."""

    mottaker: Mottaker
    ref: str
    kanal: Kanal
    navn: str
    adresselinje1: str
    postnummer: str
    poststed: str


def decide(
    person: Person, kontakter: Mapping[str, Kontakt], dato: date, fylkesnumre: tuple[str, ...]
) -> tuple[list[Brevmottaker], list[Utelatt]]:
    """Return who gets the letter about ``person`` on ``dato``, and who is left out with why.

    ``person`` has the facts in ``FELT``; one that is missing is blank. ``fylkesnumre`` are the county's own.
    """
    person = dict.fromkeys(FELT, "") | dict(person)
    if grunn := stopped(person, dato, fylkesnumre):
        return [], [_left_out(person, Mottaker.UNGDOM, grunn)]
    mottakere, utelatte = [], []
    ungdommen = _recipient(person, "", f"{person['fornavn']} {person['etternavn']}", kontakter)
    if ungdommen is None:
        utelatte.append(_left_out(person, Mottaker.UNGDOM, "MANGLER_ADRESSE"))
    else:
        mottakere.append(ungdommen)
    if foresatte.involved(person, date.fromisoformat(person["fodselsdato"]), dato):
        med, uten = _guardians(person, kontakter)
        mottakere += med
        utelatte += uten
    return mottakere, utelatte


def ask_about(person: Person, dato: date, fylkesnumre: tuple[str, ...]) -> set[str]:
    """Return the national ids whose contact data the gate needs: of those alone who may get the letter."""
    if stopped(person, dato, fylkesnumre):
        return set()
    plasser: tuple[str, ...] = ()
    if foresatte.involved(person, date.fromisoformat(person["fodselsdato"]), dato):
        apne = [foresatt for foresatt in foresatte.places(person) if not _closed(person, foresatt)]
        plasser = tuple(plass for foresatt in apne for plass in foresatt)
    return {person["fodselsnummer"], *(person[f"{plass}_fodselsnummer"] for plass in plasser)} - {""}


def guardians_named(person: Person) -> list[str]:
    """Return the names of the guardians who may be spoken with: with the responsibility, and no protected address."""
    apne = [plasser for plasser in foresatte.places(person) if not _closed(person, plasser)]
    return [next(navn for plass in plasser if (navn := person[f"{plass}_navn"])) for plasser in apne]


def strictest(person: Person, sist: Person, dato: date, fylkesnumre: tuple[str, ...]) -> dict[str, str]:
    """Return the person's facts, but what was learned last (``sist``, of ``SIST_LAERT``) wherever that closes.

    Whoever we know to be protected, dead, moved or no longer consenting is so from the moment we know it, whatever day
    the fact holds from.
    """
    apner = dict.fromkeys(VERNEFELT, frozenset({UGRADERT})) | {
        "personstatus": living(dato),
        "kommunenummer": _ours(fylkesnumre),
    }
    lukker = {felt: sist[felt] for felt in apner if sist.get(felt) and sist[felt] not in apner[felt]}
    return dict(person) | lukker | foresatte.strictest_consent(person, sist)


def living(dato: date) -> frozenset[str]:
    """Return the statuses in the national register that do not stop a letter."""
    rader = kodeverk.valid_on("kodeverk/personstatus", dato)
    return frozenset(rad["kode"] for rad in rader if rad["stopper_brev"] == "nei")


def stopped(person: Person, dato: date, fylkesnumre: tuple[str, ...]) -> str:
    """Return the code of what stops every letter about the person, blank when nothing does."""
    if person["personstatus"] and person["personstatus"] not in living(dato):
        return DOED
    if is_protected(*(person[gradering] for gradering in GRADERINGER)):
        return SKJERMET
    if not person["personstatus"]:
        return "UKJENT_PERSONSTATUS"
    if grunn := _elsewhere(person["kommunenummer"], fylkesnumre):
        return grunn
    if not person["fodselsdato"]:
        return "MANGLER_FODSELSDATO"
    i_alder = kodeverk.has_target_age(date.fromisoformat(person["fodselsdato"]).year, dato)
    return "" if i_alder else "UTENFOR_MAALGRUPPEN"


def _elsewhere(kommune: str, fylkesnumre: tuple[str, ...]) -> str:
    """Return why a municipality is not one of the county's, blank when it is, under a new number or an old."""
    if kommune in _ours(fylkesnumre):
        return ""
    er_et_annet_fylke = kommune.isdecimal() and not kommune.zfill(KOMMUNESIFRE).startswith(fylkesnumre)
    return "FLYTTET_FYLKE" if er_et_annet_fylke else "UKJENT_KOMMUNE"


@cache
def _ours(fylkesnumre: tuple[str, ...]) -> frozenset[str]:
    """Return the numbers of the county's municipalities, old ones too."""
    return frozenset(kodeverk.municipalities(fylkesnumre))


def _guardians(person: Person, kontakter: Mapping[str, Kontakt]) -> tuple[list[Brevmottaker], list[Utelatt]]:
    """Return every guardian with confirmed responsibility, once each, and the others with why."""
    mottakere, utelatte = [], []
    alle = foresatte.places(person)
    for plasser in alle:
        mottaker = _guardian(person, plasser, kontakter)
        if isinstance(mottaker, Brevmottaker):
            mottakere.append(mottaker)
        else:
            utelatte.append(_left_out(person, Mottaker.FORESATT, mottaker))
    if not alle:
        utelatte.append(_left_out(person, Mottaker.FORESATT, "FORESATT_MANGLER"))
    return mottakere, utelatte


def _closed(person: Person, plasser: tuple[str, ...]) -> str:
    """Return why the guardian of the places may get nothing, blank when nothing stops: one of the places is enough."""
    if foresatte.sources_disagree(person) or any(
        is_protected(*(person[f"{plass}_{gradering}"] for gradering in GRADERINGER)) for plass in plasser
    ):
        return "FORESATT_SKJERMET"
    if any(person[f"{plass}_foreldreansvar"] != foresatte.ANSVAR_BEKREFTET for plass in plasser):
        return "FORESATT_ANSVAR_UKJENT"
    return "" if any(person[f"{plass}_navn"] for plass in plasser) else "FORESATT_UTEN_NAVN"


def _guardian(person: Person, plasser: tuple[str, ...], kontakter: Mapping[str, Kontakt]) -> Brevmottaker | str:
    """Return the guardian of the places as a recipient, or why not."""
    if grunn := _closed(person, plasser):
        return grunn
    muligheter = [
        _recipient(person, f"{plass}_", navn, kontakter) for plass in plasser if (navn := person[f"{plass}_navn"])
    ]
    naabare = [mottaker for mottaker in muligheter if mottaker is not None]
    if not naabare:
        return "FORESATT_MANGLER_ADRESSE"
    # A digital letter that nobody opens is printed, so its address matters too.
    med_adresse = [mottaker for mottaker in naabare if all(_address(mottaker))]
    if len({foresatte.plain(*_address(mottaker)) for mottaker in med_adresse}) > 1:
        return "FORESATT_TO_ADRESSER"
    return (med_adresse or naabare)[0]


def _address(mottaker: Brevmottaker) -> tuple[str, str, str]:
    return mottaker.adresselinje1, mottaker.postnummer, mottaker.poststed


def _recipient(person: Person, prefiks: str, navn: str, kontakter: Mapping[str, Kontakt]) -> Brevmottaker | None:
    """Choose the channel: digital where KRR allows it, else print with a whole address, else none."""
    adresse = [person[prefiks + felt] for felt in ADRESSE]
    if kontakter.get(person[f"{prefiks}fodselsnummer"], Kontakt()).kan_digitalt:
        kanal = Kanal.DIGITAL
    elif all(adresse):
        kanal = Kanal.PRINT
    else:
        return None
    mottaker = Mottaker.FORESATT if prefiks else Mottaker.UNGDOM
    return Brevmottaker(mottaker, prefiks.rstrip("_"), kanal, navn, *adresse)


def _left_out(person: Person, mottaker: Mottaker, grunn: str) -> Utelatt:
    return Utelatt(person["person_id"], mottaker, grunn, person["raadgiver"])
