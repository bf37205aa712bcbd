"""The dispatch gate: for one youth on the day of dispatch, who gets the letter, how, and who does not and why.

The order is the design's, and each question fails closed: dead or emigrated → protected address → age known and in
the target group → the youth's channel → under 18: guardians with confirmed parental responsibility.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from schemas.utsending import Utelatt
from schemas.verdier import Kanal, Mottaker
from tasks import kodeverk
from tasks.krr import Kontakt

UGRADERT = "ugradert"
FORESATTE = ("foresatt1", "foresatt2")
KILDER = ("vigo", "otto")
ADRESSE = ("adresselinje1", "postnummer", "poststed")
FORESATTFELT = ("fodselsnummer", "navn", "foreldreansvar", *ADRESSE, "adressegradering_vigo", "adressegradering_otto")
FELT = (
    "fodselsnummer", "fodselsdato", "fornavn", "etternavn", *ADRESSE, "personstatus", "raadgiver",
    "adressegradering_vigo", "adressegradering_otto",
    *(f"{foresatt}_{felt}" for foresatt in FORESATTE for felt in FORESATTFELT),
)  # fmt: skip

VERNEFELT = ("personstatus", *(felt for felt in FELT if "adressegradering" in felt))

Person = Mapping[str, str]


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


def decide(person: Person, kontakter: Mapping[str, Kontakt], dato: date) -> tuple[list[Brevmottaker], list[Utelatt]]:
    """Return who gets the letter about ``person`` (the facts in ``FELT``) on ``dato``, and who is left out with why."""
    if grunn := stopped(person, dato):
        return [], [_left_out(person, Mottaker.UNGDOM, grunn)]
    mottakere, utelatte = [], []
    ungdommen = _recipient(person, "", f"{person['fornavn']} {person['etternavn']}", kontakter)
    if ungdommen is None:
        utelatte.append(_left_out(person, Mottaker.UNGDOM, "MANGLER_ADRESSE"))
    else:
        mottakere.append(ungdommen)
    if not is_adult(date.fromisoformat(person["fodselsdato"]), dato):
        foresatte, uten = _guardians(person, kontakter)
        mottakere += foresatte
        utelatte += uten
    return mottakere, utelatte


def strictest(person: Person, sist: Person, dato: date) -> dict[str, str]:
    """Return the person's facts, but what was learned last (``sist``) wherever that closes.

    Whoever we know to be protected or dead is so from the moment we know it, whatever day the fact holds from.
    """
    apner = dict.fromkeys(VERNEFELT, frozenset({UGRADERT})) | {"personstatus": living(dato)}
    return dict(person) | {felt: verdi for felt, verdi in sist.items() if verdi and verdi not in apner[felt]}


def living(dato: date) -> frozenset[str]:
    """Return the statuses in the national register that do not stop a letter."""
    rader = kodeverk.valid_on("kodeverk/personstatus", dato)
    return frozenset(rad["kode"] for rad in rader if rad["stopper_brev"] == "nei")


def stopped(person: Person, dato: date) -> str:
    """Return the code of what stops every letter about the person, blank when nothing does."""
    if person["personstatus"] not in living(dato):
        return "DOED_ELLER_UTFLYTTET"
    if is_protected(person["adressegradering_vigo"], person["adressegradering_otto"]):
        return "SKJERMET"
    if not person["fodselsdato"]:
        return "MANGLER_FODSELSDATO"
    i_alder = kodeverk.has_target_age(date.fromisoformat(person["fodselsdato"]), dato)
    return "" if i_alder else "UTENFOR_MAALGRUPPEN"


def is_protected(*graderinger: str) -> bool:
    """Tell whether an address is protected: unless every source that knows the person says exactly "ugradert"."""
    kjente = {gradering for gradering in graderinger if gradering}
    return kjente != {UGRADERT}


def is_adult(fodt: date, dato: date) -> bool:
    """Tell whether one born on ``fodt`` is of age on ``dato``; born 29 February comes of age on 1 March."""
    aar = fodt.year + int(kodeverk.rule("foresatte", dato)["myndighetsalder"])
    try:
        bursdag = fodt.replace(year=aar)
    except ValueError:
        bursdag = date(aar, 3, 1)
    return dato >= bursdag


def _guardians(person: Person, kontakter: Mapping[str, Kontakt]) -> tuple[list[Brevmottaker], list[Utelatt]]:
    """Return every guardian with confirmed responsibility: protected first, then responsibility, then address."""
    mottakere, utelatte = [], []
    registrerte = [foresatt for foresatt in FORESATTE if person[f"{foresatt}_navn"]]
    uenige = _sources_disagree(person)
    for foresatt in registrerte:
        grunn = "FORESATT_MANGLER_ADRESSE"
        mottaker = None
        if uenige or is_protected(
            person[f"{foresatt}_adressegradering_vigo"], person[f"{foresatt}_adressegradering_otto"]
        ):
            grunn = "FORESATT_SKJERMET"
        elif person[f"{foresatt}_foreldreansvar"] != "J":
            grunn = "FORESATT_ANSVAR_UKJENT"
        else:
            mottaker = _recipient(person, f"{foresatt}_", person[f"{foresatt}_navn"], kontakter)
        if mottaker is None:
            utelatte.append(_left_out(person, Mottaker.FORESATT, grunn))
        else:
            mottakere.append(mottaker)
    if not registrerte:
        utelatte.append(_left_out(person, Mottaker.FORESATT, "FORESATT_MANGLER"))
    return mottakere, utelatte


def _sources_disagree(person: Person) -> bool:
    """Tell whether the sources place the protected guardian differently.

    A grade is kept for a place, and each source numbers the guardians itself: then nobody knows whose grade it is.
    """
    skjermede = set()
    for kilde in KILDER:
        graderinger = [person[f"{foresatt}_adressegradering_{kilde}"] for foresatt in FORESATTE]
        if any(graderinger):
            skjermede.add(tuple(gradering not in ("", UGRADERT) for gradering in graderinger))
    return len(skjermede) > 1


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
