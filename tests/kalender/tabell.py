"""The checked-in tables: the dates of every row, and what was known of the calendar before the program was written."""

import csv
from pathlib import Path
from typing import Final

AARENE: Final = range(2020, 2046)
MAPPE: Final = Path(__file__).parent
TABELL: Final = MAPPE.parent / "bevis" / "kalender_2020_2045.csv"
KJENT: Final = MAPPE / "kjente_aar.csv"
HELLIGDAGER: Final = MAPPE / "kjente_helligdager.csv"


def read(sti: Path) -> list[dict[str, str]]:
    """Return the rows of a table."""
    with sti.open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil, delimiter=";"))
