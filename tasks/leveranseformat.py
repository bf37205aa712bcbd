"""The formats of the files we hand over, as ``data/leveranser/`` declares them, and lines written in them."""

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from tasks.filer import DATA


@cache
def delivery_format(navn: str) -> dict[str, Any]:
    """Return the format: its separator, encoding, line ends, and columns (overskrift, navn) in order."""
    return tomllib.loads((DATA / "leveranser" / f"{navn}.toml").read_text(encoding="utf-8"))


def write_lines(format_: Mapping[str, Any], linjer: Iterable[Mapping[str, str]]) -> bytes:
    """Return the file: a heading, and for each line the format's columns by their names with us.

    Dates come as ISO and are written as the format says.
    """
    tekst = io.StringIO()
    skriver = csv.writer(tekst, delimiter=format_["skilletegn"], lineterminator=format_["linjeskift"])
    skriver.writerow(kolonne["overskrift"] for kolonne in format_["kolonner"])
    navn = [kolonne["navn"] for kolonne in format_["kolonner"]]
    skriver.writerows([_written(linje[felt], felt, format_["datoformat"]) for felt in navn] for linje in linjer)
    return tekst.getvalue().encode(format_["tegnsett"])


def _written(verdi: str, felt: str, datoformat: str) -> str:
    er_dato = felt.endswith("dato") and bool(verdi)
    return date.fromisoformat(verdi).strftime(datoformat) if er_dato else verdi
