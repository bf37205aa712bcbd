"""Whose list a task stands on, what it tells, and whom it never tells of."""

from typing import Any

import pytest

from tasks.arbeid.apne import leader_of_adviser, receiver
from tasks.feil import BrukerFeil
from tests.listeprove import day, fill_in, folder, rows, titles

RAD, RINGING = "04-gjennomgang-februar", "15-kontakt-ikke-svart"
FORST, SIDEN = "2026-01-02T08:00", "2026-01-16T08:00"
ARK = "Gjennomgang"
GRADERT = {"foresatt1_adressegradering_vigo": "fortrolig"}
FRA = "2025-10-01"


def away(bygd: Any, hvem: str, fra: str, til: str, stedfortreder: str) -> None:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    for_, merke, etter = sti.read_text("utf-8").partition(f'id = "{hvem}"')
    linje = next(linje for linje in etter.splitlines() if linje.startswith("kommuner"))
    fravaer = f'{linje}\n\n[[radgivere.fravaer]]\nfra = {fra}\ntil = {til}\nstedfortreder = "{stedfortreder}"\n'
    sti.write_text(for_ + merke + etter.replace(linje, fravaer, 1), "utf-8")
    bygd.hjem = bygd.fresh()


def test_each_adviser_gets_her_own_and_nobody_elses(bygd: Any) -> None:
    bygd.person(FRA, etternavn="Min")
    bygd.person(FRA, etternavn="Annens", raadgiver="R06")
    bygd.run(RAD, FORST)
    assert [rad["Navn"] for rad in rows(bygd.hjem, "R05", ARK)] == ["Åse Min"]
    assert [rad["Navn"] for rad in rows(bygd.hjem, "R06", ARK)] == ["Åse Annens"]
    assert len(list(folder(bygd.hjem).glob("*.xlsx"))) == 2


@pytest.mark.parametrize("grad", [{"adressegradering_otto": "fortrolig"}, {"adressegradering_vigo": "mangler"}])
def test_the_protected_are_a_count_to_the_ansvarlig_and_a_number_to_the_adviser(
    bygd: Any, grad: dict[str, str]
) -> None:
    bygd.person(FRA, etternavn="Vises")
    bygd.person(FRA, etternavn="Hemmelig", **grad)
    bygd.run(RAD, FORST)
    innhold = b"".join(sti.read_bytes() for sti in folder(bygd.hjem).iterdir())
    assert [rad["Navn"] for rad in rows(bygd.hjem, "R05", ARK)] == ["Åse Vises"]
    assert b"Hemmelig" not in innhold
    assert ("1 personer", "OTTO-ansvarlig") in bygd.ask("SELECT gjelder, raadgiver FROM oppgave")


def test_one_who_becomes_protected_leaves_every_list_at_the_next_run_of_any_row(bygd: Any) -> None:
    bygd.person(FRA, etternavn="Blir")
    person = bygd.person(FRA, etternavn="Borte")
    bygd.run(RAD, FORST)
    bygd.change(person, "2026-01-10", adressegradering_otto="strengtFortrolig")
    bygd.run("01-sokere-1-februar", SIDEN)
    assert [rad["Navn"] for rad in rows(bygd.hjem, "R05", ARK)] == ["Åse Blir"]


def test_the_dead_are_nobodys_task(bygd: Any) -> None:
    bygd.person(FRA, personstatus="doed")
    bygd.run(RAD, FORST)
    assert bygd.ask("SELECT count(*) FROM oppgave WHERE grunn_kode = 'GJENNOMGANG'") == [(0,)]


def test_a_stand_in_has_the_list_while_the_owner_is_away_and_sees_whose_it_is(bygd: Any) -> None:
    away(bygd, "R05", "2026-01-12", "2026-01-20", "R06")
    bygd.person(FRA, etternavn="Min")
    bygd.run(RAD, FORST)
    assert "Stedfortreder for" not in rows(bygd.hjem, "R05", ARK)[0]
    bygd.run(RAD, SIDEN)
    assert titles(bygd.hjem, "R05") == []
    assert [rad["Stedfortreder for"] for rad in rows(bygd.hjem, "R06", ARK)] == ["Anne-Lise Myhre"]
    fill_in(bygd.hjem, "R06", ARK, {"Svar": "Gjennomgått: ingen endring", "Dato": day("2026-01-19")})
    bygd.run(RAD, "2026-01-30T08:00")
    assert bygd.ask("SELECT tilstand, utfall FROM oppgave WHERE grunn_kode = 'GJENNOMGANG'") == [
        ("lukket", "GJEN_UENDRET")
    ]


def test_a_stand_in_may_answer_for_a_row_that_did_not_run_while_she_stood_in(bygd: Any) -> None:
    away(bygd, "R05", "2026-01-12", "2026-01-20", "R06")
    bygd.person(FRA, ot_status="OTEV", kontakt_dato="2025-11-03")
    bygd.run(RAD, FORST)
    bygd.run("01-sokere-1-februar", SIDEN)
    fill_in(bygd.hjem, "R06", ARK, {"Svar": "Gjennomgått: ingen endring", "Dato": day("2026-01-19")})
    bygd.run(RAD, "2026-01-30T08:00")
    assert bygd.ask("SELECT utfall FROM oppgave WHERE grunn_kode = 'GJENNOMGANG'") == [("GJEN_UENDRET",)]


def test_stand_ins_of_stand_ins_are_followed_and_a_ring_leads_home(bygd: Any) -> None:
    away(bygd, "R05", "2026-07-01", "2026-07-31", "R06")
    away(bygd, "R06", "2026-07-10", "2026-07-20", "R07")
    assert receiver(bygd.hjem, "R05", day("2026-07-09")) == "R06"
    assert receiver(bygd.hjem, "R05", day("2026-07-10")) == "R07"
    assert receiver(bygd.hjem, "R05", day("2026-07-31")) == "R06"
    assert receiver(bygd.hjem, "R05", day("2026-08-01")) == "R05"
    away(bygd, "R07", "2026-07-10", "2026-07-20", "R05")
    assert receiver(bygd.hjem, "R05", day("2026-07-15")) == "R05"


def test_a_leader_is_found_by_the_advisers_municipality(bygd: Any) -> None:
    assert leader_of_adviser(bygd.hjem, "R05") == "F01"
    assert leader_of_adviser(bygd.hjem, "ukjent") == "OTTO-ansvarlig"


def test_what_is_late_stands_first_and_what_has_been_tried_is_told(bygd: Any) -> None:
    for _ in range(2):
        bygd.person(FRA)
    bygd.run(RINGING, "2026-05-18T08:00")
    forste = rows(bygd.hjem, "R05", "Ringeliste")
    forsok = {"Svar": "Ikke svar", "Dato": day("2026-05-20"), "Kanal": "SMS"}
    fill_in(bygd.hjem, "R05", "Ringeliste", {1: forsok})
    bygd.run(RINGING, "2026-06-01T08:00")
    etter = {rad["Nøkkel"]: rad for rad in rows(bygd.hjem, "R05", "Ringeliste")}
    assert etter[forste[1]["Nøkkel"]]["Siste forsøk"] == "20.05.2026 · SMS · Ikke svar"
    assert etter[forste[1]["Nøkkel"]]["Forsøk"] == "1"
    assert etter[forste[0]["Nøkkel"]]["Forsøk"] is None
    bygd.run(RINGING, "2026-08-17T08:00")
    assert {rad["Hast"] for rad in rows(bygd.hjem, "R05", "Ringeliste")} == {"over frist"}


def test_a_guardian_is_named_only_with_responsibility_an_open_address_and_a_minor(bygd: Any) -> None:
    skjult = {
        "foresatt2_navn": "Far Skjult",
        "foresatt2_foreldreansvar": "J",
        "foresatt2_adressegradering_vigo": "KODE 6",
    }
    uten = {
        "foresatt2_navn": "Far Uten",
        "foresatt2_foreldreansvar": "N",
        "foresatt2_adressegradering_vigo": "ugradert",
    }
    bygd.person(FRA, etternavn="A", **bygd.MINDREAARIG, **skjult)
    bygd.person(FRA, etternavn="B", **bygd.MINDREAARIG, **uten)
    bygd.person(FRA, etternavn="C", **bygd.MOR)
    bygd.run(RINGING, "2026-05-18T08:00")
    navn = {rad["Navn"]: rad["Foresatte (under 18)"] for rad in rows(bygd.hjem, "R05", "Ringeliste")}
    assert navn == {"Åse A": "Mor Nordmann", "Åse B": "Mor Nordmann", "Åse C": None}


def test_a_guardian_who_will_be_protected_or_is_so_in_a_sibling_s_record_is_not_named(bygd: Any) -> None:
    nummer = {"foresatt1_fodselsnummer": "14830750275"}
    bygd.person(FRA, etternavn="A", **bygd.MINDREAARIG, **nummer)
    bygd.change(bygd.person(FRA, etternavn="B", **bygd.MINDREAARIG), "2026-12-01", **GRADERT)
    bygd.change(bygd.person(FRA, etternavn="C", **bygd.MINDREAARIG, **nummer), "2026-03-01", **GRADERT)
    bygd.person(FRA, etternavn="D", **bygd.MINDREAARIG)
    bygd.run(RINGING, "2026-05-18T08:00")
    navn = {rad["Navn"]: rad["Foresatte (under 18)"] for rad in rows(bygd.hjem, "R05", "Ringeliste")}
    assert navn == {"Åse A": None, "Åse B": None, "Åse C": None, "Åse D": "Mor Nordmann"}


def test_a_second_run_of_the_day_opens_proposes_and_writes_nothing_new(bygd: Any) -> None:
    bygd.person(FRA)
    bygd.letters_sent(RAD, FORST)
    bok = (folder(bygd.hjem) / "arbeidsliste_R05.xlsx").read_bytes()
    resultat = bygd.run(RAD, FORST)
    assert (resultat.oppgaver, resultat.foreslaatt, resultat.utfall) == (0, 0, "ferdig")
    assert (folder(bygd.hjem) / "arbeidsliste_R05.xlsx").read_bytes() == bok


def test_after_the_season_nothing_new_is_asked_for_and_what_is_open_stays(bygd: Any) -> None:
    person = bygd.person(FRA)
    bygd.run(RAD, FORST)
    bygd.person(FRA)
    bygd.run(RAD, "2026-02-20T08:00")
    assert bygd.ask("SELECT gjelder, tilstand FROM oppgave WHERE grunn_kode = 'GJENNOMGANG'") == [(person, "åpen")]


def test_what_nobody_owns_is_on_the_ansvarliges_own_list(bygd: Any) -> None:
    bygd.person(FRA, raadgiver="", etternavn="Ingens")
    bygd.run(RAD, FORST)
    assert [rad["Navn"] for rad in rows(bygd.hjem, "OTTO-ansvarlig", ARK)] == ["Åse Ingens"]
    fill_in(
        bygd.hjem, "OTTO-ansvarlig", ARK, {"Svar": "Gjennomgått: ingen endring", "Dato": day("2026-01-05")}
    )  # fmt: skip
    bygd.run(RAD, SIDEN)
    assert bygd.ask("SELECT besvart_av FROM arbeidssvar") == [("OTTO-ansvarlig",)]


def test_lists_are_fetched_from_the_countys_own_folder_too_and_are_gone_when_they_are_read(
    bygd: Any, tmp_path: Any
) -> None:
    bygd.person(FRA)
    bygd.run(RAD, FORST)
    sti = bygd.hjem.mappe / "innstillinger.toml"
    delt = tmp_path / "retur"
    sti.write_text(
        sti.read_text("utf-8").replace('mappe = "arbeidslister"', f'mappe = "arbeidslister"\nretur = "{delt}"'), "utf-8"
    )
    bygd.hjem = bygd.fresh()
    with pytest.raises(BrukerFeil, match="ÅH-1721"):
        bygd.run(RAD, SIDEN)
    delt.mkdir()
    fylt = fill_in(bygd.hjem, "R05", ARK, {"Svar": "Gjennomgått: ingen endring", "Dato": day("2026-01-05")})
    fylt.rename(delt / "arbeidsliste fra meg.xlsx")
    (delt / "~$arbeidsliste_R05.xlsx").write_bytes(b"x")
    bygd.run(RAD, SIDEN)
    assert bygd.ask("SELECT utfall FROM oppgave WHERE grunn_kode = 'GJENNOMGANG'") == [("GJEN_UENDRET",)]
    assert [fil.name for fil in delt.iterdir()] == ["~$arbeidsliste_R05.xlsx"]


def test_a_stand_in_who_is_nobody_is_refused_with_the_settings(bygd: Any) -> None:
    away(bygd, "R05", "2026-07-01", "2026-07-31", "R99")
    with pytest.raises(BrukerFeil, match="stedfortrederen for R05 finnes ikke"):
        bygd.run(RAD, FORST)


def test_a_load_in_another_row_that_tells_of_a_protected_address_takes_her_off_the_list_at_once(bygd: Any) -> None:
    bygd.person(FRA, etternavn="Blir")
    nummer = bygd.number("2007-03-14", 9)
    bygd.person(FRA, etternavn="Borte", fodselsnummer=nummer)
    bygd.run(RAD, FORST)
    assert len(rows(bygd.hjem, "R05", ARK)) == 2
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": nummer, "etternavn": "Borte", "adressegradering": "KODE 7"})
    bygd.run("08-ikkesokere-vigo-otto", "2026-03-16T08:00")
    assert [rad["Navn"] for rad in rows(bygd.hjem, "R05", ARK)] == ["Åse Blir"]


def test_an_older_list_that_is_written_in_is_told_of_when_somebody_on_it_has_become_protected(bygd: Any) -> None:
    bygd.person(FRA, etternavn="Blir")
    person = bygd.person(FRA, etternavn="Borte")
    bygd.run(RAD, FORST)
    fylt = fill_in(bygd.hjem, "R05", ARK, {0: {"Merknad": "halvferdig"}})
    fylt.rename(folder(bygd.hjem) / "arbeidsliste_R05.xlsx")
    assert "ÅH-2511" not in codes(bygd, bygd.run(RAD, SIDEN))
    bygd.change(person, "2026-01-20", adressegradering_otto="strengtFortrolig")
    assert "ÅH-2511" in codes(bygd, bygd.run(RAD, "2026-01-30T08:00"))


def test_a_row_that_loads_and_takes_in_answers_lays_the_lists_out_once(bygd: Any) -> None:
    nummer = bygd.number("2007-03-14", 9)
    bygd.person(FRA, etternavn="Borte", fodselsnummer=nummer)
    bygd.person(FRA, etternavn="Blir")
    bygd.run("15-kontakt-ikke-svart", "2026-05-18T08:00")
    bygd.deliver("otto_uttrekk", {"fodselsnummer": nummer, "etternavn": "Borte", "adressegradering": "KODE 7"})
    resultat = bygd.run("17-forberede-udir-juni", "2026-06-01T08:00")
    assert bygd.ask(
        "SELECT count(*) FROM arbeidsbok WHERE kjoring_id = ? AND navn LIKE '%.xlsx'", resultat.kjoring_id
    ) == [(1,)]
    assert [rad["Navn"] for rad in rows(bygd.hjem, "R05", "Ringeliste")] == ["Åse Blir"]


def codes(bygd: Any, resultat: Any) -> set[str]:
    return {kode for (kode,) in bygd.ask("SELECT kode FROM avvik WHERE kjoring_id = ?", resultat.kjoring_id)}
