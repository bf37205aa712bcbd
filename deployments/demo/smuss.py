"""Real-looking faults in a file: ten kinds, dealt out in turn so that every kind turns up in the course of the year."""

import random
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Final

from deployments.demo.nummer import must_be_synthetic
from deployments.demo.postgang import Rad

Feil = Callable[[Rad, Sequence[Rad]], Rad]
"""Takes a good row and the rest of the file, gives the faulty row."""


def _wrong_control(rad: Rad, _: Sequence[Rad]) -> Rad:
    nummer = rad["fodselsnummer"]
    return rad | {"fodselsnummer": must_be_synthetic(f"{nummer[:10]}{(int(nummer[10]) + 1) % 10}")}


def _impossible_date(rad: Rad, _: Sequence[Rad]) -> Rad:
    """Thirty-first of February."""
    return rad | {"fodselsnummer": must_be_synthetic(f"3182{rad['fodselsnummer'][4:]}")}


def _too_short(rad: Rad, _: Sequence[Rad]) -> Rad:
    return rad | {"fodselsnummer": must_be_synthetic(rad["fodselsnummer"][:10])}


def _unknown_code(rad: Rad, _: Sequence[Rad]) -> Rad:
    return rad | {"vigokode": "OSXX"}


def _no_name(rad: Rad, _: Sequence[Rad]) -> Rad:
    return rad | {"etternavn": ""}


def _other_county(rad: Rad, _: Sequence[Rad]) -> Rad:
    return rad | {"kommunenummer": "1103"}


def _short_post_code(rad: Rad, _: Sequence[Rad]) -> Rad:
    return rad | {"postnummer": rad["postnummer"][:3]}


def _twice(_: Rad, andre: Sequence[Rad]) -> Rad:
    """Someone who stands in the file already, this time without a telephone number."""
    return andre[len(andre) // 2] | {"mobilnummer": ""}


def _wrong_date(rad: Rad, _: Sequence[Rad]) -> Rad:
    """A day that is not, written the way another system writes dates."""
    return rad | {"registrert_dato": f"{rad['registrert_dato'][-4:]}-04-31"}


def _wrong_school_year(rad: Rad, _: Sequence[Rad]) -> Rad:
    aar = int(rad["skoleaar"][:4])
    return rad | {"skoleaar": f"{aar - 1}{aar}"}


SLAG: Final[tuple[Feil, ...]] = (
    _wrong_control,
    _unknown_code,
    _twice,
    _short_post_code,
    _wrong_date,
    _impossible_date,
    _no_name,
    _other_county,
    _too_short,
    _wrong_school_year,
)


def soil(rng: random.Random, rader: Sequence[Rad], ofre: Sequence[Rad], *, fra: int) -> list[Rad]:
    """Return the file with the victims' rows made faulty and put among the others.

    ``fra`` is how many faults earlier files have had: the kinds go on from there.
    """
    ferdig = list(rader)
    for rad, feil in zip(ofre, islice(cycle(SLAG), fra, None), strict=False):
        ferdig.insert(rng.randrange(len(ferdig) + 1), feil(rad, rader))
    return ferdig
