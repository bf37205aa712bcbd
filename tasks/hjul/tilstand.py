"""How each row of the wheel stands in a year: what is due, what waits for a person, what went wrong, what comes.

One answer for everyone who asks: the wheel's page, the artifacts in Prefect, ``doctor`` and the e-mails.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import duckdb

from schemas.arshjul import Raddatoer, Radvalg
from schemas.verdier import Forslagstilstand
from tasks import klokke
from tasks.arshjul import wheel
from tasks.feil import messages
from tasks.forsinkelse import Dom, Hva, Kjent, by_rule, is_late, known, rule_text
from tasks.hjul.stopp import Slag, Stopp, of_code, unmended
from tasks.kalender import run_time


class Tilstand(StrEnum):
    """How a row stands, in the administrator's words."""

    IKKE_FORFALT = "ikke forfalt"
    VENTER = "venter på deg"
    KJORER = "kjører"
    FERDIG = "ferdig"
    AVVIK = "avvik"
    HOPPET = "hoppet over"


@dataclass(frozen=True)
class Kjort:
    """The last run of a row in a year, and where it can be followed in Prefect (blank where it ran without)."""

    kjoring_id: str
    generasjon: int
    ferdig_tid: datetime
    flyt_id: str
    sider: tuple[tuple[str, str], ...]
    """Titles and folders under the pages of what it made."""


@dataclass(frozen=True)
class Radtilstand:
    """How one row stands in one year. ``grunner`` are whole sentences that name nobody."""

    datoer: Raddatoer
    tilstand: Tilstand
    grunner: tuple[str, ...]
    neste: date | None
    kjort: Kjort | None
    forslag: tuple[tuple[str, str], ...]
    """Open proposals: id and state."""
    stopp: Stopp | None
    karantene: int
    avvik: int
    oppgaver: int
    uavklart: int


@dataclass(frozen=True)
class _Grunnlag:
    """What the register knows, by row and year; ``begynt`` is when it was first used."""

    begynt: datetime | None
    kjort: dict[tuple[str, int], Kjort]
    forslag: dict[tuple[str, int], list[tuple[str, str]]]
    stopp: dict[tuple[str, int], Stopp]
    karantene: dict[tuple[str, int], int]
    avvik: dict[tuple[str, int], int]
    oppgaver: dict[tuple[str, int], int]
    uavklart: dict[tuple[str, int], int]
    kjent: Kjent


def states(
    con: duckdb.DuckDBPyConnection,
    aarene: Sequence[int],
    valg: Sequence[Radvalg],
    naa: datetime,
    kjorer: tuple[str, int] | None = None,
) -> dict[int, tuple[Radtilstand, ...]]:
    """Return year → how its rows stand at ``naa``, in the wheel's order. ``kjorer`` is the row and year under way."""
    grunnlag = _read(con)
    return {aar: tuple(_state(d, grunnlag, naa, kjorer) for d in wheel(aar, valg)) for aar in aarene}


def years(con: duckdb.DuckDBPyConnection, naa: datetime) -> list[int]:
    """Return the years that there is something to show of: those that have been run, this one and the next."""
    i_aar = klokke.local_date(naa).year
    kjorte = {aar for (aar,) in con.execute("SELECT DISTINCT aar FROM kjoring").fetchall()}
    return sorted(kjorte | {i_aar, i_aar + 1})


def _late(d: Raddatoer, kjort: Kjort | None, g: _Grunnlag, naa: datetime) -> Dom | None:
    """Return what becomes, by the row's rule, of a planned run that has passed without a run since; None if none has.

    What is skipped is never late, nor what fell due before the county began to use the program.
    """
    if g.begynt is None or (d.valg is not None and d.valg.hopp_over):
        return None
    forfalt = [dag for dag in d.kjoredatoer if g.begynt < run_time(dag) and is_late(run_time(dag), naa)]
    if not forfalt or (kjort is not None and kjort.ferdig_tid >= run_time(forfalt[-1])):
        return None
    return by_rule(d, forfalt[-1], g.kjent, klokke.local_date(naa))


def _late_stop(d: Raddatoer, dom: Dom | None) -> Stopp | None:
    """Return what to tell of a row that has not been run on its day, where a person must do something."""
    if dom is None or dom.hva is Hva.HOPP:
        return None
    kode, tid = "ÅH-3151" if dom.hva is Hva.KJOR else "ÅH-3153", run_time(dom.planlagt)
    return of_code(
        d.rad.rad, d.aar, tid, Slag.FORSINKET, kode, dato=f"{tid:%d.%m.%Y}", grunn=dom.grunn, regel=rule_text(d.rad)
    )


def _passed_over(dom: Dom | None) -> list[str]:
    """Return in words that the last planned run was skipped by the row's rule."""
    if dom is None:
        return []
    tekst, gjor = messages()["ÅH-3156"]
    return [f"{tekst} {gjor}".format(dato=f"{dom.planlagt:%d.%m.%Y}", grunn=dom.grunn)]


def _state(d: Raddatoer, g: _Grunnlag, naa: datetime, kjorer: tuple[str, int] | None) -> Radtilstand:
    nokkel = (d.rad.rad, d.aar)
    kjort, stopp, forslag = g.kjort.get(nokkel), g.stopp.get(nokkel), tuple(g.forslag.get(nokkel, ()))
    dom = _late(d, kjort, g, naa)
    stopp = stopp or _late_stop(d, dom)
    karantene, uavklart = g.karantene.get(nokkel, 0), g.uavklart.get(nokkel, 0)
    avvik, oppgaver = g.avvik.get(nokkel, 0), g.oppgaver.get(nokkel, 0)
    hoppes = d.valg is not None and d.valg.hopp_over
    venter = _waits(forslag, karantene, uavklart)
    if nokkel == kjorer:
        tilstand, grunner = Tilstand.KJORER, ["Kjøringen er i gang."]
    elif hoppes:
        tilstand, grunner = Tilstand.HOPPET, [f"Hoppes over i {d.aar}: {d.valg.begrunnelse}" if d.valg else ""]
    elif stopp:
        tilstand, grunner = Tilstand.AVVIK, [f"{stopp.tekst} {stopp.gjor}".strip(), *venter]
    elif venter:
        tilstand, grunner = Tilstand.VENTER, venter
    elif avvik:
        tilstand, grunner = Tilstand.AVVIK, [_count(avvik, "åpent avvik", "åpne avvik")]
    elif kjort:
        tilstand, grunner = Tilstand.FERDIG, [f"Kjørt {kjort.ferdig_tid:%d.%m.%Y}.", *_passed_over(dom)]
    elif dom:
        tilstand, grunner = Tilstand.HOPPET, _passed_over(dom)
    else:
        tilstand, grunner = Tilstand.IKKE_FORFALT, []
    if avvik and tilstand in (Tilstand.AVVIK, Tilstand.VENTER) and (stopp or venter):
        grunner.append(_count(avvik, "åpent avvik", "åpne avvik"))
    neste = next((dag for dag in d.kjoredatoer if run_time(dag) > naa), None)
    return Radtilstand(
        d,
        tilstand,
        tuple(grunner),
        None if hoppes else neste,
        kjort,
        forslag,
        stopp,
        karantene,
        avvik,
        oppgaver,
        uavklart,
    )


def _waits(forslag: Sequence[tuple[str, str]], karantene: int, uavklart: int) -> list[str]:
    """Return in words what waits for a person."""
    hva = {
        Forslagstilstand.VENTER: "venter på godkjenning",
        Forslagstilstand.GODKJENT: "er godkjent og skal sendes",
        Forslagstilstand.IVERKSETTES: "er begynt på og ikke ferdig sendt",
    }
    grunner = [f"Forslaget {forslag_id} {hva[Forslagstilstand(tilstand)]}." for forslag_id, tilstand in forslag]
    if karantene:
        grunner.append(_count(karantene, "rad er satt til side", "rader er satt til side"))
    if uavklart:
        grunner.append(_count(uavklart, "utsending er uavklart", "utsendinger er uavklarte"))
    return grunner


def _count(antall: int, en: str, flere: str) -> str:
    return f"{antall} {en if antall == 1 else flere}."


def _read(con: duckdb.DuckDBPyConnection) -> _Grunnlag:
    forslag: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for rad, aar, forslag_id, tilstand in con.execute(
        "SELECT rad, aar, forslag_id, tilstand FROM forslag_naa WHERE list_contains(?, tilstand)"
        " ORDER BY opprettet_tid, forslag_id",
        [[Forslagstilstand.VENTER, Forslagstilstand.GODKJENT, Forslagstilstand.IVERKSETTES]],
    ).fetchall():
        forslag.setdefault((rad, aar), []).append((forslag_id, tilstand))
    (begynt,) = con.execute("SELECT min(startet_tid) FROM kjoring").fetchall()[0]
    return _Grunnlag(
        begynt=klokke.from_utc(begynt) if begynt else None,
        kjort=_last_runs(con),
        forslag=forslag,
        stopp={(stopp.rad, stopp.aar): stopp for stopp in unmended(con)},
        karantene=_counts(con, "karantene", "tilstand = 'åpen'"),
        avvik=_counts(con, "avvik", "tilstand = 'åpen'"),
        oppgaver=_counts(con, "oppgave", "tilstand = 'åpen'"),
        uavklart=_counts(con, "utsending_naa", "tilstand = 'uavklart'"),
        kjent=known(con),
    )


def _last_runs(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, int], Kjort]:
    rader = con.execute(
        "SELECT k.rad, k.aar, k.kjoring_id, k.generasjon, k.ferdig_tid, coalesce(s.flyt_id, ''), coalesce(s.svar, '{}')"
        " FROM kjoring k LEFT JOIN kjoringssvar s USING (kjoring_id)"
        " QUALIFY row_number() OVER (PARTITION BY k.rad, k.aar ORDER BY k.generasjon DESC) = 1"
    ).fetchall()
    return {
        (rad, aar): Kjort(kjoring_id, generasjon, klokke.from_utc(ferdig), flyt_id, _pages(json.loads(svar)))
        for rad, aar, kjoring_id, generasjon, ferdig, flyt_id, svar in rader
    }


def _pages(svar: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the title and path, within the pages, of each page a run made."""
    return tuple((side["tittel"], side["adresse"]) for side in svar.get("sider", []))


def _counts(con: duckdb.DuckDBPyConnection, tabell: str, hvor: str) -> dict[tuple[str, int], int]:
    sql = f"SELECT rad, aar, count(*) FROM {tabell} WHERE {hvor} GROUP BY rad, aar"  # noqa: S608 our own words
    return {(rad, aar): antall for rad, aar, antall in con.execute(sql).fetchall()}
