"""The national table as it is handed on: a page in one file, CSV and JSON."""

import json
from pathlib import Path
from typing import Final

import pandas as pd

from schemas.kjoring import Tabell
from schemas.nasjonalt import LANDET
from schemas.nokkeltall import ALLE
from tasks.diagram import number
from tasks.filer import make_folder, write_file
from tasks.nasjonalt import Landet, figures, number_of
from tasks.nokkelside import name_of
from tasks.nokkelutlevering import explanation
from tasks.sider import Del, render_for
from tasks.undertrykking import SKJULT

TITTEL: Final = "Nøkkeltall for fylkene samlet"
HELE: Final = "Alle fylkene"
SUM_VIST: Final = "Summen av dem som vises"
OM: Final = (
    "Tallene er summen av det som {antall} har gitt ut per {per}. Et tall for alle fylkene vises bare der hvert fylke "
    "viser sitt; ellers står summen av de fylkene som viser det, for seg. {merknad} Ventetiden kan ikke regnes ut for "
    "flere fylker av det de gir ut, og står ikke her."
)
MANGLER: Final = "Disse fylkene er ikke med: {fylker}."
ALLE_MED: Final = "Alle fylkene er med."
UTELATT: Final = "Ikke med, fordi ikke alle fylkene har det: {hva}."


def write(landet: Landet, mappe: Path) -> list[Path]:
    """Write the table as CSV, JSON and a page, and return where they are."""
    ramme, navn = figures(landet), f"nasjonalt-{landet.dato.isoformat()}"
    make_folder(mappe)
    side = render_for(how_many(landet), TITTEL, landet.dato, parts(landet, ramme))
    return [
        write_file(mappe / f"{navn}.csv", as_csv(ramme).encode("utf-8-sig")),
        write_file(mappe / f"{navn}.json", as_json(landet, ramme)),
        write_file(mappe / f"{navn}.html", side),
    ]


def as_csv(ramme: pd.DataFrame) -> str:
    """Return the table as Norwegian spreadsheets read it, with the sign where a number is hidden."""
    tekst = {kolonne: ramme[kolonne].map(_written) for kolonne in ("verdi", "sum_vist")}
    ut = ramme.assign(**tekst | {"verdi": tekst["verdi"].mask(ramme["skjult"], SKJULT)}).drop(columns="skjult")
    return str(ut.to_csv(index=False, sep=";", lineterminator="\r\n"))


def as_json(landet: Landet, ramme: pd.DataFrame) -> bytes:
    """Return the table with what it was made of."""
    om = {
        "dato": landet.dato.isoformat(),
        "grense": landet.regel.grense,
        "fylker": {number_of(fil): fil.fylke for fil in landet.filer},
        "mangler": landet.mangler,
        "tall": [
            {felt: None if pd.isna(verdi) else verdi for felt, verdi in rad.items()} for rad in ramme.to_dict("records")
        ],
    }
    return json.dumps(om, ensure_ascii=False, indent=1).encode()


def parts(landet: Landet, ramme: pd.DataFrame) -> list[Del]:
    """Return the page's parts."""
    om = OM.format(
        antall=how_many(landet), per=f"{landet.dato:%d.%m.%Y}", merknad=explanation(landet.regel)
    )  # fmt: skip
    mangler = MANGLER.format(fylker=", ".join(landet.mangler)) if landet.mangler else ALLE_MED
    hva = sorted({f"{tabell.maaltall} {tabell.dato}" for tabell in landet.utelatt})
    punkter = (mangler, *([UTELATT.format(hva=", ".join(hva))] if hva else []))
    naa, tall = landet.dato.isoformat(), _Tall(ramme)
    return [
        Del("Om tallene", om, punkter=punkter),
        _by_county("Tilmeldt ungdom etter statusgruppe", "tilmeldte", naa, landet, tall),
        _through_the_year(tall),
        _by_county("Tilmeldt i skoleåret", "i_skolearet", naa, landet, tall),
        _by_county("Dager til første kontakt", "forste_kontakt", naa, landet, tall),
    ]


class _Tall:
    """The numbers by their place, as they stand in a table."""

    def __init__(self, ramme: pd.DataFrame) -> None:
        self.ramme = ramme
        steder = ramme[["fylke", "maaltall", "dato", "gruppe"]].itertuples(index=False, name=None)
        self._verdier = dict(zip(steder, zip(ramme["verdi"], ramme["sum_vist"], strict=True), strict=True))

    def of(self, maaltall: str, kolonne: str) -> list[str]:
        """Return the column's values for a figure, each once, in order; the sum last."""
        verdier = dict.fromkeys(self.ramme.loc[self.ramme["maaltall"] == maaltall, kolonne])
        return sorted(verdier, key=lambda verdi: verdi == ALLE)

    def cell(self, *sted: str) -> str | int:
        """Return the number, or the sign where it is hidden."""
        verdi, _ = self._verdier[sted]
        return SKJULT if pd.isna(verdi) else int(verdi)

    def shown(self, *sted: str) -> str | int:
        """Return what the counties that show theirs come to."""
        return int(self._verdier[sted][1])


def _by_county(tittel: str, maaltall: str, dag: str, landet: Landet, tall: _Tall) -> Del:
    """Return a table of a figure on a day: a row for each county, one for all, and one for what is shown."""
    grupper = tall.of(maaltall, "gruppe")
    if not grupper:
        return Del(tittel, UTELATT.format(hva=maaltall))
    rader = [
        (fil.fylke, *(tall.cell(number_of(fil), maaltall, dag, gruppe) for gruppe in grupper)) for fil in landet.filer
    ]
    rader.append((HELE, *(tall.cell(LANDET, maaltall, dag, gruppe) for gruppe in grupper)))
    rader.append((SUM_VIST, *(tall.shown(LANDET, maaltall, dag, gruppe) for gruppe in grupper)))
    return Del(tittel, tabell=Tabell(tittel=tittel, hoder=("Fylke", *map(name_of, grupper)), rader=rader))


def _through_the_year(tall: _Tall) -> Del:
    tittel, grupper = "Gjennom skoleåret, alle fylkene", tall.of("tilmeldte", "gruppe")
    rader = [
        (f"{dag[8:]}.{dag[5:7]}.{dag[:4]}", *(tall.cell(LANDET, "tilmeldte", dag, gruppe) for gruppe in grupper))
        for dag in sorted(tall.of("tilmeldte", "dato"))
    ]
    return Del(tittel, tabell=Tabell(tittel=tittel, hoder=("Dato", *map(name_of, grupper)), rader=rader))


def how_many(landet: Landet) -> str:
    """Return how many counties there are, in words."""
    antall = len(landet.filer)
    return f"{antall} fylke" + ("r" if antall > 1 else "")


def _written(verdi: float) -> str:
    return "" if pd.isna(verdi) else number(verdi).replace("\u00a0", "")
