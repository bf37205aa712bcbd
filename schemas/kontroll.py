"""Column checks for input frames: each judges a whole column and carries its code as its name.

A check's name is the code that quarantine, ``inspect`` and the documentation show; the text of a code stands in
``data/meldinger.csv``. Frames hold text only, blank meaning "no value". A rule judges an Arrow array of texts at once;
repeating columns are categorical, so that it sees thousands of categories instead of millions of rows. No check's
message ever holds a value.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pap
import pyarrow as pa
import pyarrow.compute as pc
from stdnum.no import orgnr

from schemas import fodselsnummer
from schemas.fodselsnummer import Idtype

Regel = Callable[[pa.Array], pa.Array]
"""Judges texts all at once: an array of texts → an array of bools."""
Maske = npt.NDArray[np.bool_]

UGYLDIGE_IDER = frozenset({Idtype.UGYLDIG_FORM, Idtype.UGYLDIG_DATO, Idtype.UGYLDIG_KONTROLL})
KONTROLL = "kontroll"
ORGNUMMER_LENGDE: Final = 9
KODE_PAKREVD = "ÅH-2101"
KODE_TEGN = "ÅH-2102"
KODE_ID_FORM = "ÅH-2111"
KODE_ID_DATO = "ÅH-2112"
KODE_ID_KONTROLL = "ÅH-2113"
KODE_ID_MODUS = "ÅH-2114"
KODE_DUBLETT = "ÅH-2115"
KODE_POSTNUMMER = "ÅH-2121"
KODE_KOMMUNE = "ÅH-2122"
KODE_MOBIL = "ÅH-2123"
KODE_EPOST = "ÅH-2124"
KODE_KODEVERK = "ÅH-2131"
KODE_JA_NEI = "ÅH-2132"
KODE_DATO = "ÅH-2141"
KODE_FRAMTID = "ÅH-2142"
KODE_SKOLEAAR = "ÅH-2151"
KODE_ORGNUMMER = "ÅH-2152"
KODE_PROGRAMOMRAADE = "ÅH-2153"
KODE_SKOLENUMMER = "ÅH-2154"
KODE_SHA256 = "ÅH-2155"
KODE_HELTALL = "ÅH-2156"
KODE_TELEFON = "ÅH-2157"

_USYNLIGE = r"\x{61c}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}\x{feff}\x{fffd}-\x{ffff}"
"""Unicode's marks of direction (Bidi_Control) and of lines, and what stands where a letter was lost."""
_STYRETEGN = rf"[\x00-\x1f\x7f-\x{{9f}}{_USYNLIGE}]"
"""What may not stand in a text."""
_STYRETEGN_I_FRITEKST = rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{{9f}}{_USYNLIGE}]"
"""What may not stand in a text of several lines: all of that but tab and line breaks."""
_MULIG_STYRETEGN: Final = np.isin(np.arange(256), [*range(0x20), 0x7F, 0xC2, 0xD8, 0xE2, 0xEF])
"""The bytes that any of them begins with in UTF-8: only texts with one of these need be looked at."""


@dataclass(frozen=True)
class Kontrollgrunnlag:
    """What a frame is judged against: the code lists valid on the day, the mode's ids, the school year.

    ``kodeverk`` maps a list's name to its valid codes; ``siste_dato`` is the last day a date may name;
    ``skoleaar`` is eight digits as in Vigo (20262027), blank when the format has none; ``rester`` is what the first
    control sum of an id may leave.
    """

    siste_dato: date = date.max
    skoleaar: str = ""
    datoformat: str = "%d.%m.%Y"
    idtyper: frozenset[Idtype] = frozenset(Idtype) - UGYLDIGE_IDER
    fiktive: frozenset[str] = frozenset()
    rester: frozenset[int] = fodselsnummer.GAMLE_RESTER
    kodeverk: dict[str, frozenset[str]] = field(default_factory=dict)


def arrow(serie: pd.Series) -> pa.ChunkedArray:
    """Return a column's texts as Arrow, the very same object where it is Arrow already."""
    if isinstance(serie.dtype, pd.ArrowDtype):
        return serie.array.__arrow_array__()
    return pa.chunked_array([pa.array(serie.astype("str"), pa.string())])


def mask_of(regel: Regel, serie: pd.Series) -> Maske:
    """Return one bool per row of ``serie``; ``regel`` sees each distinct value once where the column repeats itself."""
    if not isinstance(serie.dtype, pd.CategoricalDtype):
        return _bools(regel(arrow(serie)))
    utfall = _bools(regel(pa.array(serie.cat.categories, pa.string())))
    maske: Maske = np.append(utfall, False)[serie.cat.codes.to_numpy()]
    return maske


def _bools(svar: pa.Array | pa.ChunkedArray) -> Maske:
    """Return Arrow's answer as bools; a missing text has passed nothing."""
    maske: Maske = pc.fill_null(svar, False).__array__()  # noqa: FBT003 the value itself
    return maske


class Kontroll:
    """What a pandera check runs: keeps the mask of bad rows itself and answers pandera with one bool.

    So pandera never gathers the values that failed, and no error of its own can hold one.
    """

    def __init__(self, kode: str, maske: Callable[[pd.Series], Maske]) -> None:
        """Take the code and the function of the whole column that tells which rows are good."""
        self._maske = maske
        self.kode = kode
        self.darlige: Maske | None = None

    def __call__(self, serie: pd.Series) -> bool:
        """Tell whether the whole column is good."""
        self.darlige = ~self._maske(serie)
        return not self.darlige.any()


def check_of(sjekk: object) -> Kontroll | None:
    """Return our own part of a pandera check, or None where it is not one of ours or was never run to its end."""
    kontroll = sjekk.statistics.get(KONTROLL) if isinstance(sjekk, pap.Check) and sjekk.statistics else None
    return kontroll if isinstance(kontroll, Kontroll) and kontroll.darlige is not None else None


def series_check(kode: str, maske: Callable[[pd.Series], Maske]) -> pap.Check:
    """Return a pandera check named ``kode`` from a function of the whole column that tells which rows are good."""
    kontroll = Kontroll(kode, maske)
    return pap.Check(kontroll, name=kode, error=kode, ignore_na=False, statistics={KONTROLL: kontroll})


def check(kode: str, regel: Regel) -> pap.Check:
    """Return a pandera check named ``kode`` that judges the values with ``regel``."""
    return series_check(kode, lambda serie: mask_of(regel, serie))


def blank_or(regel: Regel) -> Regel:
    """Return ``regel`` widened to let blank pass."""
    return lambda verdier: pc.or_(pc.equal(verdier, ""), regel(verdier))


def matches(monster: str) -> Regel:
    """Return a rule: the whole value fits the regular expression (RE2: a digit is 0–9 and nothing else)."""
    return lambda verdier: pc.match_substring_regex(verdier, rf"\A(?:{monster})\z")


def one_of(koder: Collection[str]) -> Regel:
    """Return a rule: the value stands in ``koder``."""
    kjente = pa.array(sorted(koder), pa.string())
    return lambda verdier: pc.is_in(verdier, kjente)


def each(regel: Callable[[str], bool]) -> Regel:
    """Return a rule from a function of one text, for what no column function can do."""
    return lambda verdier: pa.array([regel(verdi) for verdi in verdier.to_pylist()], pa.bool_())


def is_filled(verdier: pa.Array) -> pa.Array:
    """Tell which texts have something else than white space."""
    return pc.not_equal(pc.utf8_trim_whitespace(verdier), "")


def is_printable(verdier: pa.Array) -> pa.Array:
    """Tell which texts are free of control characters, of marks that turn their direction and of lost letters."""
    return _free_of(_STYRETEGN, verdier)


def is_printable_text(verdier: pa.Array) -> pa.Array:
    """Tell which texts are printable when tabs and line breaks may stand in them."""
    return _free_of(_STYRETEGN_I_FRITEKST, verdier)


def _free_of(tegn: str, verdier: pa.Array) -> pa.Array:
    hele = verdier.combine_chunks() if isinstance(verdier, pa.ChunkedArray) else verdier
    mulige = rows_with(hele, _MULIG_STYRETEGN)
    svar = np.ones(len(hele), np.bool_)
    svar[mulige] = ~_bools(pc.match_substring_regex(hele.take(mulige), tegn))
    return pa.array(svar)


def rows_with(verdier: pa.Array, oktetter: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Return the rows whose text has any of the bytes (a table of 256), found in the column's bytes at once."""
    _, grensebuffer, tekstbuffer = verdier.buffers()
    if tekstbuffer is None:
        return np.empty(0, np.intp)
    grenser = np.frombuffer(grensebuffer, np.int32, len(verdier) + 1, verdier.offset * 4)
    tekst = np.frombuffer(tekstbuffer, np.uint8)[grenser[0] : grenser[-1]]
    return np.unique(np.searchsorted(grenser, np.flatnonzero(oktetter[tekst]) + grenser[0], side="right") - 1)


def parse_date(verdi: str, datoformat: str) -> date | None:
    """Return the date, or None where the text is not exactly one in the format (a time of day is dropped)."""
    try:
        tid = datetime.strptime(verdi, datoformat)  # noqa: DTZ007 a local date, no zone
    except ValueError:
        return None
    return tid.date() if tid.strftime(datoformat) == verdi else None


def filled() -> list[pap.Check]:
    """The value must be there."""
    return [check(KODE_PAKREVD, is_filled)]


def optional() -> list[pap.Check]:
    """The value may be blank, and must be printable."""
    return [check(KODE_TEGN, is_printable)]


def free_text() -> list[pap.Check]:
    """The value may be blank and go over several lines, and must be printable."""
    return [check(KODE_TEGN, is_printable_text)]


def required() -> list[pap.Check]:
    """The value must be there and be printable."""
    return [*filled(), *optional()]


def in_form(kode: str, monster: str) -> list[pap.Check]:
    """The value, when there is one, has the form."""
    return [check(kode, blank_or(matches(monster)))]


def in_list(kode: str, koder: Collection[str]) -> list[pap.Check]:
    """The value, when there is one, stands in ``koder``."""
    return [check(kode, blank_or(one_of(koder)))]


def code_list(navn: str, grunnlag: Kontrollgrunnlag) -> list[pap.Check]:
    """The value, when there is one, is a code of the named list, valid on the day."""
    return in_list(KODE_KODEVERK, grunnlag.kodeverk.get(navn, frozenset()))


def dates(grunnlag: Kontrollgrunnlag, *, kan_komme: bool = False) -> list[pap.Check]:
    """The value, when there is one, is a date in the file's format and, unless it may, not after the day of the run."""

    def is_date(verdi: str) -> bool:
        return parse_date(verdi, grunnlag.datoformat) is not None

    def not_future(verdi: str) -> bool:
        dato = parse_date(verdi, grunnlag.datoformat)
        return dato is None or dato <= grunnlag.siste_dato

    form = [check(KODE_DATO, blank_or(each(is_date)))]
    return form if kan_komme else [*form, check(KODE_FRAMTID, each(not_future))]


def organisation_number() -> list[pap.Check]:
    """The value is nine digits whose last agrees (Brønnøysundregistrene: mod 11, as python-stdnum knows it)."""
    return [check(KODE_ORGNUMMER, each(lambda verdi: len(verdi) == ORGNUMMER_LENGDE and orgnr.is_valid(verdi)))]


class Idkontroll:
    """Checks of a national-id column: the column is classified once and each check reads its part of the answer."""

    def __init__(self, grunnlag: Kontrollgrunnlag, *, pakrevd: bool) -> None:
        """Take the ids allowed in the mode; ``pakrevd`` False lets blank pass."""
        self._grunnlag = grunnlag
        self._pakrevd = pakrevd
        self._sist: tuple[pa.ChunkedArray, npt.NDArray[np.uint8]] | None = None

    def kinds(self, serie: pd.Series) -> npt.NDArray[np.uint8]:
        """Return each row's ``Idtype``, remembered for the column that was asked about last."""
        kolonne = arrow(serie)
        if self._sist is None or self._sist[0] is not kolonne:
            self._sist = (kolonne, fodselsnummer.classify(kolonne, self._grunnlag.fiktive, self._grunnlag.rester))
        return self._sist[1]

    def checks(self) -> list[pap.Check]:
        """Return the checks: form, date, control digits, allowed in this mode.

        Functions that hold on to this very object: pandera copies what a bound method is bound to.
        """
        tillatt = np.isin(np.arange(len(Idtype), dtype=np.uint8), [*self._grunnlag.idtyper, *UGYLDIGE_IDER])
        return [
            series_check(KODE_ID_FORM, lambda serie: self._has_form(serie)),  # noqa: PLW0108 see above
            series_check(KODE_ID_DATO, lambda serie: self.kinds(serie) != Idtype.UGYLDIG_DATO),
            series_check(KODE_ID_KONTROLL, lambda serie: self.kinds(serie) != Idtype.UGYLDIG_KONTROLL),
            series_check(KODE_ID_MODUS, lambda serie: tillatt[self.kinds(serie)]),
        ]

    def _has_form(self, serie: pd.Series) -> Maske:
        maske: Maske = self.kinds(serie) != Idtype.UGYLDIG_FORM
        return maske if self._pakrevd else maske | _bools(pc.equal(arrow(serie), ""))


def not_repeated(serie: pd.Series) -> Maske:
    """The second and later rows with the same eleven digits fail; anything else is another check's matter."""
    tall = fodselsnummer.as_integers(arrow(serie))
    maske: Maske = ~pd.Series(tall).duplicated().to_numpy() | (tall < 0)
    return maske


def column(beskrivelse: str, *kontroller: list[pap.Check]) -> pap.Column:
    """A text column with its description and checks, run in the order given."""
    return pap.Column(
        None, checks=[enkelt for liste in kontroller for enkelt in liste], description=beskrivelse, nullable=True
    )
