"""Rows 04, 18 and 27: who has not been reviewed since the window began, and what is told at the deadline."""

from typing import Any

import pytest

from tests.listeprove import day, fill_in

RAD = "27-gjennomgang-november"
FORST, SISTE, ETTER = "2026-10-01T08:00", "2026-10-30T08:00", "2026-11-09T08:00"
FRA = "2026-01-02"


def left(bygd: Any) -> list[str]:
    sql = "SELECT gjelder FROM oppgave WHERE grunn_kode = 'GJENNOMGANG' AND tilstand = 'åpen' ORDER BY ALL"
    return [gjelder for (gjelder,) in bygd.ask(sql)]


def table(resultat: Any) -> dict[str, tuple[int, ...]]:
    (tabell,) = [tabell for tabell in resultat.tabeller if tabell.tittel == "Gjennomgangen"]
    return {rad[0]: tuple(rad[1:]) for rad in tabell.rader}


@pytest.mark.parametrize(
    ("felt", "skal"),
    [
        ({"kontakt_dato": "2026-09-30"}, True),
        ({"kontakt_dato": "2026-10-01"}, False),
        ({"tilmeldt_dato": ""}, False),
        ({"avsluttet_dato": "2026-09-30"}, False),
        ({"avsluttet_dato": "2026-10-01"}, True),
    ],
)
def test_everyone_enrolled_without_contact_or_a_new_status_in_the_window_is_to_be_reviewed(
    bygd: Any, felt: dict[str, str], skal: bool
) -> None:
    person = bygd.person(FRA, **felt)
    bygd.run(RAD, FORST)
    assert (person in left(bygd)) is skal


def test_a_status_set_in_the_window_is_a_review_and_one_set_the_day_before_is_not(bygd: Any) -> None:
    satt, foer = bygd.person(FRA), bygd.person(FRA)
    bygd.change(satt, "2026-10-01", ot_status="OTMI")
    bygd.change(foer, "2026-09-30", ot_status="OTMI")
    bygd.run(RAD, "2026-10-02T08:00")
    assert left(bygd) == [foer]


def test_an_update_in_otto_closes_it_without_the_list(bygd: Any) -> None:
    person = bygd.person(FRA)
    bygd.run(RAD, FORST)
    bygd.change(person, "2026-10-15", kontakt_dato="2026-10-15")
    bygd.run(RAD, SISTE)
    assert left(bygd) == []


def test_exceptions_are_counted_by_name_and_what_is_left_at_the_deadline_is_a_deviation(bygd: Any) -> None:
    for _ in range(3):
        bygd.person(FRA)
    bygd.run(RAD, FORST)
    unntak = {"Svar": "Unntak: kan ikke gjennomgås nå", "Dato": day("2026-10-20"), "Merknad": "På sykehus"}
    fill_in(
        bygd.hjem, "R05", "Gjennomgang",
        {0: unntak, 1: {"Svar": "Gjennomgått: ingen endring", "Dato": day("2026-10-20")}},
    )  # fmt: skip
    assert table(bygd.run(RAD, SISTE))["R05"] == (3, 1, 1, 1)
    resultat = bygd.run(RAD, ETTER)
    assert resultat.avvik == 1
    assert any("1 ungdommer er ikke gjennomgått ved fristen, hos 1" in tekst for tekst in resultat.merknader)


def test_a_full_review_ends_without_a_deviation(bygd: Any) -> None:
    bygd.person(FRA)
    bygd.run(RAD, FORST)
    fill_in(bygd.hjem, "R05", "Gjennomgang", {"Svar": "Gjennomgått: ingen endring", "Dato": day("2026-10-20")})
    resultat = bygd.run(RAD, ETTER)
    assert (resultat.avvik, table(resultat)["I alt"]) == (0, (1, 1, 0, 0))
