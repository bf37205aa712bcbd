"""Writing a worklist: one workbook for one person, a sheet for each kind of task, with room for the answers.

Everything but dates is written as text, so that nothing from outside can do anything in Excel. Only the answer cells
are open for typing, and each takes only what it is for. The same worklist gives the same bytes.
"""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from itertools import takewhile
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from schemas.arbeid import NOKKEL, OM_ARKET, Arbeidsbok, Arbeidsrad, Ark, Art, Kolonne
from schemas.karantenebok import shown
from tasks.arbeid.ark import FRIST, HAST, MAA_RETTES
from tasks.kalender import FORSTE_AAR, SISTE_AAR

VERSJON: Final = "1"
"""Of how the workbook is laid out: another one means that everybody's is written anew."""
VEILEDNING: Final = "Slik gjør du"
VALGLISTER: Final = "valglister"
"""The hidden sheet that the choices stand on: Excel takes no more than 255 characters of them in the cell itself."""
SKJULTE: Final = (OM_ARKET, VALGLISTER)
OVER_FRIST, SNART = "over frist", "snart"
MEST_TEKST: Final = 1_000
MEST_ANTALL: Final = 99_999
KORT: Final = 10_000
DATOFORM: Final = "dd.mm.yyyy"
A4: Final = 9
OMRAADE: Final = "A1:XFD1048576"
FORST: Final = frozenset({"for_hvem", "hva", "navn", "skole"})
"""The columns that stay in sight where they stand first: what a row is about."""
BREDDER: Final = {HAST: 10, FRIST: 11, MAA_RETTES: 30}
INNSTILLINGER: Final = {
    "in_memory": True,  # otherwise the rows lie readable in the machine's folder for temporary files
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
VERN: Final = {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True}
STEG: Final = (
    "Hvert ark er en type oppgave. Det som haster mest, står øverst: «over frist» er rødt, «snart» er gult.",
    "Fyll ut de hvite cellene til høyre på raden. Velg svaret i kolonnen «Svar», og skriv datoen som dd.mm.åååå.",
    "Du kan fylle ut noen rader nå og resten siden. Rader uten svar blir stående på listen.",
    "Står det noe i kolonnen «Må rettes», kunne svaret ikke brukes sist. Rett det i den samme raden.",
    "Du kan filtrere, men ikke ta bort overskriftene, og ikke legge til rader. Skriv bare tekst, tall og datoer.",
    "Lagre arbeidsboken og lever den slik det står i e-posten. Svarene er med neste gang raden kjøres.",
    "Den som svarer eller blir avklart på en annen måte, går ut av listen av seg selv.",
    "Arbeidsboken har personopplysninger. Oppbevar den bare der den ligger, og ikke send den videre.",
)
SKJERMEDE: Final = (
    "{n} ungdommer med skjermet adresse står ikke i listene; den OTTO-ansvarlige følger dem opp for hånd.",
    "1 ungdom med skjermet adresse står ikke i listene; den OTTO-ansvarlige følger den opp for hånd.",
)


class _Stil:
    """The workbook's cell formats."""

    def __init__(self, bok: Workbook) -> None:
        felles = {"num_format": "@", "valign": "top"}
        lukket = felles | {"font_color": "#404040", "bg_color": "#F2F2F2", "text_wrap": True}
        apen = felles | {"locked": False, "border": 1, "border_color": "#A6A6A6", "text_wrap": True}
        hode = felles | {"bold": True, "font_color": "white", "text_wrap": True}
        self.hode = bok.add_format(hode | {"bg_color": "#1F4E5F"})
        self.svarhode = bok.add_format(hode | {"bg_color": "#0B6E4F"})
        self.lukket = bok.add_format(lukket)
        self.rettes = bok.add_format(lukket | {"bg_color": "#FFE08A", "font_color": "#000000"})
        self.hast = {
            "": self.lukket,
            OVER_FRIST: bok.add_format(lukket | {"bold": True, "bg_color": "#C00000", "font_color": "white"}),
            SNART: bok.add_format(lukket | {"bold": True, "bg_color": "#FFD966", "font_color": "#000000"}),
        }
        tekst = bok.add_format(apen)
        self.svar = {
            Art.VALG: tekst,
            Art.TEKST: tekst,
            Art.DATO: bok.add_format(apen | {"num_format": DATOFORM}),
            Art.TALL: bok.add_format(apen | {"num_format": "0"}),
        }
        self.veiledning = bok.add_format(felles | {"text_wrap": True})
        self.tittel = bok.add_format(felles | {"bold": True, "font_size": 14})


def write_book(bok: Arbeidsbok) -> bytes:
    """Return the workbook; its sheets without rows are left out."""
    ut = io.BytesIO()
    excel = xlsxwriter.Workbook(ut, INNSTILLINGER)
    excel.set_properties({"title": f"Arbeidsliste {bok.aar}", "created": datetime.combine(bok.dato, time())})
    stil, med_rader = _Stil(excel), [(_needed(ark, rader), rader) for ark, rader in bok.ark if rader]
    _write_guide(excel.add_worksheet(VEILEDNING), stil, bok)
    sider = [(excel.add_worksheet(ark.tittel), ark, rader) for ark, rader in med_rader]
    lister = _write_choices(excel.add_worksheet(VALGLISTER), [ark for ark, _ in med_rader])
    for side, ark, rader in sider:
        _write_sheet(side, stil, ark, rader)
        _open_for_answers(side, ark, rader, lister)
        _lay_out(side, ark, rader, bok)
    _write_about(excel.add_worksheet(OM_ARKET), bok)
    excel.close()
    return ut.getvalue()


def _needed(ark: Ark, rader: Sequence[Arbeidsrad]) -> Ark:
    """Return the sheet without those of its first columns that would be empty in every row."""
    trengs = (k for k in ark.kolonner if k.navn not in FORST or any(rad.celler.get(k.navn) for rad in rader))
    return replace(ark, kolonner=tuple(trengs))


def headings(ark: Ark, rader: Sequence[Arbeidsrad]) -> list[str]:
    """Return a sheet's headings in order, the key last."""
    rettes = [MAA_RETTES] if any(rad.maa_rettes for rad in rader) else []
    return [HAST, FRIST, *rettes, *(kolonne.overskrift for kolonne in ark.kolonner), NOKKEL]


def _write_guide(side: Worksheet, stil: _Stil, bok: Arbeidsbok) -> None:
    """Write what the workbook is, what is in it and by when, and how it is filled in."""
    side.hide_gridlines(2)
    side.set_column(0, 0, 4, stil.veiledning)
    side.set_column(1, 1, 110, stil.veiledning)
    side.write_string(0, 1, shown(f"Arbeidsliste for {bok.navn}, {bok.aar}"), stil.tittel)
    linjer = [("", tekst) for tekst in _contents(bok)]
    linjer += [("", ""), *((f"{nummer}.", steg) for nummer, steg in enumerate(STEG, start=1))]
    for rad, (nummer, tekst) in enumerate(linjer, start=1):
        side.write_string(rad, 0, nummer, stil.veiledning)
        side.write_string(rad, 1, tekst, stil.veiledning)
    side.set_landscape()
    side.set_paper(A4)
    side.fit_to_pages(1, 0)
    side.protect("", VERN)


def _contents(bok: Arbeidsbok) -> list[str]:
    """Return the lines that tell how much there is, of what, and when the first deadline is."""
    frister = [rad.frist for _, rader in bok.ark for rad in rader if rad.frist]
    linjer = [f"Laget {bok.dato:%d.%m.%Y}. Oppgaver i alt: {bok.antall}."]
    linjer += [f"Første frist: {min(frister):%d.%m.%Y}."] if frister else []
    for ark, rader in bok.ark:
        over = sum(rad.hast == OVER_FRIST for rad in rader)
        haster = f", {over} over frist" if over else ""
        linjer += [f"{ark.tittel} ({len(rader)}{haster}): {ark.forklaring}"] if rader else []
    if bok.skjermede:
        linjer.append(SKJERMEDE[bok.skjermede == 1].format(n=bok.skjermede))
    return linjer


def _write_choices(side: Worksheet, alle: Sequence[Ark]) -> dict[tuple[str, ...], str]:
    """Write every list of choices in a column of its own; return list → where it stands."""
    steder: dict[tuple[str, ...], str] = {}
    for valg in dict.fromkeys(k.valg for ark in alle for k in ark.svarkolonner if k.valg):
        plass = len(steder)
        for nummer, ett in enumerate(valg):
            side.write_string(nummer, plass, ett)
        bokstav = xl_col_to_name(plass)
        steder[valg] = f"={VALGLISTER}!${bokstav}$1:${bokstav}${len(valg)}"
    side.very_hidden()
    side.protect()
    return steder


def _write_sheet(side: Worksheet, stil: _Stil, ark: Ark, rader: Sequence[Arbeidsrad]) -> None:
    hoder = headings(ark, rader)
    svarhoder = {kolonne.overskrift for kolonne in ark.svarkolonner}
    for plass, hode in enumerate(hoder):
        side.write_string(0, plass, hode, stil.svarhode if hode in svarhoder else stil.hode)
    med_rettes = MAA_RETTES in hoder
    for nummer, rad in enumerate(rader, start=1):
        _write_row(side, nummer, rad, ark, stil, med_rettes=med_rettes)


def _write_row(side: Worksheet, nummer: int, rad: Arbeidsrad, ark: Ark, stil: _Stil, *, med_rettes: bool) -> None:
    hast = stil.hast.get(rad.hast, stil.lukket)
    _write_text(side, nummer, 0, rad.hast, hast)
    _write_text(side, nummer, 1, f"{rad.frist:%d.%m.%Y}" if rad.frist else "", hast)
    if med_rettes:
        _write_text(side, nummer, 2, rad.maa_rettes, stil.rettes if rad.maa_rettes else stil.lukket)
    plass, celler = 2 + med_rettes, rad.celler
    for kolonne in ark.kolonner:
        tekst = celler.get(kolonne.navn, "")
        if kolonne.art is Art.DATO and tekst:
            _write_date(side, nummer, plass, tekst, stil.svar[Art.DATO])
        else:
            _write_text(side, nummer, plass, tekst, stil.svar[kolonne.art] if kolonne.art else stil.lukket)
        plass += 1
    side.write_string(nummer, plass, rad.nokkel, stil.lukket)


def _write_text(side: Worksheet, rad: int, plass: int, tekst: str, format_: Format) -> None:
    if not tekst:
        side.write_blank(rad, plass, None, format_)
    elif tekst.isprintable() and len(tekst) < KORT:
        side.write_string(rad, plass, tekst, format_)
    else:
        side.write_string(rad, plass, _visible(tekst), format_)


def _visible(tekst: str) -> str:
    """Return a text of several lines as a cell shows it."""
    return "\n".join(map(shown, tekst.splitlines()))


def _write_date(side: Worksheet, rad: int, plass: int, tekst: str, format_: Format) -> None:
    """Write an ISO date as a date, and what was written in its place as it was."""
    try:
        side.write_datetime(rad, plass, date.fromisoformat(tekst), format_)
    except ValueError:
        _write_text(side, rad, plass, tekst, format_)


def _open_for_answers(
    side: Worksheet, ark: Ark, rader: Sequence[Arbeidsrad], lister: dict[tuple[str, ...], str]
) -> None:
    """Let each answer cell take only what it is for, and tell it in words."""
    forste = len(headings(ark, rader)) - 1 - len(ark.kolonner)
    for plass, kolonne in enumerate(ark.kolonner, start=forste):
        if kolonne.art:
            side.data_validation(1, plass, len(rader), plass, validation(kolonne, lister))


def validation(kolonne: Kolonne, lister: dict[tuple[str, ...], str]) -> dict[str, Any]:
    """Return what Excel is told about a column's cells."""
    regler: dict[Art, dict[str, Any]] = {
        Art.VALG: {"validate": "list", "source": lister.get(kolonne.valg, "")},
        Art.DATO: {
            "validate": "date",
            "criteria": "between",
            "minimum": date(FORSTE_AAR, 1, 1),
            "maximum": date(SISTE_AAR, 12, 31),
        },
        Art.TALL: {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": MEST_ANTALL},
        Art.TEKST: {"validate": "length", "criteria": "<=", "value": MEST_TEKST},
    }
    raad = {
        Art.VALG: "Velg i listen.",
        Art.DATO: "Skriv datoen som dd.mm.åååå.",
        Art.TALL: f"Skriv et helt tall fra 0 til {MEST_ANTALL}.",
        Art.TEKST: f"Skriv kort, høyst {MEST_TEKST} tegn.",
    }
    art = kolonne.art or Art.TEKST
    ord_ = {
        "input_title": kolonne.overskrift,
        "input_message": raad[art],
        "error_title": "Kan ikke leses",
        "error_message": f"{raad[art]} La cellen stå tom hvis du ikke har et svar.",
    }
    return regler[art] | ord_


def _lay_out(side: Worksheet, ark: Ark, rader: Sequence[Arbeidsrad], bok: Arbeidsbok) -> None:
    """Freeze, filter, protect, and make ready for print on A4."""
    hoder = headings(ark, rader)
    bredder = BREDDER | {kolonne.overskrift: kolonne.bredde for kolonne in ark.kolonner}
    for plass, hode in enumerate(hoder):
        side.set_column(plass, plass, bredder.get(hode), None, {"hidden": hode == NOKKEL})
    foran = len(hoder) - 1 - len(ark.kolonner)
    i_sikte = len(list(takewhile(lambda kolonne: kolonne.navn in FORST, ark.kolonner)))
    side.freeze_panes(1, foran + i_sikte)
    side.autofilter(0, 0, len(rader), len(hoder) - 1)
    side.ignore_errors({"number_stored_as_text": OMRAADE})
    side.protect("", VERN)
    side.set_landscape()
    side.set_paper(A4)
    side.fit_to_pages(1, 0)
    side.repeat_rows(0)
    side.print_area(0, 0, len(rader), len(hoder) - 2)
    side.set_footer(f"&L{ark.tittel} {bok.dato:%d.%m.%Y}&C{bok.mottaker.replace('&', '&&')}&RSide &P av &N")


def _write_about(side: Worksheet, bok: Arbeidsbok) -> None:
    """Write what the workbook is, for when it comes back."""
    om = {"mottaker": bok.mottaker, "aar": str(bok.aar), "dato": bok.dato.isoformat(), "versjon": VERSJON}
    for nummer, (navn, verdi) in enumerate(om.items()):
        side.write_string(nummer, 0, navn)
        side.write_string(nummer, 1, verdi)
    side.very_hidden()
    side.protect()
