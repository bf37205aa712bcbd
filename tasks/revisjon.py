"""The audit: who saw, approved, sent, changed and took out what, as a chain. ``note`` is the only one that writes it.

Each row's hash is of its own text and of the row's before it, so that one that is changed, taken out, put in or moved
is seen. Whoever writes every row anew, or cuts off the end, makes a chain that fits itself: that is seen against the
anchors, which hash the chain ended on after each commit. They lie in a file outside the register and go with the
backups.

A row holds nothing about anyone but a person_id: counts and codes.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import duckdb

from schemas.revisjon import Handling
from tasks.disk import reason
from tasks.feil import BrukerFeil
from tasks.filer import write_file
from tasks.klokke import to_utc

ANKERFIL: Final = "revisjon.anker"
SYSTEMET: Final = "Årshjul"
"""Who did it, where no person asked for it."""
UKJENT: Final = "ukjent"
TELLES: Final = ("inn", "lastet", "uendret", "karantene")
ENDRET, MANGLER, FREMMED = "ÅH-1821", "ÅH-1822", "ÅH-1823"
KUTTET, OMSKREVET = "ÅH-1824", "ÅH-1825"
UTEN_ANKER, ULESELIG, IKKE_ANKRET = "ÅH-1826", "ÅH-1827", "ÅH-1828"
_ANKERLINJE: Final = re.compile(r"([1-9]\d*) ([0-9a-f]{64})")


class Anker(NamedTuple):
    """Which hash the chain ended on, and at which row."""

    lopenr: int
    sha256: str


class Revisjonsrad(NamedTuple):
    """A row of the audit, in the columns' order; ``tid`` is UTC without zone."""

    lopenr: int
    tid: datetime
    av: str
    handling: str
    gjelder: str
    detaljer: str
    forrige: str
    sha256: str

    def computed(self) -> str:
        """Return the hash that the row must have: of every value with its length, so that no two rows share a text."""
        tid = self.tid.isoformat(timespec="microseconds")
        ledd = (str(self.lopenr), tid, self.av, self.handling, self.gjelder, self.detaljer, self.forrige)
        return hashlib.sha256("".join(f"{len(verdi)}:{verdi};" for verdi in ledd).encode()).hexdigest()


_START: Final = Anker(0, "")
_nye: WeakKeyDictionary[duckdb.DuckDBPyConnection, Anker] = WeakKeyDictionary()
"""What each open transaction's chain ends on, where it has been added to."""


def note(
    con: duckdb.DuckDBPyConnection,
    naa: datetime,
    av: str,
    handling: Handling,
    gjelder: str,
    antall: Mapping[str, object] | None = None,
) -> None:
    """Add that ``av`` did something to or with ``gjelder`` (an id, a view's name) at ``naa`` (with zone).

    Blank ``av`` is the program itself. ``antall`` is counts and codes by name, never anything of a person's.
    """
    siste = _head(con)
    detaljer = described(antall or {})
    rad = Revisjonsrad(siste.lopenr + 1, to_utc(naa), av or SYSTEMET, handling, gjelder, detaljer, siste.sha256, "")
    rad = rad._replace(sha256=rad.computed())
    con.execute("INSERT INTO revisjon VALUES (?, ?, ?, ?, ?, ?, ?, ?)", list(rad))
    _nye[con] = Anker(rad.lopenr, rad.sha256)


def note_new(
    con: duckdb.DuckDBPyConnection,
    naa: datetime,
    av: str,
    handling: Handling,
    gjelder: str,
    antall: Mapping[str, object] | None = None,
) -> None:
    """Add as ``note`` does, unless the last that was said of ``gjelder`` and this was the same."""
    svar = con.execute(
        "SELECT detaljer FROM revisjon WHERE handling = ? AND gjelder = ? ORDER BY lopenr DESC LIMIT 1",
        [handling, gjelder],
    ).fetchone()
    if svar is None or svar[0] != described(antall or {}):
        note(con, naa, av, handling, gjelder, antall)


def note_run(
    con: duckdb.DuckDBPyConnection,
    naa: datetime,
    av: str,
    kjoring_id: str,
    innstillinger: Path,
    tall: Mapping[str, int],
) -> None:
    """Add what a run loaded, where it read anything, and that the settings are others than when last noted.

    Nobody knows who changed the settings.
    """
    sha256 = hashlib.sha256(innstillinger.read_bytes()).hexdigest()
    note_new(con, naa, UKJENT, Handling.INNSTILLINGER, innstillinger.name, {"sha256": sha256})
    if tall["inn"]:
        note(con, naa, av, Handling.LASTET, kjoring_id, {navn: tall[navn] for navn in TELLES})


def described(antall: Mapping[str, object]) -> str:
    """Return counts and codes as the audit says them."""
    return ", ".join(f"{navn}: {verdi}" for navn, verdi in antall.items())


def _head(con: duckdb.DuckDBPyConnection) -> Anker:
    svar = con.execute("SELECT lopenr, sha256 FROM revisjon ORDER BY lopenr DESC LIMIT 1").fetchone()
    return Anker(*svar) if svar else _START


def anchor(con: duckdb.DuckDBPyConnection, mappe: Path, si: Callable[[str], None]) -> None:
    """Write what the chain ends on in the home's file of anchors, when the transaction that added to it is committed.

    What is committed stands: where the disk says no, ``si`` is told, and the next row anchors this one too.
    """
    if not (ny := _nye.pop(con, None)):
        return
    sti = mappe / ANKERFIL
    try:
        write_file(sti, (sti.read_bytes() if sti.exists() else b"") + f"{ny.lopenr} {ny.sha256}\n".encode())
    except OSError as feil:
        si(str(BrukerFeil(IKKE_ANKRET, fil=ANKERFIL, hva=reason(feil))))


class Brudd(NamedTuple):
    """Something that is wrong with the chain: a code of ``data/meldinger.csv`` and the row where it shows (0: none)."""

    kode: str
    lopenr: int = 0

    def told(self) -> BrukerFeil:
        """Return it as people read it."""
        return BrukerFeil(self.kode, lopenr=self.lopenr, fil=ANKERFIL)


def verify(con: duckdb.DuckDBPyConnection, mappe: Path) -> list[Brudd]:
    """Return everything that is wrong with the chain, in itself and against the anchors in ``mappe``; [] is whole."""
    rader = [Revisjonsrad(*rad) for rad in con.execute("SELECT * FROM revisjon ORDER BY lopenr, rowid").fetchall()]
    return [*_broken_links(rader), *_against_anchors(rader, mappe / ANKERFIL)]


def _broken_links(rader: Sequence[Revisjonsrad]) -> list[Brudd]:
    brudd, siste = [], _START
    for rad in rader:
        if rad.sha256 != rad.computed():
            brudd.append(Brudd(ENDRET, rad.lopenr))
        elif rad.lopenr > siste.lopenr + 1:
            brudd.append(Brudd(MANGLER, rad.lopenr))
        elif (rad.lopenr, rad.forrige) != (siste.lopenr + 1, siste.sha256):
            brudd.append(Brudd(FREMMED, rad.lopenr))
        siste = Anker(rad.lopenr, rad.sha256)
    return brudd


def _against_anchors(rader: Sequence[Revisjonsrad], sti: Path) -> list[Brudd]:
    if not sti.is_file():
        return [Brudd(UTEN_ANKER)] if rader else []
    treff = [_ANKERLINJE.fullmatch(linje) for linje in sti.read_text(encoding="utf-8", errors="replace").splitlines()]
    ankere = [Anker(int(ett[1]), ett[2]) for ett in treff if ett]
    brudd = [] if all(treff) and ankere else [Brudd(ULESELIG)]
    kjeden = {rad.lopenr: rad.sha256 for rad in rader}
    avvikende = [anker.lopenr for anker in ankere if kjeden.get(anker.lopenr) != anker.sha256]
    siste = max(kjeden, default=0)
    if kuttet := [lopenr for lopenr in avvikende if lopenr > siste]:
        brudd.append(Brudd(KUTTET, max(kuttet)))
    if omskrevet := [lopenr for lopenr in avvikende if lopenr <= siste]:
        brudd.append(Brudd(OMSKREVET, min(omskrevet)))
    return brudd
