"""The people of the training county: youth and their guardians, all made up."""

import random
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from deployments.demo.grunnlag import Demo, deal, distribution, pick, stream, table
from deployments.demo.nummer import Nummerlager

UGRADERT: Final = "ugradert"
MYNDIG: Final = 18


@dataclass(frozen=True)
class Adresse:
    """Where someone lives."""

    linje: str
    postnummer: str
    poststed: str


SKJERMET_ADRESSE: Final = Adresse("", "9999", "UKJENT")
"""What stands instead of a protected address, as Vestfold og Telemark masked it (vtfk/azf-freg)."""


@dataclass(frozen=True)
class Foresatt:
    """A guardian as the county's files know one; the number may be blank, and so may the parental responsibility."""

    fodselsnummer: str
    navn: str
    foreldreansvar: str
    gradering: str
    adresse: Adresse
    epost: str


@dataclass(frozen=True)
class Ungdom:
    """A young person with adviser and guardians."""

    fodselsnummer: str
    fornavn: str
    etternavn: str
    fodt: date
    opphav: str
    personstatus: str
    gradering: str
    kommune: str
    adresse: Adresse
    raadgiver: str
    mobil: str
    epost: str
    foresatte: tuple[Foresatt, ...] = ()


def make_people(
    demo: Demo, lager: Nummerlager, emne: str, antall: int, aldre: Mapping[str, float]
) -> tuple[Ungdom, ...]:
    """Return youth whose ages at the end of the year, kinds of number and gradings follow the shares exactly."""
    rng, fordeling = stream(demo, f"befolkning:{emne}"), distribution()
    trekk = zip(
        deal(rng, antall, aldre),
        deal(rng, antall, fordeling["ident"]),
        deal(rng, antall, fordeling["gradering"]),
        deal(rng, antall, fordeling["personstatus"]),
        deal(rng, antall, fordeling["opphav"]),
        strict=True,
    )
    folk = []
    for alder, ident, gradering, status, opphav in trekk:
        kvinne, fodt = rng.random() < 1 / 2, _birthday(rng, demo.aar - int(alder))
        nummer = lager.new(rng, fodt, kvinne=kvinne, slag=ident)
        personstatus = "midlertidig" if ident == "d_nummer" else status
        ungdom = _youth(rng, nummer, fodt, opphav, kvinne=kvinne)
        ungdom = replace(ungdom, personstatus=personstatus, gradering=gradering)
        folk.append(_with_guardians(rng, lager, demo.aar, _shielded(ungdom)))
    return tuple(folk)


def move(rng: random.Random, ungdom: Ungdom) -> Ungdom:
    """Return the youth at a new address, perhaps with a new municipality and adviser."""
    kommune, adresse = _home(rng)
    return _shielded(replace(ungdom, kommune=kommune, adresse=adresse, raadgiver=_adviser(rng, kommune)))


def ascii_letters(tekst: str) -> str:
    """Return the text with Norwegian and foreign letters written as plain ones, as e-mail addresses need."""
    enkel = tekst.translate(str.maketrans("æøåÆØÅłŁđŋŧ", "aoaAOAlLdnt"))
    return "".join(tegn for tegn in unicodedata.normalize("NFKD", enkel) if tegn.isascii() and tegn.isalnum())


def _youth(rng: random.Random, nummer: str, fodt: date, opphav: str, *, kvinne: bool) -> Ungdom:
    fornavn, etternavn = _first_name(rng, opphav, kvinne=kvinne), _surname(rng, opphav)
    kontakt, (kommune, adresse) = distribution()["kontakt"], _home(rng)
    return Ungdom(
        fodselsnummer=nummer,
        fornavn=fornavn,
        etternavn=etternavn,
        fodt=fodt,
        opphav=opphav,
        personstatus="",
        gradering="",
        kommune=kommune,
        adresse=adresse,
        raadgiver=_adviser(rng, kommune),
        mobil=mobile(rng) if rng.random() < kontakt["mobil"] else "",
        epost=_email(rng, fornavn, etternavn) if rng.random() < kontakt["epost"] else "",
    )


def _with_guardians(rng: random.Random, lager: Nummerlager, aar: int, ungdom: Ungdom) -> Ungdom:
    """Add guardians: to nearly all under 18 at the end of the year, to some of the others."""
    gruppe = "under_18" if ungdom.fodt.year > aar - MYNDIG else "over_18"
    ikke_registrert = rng.random() < distribution()["foresatte"]["andel"]["ikke_registrert"]
    antall = 0 if ikke_registrert else int(pick(rng, distribution()["foresatte"][gruppe]))
    foresatte = tuple(_guardian(rng, lager, ungdom, kvinne=nummer == 0) for nummer in range(antall))
    if foresatte:
        foresatte = (replace(foresatte[0], gradering=ungdom.gradering, adresse=ungdom.adresse), *foresatte[1:])
    return replace(ungdom, foresatte=foresatte)


def _guardian(rng: random.Random, lager: Nummerlager, ungdom: Ungdom, *, kvinne: bool) -> Foresatt:
    tabell = distribution()["foresatte"]
    fodt = _birthday(rng, ungdom.fodt.year - rng.randrange(22, 42))
    nummer = lager.new(rng, fodt, kvinne=kvinne)
    fornavn = _first_name(rng, ungdom.opphav, kvinne=kvinne)
    etternavn = ungdom.etternavn if rng.random() < 2 / 3 else _surname(rng, ungdom.opphav)
    bor_sammen = rng.random() < tabell["andel"]["samme_adresse"]
    skjermet = rng.random() < tabell["andel"]["skjermet"]
    gradering = "fortrolig" if skjermet else UGRADERT
    return Foresatt(
        fodselsnummer="" if rng.random() < tabell["andel"]["uten_nummer"] else nummer,
        navn=f"{fornavn} {etternavn}",
        foreldreansvar=pick(rng, tabell["ansvar"]),
        gradering=ungdom.gradering if bor_sammen else gradering,
        adresse=ungdom.adresse if bor_sammen else (SKJERMET_ADRESSE if skjermet else _home(rng)[1]),
        epost=_email(rng, fornavn, etternavn),
    )


def _shielded(ungdom: Ungdom) -> Ungdom:
    """Take the address away from a youth with any grading but ``ugradert``."""
    return ungdom if ungdom.gradering == UGRADERT else replace(ungdom, adresse=SKJERMET_ADRESSE)


def _birthday(rng: random.Random, aar: int) -> date:
    return date(aar, 1, 1) + timedelta(days=rng.randrange(365))


def _first_name(rng: random.Random, opphav: str, *, kvinne: bool) -> str:
    kjonn = "K" if kvinne else "M"
    return rng.choice(
        [rad["navn"] for rad in table("demo/fornavn.csv") if (rad["opphav"], rad["kjonn"]) == (opphav, kjonn)]
    )


def _surname(rng: random.Random, opphav: str) -> str:
    return rng.choice([rad["navn"] for rad in table("demo/etternavn.csv") if rad["opphav"] == opphav])


def _home(rng: random.Random) -> tuple[str, Adresse]:
    """Return a municipality, drawn by its size, and an address in it."""
    kommuner = table("demo/kommuner.csv")
    kommune = rng.choices(kommuner, [float(rad["vekt"]) for rad in kommuner])[0]
    gate = rng.choice(table("demo/gater.csv"))["gate"]
    adresse = Adresse(f"{gate} {rng.randrange(1, 80)}{rng.choice(['', '', '', 'A', 'B', 'C'])}", "", "")
    return kommune["kode"], replace(adresse, postnummer=kommune["postnummer"], poststed=kommune["poststed"])


def _adviser(rng: random.Random, kommune: str) -> str:
    return rng.choice([rad["id"] for rad in table("demo/radgivere.csv") if kommune in rad["kommuner"].split()])


def mobile(rng: random.Random) -> str:
    """Return a number that anyone sees is not real."""
    return f"400000{rng.randrange(100):02}"


def _email(rng: random.Random, fornavn: str, etternavn: str) -> str:
    navn = f"{ascii_letters(fornavn)}.{ascii_letters(etternavn)}".lower()
    return f"{navn}{rng.randrange(1, 100)}@{rng.choice(['example.no', 'example.com'])}"
