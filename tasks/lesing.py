"""Reading a file by its declared format: bytes → one frame of text, nothing guessed.

Encodings are tried strictly in the declared order. Everything stays text; blank is "no value". Row numbers are
those Excel shows: the heading is row 1.
"""

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from schemas.format import Filformat
from tasks.feil import BrukerFeil

KODE_ANTALL_FELT = "ÅH-2103"
FORSTE_DATARAD = 2
BOM = b"\xef\xbb\xbf"
ETT_FELT = b"?"
BLOKK = 4 << 20
SPOLERT_TEGN = "Ã".encode()[-1:]
SPOLERT = re.compile("|".join("Ã" + tegn for tegn in "¦¸¥†˜…©¨¤¶–œ").encode())
"""æøåÆØÅ and é è ä ö Ö Ü as they look when UTF-8 has been read as Windows-1252 on the way to us."""
UTENFOR_ASCII_I_CP1252 = frozenset("æøåÆØÅäöüÄÖÜéèêëÉÈÊËáàâãÁÀÂÃíìîïÍÌÎÏóòôõÓÒÔÕúùûÚÙÛýÿÝñÑçÇšŠžŽðÐþÞß«»–—’‘“”…´§°€")


Ulest = tuple[int, str]
"""The number and the text of a row that has no columns."""


@dataclass(frozen=True)
class Innlest:
    """A file as it was read.

    ``ramme`` has one column per declared column, all text; ``rad_nr`` gives each of its rows' number in the file.
    ``skjeve`` are the numbers of rows with too many or too few fields, which are in no frame.
    """

    fil: str
    format: Filformat
    ramme: pd.DataFrame
    rad_nr: npt.NDArray[np.int64]
    skjeve: tuple[int, ...]

    @property
    def antall(self) -> int:
        """Rows in the file, the heading not counted."""
        return len(self.ramme) + len(self.skjeve)


def read(innhold: bytes, fil: str, format_: Filformat) -> Innlest:
    """Read a whole file; BrukerFeil ÅH-20xx where the file itself is not what the format says."""
    utf8 = to_utf8(innhold, fil, format_)
    overskrifter = _headings(utf8, fil, format_)
    if b"\n" not in utf8:
        raise BrukerFeil("ÅH-2014", fil=fil)
    tabell, uleste = _parse(utf8, overskrifter, fil, format_)
    skjeve = tuple(sorted(nummer for nummer, tekst in uleste if tekst.strip()))
    alle = np.arange(FORSTE_DATARAD, FORSTE_DATARAD + tabell.num_rows + len(uleste), dtype=np.int64)
    rad_nr = np.setdiff1d(alle, [nummer for nummer, _ in uleste], assume_unique=True)
    tomme = _blank_rows(tabell)
    if tomme.size:
        har_noe = ~np.isin(np.arange(tabell.num_rows), tomme)
        tabell, rad_nr = tabell.filter(pa.array(har_noe)), rad_nr[har_noe]
    if tabell.num_rows + len(skjeve) == 0:
        raise BrukerFeil("ÅH-2014", fil=fil)
    return Innlest(fil, format_, _to_frame(tabell, overskrifter, format_), rad_nr, skjeve)


def to_utf8(innhold: bytes, fil: str, format_: Filformat) -> bytes:
    """Return the file's text as UTF-8 without a mark, by the first declared encoding that fits strictly.

    BrukerFeil ÅH-2011 (nothing in it), ÅH-2012 (none fits, or the letters were spoilt on the way: Ã¸ for ø).
    """
    if not innhold or innhold.isspace():
        raise BrukerFeil("ÅH-2011", fil=fil)
    if b"\x00" not in innhold:
        har_merke = innhold.startswith(BOM)
        for tegnsett in ("utf-8-sig",) if har_merke else format_.tegnsett:
            utf8 = DEKODERE[tegnsett](innhold)
            if utf8 is not None and not (SPOLERT_TEGN in utf8 and SPOLERT.search(utf8)):
                return utf8
    raise BrukerFeil("ÅH-2012", fil=fil)


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
    """Return the text as UTF-8 where every character is one that Norwegian files have."""
    try:
        tekst = innhold.decode("cp1252")
    except UnicodeDecodeError:
        return None
    fremmede = {tegn for tegn in set(tekst) if not tegn.isascii()} - UTENFOR_ASCII_I_CP1252
    return None if fremmede else tekst.encode()


DEKODERE = {"utf-8-sig": _from_utf8, "utf-8": _from_utf8, "cp1252": _from_cp1252}


def _headings(utf8: bytes, fil: str, format_: Filformat) -> list[str]:
    """Return the file's headings; all that is wrong with them comes in one error."""
    slutt = utf8.find(b"\n")
    linje = utf8[: slutt if slutt >= 0 else None].decode().rstrip("\r")
    funnet = [_fold(del_.strip().strip('"')) for del_ in linje.split(format_.skilletegn)]
    ventet = {_fold(kolonne.overskrift): kolonne for kolonne in format_.kolonner}
    mangler = [k.overskrift for navn, k in ventet.items() if k.pakrevd and navn not in funnet]
    ukjente = sum(navn not in ventet for navn in funnet)
    doble = [ventet[navn].overskrift for navn in ventet if funnet.count(navn) > 1]
    if mangler or ukjente or doble:
        raise BrukerFeil(
            "ÅH-2013",
            fil=fil,
            format=format_.navn,
            mangler=", ".join(mangler) or "ingen",
            ukjente=ukjente,
            doble=", ".join(doble) or "ingen",
        )
    return [ventet[navn].navn for navn in funnet]


def _fold(overskrift: str) -> str:
    return unicodedata.normalize("NFC", overskrift).casefold()


def _parse(utf8: bytes, overskrifter: list[str], fil: str, format_: Filformat) -> tuple[pa.Table, list[Ulest]]:
    """Return the rows, and the number and text of those with too many or too few fields.

    Parsed on all cores; only where rows are askew again on one, which tells their numbers. BrukerFeil ÅH-2018 where a
    quotation mark swallows rows: where the next one begins cannot be known.
    """
    har_anforsel = b'"' in utf8
    if har_anforsel and not format_.linjeskift:
        utf8 = _break_open_quotes(utf8)
    uleste: list[Ulest] = []
    try:
        tabell = _read_csv(utf8, overskrifter, format_, uleste, use_threads=True)
        if uleste:
            uleste.clear()
            tabell = _read_csv(utf8, overskrifter, format_, uleste, use_threads=False)
    except pa.ArrowInvalid:
        hele = False
    else:
        linjer = utf8.count(b"\n") + (not utf8.endswith(b"\n")) - 1 if har_anforsel else 0
        funnet = tabell.num_rows + len(uleste)
        hele = not har_anforsel or (linjer == funnet if not format_.linjeskift else not _swallows(uleste))
    if not hele:
        raise BrukerFeil("ÅH-2018", fil=fil)
    return tabell, uleste


def _break_open_quotes(utf8: bytes) -> bytes:
    """Make each line with an odd number of quotation marks one field, so that it is set aside and swallows nothing."""
    return b"\n".join(ETT_FELT if linje.count(b'"') % 2 else linje for linje in utf8.split(b"\n"))


def _swallows(uleste: list[Ulest]) -> bool:
    """Tell whether a row without the right number of fields goes over several lines."""
    return any("\n" in tekst for _, tekst in uleste)


def _read_csv(
    utf8: bytes, overskrifter: list[str], format_: Filformat, uleste: list[Ulest], *, use_threads: bool
) -> pa.Table:
    """Read the rows; those askew are added to ``uleste``, numbered when one core reads."""

    def skip(rad: pacsv.InvalidRow) -> str:
        uleste.append((rad.number or 0, rad.text))
        return "skip"

    gjentas = {kolonne.navn for kolonne in format_.kolonner if kolonne.gjentas}
    typer = {navn: pa.dictionary(pa.int32(), pa.string()) if navn in gjentas else pa.string() for navn in overskrifter}
    return pacsv.read_csv(
        pa.BufferReader(utf8),
        read_options=pacsv.ReadOptions(
            column_names=overskrifter, skip_rows=1, use_threads=use_threads, block_size=BLOKK
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=format_.skilletegn,
            newlines_in_values=format_.linjeskift,
            ignore_empty_lines=False,
            invalid_row_handler=skip,
        ),
        convert_options=pacsv.ConvertOptions(column_types=typer, strings_can_be_null=False),
    )


def _blank_rows(tabell: pa.Table) -> npt.NDArray[np.intp]:
    """Return the places of rows that have nothing in any field: blank lines, which are no rows."""
    mulige = pc.equal(tabell.column(0).cast(pa.string()), "")
    hvor = np.flatnonzero(mulige)
    if not hvor.size:
        return hvor
    alt_er_tomt = [pc.equal(kolonne.cast(pa.string()), "").to_numpy() for kolonne in tabell.filter(mulige).columns]
    return hvor[np.logical_and.reduce(alt_er_tomt)]


def _to_frame(tabell: pa.Table, overskrifter: list[str], format_: Filformat) -> pd.DataFrame:
    """Return the declared columns in the declared order; an optional one that the file lacks is blank."""
    ramme = tabell.to_pandas(
        types_mapper=lambda type_: pd.ArrowDtype(type_) if type_ == pa.string() else None,
        split_blocks=True,
        self_destruct=True,
    )
    for kolonne in format_.kolonner:
        if kolonne.navn not in overskrifter:
            ramme[kolonne.navn] = pd.Categorical.from_codes(np.zeros(len(ramme), dtype=np.int8), categories=[""])
    return ramme[[kolonne.navn for kolonne in format_.kolonner]]
