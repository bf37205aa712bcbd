"""From columns of text to a frame of the format's columns, the letters in one way of writing.

Shared by every kind of file, so that validation cannot tell them apart.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.format import Filformat
from schemas.kontroll import rows_with

FORSTE_MULIGE = 0xCC
"""The first byte of U+0300 in UTF-8: no text of lesser bytes changes by NFC (Unicode: all below U+0300 are stable)."""
_MULIG = np.arange(256) >= FORSTE_MULIGE


def to_frame(kolonner: Mapping[str, pa.ChunkedArray], format_: Filformat) -> pd.DataFrame:
    """Return the declared columns in the declared order, in NFC; an optional one that the file lacks is blank.

    A column that repeats itself is categorical, the others Arrow text.
    """
    gjentas = {kolonne.navn for kolonne in format_.kolonner if kolonne.gjentas}
    tabell = pa.table({navn: _column(verdier, gjentas=navn in gjentas) for navn, verdier in kolonner.items()})
    ramme = tabell.to_pandas(
        types_mapper=lambda type_: pd.ArrowDtype(type_) if type_ == pa.string() else None,
        split_blocks=True,
        self_destruct=True,
    )
    for kolonne in format_.kolonner:
        if kolonne.navn not in kolonner:
            ramme[kolonne.navn] = pd.Categorical.from_codes(np.zeros(len(ramme), dtype=np.int8), categories=[""])
    return ramme[[kolonne.navn for kolonne in format_.kolonner]]


def _column(verdier: pa.ChunkedArray, *, gjentas: bool) -> pa.ChunkedArray:
    kolonne = normalised(verdier)
    return kolonne.dictionary_encode() if gjentas and not pa.types.is_dictionary(kolonne.type) else kolonne


def normalised(verdier: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the column's texts in NFC: the very same object where they are that already."""
    er_ordbok = pa.types.is_dictionary(verdier.type)
    biter = [bit.dictionary if er_ordbok else bit for bit in verdier.chunks]
    nye = [_normalised(bit) for bit in biter]
    if all(ny is bit for ny, bit in zip(nye, biter, strict=True)):
        return verdier
    if not er_ordbok:
        return pa.chunked_array(nye, verdier.type)
    # Two ways of writing the same text become one, so the places in the dictionary must be made anew.
    return pa.chunked_array([ny.take(bit.indices) for ny, bit in zip(nye, verdier.chunks, strict=True)])


def _normalised(tekster: pa.Array) -> pa.Array:
    mulige = rows_with(tekster, _MULIG) if _largest_byte(tekster) >= FORSTE_MULIGE else np.empty(0, np.intp)
    if not mulige.size:
        return tekster
    for_, etter = tekster.take(mulige), pc.utf8_normalize(tekster.take(mulige), "NFC")
    if for_.equals(etter):
        return tekster
    maske = np.zeros(len(tekster), np.bool_)
    maske[mulige] = True
    return pc.replace_with_mask(tekster, maske, etter)


def _largest_byte(tekster: pa.Array) -> int:
    _, grensebuffer, tekstbuffer = tekster.buffers()
    if tekstbuffer is None or not len(tekster):
        return 0
    grenser = np.frombuffer(grensebuffer, np.int32, len(tekster) + 1, tekster.offset * 4)
    return int(np.frombuffer(tekstbuffer, np.uint8)[grenser[0] : grenser[-1]].max(initial=0))
