"""A JSON file by its declared format: one object with a list of rows, columns given by path → a frame of text.

Row numbers agree with those of other files: the first element of the list is row 2. Values must be text; null is
blank. Fields that the format does not name are passed over, since an interface may get new ones.
"""

import json
from collections.abc import Collection
from typing import Final, NoReturn

import numpy as np
import pyarrow as pa

from schemas.format import Filformat, Jsonform, Kolonne
from schemas.innlest import FORSTE_DATARAD, KODE_IKKE_TEKST, MEST_RAATEKST, Cellefeil, Innlest
from schemas.kontroll import KODE_TEGN
from tasks.csvfil import is_spoilt
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.formater import limits
from tasks.ramme import to_frame

FINNES_IKKE: Final = object()
IKKE_TEKST: Final = object()


class _Ugyldig(ValueError):
    """What JSON allows in the letter and nobody means: the same key twice, a number that is none."""


def read_json(innhold: bytes, fil: str, format_: Filformat) -> Innlest:
    """Read a whole file.

    BrukerFeil ÅH-2031 (not JSON), ÅH-2032 (not the object the format says), ÅH-2033 (holds an error message), ÅH-2034
    (another number of rows than it says), ÅH-2035 (an empty list), ÅH-2013 (a required path in no row), ÅH-2036 (too
    many faults), ÅH-2039 (letters spoilt on the way).
    """
    if format_.json_form is None:
        raise ProgramFeil(f"formatet {format_.navn} sier ikke hvor radene står")
    if is_spoilt(innhold):
        raise BrukerFeil("ÅH-2039", fil=fil)
    elementer = _list(_parse(innhold, fil), fil, format_.json_form)
    rader = [(nr, rad) for nr, rad in enumerate(elementer, start=FORSTE_DATARAD) if isinstance(rad, dict)]
    raatekst = {
        nr: json.dumps(rad, ensure_ascii=True)[:MEST_RAATEKST]
        for nr, rad in enumerate(elementer, start=FORSTE_DATARAD)
        if not isinstance(rad, dict)
    }
    kolonner: dict[str, pa.ChunkedArray] = {}
    cellefeil: list[Cellefeil] = []
    for kolonne in format_.kolonner:
        verdier = [_find(rad, kolonne.overskrift) for _, rad in rader]
        if any(verdi is not FINNES_IKKE for verdi in verdier):
            kolonner[kolonne.navn] = _texts([nr for nr, _ in rader], verdier, kolonne, cellefeil)
        if len(cellefeil) > limits().fil.mest_feil:
            raise BrukerFeil("ÅH-2036", fil=fil, grense=limits().fil.mest_darlige_rader)
    _check_required(kolonner.keys(), len(rader), fil, format_)
    return Innlest(
        fil,
        format_,
        to_frame(kolonner or _blank(format_), format_),
        np.array([nr for nr, _ in rader], dtype=np.int64),
        tuple(raatekst),
        raatekst,
        tuple(cellefeil),
        kolonner_i_filen=frozenset(kolonner),
    )


def _parse(innhold: bytes, fil: str) -> object:
    """Return the parsed text; no error of the parser's is kept, since it holds the text."""
    try:
        return json.loads(innhold.decode("utf-8-sig"), object_pairs_hook=_without_doubles, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BrukerFeil("ÅH-2031", fil=fil) from None


def _without_doubles(par: list[tuple[str, object]]) -> dict[str, object]:
    objekt = dict(par)
    if len(objekt) != len(par):
        raise _Ugyldig
    return objekt


def _no_constant(_: str) -> NoReturn:
    raise _Ugyldig


def _list(rot: object, fil: str, form: Jsonform) -> list[object]:
    """Return the rows of a whole answer."""
    if not isinstance(rot, dict):
        raise BrukerFeil("ÅH-2032", fil=fil, liste=form.liste)
    melding = rot.get(form.feilmelding)
    if melding is not None and melding != "" and not (isinstance(melding, str) and melding.isspace()):
        raise BrukerFeil("ÅH-2033", fil=fil, felt=form.feilmelding)
    elementer = rot.get(form.liste)
    if not isinstance(elementer, list):
        raise BrukerFeil("ÅH-2032", fil=fil, liste=form.liste)
    antall = rot.get(form.antall)
    if type(antall) is not int or antall != len(elementer):
        raise BrukerFeil("ÅH-2034", fil=fil, felt=form.antall, funnet=len(elementer))
    if not elementer:
        raise BrukerFeil("ÅH-2035", fil=fil)
    return elementer


def _find(rad: object, sti: str) -> object:
    """Return what stands at the path: null where something on it is null, else the two marks above where it ends."""
    verdi = rad
    for ledd in sti.split("."):
        if verdi is None:
            return None
        if not isinstance(verdi, dict):
            return IKKE_TEKST
        verdi = verdi.get(ledd, FINNES_IKKE)
        if verdi is FINNES_IKKE:
            return FINNES_IKKE
    return verdi


def _texts(numre: list[int], verdier: list[object], kolonne: Kolonne, cellefeil: list[Cellefeil]) -> pa.ChunkedArray:
    """Return a column's texts; what is no text is blank and a fault of its row."""
    tekster = []
    for nummer, verdi in zip(numre, verdier, strict=True):
        tekst, kode = _text(verdi)
        tekster.append(tekst)
        if kode:
            cellefeil.append((nummer, kolonne.navn, kode))
    return pa.chunked_array([pa.array(tekster, pa.string())])


def _text(verdi: object) -> tuple[str, str]:
    """Return the text and the code of what is wrong with it, blank where nothing is."""
    if verdi is None or verdi is FINNES_IKKE:
        return "", ""
    if not isinstance(verdi, str):
        return "", KODE_IKKE_TEKST
    try:
        verdi.encode()
    except UnicodeEncodeError:
        return "", KODE_TEGN
    return verdi, ""


def _check_required(funnet: Collection[str], antall: int, fil: str, format_: Filformat) -> None:
    mangler = [k.overskrift for k in format_.kolonner if k.pakrevd and k.navn not in funnet]
    if antall and mangler:
        raise BrukerFeil("ÅH-2013", fil=fil, format=format_.navn, mangler=", ".join(mangler), ukjente=0, doble="ingen")


def _blank(format_: Filformat) -> dict[str, pa.ChunkedArray]:
    """Return a first column without rows: a file where no element has columns."""
    return {format_.kolonner[0].navn: pa.chunked_array([pa.array([], pa.string())])}
