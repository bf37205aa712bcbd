"""A CSV file by its declared format: bytes → a frame of text, nothing guessed.

Encodings are tried strictly in the declared order. Everything stays text; blank is "no value".
"""

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from schemas.format import Filformat, Filgrenser
from schemas.innlest import FORSTE_DATARAD, MEST_RAATEKST, Innlest
from tasks import overskrifter
from tasks.feil import BrukerFeil
from tasks.formater import limits
from tasks.ramme import to_frame

BOM = b"\xef\xbb\xbf"
ETT_FELT = b"?"
BLOKK = 4 << 20
LENGST_OVERSKRIFT = 100_000
IKKE_LEST = "ikke lest"
FOR_LANG_RAD = "straddl"
"""In what Arrow says where a row is longer than a block."""
SPOLERT_TEGN = "Ã".encode()[-1:]
SPOLERT = re.compile("|".join("Ã" + tegn for tegn in "¦¸¥†˜…©¨¤¶–œ").encode())
"""æøåÆØÅ and é è ä ö Ö Ü as they look when UTF-8 has been read as Windows-1252 on the way to us."""
UTENFOR_ASCII_I_CP1252 = frozenset(
    "æøåÆØÅäöüÄÖÜéèêëÉÈÊËáàâãÁÀÂÃíìîïÍÌÎÏóòôõÓÒÔÕúùûÚÙÛýÿÝñÑçÇšŠžŽðÐþÞß«»–—’‘“”…´§°€".encode("cp1252")
)
_ASCII = bytes(range(0x80))


class Uleste:
    """Rows that have no columns, as (number, text), taken while Arrow reads; too many of them stop the reading."""

    def __init__(self, grenser: Filgrenser) -> None:
        """Take how many there may be: of those with text, and of all."""
        self.rader: list[tuple[int, str]] = []
        self._grenser = grenser
        self._med_tekst = 0

    def __call__(self, rad: pacsv.InvalidRow) -> str:
        """Answer Arrow what to do with a row: go on without it, or stop."""
        self.rader.append((rad.number or 0, rad.text[:MEST_RAATEKST]))
        self._med_tekst += bool(rad.text.strip())
        return "error" if self.for_mange else "skip"

    @property
    def for_mange(self) -> bool:
        """Whether there are more than a file may have."""
        return self._med_tekst > self._grenser.mest_darlige_rader


def read_csv(innhold: bytes, fil: str, format_: Filformat) -> Innlest:
    """Read a whole file; BrukerFeil ÅH-20xx where the file itself is not what the format says."""
    utf8 = to_utf8(innhold, fil, format_)
    navn = _headings(utf8, fil, format_)
    linjer = utf8.count(b"\n")
    if not linjer:
        raise BrukerFeil("ÅH-2014", fil=fil)
    if linjer > limits().fil.mest_linjer:
        raise BrukerFeil("ÅH-2037", fil=fil, grense=f"{limits().fil.mest_linjer} linjer")
    tabell, uleste = _parse(utf8, navn, fil, format_)
    raatekst = {nummer: tekst for nummer, tekst in sorted(uleste) if tekst.strip()}
    alle = np.arange(FORSTE_DATARAD, FORSTE_DATARAD + tabell.num_rows + len(uleste), dtype=np.int64)
    rad_nr = np.setdiff1d(alle, [nummer for nummer, _ in uleste], assume_unique=True)
    tomme = _blank_rows(tabell)
    if tomme.size:
        har_noe = ~np.isin(np.arange(tabell.num_rows), tomme)
        tabell, rad_nr = tabell.filter(pa.array(har_noe)), rad_nr[har_noe]
    if tabell.num_rows + len(raatekst) == 0:
        raise BrukerFeil("ÅH-2014", fil=fil)
    i_filen = frozenset(tabell.column_names)
    ramme = to_frame(dict(zip(tabell.column_names, tabell.columns, strict=True)), format_)
    return Innlest(fil, format_, ramme, rad_nr, tuple(raatekst), raatekst, kolonner_i_filen=i_filen)


def to_utf8(innhold: bytes, fil: str, format_: Filformat) -> bytes:
    """Return the file's text as UTF-8 without a mark, by the first declared encoding that fits strictly.

    BrukerFeil ÅH-2012: none fits, or the letters were spoilt on the way (Ã¸ for ø).
    """
    if b"\x00" not in innhold:
        har_merke = innhold.startswith(BOM)
        for tegnsett in ("utf-8-sig",) if har_merke else format_.tegnsett:
            utf8 = DEKODERE[tegnsett](innhold)
            if utf8 is not None and not is_spoilt(utf8):
                return utf8 if b"\n" in utf8 else utf8.replace(b"\r", b"\n")
    raise BrukerFeil("ÅH-2012", fil=fil)


def is_spoilt(utf8: bytes) -> bool:
    """Tell whether letters were spoilt before the file came to us."""
    return SPOLERT_TEGN in utf8 and SPOLERT.search(utf8) is not None


def _from_utf8(innhold: bytes) -> bytes | None:
    """Return the bytes without their mark where they are UTF-8, judged by Arrow without making a text of them."""
    hele = pa.py_buffer(innhold)
    grenser = pa.py_buffer(np.array([0, len(innhold)], dtype=np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, grenser, hele).validate(full=True)
    except pa.ArrowInvalid:
        return None
    return innhold.removeprefix(BOM)


def _from_cp1252(innhold: bytes) -> bytes | None:
    """Return the text as UTF-8 where every character is one that Norwegian files have; a block at a time."""
    if set(innhold.translate(None, _ASCII)) - UTENFOR_ASCII_I_CP1252:
        return None
    return b"".join(innhold[fra : fra + BLOKK].decode("cp1252").encode() for fra in range(0, len(innhold), BLOKK))


DEKODERE = {"utf-8-sig": _from_utf8, "utf-8": _from_utf8, "cp1252": _from_cp1252}


def _headings(utf8: bytes, fil: str, format_: Filformat) -> list[str]:
    """Return our name of each column, blank where it is not read."""
    slutt = utf8.find(b"\n", 0, LENGST_OVERSKRIFT)
    linje = utf8[: slutt if slutt >= 0 else LENGST_OVERSKRIFT].decode(errors="replace").rstrip("\r")
    return overskrifter.match([del_.strip().strip('"') for del_ in linje.split(format_.skilletegn)], fil, format_)


def _parse(utf8: bytes, navn: list[str], fil: str, format_: Filformat) -> tuple[pa.Table, list[tuple[int, str]]]:
    """Return the rows, and the number and text of those with too many or too few fields.

    Parsed on all cores; only where rows are askew again on one, which tells their numbers. BrukerFeil ÅH-2018 where a
    quotation mark swallows rows: where the next one begins cannot be known; ÅH-2036, ÅH-2038 as ``_read``.
    """
    har_anforsel = b'"' in utf8
    if har_anforsel and not format_.linjeskift:
        utf8 = _break_open_quotes(utf8)
    tabell, uleste = _read(utf8, navn, fil, format_, use_threads=True)
    if uleste:
        tabell, uleste = _read(utf8, navn, fil, format_, use_threads=False)
    if har_anforsel:
        linjer = utf8.count(b"\n") + (not utf8.endswith(b"\n")) - 1
        funnet = tabell.num_rows + len(uleste)
        if _swallows(uleste) if format_.linjeskift else linjer != funnet:
            raise BrukerFeil("ÅH-2018", fil=fil)
    return tabell, uleste


def _break_open_quotes(utf8: bytes) -> bytes:
    """Make each line with an odd number of quotation marks one field, so that it is set aside and swallows nothing."""
    return b"\n".join(ETT_FELT if linje.count(b'"') % 2 else linje for linje in utf8.split(b"\n"))


def _swallows(uleste: list[tuple[int, str]]) -> bool:
    """Tell whether a row without the right number of fields goes over several lines."""
    return any("\n" in tekst for _, tekst in uleste)


def _read(
    utf8: bytes, navn: list[str], fil: str, format_: Filformat, *, use_threads: bool
) -> tuple[pa.Table, list[tuple[int, str]]]:
    """Read the rows, and those askew, numbered when one core reads.

    BrukerFeil ÅH-2036 (too many askew), ÅH-2038 (a row longer than a block), ÅH-2018 (a quotation mark left open).
    """
    uleste = Uleste(limits().fil)
    try:
        return _read_table(utf8, navn, format_, uleste, use_threads=use_threads), uleste.rader
    except pa.ArrowInvalid as feil:
        kode = "ÅH-2038" if FOR_LANG_RAD in str(feil) else "ÅH-2018"
    if uleste.for_mange:
        raise BrukerFeil("ÅH-2036", fil=fil, grense=limits().fil.mest_darlige_rader)
    raise BrukerFeil(kode, fil=fil)


def _read_table(utf8: bytes, navn: list[str], format_: Filformat, uleste: Uleste, *, use_threads: bool) -> pa.Table:
    gjentas = {kolonne.navn for kolonne in format_.kolonner if kolonne.gjentas}
    typer = {k: pa.dictionary(pa.int32(), pa.string()) if k in gjentas else pa.string() for k in navn if k}
    return pacsv.read_csv(
        pa.BufferReader(utf8),
        read_options=pacsv.ReadOptions(
            column_names=[k or f"{IKKE_LEST} {plass}" for plass, k in enumerate(navn)],
            skip_rows=1,
            use_threads=use_threads,
            block_size=BLOKK,
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=format_.skilletegn,
            newlines_in_values=format_.linjeskift,
            ignore_empty_lines=False,
            invalid_row_handler=uleste,
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=typer, include_columns=list(typer), strings_can_be_null=False
        ),
    )


def _blank_rows(tabell: pa.Table) -> npt.NDArray[np.intp]:
    """Return the places of rows that have nothing in any field: blank lines, which are no rows."""
    mulige = pc.equal(tabell.column(0).cast(pa.string()), "")
    hvor = np.flatnonzero(mulige)
    if not hvor.size:
        return hvor
    alt_er_tomt = [pc.equal(kolonne.cast(pa.string()), "").to_numpy() for kolonne in tabell.filter(mulige).columns]
    return hvor[np.logical_and.reduce(alt_er_tomt)]
