"""The year's group: a list speaks of its own people only, and one leaves when no list names her any more."""

from datetime import date
from typing import Any

import pytest

from tasks import utvalg

IKKE_MOTT, NEISVARERE = "22-ikke-mott-skolestart", "24"
FORST, SIDEN, HOST, SIST = "2026-08-31T08:00", "2026-09-07T08:00", "2026-09-14T08:00", "2026-09-21T08:00"
EN, ANNEN = {"skolenummer": "39001"}, {"skolenummer": "39002", "skole": "En annen"}
ELEV = {"fornavn": "Elev", "etternavn": "Borte", "ajourholdskode": "N", "avbrudd_dato": "24.08.2026"}


@pytest.fixture
def numre(bygd: Any) -> list[str]:
    """Four youth whom the register knows, in no group."""
    alle = [bygd.number("2008-03-14", nr) for nr in range(1, 5)]
    for nummer in alle:
        bygd.person(fodselsnummer=nummer, fodselsdato="2008-03-14", ikkesoker_skoleaar="")
    return alle


def school_list(bygd: Any, tid: str, *rader: dict[str, str]) -> Any:
    bygd.deliver("skole_ikke_mott", *(ELEV | rad for rad in rader))
    return bygd.run(IKKE_MOTT, tid)


def on(nummer: str, skole: dict[str, str] = EN) -> dict[str, str]:
    return {"fodselsnummer": nummer} | skole


def group(bygd: Any) -> set[str]:
    """Those in the year's group now, by the last digit of their person id: which of the four."""
    with bygd.hjem.register.transaction("prøve") as con:
        return {person[-1] for person in utvalg.group(con, "neisvarer", "20262027", date(2026, 12, 31))}


def test_a_school_s_next_list_takes_out_its_own_and_nobody_of_another_school(bygd: Any, numre: list[str]) -> None:
    school_list(bygd, FORST, on(numre[0]), on(numre[1]), on(numre[2], ANNEN))
    assert group(bygd) == {"1", "2", "3"}
    svar = school_list(bygd, SIDEN, on(numre[0]))
    assert (svar.borte, group(bygd)) == (1, {"1", "3"})


def test_one_who_leaves_two_schools_lists_has_left_once(bygd: Any, numre: list[str]) -> None:
    school_list(bygd, FORST, on(numre[0]), on(numre[0], ANNEN), on(numre[1]), on(numre[2], ANNEN))
    svar = school_list(bygd, SIDEN, on(numre[1]), on(numre[2], ANNEN))
    assert (svar.borte, group(bygd)) == (1, {"2", "3"})


def test_one_whom_another_list_still_names_stays_until_that_one_too_is_silent(bygd: Any, numre: list[str]) -> None:
    school_list(bygd, FORST, on(numre[0]), on(numre[1]))
    school_list(bygd, SIDEN, on(numre[1]))
    vigo = [{"fodselsnummer": nummer, "ajourholdskode": "N"} for nummer in numre]
    bygd.deliver("vigo_ot_linjer", *vigo)
    bygd.run(NEISVARERE, HOST)
    assert group(bygd) == {"1", "2", "3", "4"}
    bygd.deliver("vigo_ot_linjer", *vigo[2:])
    svar = bygd.run(NEISVARERE, SIST)
    assert (svar.borte, group(bygd)) == (1, {"2", "3", "4"})
