"""Whose address is protected: asked as a set, of what holds and of what was learned last."""

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest

from tasks import mottakere, skjermede, utvalg
from tasks.adresse import GRADERINGER

DAGEN = date(2026, 5, 11)
GRAD = "adressegradering_vigo"


def asked(bygd: Any, spor: Callable[[duckdb.DuckDBPyConnection, date], frozenset[str]]) -> frozenset[str]:
    with bygd.hjem.register.transaction("prøve") as con:
        return spor(con, DAGEN)


def test_the_protected_are_those_graded_and_those_nobody_has_graded(bygd: Any) -> None:
    ugradert = bygd.person()
    gradert, ukjent = bygd.person(**{GRAD: "fortrolig"}), bygd.person(**dict.fromkeys(GRADERINGER, ""))
    assert ugradert not in asked(bygd, skjermede.protected)
    assert asked(bygd, skjermede.protected) == {gradert, ukjent} == asked(bygd, skjermede.hidden)


def test_one_who_will_be_protected_is_hidden_from_the_moment_we_know_it(bygd: Any) -> None:
    snart = bygd.person()
    bygd.person()
    bygd.change(snart, "2026-06-01", "2026-05-10T06:00", **{GRAD: "fortrolig"})
    assert asked(bygd, skjermede.protected) == frozenset()
    assert asked(bygd, skjermede.hidden) == {snart}


def test_one_who_is_protected_still_is_hidden_though_she_will_not_be(bygd: Any) -> None:
    enna = bygd.person(**{GRAD: "fortrolig"})
    bygd.change(enna, "2026-06-01", "2026-05-10T06:00", **{GRAD: "ugradert"})
    assert asked(bygd, skjermede.hidden) == {enna}


@pytest.mark.parametrize(("felt", "verdi"), [("personstatus", "doed"), (GRAD, "fortrolig"), ("kommunenummer", "0301")])
def test_what_stops_her_letters_counts_from_the_moment_we_know_it(bygd: Any, felt: str, verdi: str) -> None:
    person = bygd.person()
    bygd.change(person, "2026-06-01", "2026-05-10T06:00", **{felt: verdi})
    fylke = bygd.hjem.innstillinger.fylke.fylkesnummer
    with bygd.hjem.register.transaction("prøve") as con:
        (fakta_om,) = utvalg.people(con, {person}, mottakere.FELT, DAGEN, fylke)
    assert fakta_om[felt] == verdi
    assert mottakere.stopped(fakta_om, DAGEN, fylke)
