"""Addresses: what makes a whole one, and when one is protected."""

from typing import Final

ADRESSE: Final = ("adresselinje1", "postnummer", "poststed")
UGRADERT: Final = "ugradert"
GRADERING_MANGLER: Final = "mangler"
"""What is held of a grade that is blank or not in the file: it closes."""
KILDER: Final = ("vigo", "otto", "skole")
"""The sources that grade an address, each for itself."""
GRADERINGER: Final = tuple(f"adressegradering_{kilde}" for kilde in KILDER)
"""The facts that grade an address, one for each source."""


def is_protected(*graderinger: str) -> bool:
    """Tell whether an address is protected: unless every source that knows the person says exactly "ugradert"."""
    kjente = {gradering for gradering in graderinger if gradering}
    return kjente != {UGRADERT}


def is_graded(gradering: str) -> bool:
    """Tell whether a source has graded the address: not said that it is open, nor failed to say."""
    return gradering not in ("", UGRADERT, GRADERING_MANGLER)


def protected_sql(*kolonner: str) -> str:
    """Return SQL of ``is_protected`` over columns of text without NULL, for very many people."""
    alle = " AND ".join(f"{kolonne} IN ('', '{UGRADERT}')" for kolonne in kolonner)
    noen = " OR ".join(f"{kolonne} <> ''" for kolonne in kolonner)
    return f"NOT ({alle} AND ({noen}))"
