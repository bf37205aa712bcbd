"""Three-way comparison: a source that repeats itself changes nothing; what both changed is decided or asked about."""

from typing import Any

import pytest

from schemas.angring import Angrevalg
from tasks.angring import undo
from tasks.register import fakta
from tests.tasks.arbeid.pliktprove import answer

FEB, JUNI, NOV = "02", "17", "28"
TIDER = {FEB: "2026-02-09T08:00", JUNI: "2026-06-01T08:00", NOV: "2026-11-02T08:00"}
VIGO, APRIL = "12", "2026-04-27T08:00"


@pytest.fixture
def en(bygd: Any) -> Any:
    """OTTO has said in February who one youth is."""
    bygd.nr = bygd.number("2007-03-14", 1)
    say(bygd, FEB)
    return bygd


def say(bygd: Any, rad: str, **felt: str) -> Any:
    """OTTO's extract of the row says this of the one youth."""
    return say_of(bygd, rad, {"fodselsnummer": bygd.nr} | felt)


def say_of(bygd: Any, rad: str, *rader: dict[str, str], tid: str = "") -> Any:
    """OTTO's extract of the row says this of several."""
    bygd.deliver("otto_uttrekk", *rader)
    return bygd.run(rad, tid or TIDER[rad])


def correct(bygd: Any, fra: str, **felt: str) -> None:
    """A person corrects facts, as a correction that was applied would."""
    bygd.change("P0000001", fra, kjoring_id=f"{fakta.RETTELSE}2026-1", **felt)


def test_a_source_that_repeats_itself_leaves_what_another_has_said_since(en: Any) -> None:
    en.deliver("vigo_ikkesokere", {"fodselsnummer": en.nr, "mobilnummer": "91234567"})
    en.run(VIGO, APRIL)
    assert say(en, JUNI).lastet == 0
    assert en.facts(en.nr, "mobilnummer") == ("91234567",)


def test_what_only_the_source_has_changed_is_taken(en: Any) -> None:
    assert say(en, JUNI, etternavn="Hansen").forskjell == {"etternavn": 1}
    assert en.facts(en.nr, "etternavn") == ("Hansen",)


def test_a_correction_stands_while_the_source_says_as_before(en: Any) -> None:
    correct(en, "2026-03-01", etternavn="Rettet")
    assert say(en, JUNI).lastet == 0
    assert en.facts(en.nr, "etternavn") == ("Rettet",)


def test_a_corrected_status_stands_while_the_source_changes_something_else(en: Any) -> None:
    correct(en, "2026-03-01", ot_status="OTAR")
    assert say(en, JUNI, etternavn="Hansen").forskjell == {"etternavn": 1}
    assert (en.facts(en.nr, "ot_status"), open_questions(en)) == (("OTAR",), [])


def test_the_same_status_from_an_earlier_day_holds_from_that_day(en: Any) -> None:
    say(en, JUNI, ot_status_dato="01.08.2025")
    assert en.facts(en.nr, "ot_status", dato="2025-08-15") == ("OTUK",)
    assert en.ask("SELECT gyldig_fra::VARCHAR FROM fakta WHERE felt = 'ot_status' AND kjoring_id = '2026-17-1'") == [
        ("2025-08-01",)
    ]


def test_when_both_have_changed_a_status_ours_stands_and_the_adviser_is_asked_until_they_agree(en: Any) -> None:
    correct(en, "2026-03-01", ot_status="OTAR")
    spurt = say(en, JUNI, ot_status="OTOV", ot_status_dato="01.04.2026")
    assert en.facts(en.nr, "ot_status") == ("OTAR",)
    assert any("til noe forskjellig" in tekst for tekst in spurt.merknader)
    assert open_questions(en) == [("P0000001", "UENIG_MED_OTTO", "R05")]
    say(en, NOV, ot_status="OTAR", ot_status_dato="01.03.2026")
    assert (open_questions(en), en.facts(en.nr, "ot_status")) == ([], ("OTAR",))
    assert en.ask("SELECT count(*) FROM uenighet WHERE lukket_kjoring_id IS NULL") == [(0,)]


def answered(bygd: Any, dag: str, **felt: str) -> None:
    """Her adviser has answered a task on the worklist, and the answer has been used."""
    answer(bygd, "P0000001", "G", "GJENNOMGATT", dag, kjoring_id="2026-04-2")
    bygd.change("P0000001", dag, kjoring_id="2026-04-2", **felt)


@pytest.mark.parametrize(
    ("fra", "i_mars", "til_slutt", "sporsmal"),
    [
        ("01.03.2026", "OTMI", "OTAR", 0),
        ("10.03.2026", "OTUK", "OTAR", 1),
        ("01.04.2026", "OTUK", "OTMI", 0),
    ],
)
def test_a_status_of_another_day_than_the_advisers_answer_is_taken_and_of_the_same_day_asked_about(
    en: Any, fra: str, i_mars: str, til_slutt: str, sporsmal: int
) -> None:
    answered(en, "2026-03-10", ot_status="OTAR")
    say(en, JUNI, ot_status="OTMI", ot_status_dato=fra)
    assert (en.facts(en.nr, "ot_status", dato="2026-03-05"), en.facts(en.nr, "ot_status")) == ((i_mars,), (til_slutt,))
    assert len(open_questions(en)) == sporsmal


def test_a_correction_of_one_whose_adviser_has_answered_something_else_is_asked_about_all_the_same(en: Any) -> None:
    answered(en, "2026-03-10", kontakt_dato="2026-03-10")
    correct(en, "2026-03-20", ot_status="OTAR")
    say(en, JUNI, ot_status="OTMI", ot_status_dato="01.04.2026")
    assert (en.facts(en.nr, "ot_status"), len(open_questions(en))) == (("OTAR",), 1)


def open_questions(bygd: Any) -> list[tuple[str, str, str]]:
    return bygd.ask(
        "SELECT gjelder, grunn_kode, raadgiver FROM oppgave WHERE tilstand = 'åpen' AND grunn_kode = 'UENIG_MED_OTTO'"
    )


def test_a_question_stays_open_while_they_still_differ(en: Any) -> None:
    correct(en, "2026-03-01", ot_status="OTAR")
    say(en, JUNI, ot_status="OTOV", ot_status_dato="01.04.2026")
    say(en, NOV, ot_status="OTOV", ot_status_dato="01.04.2026")
    assert len(open_questions(en)) == 1


def both_corrected(en: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Another youth beside the first, and a person has corrected the status of both."""
    forste, annen = {"fodselsnummer": en.nr}, {"fodselsnummer": en.number("2007-03-14", 2)}
    say_of(en, FEB, forste, annen, tid="2026-02-10T08:00")
    for person in ("P0000001", "P0000002"):
        en.change(person, "2026-03-01", kjoring_id=f"{fakta.RETTELSE}2026-1", ot_status="OTAR")
    return forste, annen


UENIG = {"ot_status": "OTOV", "ot_status_dato": "01.04.2026"}


def test_one_more_to_ask_about_is_asked_about_beside_the_first(en: Any) -> None:
    forste, annen = both_corrected(en)
    say_of(en, JUNI, forste | UENIG, annen)
    say_of(en, NOV, forste | UENIG, annen | UENIG)
    assert [gjelder for gjelder, *_ in sorted(open_questions(en))] == ["P0000001", "P0000002"]


def test_of_two_who_are_asked_about_only_the_one_they_agree_on_is_closed(en: Any) -> None:
    forste, annen = both_corrected(en)
    say_of(en, JUNI, forste | UENIG, annen | UENIG)
    say_of(en, NOV, forste | UENIG | {"ot_status": "OTAR"}, annen | UENIG)
    assert [gjelder for gjelder, *_ in open_questions(en)] == ["P0000002"]
    assert en.ask("SELECT person_id FROM uenighet WHERE lukket_kjoring_id IS NULL") == [("P0000002",)]


@pytest.mark.parametrize(
    ("vaart", "deres", "blir"),
    [
        ({"kontakt_dato": "2026-03-10"}, {"kontakt_dato": "05.03.2026"}, "2026-03-10"),
        ({"kontakt_dato": "2026-03-10"}, {"kontakt_dato": "12.05.2026"}, "2026-05-12"),
        ({"adresselinje1": "Vår vei 1"}, {"adresselinje1": "Deres vei 2"}, "Vår vei 1"),
        ({"mobilnummer": "91234567"}, {"mobilnummer": "98765432"}, "98765432"),
    ],
)
def test_the_rule_of_the_field_decides_when_both_have_changed_it(
    en: Any, vaart: dict[str, str], deres: dict[str, str], blir: str
) -> None:
    correct(en, "2026-03-01", **vaart)
    say(en, JUNI, **deres)
    assert en.facts(en.nr, *vaart) == (blir,)


def say_without(bygd: Any, rad: str, overskrift: str) -> None:
    """OTTO's extract of the row lacks a column."""
    sti = bygd.hjem.innboks / "otto_uttrekk.csv"
    bygd.deliver("otto_uttrekk", {"fodselsnummer": bygd.nr})
    rader = [linje.split(";") for linje in sti.read_text("utf-8").splitlines()]
    uten = rader[0].index(overskrift)
    sti.write_text("\n".join(";".join(felt[:uten] + felt[uten + 1 :]) for felt in rader), "utf-8")
    bygd.run(rad, TIDER[rad])


def test_a_column_that_is_not_in_the_file_says_nothing(en: Any) -> None:
    say(en, JUNI, mobilnummer="91234567")
    say_without(en, NOV, "Mobilnr")
    assert en.facts(en.nr, "mobilnummer") == ("91234567",)


def test_what_was_said_before_a_silence_is_still_what_the_source_repeats(en: Any) -> None:
    en.run(FEB, "2026-02-09T09:00")
    say(en, FEB, mobilnummer="91234567")
    say_without(en, JUNI, "Mobilnr")
    en.deliver("vigo_ot_linjer", {"fodselsnummer": en.nr, "mobilnummer": "98765432", "ajourholdskode": "V"})
    en.run("24", "2026-09-14T08:00")
    say(en, NOV, mobilnummer="91234567")
    assert en.facts(en.nr, "mobilnummer") == ("98765432",)


def test_a_grade_that_is_not_in_the_file_closes(en: Any) -> None:
    say_without(en, JUNI, "Adressegradering")
    assert en.facts(en.nr, "adressegradering_otto") == ("mangler",)


def test_when_otto_speaks_of_one_for_the_first_time_the_address_is_vigo_s_and_the_rest_is_otto_s(bygd: Any) -> None:
    nummer = bygd.number("2007-03-14", 1)
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": nummer})
    bygd.run(VIGO, APRIL)
    flyttet = {"adresselinje1": "Gammel gate 1", "postnummer": "3110", "poststed": "GAMMELBY", "kommunenummer": "3907"}
    say_of(bygd, JUNI, {"fodselsnummer": nummer, "etternavn": "Hansen"} | flyttet)
    assert bygd.facts(nummer, "adresselinje1", "postnummer", "poststed") == ("Storgata 1", "3116", "TØNSBERG")
    assert bygd.facts(nummer, "kommunenummer", "etternavn") == ("3907", "Hansen")


def test_a_correction_stands_when_another_source_speaks_of_the_youth_for_the_first_time(en: Any) -> None:
    correct(en, "2026-03-01", etternavn="Rettet")
    en.deliver("vigo_ikkesokere", {"fodselsnummer": en.nr})
    en.run(VIGO, APRIL)
    assert en.facts(en.nr, "etternavn") == ("Rettet",)


def test_an_earlier_delivery_corrected_and_run_again_changes_its_own_time_only(bygd: Any) -> None:
    bygd.nr = bygd.number("2007-03-14", 1)
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": bygd.nr})
    bygd.run("08", "2026-03-16T08:00")
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": bygd.nr})
    bygd.run(VIGO, APRIL)
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": bygd.nr, "etternavn": "Rettet"})
    assert bygd.run("08", "2026-05-02T08:00").lastet == 1
    assert bygd.facts(bygd.nr, "etternavn", dato="2026-04-01") == ("Rettet",)
    assert bygd.facts(bygd.nr, "etternavn") == ("Nordmann",)
    assert bygd.run(VIGO, "2026-05-03T08:00").lastet == 0


def test_after_an_earlier_delivery_the_later_one_holds_where_it_only_confirmed_and_where_it_changed(bygd: Any) -> None:
    """The first youth's name is as before in the later list, the second's is new, the third is no longer in it."""
    numre = [bygd.number("2007-03-14", nummer) for nummer in (1, 2, 3)]
    bygd.deliver("vigo_ikkesokere", *({"fodselsnummer": nr} for nr in numre))
    bygd.run("08", "2026-03-16T08:00")
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": numre[0]}, {"fodselsnummer": numre[1], "etternavn": "Hansen"})
    bygd.run(VIGO, APRIL)
    bygd.deliver("vigo_ikkesokere", *({"fodselsnummer": nr, "etternavn": "Rettet"} for nr in numre))
    bygd.run("08", "2026-05-02T08:00")
    navn = [[bygd.facts(nr, "etternavn", dato=dag)[0] for nr in numre] for dag in ("2026-04-01", "2026-12-31")]
    assert navn == [["Rettet", "Rettet", "Rettet"], ["Nordmann", "Hansen", "Rettet"]]
    assert bygd.run(VIGO, "2026-05-03T08:00").lastet == 0


def test_a_status_that_otto_dates_back_holds_from_then_and_is_no_disagreement_with_otto_itself(en: Any) -> None:
    say(en, JUNI, ot_status="OTOV", ot_status_dato="01.05.2026", kontakt_dato="01.05.2026")
    say(en, NOV, ot_status="OTAR", ot_status_dato="01.04.2026", kontakt_dato="01.05.2026")
    assert en.ask("SELECT count(*) FROM uenighet") == [(0,)]
    for dato in ("2026-04-15", "2026-05-15", "2026-12-31"):
        assert en.facts(en.nr, "ot_status", dato=dato) == ("OTAR",)


def test_of_what_otto_dates_back_each_day_is_said_once_and_another_s_answer_that_day_is_another_s(en: Any) -> None:
    annen = en.number("2007-03-14", 2)
    say_of(en, FEB, {"fodselsnummer": en.nr}, {"fodselsnummer": annen}, tid="2026-02-10T08:00")
    answer(en, "P0000002", "G", "GJENNOMGATT", "2026-05-01", kjoring_id="2026-04-2")
    en.change("P0000002", "2026-05-01", kjoring_id="2026-04-2", ot_status="OTMI")
    en.change("P0000002", "2026-05-10", ot_status="OTOV")
    for rad, status, fra in ((JUNI, "OTOV", "01.05.2026"), (NOV, "OTAR", "01.04.2026")):
        sagt = {"ot_status": status, "ot_status_dato": fra, "kontakt_dato": "01.05.2026"}
        say_of(en, rad, {"fodselsnummer": en.nr} | sagt, {"fodselsnummer": annen})
    assert en.ask(
        "SELECT gyldig_fra::VARCHAR, verdi FROM fakta WHERE felt = 'ot_status' AND kjoring_id = '2026-28-1' ORDER BY 1"
    ) == [("2026-04-01", "OTAR"), ("2026-05-01", "OTAR")]


def test_a_question_about_several_days_and_said_again_otherwise_is_one_question(en: Any) -> None:
    correct(en, "2026-03-01", ot_status="OTAR")
    correct(en, "2026-04-15", ot_status="OTMI")
    say(en, JUNI, ot_status="OTOV", ot_status_dato="01.04.2026")
    say(en, NOV, ot_status="OTOV", ot_status_dato="05.04.2026")
    assert en.ask("SELECT person_id, felt, lukket_kjoring_id FROM uenighet") == [("P0000001", "ot_status", None)]


@pytest.mark.parametrize("tid", [APRIL, TIDER[JUNI]])
def test_a_status_that_otto_has_from_before_we_began_holds_over_the_one_we_began_with(bygd: Any, tid: str) -> None:
    nummer = bygd.number("2007-03-14", 1)
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": nummer})
    bygd.run(VIGO, APRIL)
    sagt = {"ot_status": "OTOV", "ot_status_dato": "20.04.2026", "kontakt_dato": "20.04.2026"}
    say_of(bygd, JUNI, {"fodselsnummer": nummer} | sagt, tid=tid)
    assert bygd.facts(nummer, "ot_status") == ("OTOV",)


def test_what_advisers_record_in_otto_becomes_facts(en: Any) -> None:
    say(
        en, JUNI, kontakt_dato="05.05.2026", oppfolgingsplan_dato="06.05.2026", tiltak="praksis",
        tiltak_fra_dato="11.05.2026", tiltak_til_dato="", samtykke_dato="07.05.2026",
    )  # fmt: skip
    felter = ("kontakt_dato", "oppfolgingsplan_dato", "tiltak", "tiltak_fra_dato", "tiltak_til_dato", "samtykke_dato")
    assert en.facts(en.nr, *felter) == ("2026-05-05", "2026-05-06", "praksis", "2026-05-11", "", "2026-05-07")
    say(en, NOV, samtykke_dato="07.05.2026", samtykke_trukket_dato="01.09.2026")
    assert en.facts(en.nr, "samtykke_trukket_dato") == ("2026-09-01",)


def test_each_youth_and_each_field_has_a_question_of_its_own_and_a_load_taken_back_closes_what_it_asked(
    en: Any,
) -> None:
    annen = en.number("2007-03-14", 2)
    en.deliver("otto_uttrekk", {"fodselsnummer": en.nr}, {"fodselsnummer": annen})
    en.run(FEB, "2026-02-10T08:00")
    correct(en, "2026-03-01", ot_status="OTAR", tilmeldt_dato="2025-10-01")
    en.change("P0000002", "2026-03-01", kjoring_id=f"{fakta.RETTELSE}2026-2", ot_status="OTAR")
    ulik = {"ot_status": "OTOV", "ot_status_dato": "01.04.2026"}
    en.deliver("otto_uttrekk", {"fodselsnummer": en.nr} | ulik, {"fodselsnummer": annen})
    en.run(JUNI, TIDER[JUNI])
    en.deliver(
        "otto_uttrekk", {"fodselsnummer": en.nr, "tilmeldt_dato": "01.11.2025"} | ulik, {"fodselsnummer": annen} | ulik
    )
    en.run(NOV, TIDER[NOV])
    sporsmal = "SELECT person_id, felt, kjoring_id, lukket_kjoring_id FROM uenighet ORDER BY ALL"
    forste = [("P0000001", "ot_status", "2026-17-1", None)]
    assert en.ask(sporsmal) == [
        *forste, ("P0000001", "tilmeldt_dato", "2026-28-1", None), ("P0000002", "ot_status", "2026-28-1", None),
    ]  # fmt: skip
    svar = undo(Angrevalg(kjoring_id="2026-28-1", av="Kari", grunn="feil fil", naa=en.at("2026-11-03T08:00")))
    assert svar.kjoring_id == "2026-28-2"
    assert [rad for rad in en.ask(sporsmal) if rad[3] is None] == forste
    assert {rad[3] for rad in en.ask(sporsmal)} == {None, "2026-28-2"}
