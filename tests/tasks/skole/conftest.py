"""Runs of the schools' rows in the tiny county, without their flows: only what the schools' part does."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest

from schemas.kjoring import Kjorevalg
from tasks.arshjul import find_row, row_dates
from tasks.kjoring import Kjoring, _remember
from tests.tasks.conftest import Bygd, at

VIDEREGAENDE, UNGDOMSSKOLE, SESONG = "07-kontakt-videregaende", "09-kontakt-ungdomsskoler", "21-avklaringsmoter"
SKOLETYPE = {VIDEREGAENDE: {"skoletype": "videregaende"}, UNGDOMSSKOLE: {"skoletype": "ungdomsskole"}}
SKOLE = {
    "skolenummer": "39001", "organisasjonsnummer": "100000008", "skole": "Demo ungdomsskole",
    "skoletype": "ungdomsskole", "kommunenummer": "3905", "epost": "post@example.no", "kontaktperson": "Ola Demo",
    "telefon": "40000001", "region": "",
}  # fmt: skip
ELEV = {
    "fodselsnummer": "", "fornavn": "Åse", "etternavn": "Nordmann", "kommunenummer": "3905",
    "adressegradering": "ugradert", "avklaring_skolenummer": "39001", "avklaring_skole": "Demo vgs",
    "avklaring_aarsak": "FARE", "avklaring_meldt_dato": "20.08.2026", "avklaring_skoleaar": "20262027",
    "mobilnummer": "", "epost": "",
}  # fmt: skip

Apne = Callable[..., AbstractContextManager[Kjoring]]


@contextmanager
def open_row(bygd: Bygd, rad: str, tid: str, aar: int = 2026, **valg: object) -> Iterator[Kjoring]:
    """A run of a row at a time, committed at the end; what it has read goes out of the inbox."""
    hjem, naa = bygd.fresh(), at(tid)
    funnet = find_row(rad)
    parametre = SKOLETYPE.get(rad, {}) or dict(funnet.parametre)
    datoer = replace(row_dates(funnet, aar, hjem.radvalg), rad=replace(funnet, flyt="prove", parametre=parametre))
    kjoring = Kjoring(Kjorevalg(rad=rad, aar=aar, naa=naa, **valg), hjem, datoer, naa)
    with kjoring._transaction():
        sql = "SELECT coalesce(max(generasjon), 0) + 1 FROM kjoring WHERE rad = ? AND aar = ?"
        (kjoring.generasjon,) = kjoring.con.execute(sql, [rad, aar]).fetchone()
        yield kjoring
        _remember(kjoring)
    for sti in kjoring.leste_filer:
        sti.unlink(missing_ok=True)


@pytest.fixture
def apne(bygd: Bygd) -> Apne:
    """Opens a run of a row of the wheel."""
    return lambda rad, tid, **valg: open_row(bygd, rad, tid, **valg)


def deliver_schools(bygd: Bygd, *skoler: dict[str, str], navn: str = "") -> None:
    """Put the county's list of schools in the inbox: each as ``SKOLE`` but for what is given."""
    bygd.deliver("skole_oversikt", *(SKOLE | skole for skole in skoler), navn=navn)


def settings(bygd: Bygd, fra: str, til: str) -> None:
    """Change the settings."""
    sti = bygd.hjem.mappe / "innstillinger.toml"
    tekst = sti.read_text("utf-8")
    assert re.search(fra, tekst)
    sti.write_text(re.sub(fra, til, tekst, count=1), "utf-8")
