"""Column checks for input frames: each runs once per distinct value and carries its code as its name.

A check's name is the code that quarantine, ``inspect`` and the documentation show; the text of a code stands in
``data/meldinger.csv``. Frames hold text only, blank meaning "no value". Repeating columns are categorical, so that
a rule runs on thousands of categories instead of millions of rows. No check's message ever holds a value.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pap
import pyarrow as pa

from schemas import fodselsnummer
from schemas.fodselsnummer import Idtype

Regel = Callable[[str], bool]
Maske = npt.NDArray[np.bool_]

UGYLDIGE_IDER = frozenset({Idtype.UGYLDIG_FORM, Idtype.UGYLDIG_DATO, Idtype.UGYLDIG_KONTROLL})
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

_STYRETEGN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Kontrollgrunnlag:
    """What a frame is judged against: the code lists valid on the day, the mode's ids, the school year.

    ``kodeverk`` maps a list's name to its valid codes; ``siste_dato`` is the last day a date may name;
    ``skoleaar`` is eight digits as in Vigo (20262027), blank when the format has none.
    """

    siste_dato: date = date.max
    skoleaar: str = ""
    datoformat: str = "%d.%m.%Y"
    idtyper: frozenset[Idtype] = frozenset(Idtype) - UGYLDIGE_IDER
    fiktive: frozenset[str] = frozenset()
    kodeverk: dict[str, frozenset[str]] = field(default_factory=dict)


def mask_of(regel: Regel, serie: pd.Series) -> Maske:
    """Return one bool per row of ``serie``, running ``regel`` once per distinct value."""
    if not isinstance(serie.dtype, pd.CategoricalDtype):
        serie = serie.astype("category")
    utfall = np.fromiter(
        (regel(verdi) for verdi in serie.cat.categories), dtype=np.bool_, count=len(serie.cat.categories)
    )
    koder = serie.cat.codes.to_numpy()
    maske: Maske = np.append(utfall, False)[koder]
    return maske


def check(kode: str, regel: Regel) -> pap.Check:
    """Return a pandera check named ``kode`` that judges each distinct value with ``regel``."""
    return series_check(kode, lambda serie: pd.Series(mask_of(regel, serie), index=serie.index))


def series_check(kode: str, maske: Callable[[pd.Series], pd.Series]) -> pap.Check:
    """Return a pandera check named ``kode`` from a function of the whole column."""
    return pap.Check(maske, name=kode, error=kode, n_failure_cases=1, ignore_na=False)


def blank_or(regel: Regel) -> Regel:
    """Return ``regel`` widened to let blank pass."""
    return lambda verdi: verdi == "" or regel(verdi)


def matches(monster: str) -> Regel:
    """Return a rule: the whole value fits the regular expression."""
    fullt = re.compile(monster)
    return lambda verdi: fullt.fullmatch(verdi) is not None


def is_printable(verdi: str) -> bool:
    """Tell whether a text is free of control characters and of marks that turn its direction."""
    return _STYRETEGN.search(verdi) is None


def parse_date(verdi: str, datoformat: str) -> date | None:
    """Return the date, or None where the text is not exactly one in the format (a time of day is dropped)."""
    try:
        tid = datetime.strptime(verdi, datoformat)  # noqa: DTZ007 a local date, no zone
    except ValueError:
        return None
    return tid.date() if tid.strftime(datoformat) == verdi else None


def required() -> list[pap.Check]:
    """Checks of a text that must be there and be printable."""
    return [check(KODE_PAKREVD, lambda verdi: verdi.strip() != ""), check(KODE_TEGN, is_printable)]


def optional(*kontroller: pap.Check) -> list[pap.Check]:
    """Checks of a text that may be blank."""
    return [check(KODE_TEGN, is_printable), *kontroller]


def code_list(navn: str, grunnlag: Kontrollgrunnlag) -> pap.Check:
    """The value is a code of the named list, valid on the day."""
    koder = grunnlag.kodeverk.get(navn, frozenset())
    return check(KODE_KODEVERK, blank_or(koder.__contains__))


def dates(grunnlag: Kontrollgrunnlag, *, pakrevd: bool) -> list[pap.Check]:
    """The value is a date in the file's format and not later than the day of the run."""

    def not_future(verdi: str) -> bool:
        dato = parse_date(verdi, grunnlag.datoformat)
        return dato is None or dato <= grunnlag.siste_dato

    form = check(KODE_DATO, blank_or(lambda verdi: parse_date(verdi, grunnlag.datoformat) is not None))
    return [
        *([check(KODE_PAKREVD, lambda verdi: verdi != "")] if pakrevd else []),
        form,
        check(KODE_FRAMTID, not_future),
    ]


def _ids(serie: pd.Series) -> pa.Array | pa.ChunkedArray:
    """Return the column's values as an Arrow text array, without a copy where it is one already."""
    if isinstance(serie.dtype, pd.ArrowDtype):
        return serie.array.__arrow_array__()
    return pa.array(serie.astype("str"), pa.string())


class Idkontroll:
    """Checks of a national-id column: the column is classified once and each check reads its part of the answer."""

    def __init__(self, grunnlag: Kontrollgrunnlag, *, pakrevd: bool) -> None:
        """Take the ids allowed in the mode; ``pakrevd`` False lets blank pass."""
        self._grunnlag = grunnlag
        self._pakrevd = pakrevd
        self._sist: tuple[int, npt.NDArray[np.uint8]] | None = None

    def kinds(self, serie: pd.Series) -> npt.NDArray[np.uint8]:
        """Return each row's ``Idtype``, remembered for the column that was asked about last."""
        if self._sist is None or self._sist[0] != id(serie):
            self._sist = (id(serie), fodselsnummer.classify(_ids(serie), self._grunnlag.fiktive))
        return self._sist[1]

    def checks(self) -> list[pap.Check]:
        """Return the checks: form, date, control digits, allowed in this mode."""
        tillatt = np.isin(np.arange(len(Idtype), dtype=np.uint8), [*self._grunnlag.idtyper, *UGYLDIGE_IDER])
        return [
            series_check(KODE_ID_FORM, lambda serie: self._differs(serie, Idtype.UGYLDIG_FORM)),
            series_check(KODE_ID_DATO, lambda serie: self._differs(serie, Idtype.UGYLDIG_DATO)),
            series_check(KODE_ID_KONTROLL, lambda serie: self._differs(serie, Idtype.UGYLDIG_KONTROLL)),
            series_check(KODE_ID_MODUS, lambda serie: pd.Series(tillatt[self.kinds(serie)], index=serie.index)),
        ]

    def _differs(self, serie: pd.Series, type_: Idtype) -> pd.Series:
        ok = self.kinds(serie) != type_
        if not self._pakrevd and type_ is Idtype.UGYLDIG_FORM:
            ok |= (serie == "").to_numpy(dtype=bool)
        return pd.Series(ok, index=serie.index)


def not_repeated(serie: pd.Series) -> pd.Series:
    """The second and later rows with the same eleven digits fail; anything else is another check's matter."""
    tall = fodselsnummer.as_integers(_ids(serie))
    gjentatt = pd.Series(tall, index=serie.index).duplicated()
    return ~gjentatt | (tall < 0)


def in_list(kode: str, koder: Collection[str]) -> pap.Check:
    """The value, when there is one, stands in ``koder``."""
    return check(kode, blank_or(frozenset(koder).__contains__))


def column(beskrivelse: str, *kontroller: list[pap.Check]) -> pap.Column:
    """A text column with its description and checks, run in the order given."""
    return pap.Column(
        None, checks=[enkelt for liste in kontroller for enkelt in liste], description=beskrivelse, nullable=True
    )
