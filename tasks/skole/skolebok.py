"""The form a school fills in: a small workbook that knows whose it is, and takes counts only.

The same form is the same bytes every time: it is drafted again when it is sent.
"""

import hmac
import io
import re
from datetime import date, datetime
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from schemas.arbeid import OM_ARKET
from schemas.skole import MEST_TEGN, Skjemafelt, Skjemaid, Skole, Svarart
from schemas.utsending import as_json
from tasks.kalender import day_text
from tasks.skole.maler import templates

ARK: Final = "Skjema"
SPORSMAL, SVAR = "Spørsmål", "Svar"
HODERAD: Final = 3
"""The row of the headings, from 0."""
KONTROLL: Final = "kontroll"
LAGET: Final = datetime(2000, 1, 1)  # noqa: DTZ001 what Excel shows as made; fixed, so that the bytes are
FILNAVN: Final = re.compile(r"skjema_(\d{5})_(\d{4})(?!\d)")
MEST_TALL: Final = 999_999
DATOFORMAT: Final = "dd.mm.yyyy"
INNSTILLINGER: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
VEILEDNING: Final = (
    "Fyll ut de gule cellene. Skriv bare antall, aldri navn på elever. Send skjemaet tilbake innen {frist}."
)


def file_name(skolenummer: str, aar: int) -> str:
    """Return what a school's form is called."""
    return f"skjema_{skolenummer}_{aar}.xlsx"


def checksum(hemmelighet: str, id_: Skjemaid) -> str:
    """Return what tells that a form is one we made for the school, row and year."""
    return hmac.digest(hemmelighet.encode(), as_json(["skoleskjema", *id_]).encode(), "sha256").hex()[:24]


def write_form(skole: Skole, id_: Skjemaid, frist: date, hemmelighet: str) -> bytes:
    """Return the form of a school: its questions, open cells for the answers, and a hidden sheet that says whose."""
    ut = io.BytesIO()
    with xlsxwriter.Workbook(ut, INNSTILLINGER) as bok:
        bok.set_properties({"created": LAGET, "title": ARK})
        ark = bok.add_worksheet(ARK)
        _heading(ark, skole, frist, bok.add_format({"bold": True, "font_size": 14}), bok.add_format({"bold": True}))
        for rad, felt in enumerate(templates()[skole.skoletype].felter, start=HODERAD + 1):
            _question(ark, rad, felt, bok.add_format({"text_wrap": True}), bok.add_format(_open_cell(felt)))
        ark.protect("", {"format_columns": True, "format_rows": True})
        skjult = bok.add_worksheet(OM_ARKET)
        for rad, (navn, verdi) in enumerate({**id_._asdict(), KONTROLL: checksum(hemmelighet, id_)}.items()):
            skjult.write_string(rad, 0, navn)
            skjult.write_string(rad, 1, str(verdi))
        skjult.hide()
    return ut.getvalue()


def answer_text(skoletype: str, svar: dict[str, str]) -> str:
    """Return a school's answers as the adviser reads them: «uten søknad: 4, kontakt: …»; blank without any."""
    felter = templates()[skoletype].felter
    return ", ".join(f"{felt.kort}: {_shown(felt, svar[felt.navn])}" for felt in felter if svar.get(felt.navn))


def _shown(felt: Skjemafelt, verdi: str) -> str:
    return f"{date.fromisoformat(verdi):%d.%m.%Y}" if felt.art is Svarart.DATO else verdi


def _heading(ark: Worksheet, skole: Skole, frist: date, stor: Format, fet: Format) -> None:
    ark.set_column(0, 0, 60)
    ark.set_column(1, 1, 30)
    ark.write_string(0, 0, f"{skole.skole} ({skole.skolenummer})", stor)
    ark.write_string(1, 0, VEILEDNING.format(frist=day_text(frist)))
    ark.write_string(HODERAD, 0, SPORSMAL, fet)
    ark.write_string(HODERAD, 1, SVAR, fet)
    ark.set_landscape()
    ark.set_paper(9)
    ark.fit_to_pages(1, 0)


def _open_cell(felt: Skjemafelt) -> dict[str, Any]:
    """Return how an answer cell looks: yellow, framed, open for typing."""
    tallformat = {Svarart.DATO: DATOFORMAT, Svarart.TALL: "0", Svarart.TEKST: "@"}[felt.art]
    return {"locked": False, "bg_color": "#FFF9DB", "border": 1, "num_format": tallformat, "align": "left"}


def _question(ark: Worksheet, rad: int, felt: Skjemafelt, tekst: Format, svar: Format) -> None:
    ark.write_string(rad, 0, felt.tekst, tekst)
    ark.write_blank(rad, 1, None, svar)
    ark.data_validation(rad, 1, rad, 1, _validation(felt))


def _validation(felt: Skjemafelt) -> dict[str, Any]:
    """Return what Excel lets in, and what it says of anything else."""
    if felt.art is Svarart.TALL:
        slag = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": MEST_TALL}
        hva = "Skriv et helt tall. Er det ingen, skriver du 0."
    elif felt.art is Svarart.DATO:
        slag = {"validate": "date", "criteria": ">=", "value": LAGET}
        hva = "Skriv en dato, for eksempel 15.03.2026."
    else:
        slag = {"validate": "length", "criteria": "<=", "value": MEST_TEGN}
        hva = f"Skriv inntil {MEST_TEGN} tegn."
    return {
        **slag, "input_title": SVAR, "input_message": hva, "error_title": "Kan ikke brukes", "error_message": hva,
    }  # fmt: skip
