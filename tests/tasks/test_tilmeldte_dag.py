"""Enrolments at the edges of their days: begun and ended on one day, and where the window of days begins and ends."""

from datetime import date
from typing import Any

import pytest

from tests.tasks.test_tilmeldte import FEBRUAR, package, period

FEBRUARDAG = date(2026, 2, 15)


def test_an_earlier_enrolment_of_one_day_was_that_day_and_no_longer(bygd: Any) -> None:
    person = bygd.person("2025-09-01", tilmeldt_dato="2025-09-01", avsluttet_dato="2025-09-01")
    bygd.change(person, "2026-06-10", tilmeldt_dato="2026-08-20", avsluttet_dato="")
    assert period(bygd) == [("2025-09-01", "2025-09-01")]
    assert period(bygd, FEBRUAR, FEBRUARDAG) == []


def test_an_enrolment_of_one_day_before_the_window_is_not_in_it(bygd: Any) -> None:
    person = bygd.person("2025-06-01", tilmeldt_dato="2025-06-01", avsluttet_dato="2025-06-01")
    bygd.change(person, "2026-06-10", tilmeldt_dato="2026-08-20", avsluttet_dato="")
    assert period(bygd) == []


@pytest.mark.parametrize(
    ("tilmeldt", "avsluttet", "med"),
    [
        ("2026-02-15", "", True),
        ("2026-02-16", "", False),
        ("2025-09-01", "2026-02-15", True),
        ("2025-09-01", "2026-02-14", False),
        ("2026-02-15", "2026-02-15", True),
        ("", "", False),
        ("", "2026-02-15", False),
        ("2026-02-16", "2026-02-10", False),
    ],
)
def test_one_enrolled_on_the_day_is_counted_and_the_day_before_or_after_is_not(
    bygd: Any, tilmeldt: str, avsluttet: str, med: bool
) -> None:
    bygd.person("2026-02-01", tilmeldt_dato=tilmeldt, avsluttet_dato=avsluttet)
    assert [fra for fra, _ in period(bygd, FEBRUAR, FEBRUARDAG)] == ([tilmeldt] if med else [])


def test_an_end_before_the_beginning_ends_nothing_and_she_is_left_out_until_it_is_mended(bygd: Any) -> None:
    person = bygd.person("2026-02-01", tilmeldt_dato="2025-09-02", avsluttet_dato="2025-09-01")
    with bygd.hjem.register.transaction("prøve") as con:
        pakke = package(con, bygd.hjem, FEBRUAR, FEBRUARDAG)
    assert [(uten.person_id, uten.grunn_kode) for uten in pakke.utelatte] == [(person, "AVSLUTTET_FOR_TILMELDT")]
    assert pakke.antall == 0
