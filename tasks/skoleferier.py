"""School holiday weeks, as counties have published them."""

import csv
from datetime import date
from functools import cache
from typing import Final

import pandas as pd

from schemas.arshjul import Skoleferie, Skoleferieskjema
from tasks.filer import DATA

FERIEFIL: Final = DATA / "skoleferier.csv"


@cache
def school_holidays() -> tuple[Skoleferie, ...]:
    """Return the school holiday weeks that are known; pandera's SchemaErrors when the table is wrong."""
    ramme = pd.read_csv(FERIEFIL, sep=";", dtype=str, keep_default_na=False, quoting=csv.QUOTE_MINIMAL)
    return tuple(
        Skoleferie(
            fylke=felt["fylke"],
            navn=felt["navn"],
            uke=int(felt["uke"]),
            kilde=felt["kilde"],
            sist_kontrollert=date.fromisoformat(felt["sist_kontrollert"]),
        )
        for felt in Skoleferieskjema.validate(ramme, lazy=True).to_dict("records")
    )
