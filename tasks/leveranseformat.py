"""The formats of the files we hand over, as ``data/leveranser/`` declares them, and lines written in them."""

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from tasks.filer import DATA

ISO: Final = "%Y-%m-%d"


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


def line_sql(format_: Mapping[str, Any]) -> str:
    """Return SQL of one line as ``write_lines`` writes it, without its end: for files of very many lines.

    The format's columns must be there as text by their names with us, dates as ISO, none of them NULL.
    """
    skilletegn = format_["skilletegn"]
    celler = [_cell_sql(k["navn"], format_["datoformat"]) for k in format_["kolonner"]]
    sitert = [
        f"CASE WHEN {_needs_quotes(celle, skilletegn)} THEN {_in_quotes(celle)} ELSE {celle} END" for celle in celler
    ]
    uten, med = ", ".join(celler), ", ".join(sitert)
    # Quotes are needed so seldom (RFC 4180) that the whole line is asked about first.
    return (
        f"CASE WHEN {_needs_quotes(f'concat({uten})', skilletegn)}"
        f" THEN concat_ws('{skilletegn}', {med}) ELSE concat_ws('{skilletegn}', {uten}) END"
    )


def _in_quotes(sql: str) -> str:
    return f"""'"' || replace({sql}, '"', '""') || '"'"""


def _needs_quotes(sql: str, skilletegn: str) -> str:
    return f"regexp_matches({sql}, '[\"\\r\\n{skilletegn}]')"


def _cell_sql(felt: str, datoformat: str) -> str:
    if not felt.endswith("dato") or datoformat == ISO:
        return felt
    return f"CASE WHEN {felt} = '' THEN '' ELSE strftime(CAST({felt} AS DATE), '{datoformat}') END"


def _written(verdi: str, felt: str, datoformat: str) -> str:
    er_dato = felt.endswith("dato") and bool(verdi)
    return date.fromisoformat(verdi).strftime(datoformat) if er_dato else verdi
