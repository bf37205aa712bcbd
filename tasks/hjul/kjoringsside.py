"""A page for each run: its counts beside those of the run before, what it says, and what a person must do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import duckdb

from schemas.kjoring import TELLINGER, Kjoreresultat, Side, Tabell
from tasks import klokke
from tasks.hjul.lenker import Lenker
from tasks.hjul.underside import Underside, counted, row_name
from tasks.sider import Del

UTFALL: Final = {
    "ferdig": "Kjøringen er ferdig.",
    "venter_godkjenning": "Kjøringen er ferdig, og det den foreslår, venter på godkjenning.",
    "avvik": "Kjøringen er ferdig, men noe er galt.",
    "avvist": "Kjøringen ble avvist.",
}
MINUS: Final = "\N{MINUS SIGN}"
KOLONNER: Final = "inn, lastet, nye, uendret, borte, karantene, foreslaatt, oppgaver, avvik"


@dataclass(frozen=True)
class Notat:
    """What the register knows of a run. ``svar`` is the run's own answer, blank for one from before it was kept."""

    kjoring_id: str
    rad: str
    aar: int
    generasjon: int
    ferdig_tid: datetime
    svar: str
    flyt_id: str
    tall: tuple[int, ...]

    @property
    def mappe(self) -> str:
        """The page's folder."""
        return folder_of(self.kjoring_id)


def folder_of(kjoring_id: str) -> str:
    """Return the folder of a run's page among the pages."""
    return f"kjoring/{kjoring_id}"


def read(con: duckdb.DuckDBPyConnection) -> list[Notat]:
    """Return every run, each row's in order."""
    rader = con.execute(
        f"SELECT kjoring_id, rad, aar, generasjon, ferdig_tid, coalesce(svar, ''), coalesce(flyt_id, ''), {KOLONNER}"  # noqa: S608 our own words
        " FROM kjoring LEFT JOIN kjoringssvar USING (kjoring_id) ORDER BY aar, rad, generasjon"
    ).fetchall()
    return [
        Notat(kjoring_id, rad, aar, generasjon, klokke.from_utc(ferdig), svar, flyt_id, tuple(tall))
        for kjoring_id, rad, aar, generasjon, ferdig, svar, flyt_id, *tall in rader
    ]


def pages(notater: Sequence[Notat], lenker: Lenker, i_aar: int) -> list[Underside]:
    """Return the page of each run; ``notater`` as ``read`` gives them."""
    forrige = dict(zip(notater[1:], notater[:-1], strict=False))
    return [_page(notat, _before(notat, forrige.get(notat)), lenker, i_aar) for notat in notater]


def _before(notat: Notat, forrige: Notat | None) -> Notat | None:
    return forrige if forrige and (forrige.rad, forrige.aar) == (notat.rad, notat.aar) else None


def _page(notat: Notat, forrige: Notat | None, lenker: Lenker, i_aar: int) -> Underside:
    return Underside(
        mappe=notat.mappe,
        tittel=f"Kjøring {notat.kjoring_id}",
        per_dato=klokke.local_date(notat.ferdig_tid),
        grunnlag=(
            notat,
            forrige and forrige.kjoring_id,
            forrige and forrige.tall,
            lenker.rot,
            lenker.utrullinger.get(notat.rad),
        ),
        deler=lambda: _parts(notat, forrige, lenker, i_aar),
    )


def _parts(notat: Notat, forrige: Notat | None, lenker: Lenker, i_aar: int) -> list[Del]:
    svar = Kjoreresultat.model_validate_json(notat.svar) if notat.svar else None
    return [
        _about(notat, svar),
        _next(notat, svar),
        Del("Tallene", tabell=_numbers(notat, forrige)),
        *([Del("Verdt å merke seg", punkter=tuple(svar.merknader))] if svar and svar.merknader else []),
        *([Del("Endret siden sist", tabell=_changed(svar))] if svar and svar.forskjell else []),
        *(Del(tabell.tittel, tabell=tabell) for tabell in (svar.tabeller if svar else [])),
        *_links(notat, svar, lenker, i_aar),
    ]


def _about(notat: Notat, svar: Kjoreresultat | None) -> Del:
    per_dato = f", og ser på situasjonen per {svar.per_dato:%d.%m.%Y}" if svar else ""
    utfall = UTFALL[str(svar.utfall)] if svar else "Kjøringen er ferdig."
    tekst = (
        f"{utfall} Det er kjøring nummer {notat.generasjon} av raden i {notat.aar}. "
        f"Den var ferdig {notat.ferdig_tid:%d.%m.%Y kl. %H:%M}{per_dato}."
    )
    return Del(f"{row_name(notat.rad)}", tekst)


def _next(notat: Notat, svar: Kjoreresultat | None) -> Del:
    """Return what a person must do after the run, one sentence each."""
    tall = dict(zip(TELLINGER, notat.tall, strict=True))
    steg = []
    lenker: tuple[Side, ...] = ()
    if svar and svar.forslag_id:
        steg.append(f"Se på forslaget {svar.forslag_id}, og godkjenn det eller avvis det. Ingenting er sendt.")
        lenker = (
            Side(tittel=f"Se forslaget {svar.forslag_id}", adresse=f"../../forslag/{svar.forslag_id}/index.html"),
        )
    if tall["karantene"]:
        rader = counted(tall["karantene"], "rad", "rader")
        steg.append(f"Rett {rader} i arbeidsboken i mappen karantene/, legg boken i innboks/ og kjør raden på nytt.")
    if tall["oppgaver"]:
        steg.append(f"Fordel {counted(tall['oppgaver'], 'ny oppgave', 'nye oppgaver')}: ./arshjul show oppgaver.")
    if tall["avvik"]:
        steg.append(f"Se på {counted(tall['avvik'], 'avvik', 'avvik')}: ./arshjul show avvik.")
    if not steg:
        return Del("Neste steg", "Ingenting venter på deg etter denne kjøringen.")
    return Del("Neste steg", punkter=tuple(steg), lenker=lenker)


def _numbers(notat: Notat, forrige: Notat | None) -> Tabell:
    """Return the counts, beside those of the run before and the difference where there was one."""
    navn = list(TELLINGER.values())
    if forrige is None:
        rader: list[tuple[str | int, ...]] = list(zip(navn, notat.tall, strict=True))
        return Tabell(tittel="Antall i den første kjøringen av raden i året", hoder=("Hva", "Antall"), rader=rader)
    endret = [_signed(nytt - gammelt) for nytt, gammelt in zip(notat.tall, forrige.tall, strict=True)]
    hoder = ("Hva", "Denne", f"Forrige ({forrige.kjoring_id})", "Forskjell")
    rader = list(zip(navn, notat.tall, forrige.tall, endret, strict=True))
    return Tabell(tittel="Antall nå og i kjøringen før", hoder=hoder, rader=rader)


def _signed(tall: int) -> str:
    return "0" if tall == 0 else f"{tall:+d}".replace("-", MINUS)


def _changed(svar: Kjoreresultat) -> Tabell:
    return Tabell(
        tittel="Verdier som er endret, for dem vi kjente fra før",
        hoder=("Felt", "Antall"),
        rader=list(svar.forskjell.items()),
    )


def _links(notat: Notat, svar: Kjoreresultat | None, lenker: Lenker, i_aar: int) -> list[Del]:
    sider = [Side(tittel=side.tittel, adresse=f"../../{side.adresse}") for side in (svar.sider if svar else [])]
    prefect = {
        f"Følg kjøringen {notat.kjoring_id} i Prefect": lenker.run(notat.flyt_id),
        f"Kjør {row_name(notat.rad)} på nytt": lenker.row_form(notat.rad, notat.aar, i_aar),
    }
    sider += [Side(tittel=tittel, adresse=adresse) for tittel, adresse in prefect.items() if adresse]
    return [Del("Sider og skjemaer", lenker=tuple(sider))] if sider else []
