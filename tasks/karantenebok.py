"""Writing the quarantine workbook: the bad rows of one load, to be corrected or dismissed by hand.

Everything is written as text, so that nothing in a file from outside can do anything in Excel. Only what is to be typed
in is open for typing. The same rows give the same bytes.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from schemas.format import Filformat, Kolonne
from schemas.karantenebok import (
    AARSAK,
    AVVIS,
    FIL,
    LINJE,
    NOKKEL,
    RAD,
    SKJERMET,
    Bokrad,
    shown,
    shown_line,
    shown_row,
)
from tasks.feil import messages

VEILEDNING = "Slik gjør du"
HELE_RADEN = "Hele raden"
MEST_RADER = 5_000
BREDDER = {AARSAK: 60, FIL: 28, RAD: 6, AVVIS: 30, LINJE: 60, NOKKEL: 20}
SMALEST, BREDEST = 12, 32
SKJERMET_RAAD = "Verdien er skjermet her: rett den i kilden, eller skriv den riktige i cellen."
INNSTILLINGER = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
VERN = {"format_columns": True, "format_rows": True, "select_locked_cells": True, "select_unlocked_cells": True}
STEG = (
    "Arkene etter dette viser radene som ble satt til side. De andre radene er lastet.",
    "Kolonnen «Årsak» sier hva som er galt. Cellene det gjelder, er farget.",
    "Rett cellene. Du trenger bare å rette det som er galt.",
    "Skal raden ikke lastes, skriver du hvorfor i kolonnen «Avvis» og lar resten av raden stå.",
    "Rader du ikke har rukket, lar du stå som de er. De blir med i neste arbeidsbok.",
    "«(skjermet)» betyr at adressen ikke vises. La det stå, så brukes adressen fra filen, eller skriv en ny.",
    "Var linjen i filen skjev, står den slik den kom, og cellene er tomme. Fyll dem ut.",
    "Skriv bare tekst og tall. En formel blir ikke lest.",
    "Lagre arbeidsboken, legg den i mappen innboks, og kjør raden på nytt: {kommando}",
    "Arbeidsboken har personopplysninger. Oppbevar den bare her, og ikke send den på e-post.",
)


@dataclass(frozen=True)
class Ark:
    """One input format's bad rows, in the files' order."""

    format: Filformat
    rader: Sequence[Bokrad]

    @property
    def kolonner(self) -> list[Kolonne]:
        """The format's columns that any of the files has."""
        i_filene = frozenset().union(*(rad.i_filen for rad in self.rader))
        return [kolonne for kolonne in self.format.kolonner if not i_filene or kolonne.navn in i_filene]


class _Stil:
    """The workbook's cell formats: all of them text."""

    def __init__(self, bok: Workbook) -> None:
        felles = {"num_format": "@", "valign": "top"}
        lukket = felles | {"locked": True, "font_color": "#595959"}
        self.hode = bok.add_format(
            felles | {"bold": True, "bg_color": "#1F4E5F", "font_color": "white", "locked": True}
        )
        self.lukket = bok.add_format(lukket)
        self.aarsak = bok.add_format(lukket | {"text_wrap": True})
        self.apen = bok.add_format(felles | {"locked": False})
        self.feil = bok.add_format(felles | {"locked": False, "bg_color": "#FFE08A", "border": 1})
        self.avvis = bok.add_format(felles | {"locked": False, "text_wrap": True, "bg_color": "#EEF3F5"})
        self.veiledning = bok.add_format(felles | {"text_wrap": True})
        self.tittel = bok.add_format(felles | {"bold": True, "font_size": 14})


def write_workbook(ark: Iterable[Ark], tittel: str, kommando: str, laget: datetime) -> bytes:
    """Return the workbook; ``laget`` is the time it says it was made, so that the same rows give the same bytes."""
    ut = io.BytesIO()
    bok = xlsxwriter.Workbook(ut, INNSTILLINGER)
    bok.set_properties({"title": tittel, "created": laget})
    stil = _Stil(bok)
    _write_guide(bok.add_worksheet(VEILEDNING), stil, tittel, kommando)
    for ett in ark:
        _write_sheet(bok.add_worksheet(ett.format.navn), stil, ett)
    bok.close()
    return ut.getvalue()


def _write_guide(side: Worksheet, stil: _Stil, tittel: str, kommando: str) -> None:
    side.hide_gridlines(2)
    side.set_column(0, 0, 4, stil.veiledning)
    side.set_column(1, 1, 100, stil.veiledning)
    side.write_string(0, 1, tittel, stil.tittel)
    for nummer, steg in enumerate(STEG, start=1):
        side.write_string(nummer, 0, f"{nummer}.", stil.veiledning)
        side.write_string(nummer, 1, steg.format(kommando=kommando), stil.veiledning)
    side.protect()


def _write_sheet(side: Worksheet, stil: _Stil, ark: Ark) -> None:
    skjeve = any(rad.linje for rad in ark.rader)
    egne = [AARSAK, FIL, RAD, AVVIS, *([LINJE] if skjeve else [])]
    overskrifter = [*egne, *(ark.format.heading_of(kolonne) for kolonne in ark.kolonner), NOKKEL]
    for plass, overskrift in enumerate(overskrifter):
        bredde = BREDDER.get(overskrift, min(max(len(overskrift) + 2, SMALEST), BREDEST))
        side.set_column(plass, plass, bredde, None, {"hidden": overskrift == NOKKEL})
        side.write_string(0, plass, overskrift, stil.hode)
    for nummer, rad in enumerate(ark.rader, start=1):
        for plass, (tekst, format_) in enumerate(_cells(rad, ark, stil, skjeve=skjeve)):
            if tekst:
                side.write_string(nummer, plass, tekst, format_)
            else:
                side.write_blank(nummer, plass, None, format_)
    side.freeze_panes(1, 0)
    side.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    side.autofilter(0, 0, len(ark.rader), len(overskrifter) - 1)
    side.protect("", VERN | {"autofilter": True, "sort": False})


def _cells(rad: Bokrad, ark: Ark, stil: _Stil, *, skjeve: bool) -> Iterable[tuple[str, Format]]:
    """Yield a row's cells: what is wrong and where, room for a reason, the values, the key."""
    gale = {kolonne for kolonne, _ in rad.feil}
    yield reason(rad, ark), stil.aarsak
    yield shown(rad.fil), stil.lukket
    yield str(rad.nokkel.rad_nr), stil.lukket
    yield "", stil.avvis
    if skjeve:
        yield shown_line(rad.linje, ark.format) if rad.linje else "", stil.aarsak
    vist = shown_row(rad.verdier, ark.format)
    for kolonne in ark.kolonner:
        lukket = rad.i_filen and kolonne.navn not in rad.i_filen
        er_gal = kolonne.navn in gale or "" in gale
        yield vist.get(kolonne.navn, ""), stil.lukket if lukket else stil.feil if er_gal else stil.apen
    yield str(rad.nokkel), stil.lukket


def reason(rad: Bokrad, ark: Ark) -> str:
    """Return all that is wrong with a row, one fault a line: which column, what, and what to do."""
    overskrifter = {kolonne.navn: ark.format.heading_of(kolonne) for kolonne in ark.format.kolonner}
    vist = shown_row(rad.verdier, ark.format)
    linjer = []
    for kolonne, kode in rad.feil:
        raad = f" {SKJERMET_RAAD}" if vist.get(kolonne) == SKJERMET else ""
        linjer.append(f"{overskrifter.get(kolonne, HELE_RADEN)}: {' '.join(messages()[kode])}{raad}")
    return "\n".join(shown(linje) for linje in linjer)
