"""``python -m tests.kalender``: write the table of every row's dates, as worked out from the wheel's words."""

import csv

from tests.kalender.tabell import AARENE, TABELL
from tests.kalender.utregning import KOLONNER, lines

if __name__ == "__main__":
    with TABELL.open("w", encoding="utf-8", newline="") as fil:
        skriver = csv.writer(fil, delimiter=";", lineterminator="\n")
        skriver.writerow(KOLONNER)
        skriver.writerows(linje for aar in AARENE for linje in lines(aar))
