"""What answers lead to: a task for the adviser, until something later settles it; nobody who is protected is named."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.kjoring import Kjorevalg
from tasks import kodeverk
from tasks.kjoring import run
from tasks.klokke import to_utc
from tasks.svaroppfolging import KONTAKT_ONSKES, SKJERMET, TRINN, follow_up

RAD = "14-brev-ikkesokere"
DAG = "2026-05-26T08:00"


def answer(bygd: Any, person: str, kode: str, tid: str = "2026-05-12T09:00", rad: str = RAD) -> None:
    naar = to_utc(bygd.at(tid))
    bygd.write("INSERT INTO svar VALUES (?, ?, 2026, ?, ?, ?, 'K')", [[person, rad, naar, kode, naar]])


def tasks(bygd: Any, tid: str = DAG, rad: str = "16") -> list[tuple[str, str, str]]:
    """The open tasks after a run: whom about, why, whose."""
    with run(Kjorevalg(rad=rad, aar=int(tid[:4]), naa=bygd.at(tid))) as kjoring:
        follow_up(kjoring)
    apne: list[tuple[str, str, str]] = bygd.ask(
        "SELECT gjelder, grunn_kode, raadgiver FROM oppgave WHERE tilstand = 'åpen' ORDER BY ALL"
    )
    return apne


@pytest.mark.parametrize(
    ("kode", "grunn"),
    [
        ("SKOLE", None), ("LAERE", None), ("ARBEID", None),
        ("VEILEDNING", "SVAR_ONSKER_KONTAKT"), ("VETIKKE", "SVAR_UKLART"), ("ANNET", "SVAR_UKLART"),
    ],
)  # fmt: skip
def test_an_answer_gives_the_task_that_the_table_says(bygd: Any, kode: str, grunn: str | None) -> None:
    person = bygd.person()
    answer(bygd, person, kode)
    assert tasks(bygd) == ([(person, grunn, "R05")] if grunn else [])


def test_what_is_not_clarified_has_a_task_and_what_is_has_a_status_to_suggest() -> None:
    koder = {rad["kode"]: rad for rad in kodeverk.all_rows("kodeverk/utelatt")}
    statuser = {rad["kode"] for rad in kodeverk.all_rows("kodeverk/ot_status")}
    for rad in kodeverk.all_rows("kodeverk/svar"):
        assert (rad["avklart"] == "nei") == bool(rad["oppgave"])
        assert rad["avklart"] == "nei" or rad["ot_status_forslag"]
        assert rad["ot_status_forslag"] in statuser | {""}
        assert not rad["oppgave"] or koder[rad["oppgave"]]["trinn"] == TRINN
    assert {KONTAKT_ONSKES, SKJERMET} <= koder.keys()


def test_the_suggested_status_is_never_written(bygd: Any) -> None:
    person = bygd.person(ot_status="OTUK")
    for kode in ("ARBEID", "VEILEDNING"):
        answer(bygd, person, kode)
    tasks(bygd)
    assert bygd.ask("SELECT verdi FROM fakta WHERE felt = 'ot_status'") == [("OTUK",)]


def test_the_same_task_is_handed_out_once(bygd: Any) -> None:
    answer(bygd, bygd.person(), "VETIKKE")
    assert tasks(bygd) == tasks(bygd, "2026-06-02T08:00", "17")
    assert bygd.ask("SELECT count(*) FROM oppgave") == [(1,)]


@pytest.mark.parametrize(
    ("fakta", "borte"),
    [
        ({"ot_status": "OTAR"}, True),
        ({"ot_status": "OTNO"}, True),
        ({"ot_status": "OTOV"}, False),
        ({"avsluttet_dato": "2026-05-20"}, True),
        ({"kontakt_dato": "2026-05-20"}, True),
        ({"kontakt_dato": "2026-05-12"}, False),
    ],
)
def test_a_task_closes_when_something_later_settles_it(bygd: Any, fakta: dict[str, str], borte: bool) -> None:
    person = bygd.person()
    answer(bygd, person, "VEILEDNING")
    assert tasks(bygd) == [(person, "SVAR_ONSKER_KONTAKT", "R05")]
    bygd.change(person, "2026-05-20", **fakta)
    assert (tasks(bygd, "2026-06-02T08:00") == []) is borte


def test_to_have_talked_settles_a_wish_to_talk_and_not_an_unclear_answer(bygd: Any) -> None:
    person = bygd.person(kontakt_dato="2026-05-20")
    answer(bygd, person, "VETIKKE")
    assert tasks(bygd) == [(person, "SVAR_UKLART", "R05")]


def test_what_was_settled_before_the_answer_does_not_settle_it(bygd: Any) -> None:
    person = bygd.person(ot_status="OTAR", kontakt_dato="2026-05-01")
    answer(bygd, person, "VEILEDNING")
    assert tasks(bygd) == [(person, "SVAR_ONSKER_KONTAKT", "R05")]


def test_a_status_clarified_on_the_day_of_the_answer_settles_it(bygd: Any) -> None:
    person = bygd.person()
    answer(bygd, person, "VETIKKE")
    bygd.change(person, "2026-05-12", ot_status="OTLL")
    assert tasks(bygd) == []


def test_a_later_answer_takes_the_task_away_or_gives_another(bygd: Any) -> None:
    person = bygd.person()
    answer(bygd, person, "VETIKKE")
    assert tasks(bygd) == [(person, "SVAR_UKLART", "R05")]
    answer(bygd, person, "VEILEDNING", "2026-05-27T09:00", "16-purrebrev-ikkesokere")
    assert tasks(bygd, "2026-05-28T08:00") == [(person, "SVAR_ONSKER_KONTAKT", "R05")]
    answer(bygd, person, "SKOLE", "2026-05-29T09:00")
    assert tasks(bygd, "2026-06-02T08:00") == []


def test_a_task_that_nobody_has_settled_outlives_new_year(bygd: Any) -> None:
    person = bygd.person()
    answer(bygd, person, "VEILEDNING")
    assert tasks(bygd) == tasks(bygd, "2027-02-09T08:00", "02") == [(person, "SVAR_ONSKER_KONTAKT", "R05")]


def test_the_protected_are_counted_and_never_named_and_the_dead_are_let_be(bygd: Any) -> None:
    skjermede = [bygd.person(adressegradering_otto=grad) for grad in ("fortrolig", "KODE 6")]
    dod = bygd.person(personstatus="doed")
    for person in (*skjermede, dod):
        answer(bygd, person, "VEILEDNING")
    assert tasks(bygd) == [("2 personer", SKJERMET, "OTTO-ansvarlig")]


def test_one_who_becomes_protected_is_named_no_more(bygd: Any) -> None:
    person = bygd.person()
    answer(bygd, person, "VETIKKE")
    assert tasks(bygd)[0][0] == person
    bygd.change(person, "2026-06-10", "2026-05-27T08:00", adressegradering_otto="fortrolig")
    assert tasks(bygd, "2026-05-28T08:00") == [("1 personer", SKJERMET, "OTTO-ansvarlig")]


SVAR = st.tuples(
    st.sampled_from("ABC"), st.integers(0, 5), st.sampled_from(["SKOLE", "VETIKKE", "VEILEDNING", "ANNET"])
)


@given(st.lists(SVAR, max_size=8))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_tasks_are_those_a_naive_reading_of_the_last_answers_gives(bygd: Any, svar: list[Any]) -> None:
    folk = {navn: bygd.person() for navn in "ABC"}
    siste: dict[str, str] = {}
    for navn, minutt, kode in sorted(svar, key=lambda s: (s[1], s[2])):
        answer(bygd, folk[navn], kode, f"2026-05-12T09:0{minutt}")
        siste[navn] = kode
    gir = {"VETIKKE": "SVAR_UKLART", "ANNET": "SVAR_UKLART", "VEILEDNING": "SVAR_ONSKER_KONTAKT"}
    ventet = {(folk[navn], gir[kode]) for navn, kode in siste.items() if kode in gir}
    assert {(p, grunn) for p, grunn, _ in tasks(bygd) if p in folk.values()} == ventet
