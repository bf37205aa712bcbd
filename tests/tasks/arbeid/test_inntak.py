"""Worklists that come back: the good rows used, the others sent back, nobody's answer written over."""

from typing import Any

import pytest

from tests.listeprove import day, fill_in, folder, rows, titles
from tests.tasks.conftest import synthetic_number

RAD = "04-gjennomgang-februar"
FORST, SIDEN, ENDA_SENERE = "2026-01-02T08:00", "2026-01-16T08:00", "2026-01-30T08:00"
ARK = "Gjennomgang"
NUMMER = synthetic_number("2007-03-14", 7)
GAATT = {"Svar": "Gjennomgått: ingen endring", "Dato": day("2026-01-12")}
KONTAKT = {"Svar": "Gjennomgått: tok kontakt", "Dato": day("2026-01-12"), "Kanal": "telefon"}
FRA = "2025-10-01"
"""Everybody's facts hold from before the review began."""


def tasks_of(bygd: Any, grunn: str = "GJENNOMGANG") -> list[tuple[str, str, str]]:
    return bygd.ask("SELECT gjelder, tilstand, utfall FROM oppgave WHERE grunn_kode = ? ORDER BY ALL", grunn)


def places(resultat: Any) -> str:
    return " ".join(tekst for tekst in resultat.merknader if "kan ikke brukes" in tekst)


def findings(bygd: Any) -> list[tuple[str]]:
    """The open findings, but for the contact that the county owes the youth and that nobody has had here."""
    return bygd.ask("SELECT kode FROM avvik WHERE tilstand = 'åpen' AND kode <> 'ÅH-3130'")


def test_an_answer_closes_the_task_and_stands_word_by_word(bygd: Any) -> None:
    person = bygd.person(FRA)
    bygd.run(RAD, FORST)
    fill_in(bygd.hjem, "R05", ARK, GAATT | {"Merknad": "Alt vel"})
    resultat = bygd.run(RAD, SIDEN)
    assert tasks_of(bygd) == [(person, "lukket", "GJEN_UENDRET")]
    ((innhold, av, tilstand),) = bygd.ask("SELECT innhold, besvart_av, tilstand FROM arbeidssvar")
    assert ("Alt vel" in innhold, av, tilstand) == (True, "R05", "brukt")
    assert (resultat.oppgaver, findings(bygd)) == (0, [])


def test_contact_and_status_follow_the_answer_from_its_own_day(bygd: Any) -> None:
    bygd.person(FRA, fodselsnummer=NUMMER)
    bygd.run(RAD, FORST)
    fill_in(bygd.hjem, "R05", ARK, KONTAKT | {"Ny OT-status": "OTAR I arbeid"})
    bygd.run(RAD, SIDEN)
    assert bygd.facts(NUMMER, "kontakt_dato", "ot_status") == ("2026-01-12", "OTAR")
    assert bygd.facts(NUMMER, "ot_status", dato="2026-01-11") == ("OTUK",)


def test_the_same_book_twice_changes_nothing(bygd: Any) -> None:
    bygd.person(FRA)
    bygd.run(RAD, FORST)
    sti = fill_in(bygd.hjem, "R05", ARK, GAATT)
    innhold = sti.read_bytes()
    bygd.run(RAD, SIDEN)
    sti.write_bytes(innhold)
    resultat = bygd.run(RAD, ENDA_SENERE)
    assert bygd.ask("SELECT count(*) FROM arbeidssvar") == [(1,)]
    assert any("1 var brukt fra før" in tekst for tekst in resultat.merknader)
    assert not sti.exists()


@pytest.mark.parametrize(
    ("celler", "kode"),
    [
        ({"Svar": "Gjennomgått: ingen endring"}, "(Dato) ÅH-2525"),
        ({"Dato": day("2026-01-12")}, "(Svar) ÅH-2524"),
        (GAATT | {"Dato": day("2026-01-17")}, "(Dato) ÅH-2526"),
        (GAATT | {"Dato": day("2025-12-31")}, "(Dato) ÅH-2527"),
        (GAATT | {"Ny OT-status": "OTAR I arbeid"}, "(Ny OT-status) ÅH-2529"),
        (KONTAKT | {"Ny OT-status": "OTUK Ukjent aktivitet"}, "(Ny OT-status) ÅH-2529"),
        ({"Svar": "Unntak: kan ikke gjennomgås nå", "Dato": day("2026-01-12")}, "(Merknad) ÅH-2525"),
    ],
)
def test_what_a_rule_forbids_is_told_by_row_and_column_and_changes_nothing(
    bygd: Any, celler: dict[str, Any], kode: str
) -> None:
    person = bygd.person(FRA)
    bygd.run(RAD, FORST)
    fill_in(bygd.hjem, "R05", ARK, celler)
    resultat = bygd.run(RAD, SIDEN)
    assert f"Gjennomgang rad 2 {kode}" in places(resultat)
    assert tasks_of(bygd) == [(person, "åpen", "")]
    assert bygd.ask("SELECT count(*) FROM fakta WHERE kjoring_id = ?", resultat.kjoring_id) == [(0,)]


def test_the_good_rows_are_used_and_the_bad_one_comes_back_first_with_what_was_written(bygd: Any) -> None:
    for _ in range(3):
        bygd.person(FRA)
    bygd.run(RAD, FORST)
    fill_in(bygd.hjem, "R05", ARK, {0: GAATT, 1: GAATT | {"Dato": "i går", "Merknad": "Ringte mor"}, 2: GAATT})
    assert "Gjennomgang rad 3 (Dato) ÅH-25" in places(bygd.run(RAD, SIDEN))
    assert sorted(tilstand for _, tilstand, _ in tasks_of(bygd)) == ["lukket", "lukket", "åpen"]
    (rad,) = rows(bygd.hjem, "R05", ARK)
    assert (rad["Merknad"], rad["Svar"], rad["Dato"]) == ("Ringte mor", "Gjennomgått: ingen endring", None)
    assert rad["Må rettes"].startswith("Dato: ")
    fill_in(bygd.hjem, "R05", ARK, {0: {"Dato": day("2026-01-12")}})
    bygd.run(RAD, ENDA_SENERE)
    assert findings(bygd) == []
    assert [tilstand for _, tilstand, _ in tasks_of(bygd)] == ["lukket"] * 3


def test_a_row_from_anothers_list_is_refused_and_the_owners_own_rows_are_used(bygd: Any) -> None:
    bygd.person(FRA)
    andres = bygd.person(FRA, raadgiver="R06")
    bygd.run(RAD, FORST)
    (nokkel,) = [rad["Nøkkel"] for rad in rows(bygd.hjem, "R06", ARK)]

    def copied(bok: Any) -> None:
        plass = {celle.value: celle.column for celle in bok[ARK][1]}
        for hode, verdi in (GAATT | {"Nøkkel": nokkel}).items():
            bok[ARK].cell(3, plass[hode]).value = verdi

    fill_in(bygd.hjem, "R05", ARK, {0: GAATT}, endre=copied)
    assert "Gjennomgang rad 3 ÅH-2523" in places(bygd.run(RAD, SIDEN))
    assert (andres, "åpen", "") in tasks_of(bygd)
    assert ("R05",) in bygd.ask("SELECT besvart_av FROM arbeidssvar WHERE tilstand = 'brukt'")


def test_last_years_list_is_refused_row_by_row(bygd: Any) -> None:
    bygd.person(FRA)
    bygd.run(RAD, FORST)
    gammel = fill_in(bygd.hjem, "R05", ARK, GAATT).read_bytes()
    from deployments.rader import run_row
    from schemas.kjoring import Kjorevalg
    from tasks.arshjul import find_row

    (bygd.hjem.innboks / "arbeidsliste_R05.xlsx").write_bytes(gammel)
    valg = Kjorevalg(rad=RAD, aar=2027, naa=bygd.at("2027-01-04T08:00"))
    resultat = run_row(find_row(RAD), valg, plain=True)
    assert "Gjennomgang rad 2 ÅH-2522" in places(resultat)


def test_an_added_row_another_sheet_and_a_deleted_column_are_told_and_the_rest_is_used(bygd: Any) -> None:
    for _ in range(2):
        bygd.person(FRA)
    bygd.run(RAD, FORST)

    def meddle(bok: Any) -> None:
        side = bok[ARK]
        side.append(["", "", "Ny Ungdom"])
        bok.create_sheet("Mine notater")["A1"] = "husk møtet"
        plass = {celle.value: celle.column for celle in side[1]}
        side.delete_cols(plass["Kanal"])

    fill_in(bygd.hjem, "R05", ARK, {0: GAATT}, endre=meddle)
    sagt = places(bygd.run(RAD, SIDEN))
    assert "Mine notater ÅH-2515" in sagt
    assert "Gjennomgang (Kanal) ÅH-25" in sagt
    assert "Gjennomgang rad 4 ÅH-25" in sagt
    assert sorted(tilstand for _, tilstand, _ in tasks_of(bygd)) == ["lukket", "åpen"]


def test_a_file_that_is_no_workbook_lies_where_it_is_and_is_told_of(bygd: Any) -> None:
    bygd.person(FRA)
    sti = bygd.hjem.innboks / "arbeidsliste_R05.xlsx"
    sti.parent.mkdir(exist_ok=True)
    sti.write_bytes(b"PK\x03\x04 ikke en arbeidsbok")
    resultat = bygd.run(RAD, FORST)
    assert any("kan ikke leses som en av våre" in tekst for tekst in resultat.merknader)
    assert sti.exists()


def test_she_may_correct_her_own_answer_and_take_it_back(bygd: Any) -> None:
    person = bygd.person(FRA, fodselsnummer=NUMMER, ot_status="OTOV", kontakt_dato="2025-11-03")
    bygd.run("15-kontakt-ikke-svart", "2026-05-18T08:00")
    svar = {"Svar": "Ikke nådd, gir opp", "Dato": day("2026-05-19"), "Merknad": "Bortreist"}
    fill_in(bygd.hjem, "R05", "Ringeliste", svar, navn="arbeidsliste_1.xlsx")
    bok = (folder(bygd.hjem) / "arbeidsliste_R05.xlsx").read_bytes()
    bygd.run("15-kontakt-ikke-svart", "2026-06-01T08:00")
    assert tasks_of(bygd, "IKKE_SVART") == [(person, "lukket", "RING_GIR_OPP")]
    (folder(bygd.hjem) / "arbeidsliste_R05.xlsx").write_bytes(bok)
    svar = {"Svar": "Ikke svar", "Dato": day("2026-05-20"), "Kanal": "SMS"}
    fill_in(bygd.hjem, "R05", "Ringeliste", svar, navn="arbeidsliste_2.xlsx")
    (folder(bygd.hjem) / "arbeidsliste_R05.xlsx").unlink()
    bygd.run("15-kontakt-ikke-svart", "2026-06-15T08:00")
    assert tasks_of(bygd, "IKKE_SVART") == [(person, "åpen", "")]


def test_her_own_second_answer_is_a_correction_and_no_disagreement(bygd: Any) -> None:
    person = bygd.person(FRA)
    bygd.run(RAD, FORST)
    bok = (folder(bygd.hjem) / "arbeidsliste_R05.xlsx").read_bytes()
    fill_in(bygd.hjem, "R05", ARK, GAATT)
    bygd.run(RAD, SIDEN)
    (folder(bygd.hjem) / "arbeidsliste_R05.xlsx").write_bytes(bok)
    unntak = {"Svar": "Unntak: kan ikke gjennomgås nå", "Dato": day("2026-01-20"), "Merknad": "Feil rad"}
    fill_in(bygd.hjem, "R05", ARK, unntak)
    (folder(bygd.hjem) / "arbeidsliste_R05.xlsx").unlink()
    bygd.run(RAD, ENDA_SENERE)
    assert tasks_of(bygd) == [(person, "lukket", "GJEN_UNNTAK")]
    assert tasks_of(bygd, "UENIGE_SVAR") == []


def test_two_who_answer_differently_are_both_shown_and_the_leader_decides(bygd: Any) -> None:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    borte = '\n[[radgivere.fravaer]]\nfra = 2026-01-02\ntil = 2026-01-05\nstedfortreder = "R06"\n'
    for_, r05, etter = sti.read_text("utf-8").partition('id = "R05"')
    sti.write_text(for_ + r05 + etter.replace('kommuner = ["3905"]\n', f'kommuner = ["3905"]\n{borte}', 1), "utf-8")
    bygd.hjem = bygd.fresh()
    person = bygd.person(FRA, fodselsnummer=NUMMER)
    bygd.run(RAD, FORST)
    (rad,) = rows(bygd.hjem, "R06", ARK)
    assert rad["Stedfortreder for"] == "Anne-Lise Myhre"
    stedfortrederens = fill_in(bygd.hjem, "R06", ARK, KONTAKT | {"Ny OT-status": "OTMI Er i militæret"}).read_bytes()
    (bygd.hjem.innboks / "arbeidsliste_R06.xlsx").unlink()
    bygd.run(RAD, "2026-01-07T08:00")
    fill_in(bygd.hjem, "R05", ARK, GAATT)
    bygd.run(RAD, SIDEN)
    (bygd.hjem.innboks / "arbeidsliste_R06.xlsx").write_bytes(stedfortrederens)
    resultat = bygd.run(RAD, "2026-01-19T08:00")
    assert any("svart forskjellig om 1" in tekst for tekst in resultat.merknader)
    assert bygd.ask("SELECT besvart_av, tilstand FROM arbeidssvar ORDER BY lopenr") == [
        ("R05", "brukt"), ("R06", "uenig"),
    ]  # fmt: skip
    assert bygd.facts(NUMMER, "ot_status") == ("OTUK",)
    (rad,) = rows(bygd.hjem, "F01", "Uenige svar")
    assert (rad["Første svar"][:3], rad["Siste svar"][:3]) == ("R05", "R06")
    fill_in(bygd.hjem, "F01", "Uenige svar", {"Svar": "Det siste svaret gjelder"})
    assert bygd.run(RAD, ENDA_SENERE).avvik == 0
    assert bygd.facts(NUMMER, "ot_status") == ("OTMI",)
    assert (person, "lukket", "GJEN_KONTAKT") in tasks_of(bygd)
    assert "Uenige svar" not in titles(bygd.hjem, "F01")


def test_a_dry_run_leaves_the_list_in_the_inbox_and_the_tasks_open(bygd: Any) -> None:
    person = bygd.person(FRA)
    bygd.run(RAD, FORST)
    sti = fill_in(bygd.hjem, "R05", ARK, GAATT)
    bygd.run(RAD, SIDEN, bare_vis=True)
    assert sti.exists()
    assert tasks_of(bygd) == [(person, "åpen", "")]
