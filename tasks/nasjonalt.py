"""The national table, made of what the counties have released and of nothing else.

A number is shown for the country where every county shows its own; where one hides it, the country's is hidden too, and
the sum of the others is told beside it. So the table says nothing that was not in the files, and no county's hidden
number can be worked out from it. Each file is held to what it claims before it counts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import pandas as pd
from pydantic import ValidationError

from schemas.nasjonalt import LANDET, Nasjonalt, Utlevering, Utleverttall
from schemas.nokkeltall import ALLE, ANTALL
from tasks import kodeverk
from tasks.feil import BrukerFeil
from tasks.nokkeltall import groups, steps, within
from tasks.nokkelutlevering import Celle, equations
from tasks.samsvar import conform
from tasks.undertrykking import Smaatall, fill, limits, revealed

MONSTER: Final = "nokkeltall-*.json"
KOLONNER: Final = tuple(Nasjonalt.to_schema().columns)


class Tabell(NamedTuple):
    """Numbers that belong together: a figure of a day, or from one day to another."""

    maaltall: str
    fra_dato: str
    dato: str


@dataclass(frozen=True)
class Landet:
    """What the counties released as of one day, by the same rule; ``filer`` in the order of their numbers."""

    dato: date
    regel: Smaatall
    filer: tuple[Utlevering, ...]

    @property
    def mangler(self) -> list[str]:
        """The counties of the day that have no file, by number and name."""
        har = {nummer for fil in self.filer for nummer in fil.fylkesnummer}
        alle = {rad["kode"]: rad["navn"] for rad in kodeverk.valid_on("kodeverk/fylker", self.dato)}
        return [f"{nummer} {navn}" for nummer, navn in sorted(alle.items()) if nummer not in har]

    @property
    def utelatt(self) -> list[Tabell]:
        """The tables that some of the counties have and others do not; they are in no sum."""
        return sorted({tabell for fil in self.filer for tabell in _tables(fil)} - set(self.tabeller))

    @property
    def tabeller(self) -> list[Tabell]:
        """The tables that every county has, in the order of the first of them."""
        return [tabell for tabell in _tables(self.filer[0]) if all(tabell in _tables(fil) for fil in self.filer)]


def gather(mappe: Path) -> Landet:
    """Read every released file in a folder and those under it.

    Raises BrukerFeil ÅH-1881 (none), ÅH-1882 (not such a file), ÅH-1883 (a county twice), ÅH-1884 (not of one day),
    ÅH-1885 (not by our rule for small numbers), ÅH-1886 (does not keep what it hides, or does not add up).
    """
    stier = sorted(mappe.rglob(MONSTER))
    if not stier:
        raise BrukerFeil("ÅH-1881", mappe=str(mappe), monster=MONSTER)
    lest = {sti: _read(sti) for sti in stier}
    _refuse_twice(lest)
    if len(dager := sorted({fil.dato for fil in lest.values()})) > 1:
        raise BrukerFeil("ÅH-1884", datoer=", ".join(f"{dag:%d.%m.%Y}" for dag in dager))
    regel = limits(dager[0])
    for sti, fil in lest.items():
        if Smaatall(fil.grense, fil.null_vises) != regel:
            raise BrukerFeil("ÅH-1885", fil=sti.name, fylke=fil.fylke, grense=fil.grense, vaar=regel.grense)
        _refuse_untrue(sti, fil, regel)
    return Landet(dager[0], regel, tuple(sorted(lest.values(), key=lambda fil: fil.fylkesnummer)))


def figures(landet: Landet) -> pd.DataFrame:
    """Return the national table; ``Nasjonalt``. First the country's numbers, then each county's as released."""
    rader = [rad for tabell in landet.tabeller for rad in _summed(tabell, landet)]
    rader += [rad for tabell in landet.tabeller for rad in _shares(tabell, rader, landet)]
    rader.sort(key=lambda rad: rad["fylke"] != LANDET)
    ramme = pd.DataFrame(rader, columns=list(KOLONNER))
    typer = dict.fromkeys(KOLONNER, "str") | {"skjult": "bool", "fylker_vist": "int64"}
    return conform(Nasjonalt, ramme.astype(typer | {"verdi": "float64", "sum_vist": "float64"}))


def number_of(fil: Utlevering) -> str:
    """Return a county's number as it stands in the table; one of more than one has them all."""
    return "+".join(fil.fylkesnummer)


def _read(sti: Path) -> Utlevering:
    try:
        return Utlevering.model_validate_json(sti.read_bytes())
    except ValidationError as feil:
        hva = ", ".join(dict.fromkeys(".".join(map(str, enkelt["loc"])) or "innholdet" for enkelt in feil.errors()[:3]))
        raise BrukerFeil("ÅH-1882", fil=sti.name, hva=hva) from None


def _refuse_twice(lest: Mapping[Path, Utlevering]) -> None:
    sett: dict[str, Path] = {}
    for sti, fil in lest.items():
        for nummer in fil.fylkesnummer:
            if nummer in sett:
                raise BrukerFeil("ÅH-1883", nummer=nummer, filer=f"{sett[nummer]} og {sti}")
            sett[nummer] = sti


def _refuse_untrue(sti: Path, fil: Utlevering, regel: Smaatall) -> None:
    """BrukerFeil ÅH-1886 where a file shows a small number, does not add up, or lets a hidden number be worked out."""
    tall = [rad for rad in fil.tall if rad.maaltall in ANTALL]
    vist = {_cell(rad): None if rad.verdi is None else round(rad.verdi) for rad in tall}
    ramme = pd.DataFrame([rad.model_dump() for rad in fil.tall])
    ligninger = list(equations(dict.fromkeys(vist, 0), ramme))
    skjult = {celle for celle, antall in vist.items() if antall is None}
    if not vist or set(_missing(fil)):
        grunn = "en statusgruppe eller et trinn mangler, eller er ukjent her"
    elif len(vist) != len(tall):
        grunn = "det samme tallet står to ganger"
    elif any(antall is not None and regel.is_small(antall) for antall in vist.values()):
        grunn = "et tall under grensen vises"
    elif (fylt := fill(vist, ligninger, regel)) is None:
        grunn = "summene stemmer ikke"
    elif revealed(fylt, ligninger, regel, skjult):
        grunn = "et skjult tall kan regnes ut av de andre"
    else:
        return
    raise BrukerFeil("ÅH-1886", fil=sti.name, fylke=fil.fylke, grunn=grunn)


def _missing(fil: Utlevering) -> Iterator[str]:
    """Yield the groups of the day that a table of the file lacks: it was made by other definitions than ours."""
    trinn = [navn for navn, _, _ in steps(fil.dato)]
    for tabell in _tables(fil):
        har = {celle[3] for celle in _of(tabell, fil)}
        trengs = trinn if tabell.maaltall == "forste_kontakt" else groups(fil.dato)
        yield from set(trengs) - har
        if tabell.maaltall == "forste_kontakt":
            yield from har - {*trinn, ALLE}


def _cell(rad: Utleverttall) -> Celle:
    return rad.maaltall, rad.dato, rad.region, rad.gruppe, rad.til_gruppe


def _tables(fil: Utlevering) -> list[Tabell]:
    return list(dict.fromkeys(Tabell(rad.maaltall, rad.fra_dato, rad.dato) for rad in fil.tall if _counts(rad)))


def _counts(rad: Utleverttall) -> bool:
    """Tell whether a number counts the youth of the whole county."""
    return rad.maaltall in ANTALL and rad.region == ALLE


def _of(tabell: Tabell, fil: Utlevering) -> dict[Celle, Utleverttall]:
    """Return a county's own numbers of a table."""
    return {
        _cell(rad): rad
        for rad in fil.tall
        if _counts(rad) and Tabell(rad.maaltall, rad.fra_dato, rad.dato) == tabell
    }  # fmt: skip


def _summed(tabell: Tabell, landet: Landet) -> Iterator[dict[str, object]]:
    """Yield a table's numbers: the country's and each county's. A group that a county does not have is nobody there."""
    hver = {number_of(fil): _of(tabell, fil) for fil in landet.filer}
    celler = dict.fromkeys(celle for tall in hver.values() for celle in tall)
    for celle in celler:
        verdier = {nummer: tall[celle].verdi if celle in tall else 0.0 for nummer, tall in hver.items()}
        viste = [verdi for verdi in verdier.values() if verdi is not None]
        hele = sum(viste) if len(viste) == len(verdier) else None
        yield _row(LANDET, tabell, celle[3:], hele, sum(viste), len(viste))
        for nummer, verdi in verdier.items():
            yield _row(nummer, tabell, celle[3:], verdi, verdi, int(verdi is not None))


def _shares(tabell: Tabell, rader: Iterable[Mapping[str, object]], landet: Landet) -> Iterator[dict[str, object]]:
    """Yield the country's shares who had contact within each limit, of the numbers that are shown for it."""
    if tabell.maaltall != "forste_kontakt":
        return
    tall = {
        str(rad["gruppe"]): rad["verdi"] for rad in rader if rad["fylke"] == LANDET and _same(rad, tabell)
    }  # fmt: skip
    trinn = steps(landet.dato)
    for nr, (_, _, slutt) in enumerate(trinn[:-2], start=1):
        innen = [tall[navn] for navn, _, _ in trinn[:nr]]
        skjult = None in {*innen, tall[ALLE]}
        if skjult or tall[ALLE]:
            andel = None if skjult else round(100 * sum(map(_count, innen)) / _count(tall[ALLE]), 1)
            sted = (within(slutt), "")
            yield _row(LANDET, tabell._replace(maaltall="andel_innen"), sted, andel, None, len(landet.filer))


def _count(verdi: object) -> int:
    return int(str(verdi).partition(".")[0])


def _same(rad: Mapping[str, object], tabell: Tabell) -> bool:
    return tuple(rad[felt] for felt in Tabell._fields) == tabell


def _row(
    fylke: str, tabell: Tabell, sted: Sequence[str], verdi: float | None, sum_vist: float | None, fylker_vist: int
) -> dict[str, object]:
    gruppe, til_gruppe = sted
    return {
        "fylke": fylke, **tabell._asdict(), "gruppe": gruppe, "til_gruppe": til_gruppe, "verdi": verdi,
        "skjult": verdi is None, "sum_vist": sum_vist, "fylker_vist": fylker_vist,
    }  # fmt: skip
