"""Deviations: what a run found that a person must look at; a later run of the row that no longer finds it closes it."""

from datetime import datetime
from typing import NamedTuple

import duckdb

from tasks.avlosning import is_replaced, replaced_rows
from tasks.feil import messages
from tasks.kjoring import Kjoring
from tasks.klokke import OSLO
from tasks.oppgaver import ANSVARLIG, APEN, LUKKET


class Funn(NamedTuple):
    """A finding: its code and its whole text, which holds counts and file names only."""

    kode: str
    tekst: str


def finding(kode: str, **deler: object) -> Funn:
    """Return a finding with its text from ``data/meldinger.csv``."""
    tekst, gjor = messages()[kode]
    return Funn(kode, f"{tekst} {gjor}".format(**deler))


UTBOKSKODER = ("ÅH-3060", "ÅH-3061", "ÅH-3062", "ÅH-3063", "ÅH-3064", "ÅH-3069", "ÅH-3088", "ÅH-3089")
"""What the outbox tells about a row; the row's own run neither opens nor closes it."""
KVITTERINGSKODER = ("ÅH-3080", "ÅH-3081", "ÅH-3082", "ÅH-3083", "ÅH-3084", "ÅH-3085", "ÅH-3086", "ÅH-3087")
"""What keeps a receipt in the inbox from being used; told while it lies there."""


def make_outbox_findings(con: duckdb.DuckDBPyConnection, rad: str, aar: int, forslag_id: str, funn: list[Funn]) -> None:
    """Make the row's open deviations about the outbox exactly ``funn``."""
    rader = con.execute(
        "SELECT rad, aar, kode, tekst, avvik_id FROM avvik"
        " WHERE rad = ? AND aar = ? AND tilstand = ? AND list_contains(?, kode)",
        [rad, aar, APEN, list(UTBOKSKODER)],
    ).fetchall()
    _make_exactly(con, rader, {(rad, aar, *enkelt) for enkelt in funn}, forslag_id, forslag_id.removeprefix("F"))


def make_receipt_findings(con: duckdb.DuckDBPyConnection, aar: int, funn: dict[tuple[str, int], list[Funn]]) -> None:
    """Make the open deviations about receipts exactly ``funn``, by row and year; blank row where no row is known."""
    rader = con.execute(
        "SELECT rad, aar, kode, tekst, avvik_id FROM avvik WHERE tilstand = ? AND list_contains(?, kode)",
        [APEN, list(KVITTERINGSKODER)],
    ).fetchall()
    onsket = {(*sted, *enkelt) for sted, flere in funn.items() for enkelt in flere}
    _make_exactly(con, rader, onsket, f"K{aar}", f"K{aar}")


def make_copy_findings(con: duckdb.DuckDBPyConnection, rader: set[tuple[str, int]], funn: Funn) -> None:
    """Open the same deviation about a copied home on each row and year; the row's next run closes it."""
    for rad, aar in sorted(rader):
        _make_exactly(con, [], {(rad, aar, *funn)}, f"H{aar}", f"H{aar}")


def _make_exactly(
    con: duckdb.DuckDBPyConnection,
    rader: list[tuple[str, int, str, str, str]],
    onsket: set[tuple[str, int, str, str]],
    opphav: str,
    kjoring_id: str,
) -> None:
    """Close those of the open ones that are not wanted, and open the wanted that are not open."""
    apne = {(rad, aar, kode, tekst): avvik_id for rad, aar, kode, tekst, avvik_id in rader}
    for gammelt in sorted(apne.keys() - onsket):
        con.execute(
            "UPDATE avvik SET tilstand = ?, lukket_kjoring_id = ? WHERE avvik_id = ?",
            [LUKKET, kjoring_id, apne[gammelt]],
        )
    for rad, aar, kode, tekst in sorted(onsket - apne.keys()):
        con.execute(
            "INSERT INTO avvik SELECT ? || count(*) + 1, ?, ?, ?, ?, ?, ?, ?, NULL FROM avvik"
            " WHERE starts_with(avvik_id, ?)",
            [f"A{opphav}-", rad, aar, kode, tekst, ANSVARLIG, APEN, kjoring_id, f"A{opphav}-"],
        )


def report(kjoring: Kjoring, funn: list[Funn]) -> None:
    """Make the row's open deviations exactly ``funn``, and count them.

    What an earlier row left open is closed by the row that takes over from it, and is not opened again.
    """
    funn = [] if is_replaced(kjoring) else funn
    rader = kjoring.con.execute(
        "SELECT rad, aar, kode, tekst, avvik_id FROM avvik"
        " WHERE list_contains(?, rad) AND aar = ? AND tilstand = ? AND NOT list_contains(?, kode)",
        [[kjoring.rad.rad, *replaced_rows(kjoring.rad)], kjoring.aar, APEN, [*UTBOKSKODER, *KVITTERINGSKODER]],
    ).fetchall()
    onsket = {(kjoring.rad.rad, kjoring.aar, *enkelt) for enkelt in funn}
    _make_exactly(kjoring.con, rader, onsket, kjoring.kjoring_id, kjoring.kjoring_id)
    kjoring.tall.avvik = len(set(funn))
    kjoring.merknader += [enkelt.tekst for enkelt in sorted(set(funn))]


def retell(kjoring: Kjoring, kjent_tid: datetime, funn: list[Funn]) -> None:
    """Tell what was found as things the run notes, as known at ``kjent_tid``: the deviations are left as they are."""
    kjoring.note("ÅH-3101", tid=f"{kjent_tid.astimezone(OSLO):%d.%m.%Y kl. %H.%M}")
    kjoring.merknader += [enkelt.tekst for enkelt in funn]
