"""Udir's receipts in the inbox: judged like any delivered file, and held against what was sealed and handed over.

A receipt may come late, twice, in any order, or about something we never sent. What does not fit is named and changes
nothing, and its file stays in the inbox.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from schemas.format import Filformat
from schemas.verdier import Tilstand
from tasks import kodeverk
from tasks.avvik import Funn, finding
from tasks.feil import BrukerFeil
from tasks.formater import find_format
from tasks.hjem import Hjem
from tasks.innboks import Mottatt
from tasks.klokke import OSLO, local_date, to_utc
from tasks.lesing import read_bytes
from tasks.vurdering import judge_file

FORMAT: Final = "udir_kvittering"
FORSTE_LINJE: Final = 2
"""Line 1 of a package is its heading."""
SLUTT: Final = ("godkjent", "avvist")
"""What Udir has decided stands."""
UTEN_RAD: Final = ("", 0)
MEST_VIST: Final = 10
Funnsted = dict[tuple[str, int], list[Funn]]
"""Row and year → what does not fit there."""
PAKKER: Final = """
    SELECT o.navn, o.sha256, o.antall, o.rad, o.aar, o.versjon, o.forslag_id, coalesce(o.utsending_id, ''),
        coalesce(o.utsending_tilstand, ''), o.sendt_tid IS NOT NULL,
        coalesce((SELECT max(k.tilstand) FROM udir_kvittering k
                  WHERE k.forslag_id = o.forslag_id AND list_contains($slutt, k.tilstand)), '')
    FROM overforing_naa o ORDER BY o.aar, o.rad, o.versjon
"""


@dataclass(frozen=True)
class Pakke:
    """A sealed package as a receipt is held against it."""

    navn: str
    sha256: str
    antall: int
    rad: str
    aar: int
    versjon: int
    forslag_id: str
    utsending_id: str
    utsending_tilstand: str
    er_sendt: bool
    avgjort: str

    @property
    def er_overlevert(self) -> bool:
        """Whether Udir can have it: it was sent, or nobody knows whether it was."""
        return self.er_sendt or self.utsending_tilstand == Tilstand.UAVKLART


@dataclass(frozen=True)
class Melding:
    """One row of a receipt: about which package, what Udir says and when (UTC), and of which line (0: none).

    ``tilstand`` and ``rang`` are what the code list says that the status means.
    """

    rad_nr: int
    overforing: str
    sha256: str
    antall: str
    status: str
    tid: datetime
    linje: int
    kode: str
    tilstand: str
    rang: int


@dataclass
class Kvitteringsfil:
    """A receipt in the inbox: its rows, or what is wrong with it."""

    sti: Path
    innhold: bytes
    meldinger: list[Melding] = field(default_factory=list)
    funn: list[Funn] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        return hashlib.sha256(self.innhold).hexdigest()


def read_receipts(hjem: Hjem, naa: datetime) -> list[Kvitteringsfil]:
    """Read and judge every receipt from Udir in the inbox, in order of name; nothing is written."""
    format_ = find_format(FORMAT, hjem.innstillinger)
    stier = sorted(hjem.innboks.iterdir()) if hjem.innboks.is_dir() else []
    return [_judged(hjem, sti, format_, naa) for sti in stier if sti.is_file() and format_.fits(sti.name)]


def _judged(hjem: Hjem, sti: Path, format_: Filformat, naa: datetime) -> Kvitteringsfil:
    fil, dag = Kvitteringsfil(sti, b""), local_date(naa)
    try:
        fil.innhold = read_bytes(sti)
        mottatt = Mottatt(sti.name, fil.sha256, fil.innhold, format_, ny=True)
        validert = judge_file(hjem, mottatt, dag, dag, "").validert
    except BrukerFeil as feil:
        fil.funn.append(finding("ÅH-3081", fil=sti.name, grunn=str(feil)))
        return fil
    feil_ = sorted({(int(rad_nr), kode) for rad_nr, _, kode in validert.feil.itertuples(index=False)})
    if feil_ or not len(validert.gyldige):
        vist = ", ".join(f"rad {rad_nr} {kode}" for rad_nr, kode in feil_[:MEST_VIST]) or "ingen rader"
        rest = f" og {len(feil_) - MEST_VIST} til" if len(feil_) > MEST_VIST else ""
        fil.funn.append(finding("ÅH-3080", fil=sti.name, feil=vist + rest))
    else:
        betyr = {rad["kode"]: rad for rad in kodeverk.valid_on("kodeverk/udir_status", dag)}
        rader = zip(validert.rad_nr.tolist(), validert.gyldige.to_dict("records"), strict=True)
        fil.meldinger = [_message(rad_nr, rad, betyr[rad["tilstand"]], format_.datoformat) for rad_nr, rad in rader]
    return fil


def _message(rad_nr: int, rad: dict[str, Any], betyr: kodeverk.Kode, datoformat: str) -> Melding:
    return Melding(
        rad_nr=rad_nr,
        overforing=rad["overforing"].removesuffix(".csv"),
        sha256=rad["sha256"],
        antall=rad["antall"],
        status=rad["tilstand"],
        tid=to_utc(datetime.strptime(rad["tid"], datoformat).replace(tzinfo=OSLO)),
        linje=int(rad["linjenummer"] or 0),
        kode=rad["kode"],
        tilstand=betyr["tilstand"],
        rang=int(betyr["rang"]),
    )


def packages(con: duckdb.DuckDBPyConnection) -> list[Pakke]:
    """Return every sealed package, as a receipt is held against it."""
    return [Pakke(*rad) for rad in con.execute(PAKKER, {"slutt": list(SLUTT)}).fetchall()]


def match(fil: Kvitteringsfil, pakker: Collection[Pakke]) -> tuple[dict[str, list[Melding]], Funnsted]:
    """Return the file's messages by their package's proposal, and what in it does not fit.

    That is told by the row and year of the package, or ``UTEN_RAD`` where there is none. Where one thing does not fit,
    none of the file's messages is to be used.
    """
    funn: Funnsted = defaultdict(list)
    if fil.funn:
        funn[UTEN_RAD] = fil.funn
        return {}, funn
    etter_navn: dict[str, list[Melding]] = defaultdict(list)
    for melding in fil.meldinger:
        etter_navn[melding.overforing].append(melding)
    meldinger: dict[str, list[Melding]] = {}
    for navn, egne in etter_navn.items():
        samme_navn = [pakke for pakke in pakker if pakke.navn == navn]
        if not samme_navn:
            funn[UTEN_RAD].append(finding("ÅH-3082", fil=fil.sti.name, rader=_rows(egne)))
            continue
        hasher = {melding.sha256 for melding in egne}
        # The same counting date under two years of the wheel gives two packages of one name.
        pakke = max(samme_navn, key=lambda pakke: ({pakke.sha256} == hasher, pakke.er_overlevert))
        if galt := list(_wrong(fil.sti.name, pakke, egne)):
            funn[pakke.rad, pakke.aar] += galt
        meldinger[pakke.forslag_id] = egne
    return meldinger, funn


def _wrong(fil: str, pakke: Pakke, meldinger: list[Melding]) -> Iterator[Funn]:
    """Tell what in the messages about a package does not fit it."""
    deler = {"fil": fil, "pakke": pakke.navn}
    if fremmede := [m for m in meldinger if m.sha256 != pakke.sha256]:
        yield finding("ÅH-3083", **deler, rader=_rows(fremmede))
        return
    if not pakke.er_overlevert:
        yield finding("ÅH-3086", **deler)
    if andre := [m for m in meldinger if m.antall and int(m.antall) != pakke.antall]:
        yield finding("ÅH-3084", **deler, antall=pakke.antall, rader=_rows(andre))
    if utenfor := [m for m in meldinger if m.linje and not FORSTE_LINJE <= m.linje < FORSTE_LINJE + pakke.antall]:
        yield finding("ÅH-3085", **deler, rader=_rows(utenfor))
    slutt = {m.tilstand for m in meldinger if m.tilstand in SLUTT}
    if len(slutt | ({pakke.avgjort} - {""})) > 1:
        yield finding("ÅH-3087", **deler, rader=_rows([m for m in meldinger if m.tilstand in SLUTT]))


def _rows(meldinger: list[Melding]) -> str:
    """Return the rows' numbers, the first few."""
    rest = len(meldinger) - MEST_VIST
    return ", ".join(str(m.rad_nr) for m in meldinger[:MEST_VIST]) + (f" og {rest} til" if rest > 0 else "")
