"""Validation: a frame and its schema → the good rows, and for every bad cell its row, column and code.

The one place where pandera's errors are taken apart. They hold the frame, so they are never raised on, logged or
kept: only the masks of our own checks leave this module.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from schemas.innlest import KODE_ANTALL_FELT, Innlest, Reparert
from schemas.kontroll import check_of
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.formater import limits

FEILKOLONNER = ["rad_nr", "kolonne", "kode"]
Funn = tuple[str, str, npt.NDArray[np.bool_]]
"""Column, code, and which rows fail."""


@dataclass(frozen=True)
class Validert:
    """A judged file: ``gyldige`` the good rows as they were read; ``feil`` one row per fault (rad_nr, kolonne, kode).

    ``rad_nr`` are the good rows' numbers in the file; ``til_side`` the rows set aside, as they were read, except
    those whose fields could not be told apart. ``reparert`` and ``kolonner_i_filen`` are as reading told them.
    """

    gyldige: pd.DataFrame
    feil: pd.DataFrame
    antall: int
    rad_nr: npt.NDArray[np.int64]
    til_side: pd.DataFrame
    reparert: tuple[Reparert, ...] = ()
    kolonner_i_filen: frozenset[str] = frozenset()

    @property
    def antall_darlige(self) -> int:
        """Rows set aside, however many faults each has."""
        return self.antall - len(self.gyldige)


def validate(innlest: Innlest, skjema: pa.DataFrameSchema) -> Validert:
    """Judge every row; rows in = good rows + rows set aside, always.

    BrukerFeil ÅH-2036 where more is wrong than can be corrected by hand: told before any fault is written down.
    """
    masker = _masks(innlest, skjema)
    darlig = np.zeros(len(innlest.ramme), dtype=np.bool_)
    for _, _, maske in masker:
        darlig |= maske
    _check_amount(innlest, int(darlig.sum()), sum(int(maske.sum()) for _, _, maske in masker))
    funn = [_faults(np.array(innlest.skjeve, dtype=np.int64), "", KODE_ANTALL_FELT)]
    funn += [_faults(innlest.rad_nr[maske], kolonne, kode) for kolonne, kode, maske in masker]
    feil = pd.concat(funn, ignore_index=True).sort_values(FEILKOLONNER, kind="stable", ignore_index=True)
    gyldige = innlest.ramme if not darlig.any() else innlest.ramme.loc[~darlig]
    if len(gyldige) + feil["rad_nr"].nunique() != innlest.antall:
        raise ProgramFeil("rader inn er ikke lik gyldige rader og rader til side")
    return Validert(
        gyldige.reset_index(drop=True),
        feil,
        innlest.antall,
        innlest.rad_nr[~darlig],
        innlest.ramme.loc[darlig],
        innlest.reparert,
        innlest.kolonner_i_filen,
    )


def _masks(innlest: Innlest, skjema: pa.DataFrameSchema) -> list[Funn]:
    """Return (column, code, rows) of everything that failed; a cell that could not be read is told as that only."""
    uleste: dict[str, dict[str, list[int]]] = {}
    for rad_nr, kolonne, kode in innlest.cellefeil:
        uleste.setdefault(kolonne, {}).setdefault(kode, []).append(rad_nr)
    egne = [
        (kolonne, kode, np.isin(innlest.rad_nr, numre))
        for kolonne, koder in uleste.items()
        for kode, numre in koder.items()
    ]
    av_skjema = []
    for kolonne, kode, maske in _failing(innlest.ramme, skjema):
        uleselig = [ulest for navn, _, ulest in egne if navn == kolonne]
        av_skjema.append((kolonne, kode, maske & ~np.logical_or.reduce(uleselig) if uleselig else maske))
    return egne + av_skjema


def _check_amount(innlest: Innlest, darlige: int, feil: int) -> None:
    grenser = limits().fil
    if darlige + len(innlest.skjeve) > grenser.mest_darlige_rader or feil > grenser.mest_feil:
        raise BrukerFeil("ÅH-2036", fil=innlest.fil, grense=grenser.mest_darlige_rader)


def _faults(rader: npt.NDArray[np.int64], kolonne: str, kode: str) -> pd.DataFrame:
    return pd.DataFrame({"rad_nr": rader, "kolonne": kolonne, "kode": kode}, columns=FEILKOLONNER)


def _failing(ramme: pd.DataFrame, skjema: pa.DataFrameSchema) -> list[Funn]:
    """Return (column, code, rows that fail) of every check that failed.

    ProgramFeil where something else than one of our own checks failed: the frame is not the schema's at all.
    """
    try:
        skjema.validate(ramme, lazy=True, inplace=True)
    except SchemaErrors as feil:
        enkeltfeil = [(str(enkelt.schema.name), check_of(enkelt.check)) for enkelt in feil.schema_errors]
    else:
        return []
    fremmede = sorted({navn for navn, kontroll in enkeltfeil if kontroll is None})
    if fremmede:
        raise ProgramFeil("skjemaet passer ikke med rammen: " + ", ".join(fremmede))
    return [(navn, k.kode, k.darlige) for navn, k in enkeltfeil if k is not None and k.darlige is not None]
