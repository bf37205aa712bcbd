"""Worklists for the tests: rows of any sheet, and a way to fill in a workbook as an adviser does in Excel."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl

from schemas.arbeid import Arbeidsbok, Arbeidsrad
from tasks.arbeid.ark import sheets
from tasks.arbeid.bok import write_book

DAG = date(2026, 11, 2)


def row(ark: str, nummer: int = 1, hast: str = "", maa_rettes: str = "", **celler: str) -> Arbeidsrad:
    fylt = {k.navn: f"{k.navn} {nummer}" for k in sheets(DAG)[ark].kolonner if not k.art} | celler
    return Arbeidsrad(f"O2026-12-1-{nummer:04d}", date(2026, 11, 20), hast, fylt, maa_rettes)


def book(*rader: Arbeidsrad, ark: str = "ringeliste", **felt: Any) -> Arbeidsbok:
    alle = tuple((ett, rader if navn == ark else ()) for navn, ett in sheets(DAG).items())
    return Arbeidsbok(**({"mottaker": "R05", "navn": "Åse Lunde", "aar": 2026, "dato": DAG, "ark": alle} | felt))


def opened(bok: Arbeidsbok) -> Any:
    return openpyxl.load_workbook(io.BytesIO(write_book(bok)))


def saved(excel: Any) -> bytes:
    ut = io.BytesIO()
    excel.save(ut)
    return ut.getvalue()


def place(side: Any, overskrift: str) -> int:
    return next(celle.column for celle in side[1] if celle.value == overskrift)


def filled(bok: Arbeidsbok, fyll: Callable[[Any, Callable[[int, str, object], None]], None]) -> bytes:
    """The workbook after ``fyll(side, write)``; ``write(rad, overskrift, verdi)`` types in its first sheet of tasks."""
    excel = opened(bok)
    side = excel.worksheets[1]

    def write(rad: int, overskrift: str, verdi: object) -> None:
        side.cell(rad, place(side, overskrift)).value = verdi

    fyll(side, write)
    return saved(excel)
