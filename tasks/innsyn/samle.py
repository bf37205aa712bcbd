"""Gathers what the register holds about one person, table by table, by what is declared of every column."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

import duckdb

from schemas.revisjon import Handling
from tasks.innsyn.hvem import Hvem
from tasks.innsyn.ordvalg import called, in_words, sources, words
from tasks.innsyn.raarader import rows_with
from tasks.personopplysninger import (
    FIL,
    INNHOLD,
    LINJER,
    PERSON_ID,
    RAD,
    Hva,
    Kolonne,
    people_condition,
    register_columns,
)
from tasks.register import fakta

KJORINGER: Final = ("kjoring_id", "fra_kjoring_id", "til_kjoring_id", "lukket_kjoring_id")
NAVNEFELT: Final = ("fornavn", "etternavn")
KONTAKTFELT: Final = ("mobilnummer", "epost")
SAMMENSLAING: Final = "sammenslaing"
REVISJON: Final = "revisjon"
PERSON: Final = "person"

AV_REVISJONEN: Final = """
    gjelder IN (SELECT p FROM innsyn_personer) OR handling = $saa OR gjelder IN (
        SELECT unnest([forslag_id, utsending_id]) FROM utsending WHERE person_id IN (SELECT p FROM innsyn_personer))
"""
"""About her, about what was made for her, or a look at everyone."""

Post = list[tuple[str, str]]
"""One row as people read it: (what it is, what it is) in order, blanks left out."""


class Del(NamedTuple):
    """A part of the document: what is in it, and its rows."""

    tittel: str
    forklaring: str
    poster: list[Post]


class _Samling:
    """One access request: the open register, who it is about, and what she may be found by."""

    def __init__(self, con: duckdb.DuckDBPyConnection, hvem: Hvem) -> None:
        self.con = con
        self.hvem = hvem
        self.kilder = sources(con)
        self.raarader = self._raw_rows()
        con.execute(
            "CREATE OR REPLACE TEMP TABLE innsyn_personer AS SELECT unnest($p::VARCHAR[]) AS p",
            {"p": sorted(hvem.personer)},
        )

    def _raw_rows(self) -> dict[tuple[str, str], list[Any]]:
        """Return (a file's hash, its name) → its rows with one of her numbers."""
        filer = self.con.execute("SELECT sha256, fil, innhold FROM raafil ORDER BY mottatt_tid, fil").fetchall()
        funnet = {(sha256, fil): rows_with(innhold, self.hvem.numre) for sha256, fil, innhold in filer}
        return {fil: rader for fil, rader in funnet.items() if rader}

    def rows(self, tabell: str, kolonner: list[Kolonne]) -> list[Post]:
        """Return the table's rows about her, as people read them."""
        slag = {kolonne.finnes_ved for kolonne in kolonner if kolonne.hva is Hva.FRITEKST}
        if FIL in slag and tabell == "raafil":
            return [
                [("Fil", fil), ("Rad i filen", str(rad.rad_nr)), *rad.celler]
                for (_, fil), rader in self.raarader.items()
                for rad in rader
            ]
        if LINJER in slag:
            return list(self._lines(tabell, kolonner))
        vilkar, verdier = self._condition(tabell, kolonner)
        if not vilkar:
            return []
        vises = _shown(tabell, kolonner)
        navn = ", ".join(kolonne.kolonne for kolonne in vises)
        rader = self.con.execute(f"SELECT {navn} FROM {tabell} WHERE {vilkar} ORDER BY rowid", verdier).fetchall()  # noqa: S608 our own names
        return [self._post(vises, rad) for rad in rader]

    def _condition(self, tabell: str, kolonner: list[Kolonne]) -> tuple[str, Mapping[str, object]]:
        """Return which of the table's rows are about her; names are looked for only where nothing else leads to her."""
        if tabell == REVISJON:
            return self._audit()
        ledd = [vilkar] if (vilkar := people_condition(kolonner, "SELECT p FROM innsyn_personer")) else []
        if tabell == PERSON:
            ledd.append("person_id IN (SELECT p FROM innsyn_personer)")
        verdier: dict[str, object] = {}
        if any(kolonne.finnes_ved == RAD for kolonne in kolonner):
            ledd.append("list_contains($rader, sha256 || ':' || rad_nr)")
            verdier["rader"] = [
                f"{sha256}:{rad.rad_nr}" for (sha256, _), rader in self.raarader.items() for rad in rader
            ]
        kjennetegn = sorted(self.hvem.numre) if ledd else self._marks()
        tekster = [kolonne.kolonne for kolonne in kolonner if kolonne.finnes_ved == INNHOLD]
        if tekster and kjennetegn:
            verdier["kjennetegn"] = kjennetegn
            ledd += [f"list_bool_or(list_transform($kjennetegn, k -> contains(lower({navn}), k)))" for navn in tekster]
        return " OR ".join(ledd), verdier

    def _audit(self) -> tuple[str, Mapping[str, object]]:
        return AV_REVISJONEN, {"saa": Handling.SAA}

    def _marks(self) -> list[str]:
        """Return what a text may call her: her numbers, her whole names, her telephone and e-mail."""
        rader = self.con.execute(
            "SELECT felt, list(DISTINCT lower(verdi)) FROM fakta_kjent($kjent) WHERE verdi <> ''"
            " AND person_id IN (SELECT p FROM innsyn_personer) AND list_contains($felter, felt) GROUP BY felt",
            {"kjent": fakta.EVIG_TID, "felter": [*NAVNEFELT, *KONTAKTFELT]},
        ).fetchall()
        har = dict(rader)
        fornavn, etternavn = (har.get(felt, []) for felt in NAVNEFELT)
        navn = [f"{en} {to}" for en in fornavn for to in etternavn]
        return [*sorted(self.hvem.numre), *navn, *(verdi for felt in KONTAKTFELT for verdi in har.get(felt, []))]

    def _lines(self, tabell: str, kolonner: list[Kolonne]) -> Iterator[Post]:
        """Yield her line of each file kept in the table, with what the row says of the file."""
        innhold = next(kolonne.kolonne for kolonne in kolonner if kolonne.finnes_ved == LINJER)
        vises = _shown(tabell, kolonner)
        navn = ", ".join([innhold, *(kolonne.kolonne for kolonne in vises)])
        for data, *rad in self.con.execute(f"SELECT {navn} FROM {tabell} ORDER BY rowid").fetchall():  # noqa: S608 our own names
            for linje in rows_with(data, self.hvem.numre):
                yield [
                    *self._post(vises, rad),
                    *((called(felt), in_words(felt, verdi)) for felt, verdi in linje.celler),
                ]

    def _post(self, kolonner: list[Kolonne], rad: Iterable[object]) -> Post:
        verdier = dict(zip((kolonne.kolonne for kolonne in kolonner), rad, strict=True))
        felt = str(verdier.get("felt") or "")
        svar = [
            (_label(kolonne), self._value(kolonne.kolonne, felt, verdi))
            for kolonne, verdi in zip(kolonner, verdier.values(), strict=True)
        ]
        return [(hva, verdi) for hva, verdi in svar if verdi]

    def _value(self, kolonne: str, felt: str, verdi: object) -> str:
        if kolonne in KJORINGER:
            return self.kilder.get(str(verdi), str(verdi or ""))
        if kolonne == "felt":
            return called(felt)
        return in_words(felt if kolonne in {"verdi", "gammel_verdi", "ny_verdi"} else kolonne, verdi)


def gather(con: duckdb.DuckDBPyConnection, hvem: Hvem) -> list[Del]:
    """Return everything about her, a part for each table that has something, in the document's order."""
    samling, ord_ = _Samling(con, hvem), words()
    tabeller = {navn: kolonner for navn, kolonner in register_columns(con).items() if _about_people(kolonner)}
    rekkefolge = list(ord_["tabeller"])
    deler = []
    for navn in sorted(tabeller, key=lambda navn: (_place(navn, rekkefolge), navn)):
        if poster := samling.rows(navn, tabeller[navn]):
            tekst = next(
                (ord_["tabeller"][monster] for monster in rekkefolge if fnmatchcase(navn, monster)), ord_["annet"]
            )
            deler.append(Del(tekst["tittel"], tekst["forklaring"], poster))
    return deler


def _about_people(kolonner: list[Kolonne]) -> bool:
    return any(kolonne.hva in {Hva.PERSON, Hva.FRITEKST, Hva.NUMMER} for kolonne in kolonner)


def _place(navn: str, rekkefolge: list[str]) -> int:
    return next((nr for nr, monster in enumerate(rekkefolge) if fnmatchcase(navn, monster)), len(rekkefolge))


def _shown(tabell: str, kolonner: list[Kolonne]) -> list[Kolonne]:
    """Return the columns that say something: about her, when, and where from; not her own number in every row."""
    merket = words()["kolonner"]
    return [
        kolonne
        for kolonne in kolonner
        if (kolonne.hva is not Hva.INGEN or kolonne.kolonne in merket)
        and kolonne.finnes_ved not in {FIL, LINJER, RAD}
        and (kolonne.finnes_ved != PERSON_ID or tabell in {SAMMENSLAING, REVISJON})
    ]


def _label(kolonne: Kolonne) -> str:
    if kolonne.tabell.startswith("sagt_") and kolonne.hva is Hva.OPPLYSNING:
        return called(kolonne.kolonne)
    return str(words()["kolonner"].get(kolonne.kolonne) or kolonne.formaal or called(kolonne.kolonne))
