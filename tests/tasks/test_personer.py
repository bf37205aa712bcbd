"""Who a row is about: one who changes number stays the same person, and two who turn out to be one get one history."""

from typing import Any

import pandas as pd
import pytest

from schemas.angring import Angrevalg
from tasks.angring import undo
from tasks.visninger import show

MARS, APRIL, MAI = "2026-03-16T08:00", "2026-04-27T08:00", "2026-05-04T08:00"


@pytest.fixture
def par(bygd: Any) -> Any:
    """Two numbers of one youth."""
    bygd.gammelt, bygd.nytt = bygd.number("2007-03-14", 1), bygd.number("2007-03-14", 2)
    return bygd


def load(bygd: Any, rad: str, tid: str, *rader: dict[str, str]) -> Any:
    bygd.deliver("vigo_ikkesokere", *rader)
    return bygd.run(rad, tid)


def youth(bygd: Any, kjent: str | None = None) -> pd.DataFrame:
    tid = bygd.at(kjent) if kjent else None
    return show(bygd.fresh(), "ungdom", pd.Timestamp("2026-12-31").date(), tid, persondata_for="prøve")


def test_one_who_changes_number_stays_the_same_person(par: Any) -> None:
    load(par, "08", MARS, {"fodselsnummer": par.gammelt})
    svar = load(par, "12", APRIL, {"fodselsnummer": par.nytt, "tidligere_fodselsnummer": par.gammelt})
    assert (svar.lastet, svar.nye, svar.borte) == (1, 0, 0)
    assert youth(par)[["person_id", "fodselsnummer"]].to_numpy().tolist() == [["P0000001", par.nytt]]
    assert par.facts(par.gammelt, "fodselsnummer") == (par.nytt,)


def joined(par: Any) -> Any:
    """Both numbers were known as two, each with something of its own; then Vigo says that they are one."""
    load(par, "08", MARS, {"fodselsnummer": par.gammelt, "mobilnummer": "91234567"}, {"fodselsnummer": par.nytt})
    par.change("P0000002", "2026-04-01", kontakt_dato="2026-04-01")
    return load(par, "12", APRIL, {"fodselsnummer": par.nytt, "tidligere_fodselsnummer": par.gammelt})


def test_two_who_are_one_get_one_history(par: Any) -> None:
    svar = joined(par)
    assert list(youth(par)["person_id"]) == ["P0000001"]
    assert par.facts(par.gammelt, "fodselsnummer", "kontakt_dato") == (par.nytt, "2026-04-01")
    assert any("nytt fødselsnummer" in tekst for tekst in svar.merknader)


def test_before_we_knew_it_they_are_still_shown_as_two(par: Any) -> None:
    joined(par)
    assert list(youth(par, "2026-04-26T08:00")["person_id"]) == ["P0000001", "P0000002"]


def test_a_second_run_joins_nobody_again(par: Any) -> None:
    joined(par)
    assert par.run("12", MAI).lastet == 0
    assert par.ask("SELECT count(*) FROM sammenslaing") == [(1,)]


def test_undoing_the_load_makes_them_two_again(par: Any) -> None:
    joined(par)
    undo(Angrevalg(kjoring_id="2026-12-1", av="Kari", grunn="feil", naa=par.at(MAI)))
    assert list(youth(par)["fodselsnummer"]) == [par.gammelt, par.nytt]


def test_after_the_undo_each_of_the_two_is_found_by_her_own_number(par: Any) -> None:
    joined(par)
    undo(Angrevalg(kjoring_id="2026-12-1", av="Kari", grunn="feil", naa=par.at(MAI)))
    adresser = {par.gammelt: "Storgata 2", par.nytt: "Hemmelig vei 3"}
    load(par, "12", "2026-05-05T08:00", *({"fodselsnummer": n, "adresselinje1": a} for n, a in adresser.items()))
    assert {n: par.facts(n, "adresselinje1", "fodselsnummer") for n in adresser} == {
        n: (a, n) for n, a in adresser.items()
    }
    assert list(youth(par)["person_id"]) == ["P0000001", "P0000002"]


def test_a_number_given_to_the_wrong_one_is_somebody_elses_when_that_is_taken_back(par: Any) -> None:
    load(par, "08", MARS, {"fodselsnummer": par.gammelt})
    load(par, "12", APRIL, {"fodselsnummer": par.nytt, "tidligere_fodselsnummer": par.gammelt})
    undo(Angrevalg(kjoring_id="2026-12-1", av="Kari", grunn="feil", naa=par.at(MAI)))
    load(
        par, "12", "2026-05-05T08:00",
        {"fodselsnummer": par.gammelt, "adresselinje1": "Storgata 2"},
        {"fodselsnummer": par.nytt, "adresselinje1": "Hemmelig vei 3"},
    )  # fmt: skip
    assert list(youth(par)["person_id"]) == ["P0000001", "P0000002"]
    assert par.facts(par.gammelt, "adresselinje1", "fodselsnummer") == ("Storgata 2", par.gammelt)
    assert par.facts(par.nytt, "adresselinje1", "fodselsnummer") == ("Hemmelig vei 3", par.nytt)


def test_undoing_a_later_load_gives_back_what_held_under_either_number(par: Any) -> None:
    joined(par)
    par.deliver("otto_uttrekk", {"fodselsnummer": par.nytt, "kontakt_dato": "20.05.2026"})
    par.run("17", "2026-06-01T08:00")
    undo(Angrevalg(kjoring_id="2026-17-1", av="Kari", grunn="feil", naa=par.at("2026-06-02T08:00")))
    assert par.facts(par.nytt, "kontakt_dato") == ("2026-04-01",)


def test_what_a_source_said_under_one_number_is_what_it_repeats_under_the_other(par: Any) -> None:
    def otto(rad: str, tid: str) -> Any:
        par.deliver("otto_uttrekk", {"fodselsnummer": par.nytt, "mobilnummer": "91234567"})
        return par.run(rad, tid)

    par.person(fodselsnummer=par.gammelt)
    otto("02", "2026-02-09T08:00")
    load(
        par, "12", APRIL,
        {"fodselsnummer": par.nytt, "tidligere_fodselsnummer": par.gammelt, "mobilnummer": "98765432"},
    )  # fmt: skip
    assert otto("17", "2026-06-01T08:00").lastet == 0
    assert par.facts(par.nytt, "mobilnummer") == ("98765432",)
    assert par.ask("SELECT person_id FROM sagt_otto_uttrekk WHERE til_kjoring_id IS NULL") == [("P0000001",)]


def test_who_got_a_letter_under_one_number_gets_none_under_the_other(par: Any, hurtig: None) -> None:
    par.deliver("otto_uttrekk", {"fodselsnummer": par.gammelt})
    par.run("02", "2026-02-09T08:00")
    load(par, "12", APRIL, {"fodselsnummer": par.nytt})
    par.letters_sent()
    assert par.ask("SELECT DISTINCT person_id FROM utsending WHERE person_id <> ''") == [("P0000002",)]
    load(par, "12", "2026-05-12T08:00", {"fodselsnummer": par.nytt, "tidligere_fodselsnummer": par.gammelt})
    assert par.run("14", "2026-05-13T08:00").foreslaatt == 0


def test_a_fictitious_number_is_loaded_and_becomes_a_task_until_the_real_one_comes(par: Any) -> None:
    fiktivt = par.gammelt[:6] + "00011"
    load(par, "08", MARS, {"fodselsnummer": fiktivt})
    oppgaver = "SELECT gjelder, raadgiver FROM oppgave WHERE grunn_kode = 'FIKTIVT_NUMMER' AND tilstand = 'åpen'"
    assert par.ask(oppgaver) == [("P0000001", "R06")]
    load(par, "12", APRIL, {"fodselsnummer": par.nytt, "tidligere_fodselsnummer": fiktivt})
    assert par.ask(oppgaver) == []


def test_the_task_about_a_fictitious_number_goes_to_the_adviser_she_has_now(par: Any) -> None:
    load(par, "08", MARS, {"fodselsnummer": par.gammelt[:6] + "00011"})
    par.change("P0000001", "2026-04-01", raadgiver="R09")
    load(par, "12", APRIL, {"fodselsnummer": par.gammelt[:6] + "00011"}, {"fodselsnummer": par.nytt})
    assert par.ask("SELECT raadgiver, tilstand FROM oppgave WHERE grunn_kode = 'FIKTIVT_NUMMER' ORDER BY ALL") == [
        ("R06", "lukket"), ("R09", "åpen"),
    ]  # fmt: skip


def test_a_task_about_a_fictitious_number_stands_when_others_are_loaded_and_is_told_again(par: Any) -> None:
    load(par, "08", MARS, {"fodselsnummer": par.gammelt[:6] + "00011", "raadgiver": ""})
    par.deliver("otto_uttrekk", {"fodselsnummer": par.nytt})
    svar = par.run("17", "2026-06-01T08:00")
    assert par.ask("SELECT gjelder, tilstand FROM oppgave WHERE grunn_kode = 'FIKTIVT_NUMMER'") == [
        ("P0000001", "åpen")
    ]
    assert sum("fiktiv" in tekst or "laget av Vigo" in tekst for tekst in svar.merknader) == 1


@pytest.mark.parametrize("linjer", [((2, 1), (1, 0)), ((1, 2), (2, 0)), ((2, 0), (1, 0))])
def test_three_who_turn_out_to_be_one_in_the_same_run_are_three_again_when_it_is_undone(
    par: Any, linjer: tuple[tuple[int, int], ...]
) -> None:
    """Each line says of a number that it was another before; the numbers are in the order of the people."""
    numre = sorted([par.gammelt, par.nytt, par.number("2007-03-14", 3)])
    load(par, "08", MARS, *({"fodselsnummer": nr} for nr in numre))
    tre = [par.facts(nr, "fodselsnummer") for nr in numre]
    load(
        par, "12", APRIL,
        *({"fodselsnummer": numre[nytt], "tidligere_fodselsnummer": numre[gammelt]} for nytt, gammelt in linjer),
    )  # fmt: skip
    assert list(youth(par)["person_id"]) == ["P0000001"]
    undo(Angrevalg(kjoring_id="2026-12-1", av="Kari", grunn="feil", naa=par.at(MAI)))
    assert [par.facts(nr, "fodselsnummer") for nr in numre] == tre


def test_one_whose_number_changed_twice_in_the_same_file_is_one_person(par: Any) -> None:
    """Of the new numbers only their own lines tell, the last one's first."""
    tredje = par.number("2007-03-14", 3)
    load(par, "08", MARS, {"fodselsnummer": par.gammelt})
    svar = load(
        par, "12", APRIL,
        {"fodselsnummer": tredje, "tidligere_fodselsnummer": par.nytt},
        {"fodselsnummer": par.nytt, "tidligere_fodselsnummer": par.gammelt},
    )  # fmt: skip
    assert list(youth(par)["person_id"]) == ["P0000001"]
    assert [tekst[:2] for tekst in svar.merknader if "nytt fødselsnummer" in tekst] == ["2 "]


@pytest.mark.parametrize("forst", ["gammelt", "nytt"])
@pytest.mark.parametrize("kjent", [True, False])
def test_of_two_lines_about_one_youth_the_one_with_the_new_number_counts(par: Any, forst: str, *, kjent: bool) -> None:
    if kjent:
        load(par, "08", MARS, {"fodselsnummer": par.gammelt})
    linjer = [
        {"fodselsnummer": par.gammelt, "adresselinje1": "Storgata 2"},
        {"fodselsnummer": par.nytt, "tidligere_fodselsnummer": par.gammelt, "adresselinje1": "Hemmelig vei 3"},
    ]
    if forst == "nytt":
        linjer.reverse()
    svar = load(par, "12", APRIL, *linjer)
    assert (svar.inn, svar.lastet, svar.uendret, svar.karantene) == (2, 1, 1, 0)
    assert (svar.nye, list(youth(par)["person_id"])) == (int(not kjent), ["P0000001"])
    for nummer in (par.gammelt, par.nytt):
        assert par.facts(nummer, "fodselsnummer", "adresselinje1") == (par.nytt, "Hemmelig vei 3")
    assert load(par, "12", MAI, *linjer).lastet == 0
    assert par.ask("SELECT count(*) FROM sagt_vigo_ikkesokere WHERE til_kjoring_id IS NULL") == [(1,)]


def test_an_old_number_in_another_file_of_the_delivery_is_hers_too(par: Any) -> None:
    par.deliver("vigo_ikkesokere", {"fodselsnummer": par.gammelt}, navn="1")
    par.deliver("vigo_ikkesokere", {"fodselsnummer": par.nytt, "tidligere_fodselsnummer": par.gammelt}, navn="2")
    assert par.run("08", MARS).nye == 1
    assert par.facts(par.gammelt, "fodselsnummer") == par.facts(par.nytt, "fodselsnummer") == (par.nytt,)


def test_a_line_that_counts_no_more_still_closes(par: Any) -> None:
    load(
        par, "08", MARS,
        {"fodselsnummer": par.gammelt, "adressegradering": "strengt fortrolig", "adresselinje1": "Hemmelig vei 3"},
        {"fodselsnummer": par.nytt, "tidligere_fodselsnummer": par.gammelt},
    )  # fmt: skip
    assert par.facts(par.nytt, "adressegradering_vigo", "adresselinje1") == ("strengt fortrolig", "Storgata 1")


@pytest.mark.parametrize("skjermet", [0, 1])
def test_of_two_new_numbers_for_one_youth_one_counts_and_both_close(par: Any, skjermet: int) -> None:
    load(par, "08", MARS, {"fodselsnummer": par.gammelt})
    begge = [
        {"fodselsnummer": nummer, "tidligere_fodselsnummer": par.gammelt}
        for nummer in (par.nytt, par.number("2007-03-14", 3))
    ]
    begge[skjermet]["adressegradering"] = "fortrolig"
    assert load(par, "12", APRIL, *begge).lastet == 1
    assert list(youth(par)["person_id"]) == ["P0000001"]
    assert par.facts(par.gammelt, "adressegradering_vigo") == ("fortrolig",)


def test_a_line_set_aside_with_the_new_number_of_one_we_know_closes(par: Any) -> None:
    load(par, "08", MARS, {"fodselsnummer": par.gammelt})
    ny = {"fodselsnummer": par.nytt, "tidligere_fodselsnummer": par.gammelt, "mobilnummer": "12"}
    svar = load(par, "12", APRIL, ny | {"adressegradering": "fortrolig"})
    assert (svar.lastet, svar.karantene, svar.borte) == (0, 1, 0)
    assert par.facts(par.gammelt, "adressegradering_vigo", "fodselsnummer") == ("fortrolig", par.gammelt)


def test_two_numbers_that_say_they_were_each_other_are_one_youth(par: Any) -> None:
    linjer = [
        {"fodselsnummer": en, "tidligere_fodselsnummer": annen}
        for en, annen in ((par.nytt, par.gammelt), (par.gammelt, par.nytt))
    ]
    assert load(par, "08", MARS, *linjer).nye == 1
    assert list(youth(par)["person_id"]) == ["P0000001"]


def test_three_who_are_one_are_parted_only_as_far_as_the_run_that_is_undone(par: Any) -> None:
    tredje = par.number("2007-03-14", 3)
    load(par, "08", MARS, *({"fodselsnummer": nr} for nr in (par.gammelt, par.nytt, tredje)))
    load(
        par, "12", APRIL, {"fodselsnummer": par.gammelt}, {"fodselsnummer": tredje, "tidligere_fodselsnummer": par.nytt}
    )
    assert list(youth(par)["person_id"]) == ["P0000001", "P0000002"]
    load(par, "12", MAI, {"fodselsnummer": par.nytt, "tidligere_fodselsnummer": par.gammelt})
    assert list(youth(par)["person_id"]) == ["P0000001"]
    assert {par.facts(nr, "fodselsdato") for nr in (par.gammelt, par.nytt, tredje)} == {("2007-03-14",)}
    undo(Angrevalg(kjoring_id="2026-12-2", av="Kari", grunn="feil", naa=par.at("2026-05-05T08:00")))
    assert list(youth(par)["person_id"]) == ["P0000001", "P0000002"]
    assert par.ask(
        "SELECT DISTINCT person_id FROM samme_person(TIMESTAMP '9999-01-01') WHERE er_person_id = 'P0000002'"
    ) == [("P0000003",)]


HEMMELIG = {"adressegradering": "strengt fortrolig"}


def otto(bygd: Any, rad: str, tid: str, **felt: str) -> Any:
    bygd.deliver("otto_uttrekk", felt)
    return bygd.run(rad, tid)


def changed(par: Any) -> dict[str, str]:
    return {"fodselsnummer": par.nytt, "tidligere_fodselsnummer": par.gammelt}


def one_with_the_new_number(par: Any) -> bool:
    return bool(youth(par)[["person_id", "fodselsnummer"]].to_numpy().tolist() == [["P0000001", par.nytt]])


JUNI, SENERE = "2026-06-01T08:00", "2026-06-02T08:00"


def test_a_source_that_has_not_heard_of_the_new_number_does_not_bring_the_old_one_back(par: Any) -> None:
    load(par, "08", MARS, {"fodselsnummer": par.gammelt})
    load(par, "12", APRIL, changed(par))
    otto(par, "17", JUNI, fodselsnummer=par.gammelt, **HEMMELIG)
    assert one_with_the_new_number(par)
    assert par.facts(par.nytt, "adressegradering_otto") == ("strengt fortrolig",)
    assert otto(par, "28", "2026-11-02T08:00", fodselsnummer=par.nytt, **HEMMELIG).nye == 0
    assert one_with_the_new_number(par)


def test_the_birth_date_in_an_old_number_does_not_come_back_either(par: Any) -> None:
    par.gammelt = par.number("2006-03-14", 1)
    load(par, "08", MARS, {"fodselsnummer": par.gammelt})
    load(par, "12", APRIL, changed(par))
    otto(par, "17", JUNI, fodselsnummer=par.gammelt, mobilnummer="91234567")
    assert par.facts(par.nytt, "fodselsdato", "mobilnummer") == ("2007-03-14", "91234567")


def test_whoever_said_that_the_number_is_new_can_say_that_the_old_one_is_hers_after_all(par: Any) -> None:
    load(par, "08", MARS, {"fodselsnummer": par.gammelt})
    load(par, "12", APRIL, changed(par))
    load(par, "12", MAI, {"fodselsnummer": par.gammelt})
    assert youth(par)["fodselsnummer"].tolist() == [par.gammelt]


@pytest.mark.parametrize("kjent", [False, True])
def test_an_old_number_that_no_line_has_is_hers_when_another_source_still_uses_it(par: Any, *, kjent: bool) -> None:
    if kjent:
        load(par, "08", MARS, {"fodselsnummer": par.nytt})
    load(par, "12", APRIL, changed(par))
    assert otto(par, "17", JUNI, fodselsnummer=par.gammelt, **HEMMELIG).nye == 0
    assert one_with_the_new_number(par)
    assert par.facts(par.gammelt, "adressegradering_otto") == ("strengt fortrolig",)


def test_a_number_that_a_person_has_corrected_stands_when_an_old_one_is_told_of(par: Any) -> None:
    tredje = par.number("2007-03-14", 3)
    load(par, "08", MARS, {"fodselsnummer": par.nytt})
    par.change("P0000001", "2026-04-01", kjoring_id="R2026-1", fodselsnummer=tredje)
    load(par, "12", APRIL, changed(par))
    assert youth(par)["fodselsnummer"].tolist() == [tredje]


@pytest.mark.parametrize("fra", [MARS, JUNI])
def test_of_two_who_are_one_the_new_number_stands_whichever_was_heard_of_last(par: Any, fra: str) -> None:
    if fra == MARS:
        otto(par, "02", "2026-02-09T08:00", fodselsnummer=par.gammelt, **HEMMELIG)
    load(par, "12", APRIL, {"fodselsnummer": par.nytt})
    if fra == JUNI:
        otto(par, "17", JUNI, fodselsnummer=par.gammelt, **HEMMELIG)
    load(par, "12", SENERE, changed(par))
    assert one_with_the_new_number(par)
    assert par.facts(par.gammelt, "adressegradering_otto") == ("strengt fortrolig",)


def test_one_who_is_known_by_the_new_number_is_not_new_by_the_old_one(par: Any) -> None:
    load(par, "08", MARS, {"fodselsnummer": par.nytt})
    assert load(par, "12", APRIL, {"fodselsnummer": par.gammelt}, changed(par)).nye == 0
    assert one_with_the_new_number(par)


def test_two_who_both_had_the_same_unheard_number_are_one(par: Any) -> None:
    tredje = {"fodselsnummer": par.number("2007-03-14", 3), "tidligere_fodselsnummer": par.gammelt}
    assert load(par, "08", MARS, changed(par), tredje).nye == 1
    assert one_with_the_new_number(par)


def test_an_old_number_in_a_later_file_of_the_delivery_is_hers_too(par: Any) -> None:
    par.deliver("vigo_ikkesokere", changed(par), navn="1")
    par.deliver("vigo_ikkesokere", {"fodselsnummer": par.gammelt}, navn="2")
    assert par.run("08", MARS).nye == 1
    assert one_with_the_new_number(par)


@pytest.mark.parametrize("nytt", [False, True])
def test_a_load_that_told_of_an_old_number_is_taken_back_and_loaded_again(par: Any, *, nytt: bool) -> None:
    if nytt:
        otto(par, "02", "2026-02-09T08:00", fodselsnummer=par.nytt)
    else:
        otto(par, "02", "2026-02-09T08:00", fodselsnummer=par.gammelt)
    for_ = youth(par)
    load(par, "12", APRIL, changed(par))
    undo(Angrevalg(kjoring_id="2026-12-1", av="Kari", grunn="feil", naa=par.at(MAI)))
    pd.testing.assert_frame_equal(youth(par), for_)
    load(par, "12", "2026-05-05T08:00", changed(par))
    assert one_with_the_new_number(par)


def test_two_who_are_parted_again_have_the_numbers_they_had(par: Any) -> None:
    load(par, "12", APRIL, {"fodselsnummer": par.nytt})
    otto(par, "17", JUNI, fodselsnummer=par.gammelt)
    for_ = youth(par)
    load(par, "12", SENERE, changed(par))
    undo(Angrevalg(kjoring_id="2026-12-2", av="Kari", grunn="feil", naa=par.at("2026-06-03T08:00")))
    pd.testing.assert_frame_equal(youth(par), for_)
