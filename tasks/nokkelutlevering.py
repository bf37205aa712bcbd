"""The key figures as they may leave the county: small numbers hidden, and so much more that none can be worked out.

All the tables are held together, for the same number stands in several: those enrolled on a day are the sum of a flow,
and of the regions.
"""

import getpass
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Final, TypeAlias

import pandas as pd

from schemas.innstillinger import Fylke
from schemas.nasjonalt import FORMAT, UTGAVE, Utlevering, Utleverttall
from schemas.nokkeltall import ALLE, ANTALL
from schemas.revisjon import Handling
from tasks.diagram import number
from tasks.filer import write_file
from tasks.hjem import Hjem
from tasks.klokke import now
from tasks.nokkelside import named, parts
from tasks.nokkeltall import NOKKEL, UTEN_KONTAKT, steps
from tasks.revisjon import note
from tasks.sider import render
from tasks.undertrykking import SKJULT, Ligning, Smaatall, limits, suppress

Celle: TypeAlias = tuple[str, str, str, str, str]
"""A number's place: maaltall, dato, region, gruppe, til_gruppe."""
FORDELINGER: Final = ("region", "gruppe", "til_gruppe")
FORKLARING: Final = (
    f"«{SKJULT}» betyr at tallet ikke vises av hensyn til ungdommene: det er under {{grense}}, eller det ville røpet "
    "et tall som er det. {null}"
)
NULL_VISES: Final = "0 vises."
NULL_SKJULES: Final = "0 er skjult på samme måte."
MERKNAD: Final = "Vises ikke av hensyn til ungdommene"


def write(hjem: Hjem, ramme: pd.DataFrame, dato: date, kjent: datetime | None = None) -> list[Path]:
    """Write what may be handed out, as a CSV file, a page in one file, and JSON for ``tasks/nasjonalt.py``.

    Returns where they are, in that order.
    """
    regel = limits(dato)
    skjult = hidden(ramme, dato, regel)
    mappe, navn = hjem.mappe / "rapporter" / "utlevering", named("nokkeltall-", dato, kjent)
    vist = ramme.assign(verdi=ramme["verdi"].mask(skjult), skjult=skjult)
    side = render(hjem, "Nøkkeltall", dato, parts(vist, dato, kjent, explanation(regel)))
    with hjem.register.transaction("nøkkeltall til utlevering") as con:
        note(con, now(), getpass.getuser(), Handling.UTLEVERT, navn, {"tall": len(ramme), "skjult": int(skjult.sum())})
    return [
        write_file(mappe / f"{navn}.csv", as_csv(ramme, skjult).encode("utf-8-sig")),
        write_file(mappe / f"{navn}.html", side),
        write_file(mappe / f"{navn}.json", as_json(hjem.innstillinger.fylke, vist, dato, kjent, regel)),
    ]


def explanation(regel: Smaatall) -> str:
    """Say what the sign in the tables means."""
    return FORKLARING.format(grense=regel.grense, null=NULL_VISES if regel.null_vises else NULL_SKJULES)


def as_csv(ramme: pd.DataFrame, skjult: pd.Series) -> str:
    """Return the table as Norwegian spreadsheets read it, with the sign where a number is hidden, and what it means."""
    tall = ["" if pd.isna(verdi) else number(verdi).replace("\u00a0", "") for verdi in ramme["verdi"]]
    ut = ramme.drop(columns=["verdi", "grunnlag"]).assign(
        verdi=pd.Series(tall, index=ramme.index, dtype="str").mask(skjult, SKJULT),
        merknad=pd.Series("", index=ramme.index, dtype="str").mask(skjult, MERKNAD),
    )
    return str(ut.to_csv(index=False, sep=";", lineterminator="\r\n"))


def as_json(fylke: Fylke, vist: pd.DataFrame, dato: date, kjent: datetime | None, regel: Smaatall) -> bytes:
    """Return the table with whose it is and the rule it was made by; what is hidden has no value."""
    felter = [*Utleverttall.model_fields]
    verdier = vist.assign(verdi=pd.Series([None if pd.isna(v) else v for v in vist["verdi"]], vist.index, "object"))
    utlevering = Utlevering(
        format=FORMAT, utgave=UTGAVE, fylke=fylke.navn, fylkesnummer=fylke.fylkesnummer, dato=dato, kjent=kjent,
        grense=regel.grense, null_vises=regel.null_vises,
        tall=tuple(Utleverttall(**rad) for rad in verdier[felter].to_dict("records")),
    )  # fmt: skip
    return utlevering.model_dump_json(indent=1).encode()


def hidden(ramme: pd.DataFrame, dato: date, regel: Smaatall) -> pd.Series:
    """Return for each row whether its number must be hidden. What is computed from a hidden number is hidden too."""
    antall = ramme[ramme["maaltall"].isin(ANTALL)]
    tall = {celle: int(verdi) for celle, verdi in zip(_cells(antall), antall["verdi"], strict=True)}
    skjulte = suppress(tall, list(equations(tall, ramme)), regel, missed)
    svar = [
        celle in skjulte if celle in tall else _rests_on_hidden(celle, int(grunnlag), dato, skjulte, regel)
        for celle, grunnlag in zip(_cells(ramme), ramme["grunnlag"], strict=True)
    ]
    return pd.Series(svar, index=ramme.index, dtype="bool")


def missed(celle: Celle) -> int:
    """Return how much a number is missed: the county's own more than a region's, a total more than its parts."""
    maaltall, _, region, gruppe, til = celle
    if maaltall in {"i_skolearet", "avsluttet"}:
        return int(gruppe == ALLE)
    hele = region == ALLE and (maaltall == "tilmeldte" or ALLE in {gruppe, til})
    return [region, gruppe, til].count(ALLE) + 2 * hele


def equations(tall: dict[Celle, int], ramme: pd.DataFrame) -> Iterator[Ligning[Celle]]:
    """Yield every sum among the numbers: totals of their parts, and what stands in two tables."""
    for nr, navn in enumerate(NOKKEL):
        if navn in FORDELINGER:
            summer: dict[Celle, list[Celle]] = {}
            for celle in tall:
                if celle[nr] not in {ALLE, ""}:
                    summer.setdefault((*celle[:nr], ALLE, *celle[nr + 1 :]), []).append(celle)  # type: ignore[arg-type]
            yield from (Ligning(sum_, tuple(deler)) for sum_, deler in summer.items() if sum_ in tall)
    yield from _links(tall, ramme)


def _links(tall: dict[Celle, int], ramme: pd.DataFrame) -> Iterator[Ligning[Celle]]:
    """Yield what ties the tables together: the school year's youth, and the two ends of the flow."""
    start = dict(zip(_cells(ramme), ramme["fra_dato"], strict=True))
    for celle in tall:
        maaltall, dato, region, gruppe, til = celle
        if maaltall == "i_skolearet":
            deler: tuple[Celle, ...] = tuple((navn, dato, region, gruppe, "") for navn in ("tilmeldte", "avsluttet"))
            yield Ligning(celle, deler)
        if maaltall == "overgang" and (gruppe == ALLE) != (til == ALLE):
            dag, navn = (dato, til) if gruppe == ALLE else (start[celle], gruppe)
            tilmeldt: Celle = ("tilmeldte", dag, region, navn, "")
            if tilmeldt in tall:
                yield Ligning(tilmeldt, (celle,))


def _rests_on_hidden(celle: Celle, grunnlag: int, dato: date, skjulte: frozenset[Celle], regel: Smaatall) -> bool:
    """Tell whether a share or a waiting time is of few, or would tell how many a hidden number is."""
    _, dag, region, gruppe, _ = celle
    innen = [navn for navn, _, slutt in steps(dato) if gruppe and 0 <= slutt <= int(gruppe.split("_")[1])]
    trenger = [*innen, ALLE] if gruppe else [UTEN_KONTAKT, ALLE]
    return regel.is_small(grunnlag) or any(("forste_kontakt", dag, region, navn, "") in skjulte for navn in trenger)


def _cells(ramme: pd.DataFrame) -> list[Celle]:
    return list(ramme[list(NOKKEL)].itertuples(index=False, name=None))
