"""Reading a file by its declared format: bytes → one frame of text, nothing guessed.

Encodings are tried strictly in the declared order. Everything stays text; blank is "no value". Row numbers are
those Excel shows: the heading is row 1.
"""

import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from schemas.format import Filformat
from tasks.feil import BrukerFeil

KODE_ANTALL_FELT = "ÅH-2103"
FORSTE_DATARAD = 2
BOM = b"\xef\xbb\xbf"
UTENFOR_ASCII_I_CP1252 = frozenset("æøåÆØÅäöüÄÖÜéèêëÉÈÊËáàâãÁÀÂÃíìîïÍÌÎÏóòôõÓÒÔÕúùûÚÙÛýÿÝñÑçÇšŠžŽðÐþÞß«»–—’‘“”…´§°€")


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
    tabell, skjeve = _parse(utf8, overskrifter, format_)
    if tabell.num_rows + len(skjeve) == 0:
        raise BrukerFeil("ÅH-2014", fil=fil)
    nummer = np.arange(FORSTE_DATARAD, FORSTE_DATARAD + tabell.num_rows + len(skjeve), dtype=np.int64)
    ramme = _to_frame(tabell, overskrifter, format_)
    return Innlest(fil, format_, ramme, np.setdiff1d(nummer, skjeve, assume_unique=True), skjeve)


def to_utf8(innhold: bytes, fil: str, format_: Filformat) -> bytes:
    """Return the file's text as UTF-8 without a mark, by the first declared encoding that fits strictly."""
    if not innhold.strip():
        raise BrukerFeil("ÅH-2011", fil=fil)
    if b"\x00" in innhold:
        raise BrukerFeil("ÅH-2012", fil=fil)
    if innhold.startswith(BOM) and "utf-8-sig" in format_.tegnsett:
        return _strictly(innhold[len(BOM) :], "utf-8", fil).encode()
    for tegnsett in format_.tegnsett:
        try:
            tekst = innhold.decode(tegnsett)
        except UnicodeDecodeError:
            continue
        if tegnsett != "cp1252":
            return innhold
        if {tegn for tegn in set(tekst) if not tegn.isascii()} <= UTENFOR_ASCII_I_CP1252:
            return tekst.encode()
    raise BrukerFeil("ÅH-2012", fil=fil)


def _strictly(innhold: bytes, tegnsett: str, fil: str) -> str:
    try:
        return innhold.decode(tegnsett)
    except UnicodeDecodeError:
        pass
    raise BrukerFeil("ÅH-2012", fil=fil)


def _headings(utf8: bytes, fil: str, format_: Filformat) -> list[str]:
    """Return the file's headings; all that is wrong with them comes in one error."""
    linje = utf8.partition(b"\n")[0].decode().rstrip("\r")
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


def _parse(utf8: bytes, overskrifter: list[str], format_: Filformat) -> tuple[pa.Table, tuple[int, ...]]:
    """Parse on all cores; only where rows are askew again on one, which tells their numbers."""
    skjeve: list[int | None] = []
    tomme: list[int | None] = []

    def aside(rad: pacsv.InvalidRow) -> str:
        (tomme if rad.text.strip() == "" else skjeve).append(rad.number)
        return "skip"

    tabell = _read_csv(utf8, overskrifter, format_, aside, use_threads=True)
    if skjeve or tomme:
        skjeve.clear()
        tomme.clear()
        tabell = _read_csv(utf8, overskrifter, format_, aside, use_threads=False)
    return tabell, tuple(sorted(nummer for nummer in skjeve if nummer is not None))


def _read_csv(
    utf8: bytes, overskrifter: list[str], format_: Filformat, aside: object, *, use_threads: bool
) -> pa.Table:
    gjentas = {kolonne.navn for kolonne in format_.kolonner if kolonne.gjentas}
    typer = {navn: pa.dictionary(pa.int32(), pa.string()) if navn in gjentas else pa.string() for navn in overskrifter}
    return pacsv.read_csv(
        pa.BufferReader(utf8),
        read_options=pacsv.ReadOptions(column_names=overskrifter, skip_rows=1, use_threads=use_threads),
        parse_options=pacsv.ParseOptions(
            delimiter=format_.skilletegn, newlines_in_values=False, ignore_empty_lines=False, invalid_row_handler=aside
        ),
        convert_options=pacsv.ConvertOptions(column_types=typer, strings_can_be_null=False),
    )


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
