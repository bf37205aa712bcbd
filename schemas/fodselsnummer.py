"""What an eleven-digit Norwegian identity number is, decided for whole columns at a time.

The rules stand here once, as tables: the two control sums, the months and days that carry a mark, and the century.

Sources: Skatteetaten/folkeregisteret-api-dokumentasjon (structure, control digits, synthetic numbers with month + 80,
numbers issued from 2032), navikt/fnrvalidator (month + 40 and + 65), Udirs registreringshåndbok felt A01 (Vigo's
fictitious number).

Which remainders the first control sum may leave is a dated rule (``data/regler/kontrollsiffer.csv``) that whoever asks
hands in. Where more than none is accepted, a number may also be one whose individual digits tell no century.
No error or representation made here holds a number.
"""

from collections.abc import Collection, Iterator
from enum import IntEnum
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa


class Idtype(IntEnum):
    """What a number is. The first three are errors, told in the order in which they are looked for."""

    UGYLDIG_FORM = 0
    """Not eleven digits; blank included."""
    UGYLDIG_DATO = 1
    """No such day, or individual digits that no year has."""
    UGYLDIG_KONTROLL = 2
    """A control digit is wrong."""
    ORDINAER = 3
    D_NUMMER = 4
    """Day + 40."""
    SYNTETISK = 5
    """Month + 80, + 65 or + 40, D-numbers too: can never belong to a person."""
    FIKTIVT = 6
    """Vigo's own number for someone without one; its control digits mean nothing."""


Siffer = npt.NDArray[np.uint16]
"""Digits of a block of numbers, one row per place: shape (11, n)."""
Rader = slice | npt.NDArray[np.intp]

LENGDE: Final = 11
VEKTER_1: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2)
VEKTER_2: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
D_TILLEGG: Final = 40
SYNTETISKE_TILLEGG: Final = (40, 65, 80)
AARHUNDRER: Final = (
    # individual digits from–to, year digits from–to, century
    (0, 499, 0, 99, 1900),
    (500, 749, 54, 99, 1800),
    (500, 999, 0, 39, 2000),
    (900, 999, 40, 99, 1900),
)
GAMLE_RESTER: Final = frozenset({0})
"""What the first control sum leaves in a number issued before 2032; only those tell their century."""
FIKTIVE_AARHUNDRER: Final = ((0, 39, 2000), (40, 99, 1900))
"""A fictitious number has no century of its own: the pupils it is made for are read as born in this one."""

_BLOKK: Final = 32_768
_MODULUS: Final = 11
_DAGER: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_REST: Final = np.arange(9 * (sum(VEKTER_1) + 1) + 1) % _MODULUS
_DELELIG: Final[npt.NDArray[np.bool_]] = _REST == 0
_AAR: Final = np.arange(2100)
_SKUDDAAR: Final = (_AAR % 4 == 0) & ((_AAR % 100 != 0) | (_AAR % 400 == 0))


def control_digits(ni_siffer: str, rest: int = 0) -> str | None:
    """Return the two control digits that follow nine digits, or None where no valid number begins so.

    ``rest`` is what the first sum leaves: 0, or in numbers issued from 2032 also 1, 2 or 3.
    """
    if len(ni_siffer) != len(VEKTER_1) or not (ni_siffer.isascii() and ni_siffer.isdigit()):
        raise ValueError("Nine digits are needed.")
    siffer = [int(tegn) for tegn in ni_siffer]
    for vekter, levnet in ((VEKTER_1, rest), (VEKTER_2, 0)):
        siffer.append((levnet - sum(v * s for v, s in zip(vekter, siffer, strict=True))) % _MODULUS)
        if siffer[-1] > 9:  # noqa: PLR2004  a remainder of ten has no digit
            return None
    return f"{siffer[-2]}{siffer[-1]}"


def classify(
    numre: pa.Array | pa.ChunkedArray, fiktive: Collection[str], rester: Collection[int] = GAMLE_RESTER
) -> npt.NDArray[np.uint8]:
    """Return the ``Idtype`` of each number.

    Args:
        numre: text (string, large_string or a dictionary of them); nulls count as blank.
        fiktive: the three individual digits that mark Vigo's fictitious numbers (``data/regler/fodselsnummer.toml``).
        rester: what the first control sum may leave on the day (``data/regler/kontrollsiffer.csv``).
    """
    svar = np.full(len(numre), Idtype.UGYLDIG_FORM, dtype=np.uint8)
    for rader, siffer in _digit_blocks(numre):
        art, _, _ = _decode(siffer, frozenset(fiktive))
        funnet = np.where(_has_control(siffer) | (art == Idtype.UGYLDIG_DATO), art, Idtype.UGYLDIG_KONTROLL)
        if frozenset(rester) > GAMLE_RESTER:
            _accept_new(funnet, siffer, frozenset(rester))
        if fiktive:
            oppdiktet = _fictitious(frozenset(fiktive))[_number(siffer[6:9])] & (art != Idtype.UGYLDIG_DATO)
            funnet = np.where(oppdiktet, Idtype.FIKTIVT, funnet)
        svar[rader] = funnet
    return svar


def birth_dates(numre: pa.Array | pa.ChunkedArray, fiktive: Collection[str] = ()) -> npt.NDArray[np.datetime64]:
    """Return the date of birth in each number, marks taken away; NaT where form or date is wrong.

    NaT too where the first control digit is none that numbers had before 2032: such a number does not tell the
    century. The second one is not looked at. Name the fictitious individual digits to have those numbers read in this
    century, whatever their control digits.
    """
    svar = np.full(len(numre), np.datetime64("NaT"), dtype="datetime64[D]")
    for rader, siffer in _digit_blocks(numre):
        art, aar, dagmaaned = _decode(siffer, frozenset(fiktive))
        maaneder = (aar.astype(np.int64) - 1970) * 12 + _day_tables()[2][dagmaaned] - 1
        dager = maaneder.astype("datetime64[M]").astype("datetime64[D]") + (_day_tables()[1][dagmaaned] - 1)
        sier_dato = _DELELIG[_weighted(siffer, VEKTER_1)]
        if fiktive:
            sier_dato |= _fictitious(frozenset(fiktive))[_number(siffer[6:9])]
        svar[rader] = np.where((art != Idtype.UGYLDIG_DATO) & sier_dato, dager, np.datetime64("NaT"))
    return svar


def as_integers(numre: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return each number as an integer, which is quick to compare; -1 where it is not eleven digits."""
    tall = np.full(len(numre), -1, np.int64)
    for rader, siffer in _digit_blocks(numre):
        tall[rader] = _number(siffer)
    return tall


def _digit_blocks(numre: pa.Array | pa.ChunkedArray) -> Iterator[tuple[Rader, Siffer]]:
    """Yield where in the column, and the digits, of the rows that are eleven digits; read from arrow's own bytes."""
    start = 0
    for bit in numre.chunks if isinstance(numre, pa.ChunkedArray) else [numre]:
        for fra in range(0, len(bit), _BLOKK):
            blokk = bit.slice(fra, _BLOKK)
            hvor, siffer = _digits(blokk)
            rader: Rader = slice(start, start + len(blokk)) if hvor is None else start + hvor
            yield rader, siffer
            start += len(blokk)


def _digits(blokk: pa.Array) -> tuple[npt.NDArray[np.intp] | None, Siffer]:
    """Return which rows are eleven digits (None: all of them) and their digits."""
    if blokk.type not in (pa.string(), pa.large_string()):
        blokk = blokk.cast(pa.large_string())
    _, grensebuffer, tekstbuffer = blokk.buffers()
    bredde = np.dtype(np.int32 if blokk.type == pa.string() else np.int64)
    grenser = np.frombuffer(grensebuffer, bredde, len(blokk) + 1, blokk.offset * bredde.itemsize)
    passer = np.diff(grenser) == LENGDE
    if blokk.null_count:
        passer &= blokk.is_valid().to_numpy(zero_copy_only=False)
    if not passer.any():
        return np.empty(0, np.intp), np.empty((LENGDE, 0), np.uint16)
    alle = bool(passer.all())
    tegn = np.frombuffer(tekstbuffer, np.uint8)
    matrise = tegn[grenser[0] : grenser[-1]] if alle else tegn[grenser[:-1][passer][:, None] + np.arange(LENGDE)]
    siffer = matrise.reshape(-1, LENGDE).T.astype(np.uint16, order="C") - ord("0")
    er_siffer = siffer.max(axis=0) <= 9  # noqa: PLR2004  what is below "0" has wrapped around and is large
    if er_siffer.all():
        return (None if alle else np.flatnonzero(passer)), siffer
    return np.flatnonzero(passer)[er_siffer], siffer[:, er_siffer]


def _decode(
    siffer: Siffer, fiktive: frozenset[str]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int16], npt.NDArray[np.intp]]:
    """Return the kind by its date alone, the year (0: none) and the place of day and month in the day tables."""
    dagmaaned = _number(siffer[:4])
    aar = _years(fiktive)[_number(siffer[4:9])]
    art = _day_tables()[0][dagmaaned]
    skuddag = (_day_tables()[1][dagmaaned] == _DAGER[1]) & (_day_tables()[2][dagmaaned] == 2)  # noqa: PLR2004
    art[(aar == 0) | (skuddag & ~_SKUDDAAR[aar])] = Idtype.UGYLDIG_DATO
    return art, aar, dagmaaned


def _has_control(siffer: Siffer) -> npt.NDArray[np.bool_]:
    """Tell where both weighted sums, the control digit itself included, are divisible by eleven."""
    holder: npt.NDArray[np.bool_] = _DELELIG[_weighted(siffer, VEKTER_1)] & _DELELIG[_weighted(siffer, VEKTER_2)]
    return holder


def _accept_new(art: npt.NDArray[np.uint8], siffer: Siffer, rester: frozenset[int]) -> None:
    """Let in, in place, the numbers that only the rule of 2032 knows: more remainders, and no century in them.

    Whether the year has a 29 February is then read off its two digits, 00 as 2000, as Skatteetaten's validator does.
    """
    avvist = np.flatnonzero(art < Idtype.ORDINAER)
    siffer = siffer[:, avvist]
    dagmaaned = _number(siffer[:4])
    slag, dag, maaned = (tabell[dagmaaned] for tabell in _day_tables())
    finnes = (dag != _DAGER[1]) | (maaned != 2) | (_number(siffer[4:6]) % 4 == 0)  # noqa: PLR2004
    sum_1, sum_2 = _weighted(siffer, VEKTER_1), _weighted(siffer, VEKTER_2)
    holder = np.isin(_REST, sorted(rester))[sum_1] & _DELELIG[sum_2]
    med_dag = np.where(finnes, slag, Idtype.UGYLDIG_DATO)
    art[avvist] = np.where(holder | (med_dag == Idtype.UGYLDIG_DATO), med_dag, Idtype.UGYLDIG_KONTROLL)


def _weighted(siffer: Siffer, vekter: tuple[int, ...]) -> Siffer:
    """Return the weighted sum of the first digits and, with weight one, the control digit after them."""
    summen: Siffer = siffer[len(vekter)].copy()
    for vekt, plass in zip(vekter, siffer, strict=False):
        summen += plass * np.uint16(vekt)
    return summen


def _number(siffer: Siffer) -> npt.NDArray[np.intp]:
    """Read rows of digits as one number each."""
    tall: npt.NDArray[np.intp] = siffer[0].astype(np.intp)
    for plass in siffer[1:]:
        tall *= 10
        tall += plass
    return tall


@cache
def _day_tables() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Return kind, day and month for each of the 10 000 ways to write DDMM."""
    art = np.full(10_000, Idtype.UGYLDIG_DATO, np.uint8)
    dag, maaned = np.zeros_like(art), np.zeros_like(art)
    for maanedstillegg in (0, *SYNTETISKE_TILLEGG):
        for dagtillegg in (0, D_TILLEGG):
            slag = Idtype.SYNTETISK if maanedstillegg else (Idtype.D_NUMMER if dagtillegg else Idtype.ORDINAER)
            for nummer, lengde in enumerate(_DAGER, start=1):
                dager = np.arange(1, lengde + 1)
                plass = (dager + dagtillegg) * 100 + nummer + maanedstillegg
                art[plass], dag[plass], maaned[plass] = slag, dager, nummer
    return art, dag, maaned


@cache
def _years(fiktive: frozenset[str]) -> npt.NDArray[np.int16]:
    """Return the year of birth for each of the 100 000 ways to write YYIII; 0 where no century has it."""
    aar = np.zeros((100, 1000), np.int16)
    for fra, til, fra_aar, til_aar, hundre in AARHUNDRER:
        aar[fra_aar : til_aar + 1, fra : til + 1] = hundre + np.arange(fra_aar, til_aar + 1)[:, None]
    for fra_aar, til_aar, hundre in FIKTIVE_AARHUNDRER:
        for individ in sorted(fiktive):
            aar[fra_aar : til_aar + 1, int(individ)] = hundre + np.arange(fra_aar, til_aar + 1)
    return aar.ravel()


@cache
def _fictitious(fiktive: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Tell for each of the 1 000 ways to write the individual digits whether they mark a fictitious number."""
    merket = np.zeros(1000, np.bool_)
    merket[[int(individ) for individ in sorted(fiktive)]] = True
    return merket
