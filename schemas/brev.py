"""What one letter must know before it can be written."""

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Avsender:
    """The county's follow-up service as the letterhead and the footer show it.

    Attributes:
        fylke: The county's name, as in «Eksempel fylkeskommune».
        avsender: The service's name, in the letter's written standard.
        telefon: Telephone number, spaced as people read it.
        epost: E-mail address for questions.
        nettside: Address of the service's page, without ``https://``.
    """

    fylke: str
    avsender: str
    telefon: str
    epost: str
    nettside: str


@dataclass(frozen=True, slots=True)
class Brevdata:
    """One letter to one recipient. Every text is data: nothing in it is ever read as markup.

    Attributes:
        brev: Which letter, a heading in ``data/maler/brev.toml``.
        maalform: Written standard, bokmål or nynorsk.
        navn: The recipient's name: the youth, or a guardian.
        adresselinje1: The recipient's street address, may be empty.
        postnummer: The recipient's postal code, four digits.
        poststed: The recipient's postal town.
        gjelder: The youth's name in a guardian's copy, else None.
        dato: The date the letter bears.
        svarfrist: The last day to answer.
        svaradresse: Where the survey is answered, a whole web address.
        referanse: The letter's own reference, never a national id.
        avsender: Who writes.
        skoleaar: The school year that the letter asks about, as people write it: ``2026/2027``.
        kategori: Why the youth is on autumn's list (``data/kodeverk/ajourholdskoder.csv``), blank: the neutral text.
        med_samtykke: Whether the guardian gets the copy because a youth who is of age has consented.
        logo: The hash (sha256) of the county's logo as it is drawn, blank where it has none.
    """

    brev: str
    maalform: Literal["nb", "nn"]
    navn: str
    adresselinje1: str
    postnummer: str
    poststed: str
    gjelder: str | None
    dato: date
    svarfrist: date
    svaradresse: str
    referanse: str
    avsender: Avsender
    skoleaar: str = ""
    kategori: str = ""
    med_samtykke: bool = False
    logo: str = ""
