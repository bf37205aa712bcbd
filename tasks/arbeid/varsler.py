"""Notices to advisers and their leaders: a list has come, a deadline is near, a deadline is past. Counts, nobody named.

They are written from what the row's last run gave whom, so they are the same when they are drafted again at dispatch.
"""

import base64
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

from schemas.utsending import Sending, as_json, make_key
from schemas.verdier import Kanal, Mottaker
from tasks.anledning import Anledning
from tasks.arbeid.apne import leader_of_adviser, names
from tasks.filer import DATA
from tasks.hjem import Hjem
from tasks.kalender import day_text, run_time
from tasks.oppgaver import ANSVARLIG

LISTE, PAAMINNELSE, ESKALERING = "liste", "paaminnelse", "eskalering"
GITT: Final = """
    SELECT eier, mottaker, antall, haster, over_frist, gitt_sha256, haster_sha256, over_frist_sha256, frist
    FROM arbeidsliste WHERE eier <> '' AND kjoring_id = (
        SELECT arg_max(kjoring_id, rowid) FROM arbeidsliste WHERE rad = $rad AND aar = $aar)
    ORDER BY eier
"""


class Gitt(NamedTuple):
    """What one owner had open after the row's last run."""

    eier: str
    mottaker: str
    antall: int
    haster: int
    over_frist: int
    gitt_sha256: str
    haster_sha256: str
    over_frist_sha256: str
    frist: date | None


def notices(anledning: Anledning) -> list[Sending]:
    """Return every notice that the row's last run gives reason for; the outbox never sends the same one twice."""
    gitt = [Gitt(*rad) for rad in anledning.con.execute(GITT, _row(anledning)).fetchall()]
    return [*_to_advisers(anledning, gitt), *_to_leaders(anledning, gitt)]


@cache
def templates() -> dict[str, dict[str, str]]:
    """Return the notices' texts."""
    return tomllib.loads((DATA / "maler" / "varsler.toml").read_text("utf-8"))


def _row(anledning: Anledning) -> dict[str, object]:
    return {"rad": anledning.rad.rad, "aar": anledning.aar}


def _to_advisers(anledning: Anledning, gitt: list[Gitt]) -> Iterator[Sending]:
    for ett in gitt:
        yield _to_one(anledning, ett, LISTE, ett.antall, ett.gitt_sha256)
        if ett.haster:
            yield _to_one(anledning, ett, PAAMINNELSE, ett.haster, ett.haster_sha256)


def _to_one(anledning: Anledning, ett: Gitt, mal: str, antall: int, om: str) -> Sending:
    deler, folk = templates()["deler"], names(anledning.hjem)
    tekst = templates()[mal]["tekst"].format(
        navn=folk[ett.mottaker],
        antall=antall,
        tittel=title(anledning),
        frist=deler["frist"].format(dag=f"{day_text(ett.frist)} {ett.frist.year}") if ett.frist else "",
        for_hvem=deler["for_hvem"].format(hvem=folk[ett.eier]) if ett.eier != ett.mottaker else "",
        hvor=_where(anledning.hjem, ett.mottaker),
    )
    vedlegg = _attached(anledning, ett.mottaker) if mal == LISTE else {}
    nokkel = make_key(anledning.rad.rad, anledning.aar, ett.mottaker, ett.eier, mal, om)
    return _mail(anledning, ett.mottaker, mal, tekst, nokkel, vedlegg)


def _to_leaders(anledning: Anledning, gitt: list[Gitt]) -> Iterator[Sending]:
    mine: dict[str, list[Gitt]] = defaultdict(list)
    for ett in gitt:
        if ett.over_frist:
            mine[leader_of_adviser(anledning.hjem, ett.eier)].append(ett)
    deler, folk = templates()["deler"], names(anledning.hjem)
    for leder in sorted(mine):
        linjer = [deler["linje"].format(hvem=folk[e.eier], antall=e.over_frist) for e in mine[leder]]
        tekst = templates()[ESKALERING]["tekst"].format(
            navn=folk.get(leder, deler["uten_leder"]), tittel=title(anledning), linjer="\n".join(linjer)
        )
        om = "|".join(f"{ett.eier}:{ett.over_frist_sha256}" for ett in mine[leder])
        yield _mail(anledning, leder, ESKALERING, tekst, make_key(anledning.rad.rad, anledning.aar, leder, om), {})


def _mail(anledning: Anledning, til: str, mal: str, tekst: str, nokkel: str, vedlegg: Mapping[str, Any]) -> Sending:
    innhold = {
        "fra": anledning.hjem.innstillinger.ansvarlig.epost,
        "til": address(anledning.hjem, til),
        "tid": run_time(anledning.brevdato),
        "emne": templates()[mal]["emne"].format(tittel=title(anledning)),
        "tekst": tekst,
        **vedlegg,
    }
    return Sending("", Mottaker.RAADGIVER, til, Kanal.EPOST, nokkel, as_json(innhold))


def address(hjem: Hjem, hvem: str) -> str:
    """Return the e-mail address of an adviser or a leader, else the OTTO-ansvarlig's."""
    funnet = (ansatt.epost for ansatt in hjem.innstillinger.ansatte if ansatt.id == hvem)
    return next(funnet, hjem.innstillinger.ansvarlig.epost)


def title(anledning: Anledning) -> str:
    """Return what the row is called in a notice: its number and the deadline it is known by."""
    kort = templates()["titler"]
    return kort[anledning.rad.rad]


def _where(hjem: Hjem, hvem: str) -> str:
    deler = templates()["deler"]
    valg = hjem.innstillinger.arbeidslister
    hvor = deler["hvor_vedlegg" if valg.vedlegg and valg.kryptert else "hvor_mappe"].format(fil=file_of(hvem))
    return f"{hvor} {deler['lever_retur' if valg.retur else 'lever_innboks']}"


def file_of(hvem: str) -> str:
    """Return the name of someone's worklist."""
    return f"arbeidsliste_{hvem}.xlsx"


def _attached(anledning: Anledning, hvem: str) -> dict[str, Any]:
    """Return the locked workbook where the county sends it with the notice; never one that is not locked."""
    valg = anledning.hjem.innstillinger.arbeidslister
    if not (valg.vedlegg and valg.kryptert) or hvem == ANSVARLIG:
        return {}
    rad = anledning.con.execute(
        "SELECT fil FROM arbeidsbok WHERE mottaker = ? AND fil IS NOT NULL ORDER BY rowid DESC LIMIT 1", [hvem]
    ).fetchone()
    return {"vedlegg": {"navn": file_of(hvem), "base64": base64.b64encode(rad[0]).decode()}} if rad else {}
