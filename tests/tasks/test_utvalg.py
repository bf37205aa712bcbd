"""The reminder goes to exactly those with a delivered letter and no complete answer."""

import contextlib
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.verdier import Forslagstilstand, Tilstand
from tasks import utvalg
from tasks.feil import BrukerFeil
from tasks.klokke import OSLO, to_utc

RAD, PURRING = "14-brev-ikkesokere", "16-purrebrev-ikkesokere"
TID = to_utc(datetime(2026, 5, 11, 8, tzinfo=OSLO))
FOLK = st.sampled_from(["P1", "P2", "P3", "P4"])
AAR = st.sampled_from([2025, 2026, 2026])
BREV = st.tuples(
    FOLK, st.sampled_from([RAD, RAD, "25-brev-neisvarere"]), AAR, st.sampled_from(["ungdom", "foresatt"]),
    st.sampled_from(Tilstand), st.sampled_from(Forslagstilstand),
)  # fmt: skip
SVAR = st.tuples(FOLK, st.sampled_from([RAD, PURRING, "25-brev-neisvarere"]), AAR)


@pytest.fixture(scope="module")
def register(lag_bygd: Any) -> Any:
    return lag_bygd().hjem.register


class Angre(Exception):
    pass


def fill(con: Any, brev: list[Any], svar: list[Any]) -> None:
    for nummer, (person, rad, aar, mottaker, tilstand, forslag) in enumerate(brev):
        f, u = f"F{nummer}", f"U{nummer}"
        verdier = [f, rad, aar, TID]
        con.execute("INSERT INTO forslag VALUES (?, 'K', ?, ?, 'brev', 'h', 1, DATE '2026-05-11', ?)", verdier)
        con.execute("INSERT INTO forslag_hendelse VALUES (?, ?, ?, 'Kari', '', 'h')", [f, forslag, TID])
        con.execute(
            "INSERT INTO utsending VALUES (?, ?, ?, ?, ?, ?, '', 'print', ?, 'h', '{}', 't')",
            [u, f, rad, aar, person, mottaker, u],
        )
        hendelse = "INSERT INTO utsending_hendelse (utsending_id, tilstand, tid, grunn) VALUES (?, ?, ?, '')"
        con.execute(hendelse, [u, Tilstand.PLANLAGT, TID])
        con.execute(hendelse, [u, tilstand, TID])
    for person, rad, aar in svar:
        con.execute("INSERT INTO svar VALUES (?, ?, ?, ?, 'SKOLE', ?, 'K')", [person, rad, aar, TID, TID])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(brev=st.lists(BREV, max_size=8), svar=st.lists(SVAR, max_size=4))
def test_the_reminder_goes_to_exactly_those_with_a_letter_and_no_answer(
    register: Any, brev: list[Any], svar: list[Any]
) -> None:
    levert = {
        person
        for person, rad, aar, mottaker, tilstand, forslag in brev
        if (rad, aar, mottaker) == (RAD, 2026, "ungdom") and tilstand in {"sendt", "levert"}
        if forslag not in {"avvist", "utløpt"}
    }
    svarte = {person for person, rad, aar in svar if rad in {RAD, PURRING} and aar == 2026}
    til = set()
    with contextlib.suppress(Angre), register.transaction("prøve") as con:
        fill(con, brev, svar)
        til = utvalg.got_letter(con, RAD, 2026) - utvalg.answered(con, [RAD, PURRING], 2026)
        raise Angre
    assert til == levert - svarte


def answered(bygd: Any, person: str) -> None:
    bygd.write("INSERT INTO svar VALUES (?, ?, 2026, ?, 'SKOLE', ?, 'K')", [[person, RAD, TID, TID]])


def test_of_those_with_a_letter_the_silent_get_the_reminder_and_the_others_do_not(bygd: Any) -> None:
    taus, svarte, dode, skjermede = (bygd.person() for _ in range(4))
    bygd.letters_sent()
    bygd.person()  # came after the letter
    answered(bygd, svarte)
    bygd.change(dode, "2026-05-20", personstatus="doed")
    bygd.change(skjermede, "2026-05-20", adressegradering_otto="fortrolig")
    forslag_id = bygd.run(PURRING, "2026-05-26T08:00").forslag_id
    til = bygd.ask("SELECT person_id FROM utsending WHERE forslag_id = ? AND mottaker = 'ungdom'", forslag_id)
    assert til == [(taus,)]
    assert {grunn for _, _, grunn in bygd.reasons(forslag_id)} == {"DOED_ELLER_UTFLYTTET", "SKJERMET"}


def test_whoever_answers_between_approval_and_dispatch_gets_no_reminder(bygd: Any) -> None:
    person = bygd.person()
    bygd.person()
    bygd.letters_sent()
    bygd.approve(bygd.run(PURRING, "2026-05-26T08:00").forslag_id)
    answered(bygd, person)
    with pytest.raises(BrukerFeil, match="ÅH-1403"):
        bygd.send(tid="2026-05-26T09:00")


def test_a_person_put_under_protection_from_a_later_day_is_protected_from_the_moment_we_know(bygd: Any) -> None:
    person = bygd.person()
    bygd.change(person, "2026-06-01", "2026-05-10T08:00", adressegradering_otto="fortrolig")
    assert bygd.run().forslag_id is None
    assert bygd.ask("SELECT grunn_kode, gjelder FROM oppgave") == [("SKJERMET", "1 personer")]


def test_protection_learned_last_counts_even_where_an_older_delivery_holds_from_a_later_day(bygd: Any) -> None:
    person = bygd.person()
    bygd.change(person, "2026-05-08", "2026-05-08T08:00", adressegradering_otto="")
    bygd.change(person, "2026-05-09", "2026-05-09T08:00", adressegradering_otto="ugradert")
    bygd.change(person, "2026-04-01", "2026-05-10T08:00", adressegradering_otto="fortrolig")
    assert bygd.run().forslag_id is None


def test_the_group_is_the_one_of_the_year_as_it_stands_on_the_day(bygd: Any) -> None:
    med = bygd.person()
    bygd.person(ikkesoker_skoleaar="20252026")
    ute = bygd.person()
    bygd.change(ute, "2026-05-01", ikkesoker_skoleaar="")
    with bygd.hjem.register.transaction("prøve") as con:
        assert utvalg.group(con, "ikkesoker", "20262027", date(2026, 5, 11)) == {med}
        assert utvalg.group(con, "ikkesoker", "20262027", date(2026, 4, 30)) == {med, ute}
        assert utvalg.group(con, "neisvarer", "20262027", date(2026, 5, 11)) == set()
