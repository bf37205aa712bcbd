"""Row 15: who is called, off the list the moment an answer comes, and nobody left without a reason on 15 August."""

from typing import Any

import pytest

from schemas.kjoring import Kjorevalg
from tasks.kjoring import run
from tasks.klokke import to_utc
from tasks.ringing import take_off_list, tell_calls
from tests.listeprove import day, fill_in, rows, titles

RAD = "15-kontakt-ikke-svart"
BREV = "14-brev-ikkesokere"
FORST, SIDEN, ETTER = "2026-05-18T08:00", "2026-06-01T08:00", "2026-08-17T08:00"
ARK = "Ringeliste"


def on_list(bygd: Any) -> list[str]:
    sql = "SELECT gjelder FROM oppgave WHERE grunn_kode = 'IKKE_SVART' AND tilstand = 'åpen' ORDER BY ALL"
    return [gjelder for (gjelder,) in bygd.ask(sql)]


def answer(bygd: Any, person: str, tid: str) -> None:
    ((token,),) = bygd.ask("SELECT DISTINCT token FROM utsending WHERE person_id = ? AND token <> ''", person)
    bygd.deliver(
        "questback_svar",
        {
            "token": token,
            "start_tid": tid,
            "fullfort_tid": tid,
            "svar": "Jeg skal jobbe",
            "svar_id": "1",
            "status": "ja",
        },
    )


def test_those_without_an_answer_are_called_and_not_those_whom_the_gate_stops_or_we_know(bygd: Any) -> None:
    tas = bygd.person()
    bygd.person(ot_status="OTMI", kontakt_dato="2026-01-02")
    bygd.person(personstatus="utflyttet")
    bygd.person(kommunenummer="0301")
    bygd.person(adressegradering_vigo="fortrolig")
    bygd.run(RAD, FORST)
    assert on_list(bygd) == ["1 personer", tas]


def test_one_who_answers_is_off_the_list_the_moment_the_answer_is_read_by_any_row(bygd: Any, hurtig: None) -> None:
    svarer, tier = bygd.person(etternavn="Svarer"), bygd.person(etternavn="Tier")
    bygd.letters_sent(BREV, "2026-05-11T08:00")
    bygd.run(RAD, FORST)
    assert on_list(bygd) == [svarer, tier]
    answer(bygd, svarer, "20.05.2026 12:00")
    bygd.run("16-purrebrev-ikkesokere", "2026-05-26T08:00")
    assert on_list(bygd) == [tier]
    assert [rad["Navn"] for rad in rows(bygd.hjem, "R05", ARK)] == ["Åse Tier"]


def test_the_letter_and_the_reminder_are_shown_on_the_list(bygd: Any, hurtig: None) -> None:
    bygd.person()
    bygd.letters_sent(BREV, "2026-05-11T08:00")
    bygd.letters_sent("16-purrebrev-ikkesokere", "2026-05-26T08:00")
    bygd.run(RAD, SIDEN)
    (rad,) = rows(bygd.hjem, "R05", ARK)
    assert (rad["Brev levert"], rad["Purring levert"]) == ("11.05.2026", "26.05.2026")


def test_none_is_open_after_15_august_without_a_reason(bygd: Any) -> None:
    bygd.person()
    gir_opp = bygd.person()
    bygd.run(RAD, FORST)
    plass = next(i for i, rad in enumerate(rows(bygd.hjem, "R05", ARK)) if rad["Nøkkel"].endswith("2"))
    svar = {"Svar": "Ikke nådd, gir opp", "Dato": day("2026-06-02"), "Merknad": "Ingen telefon"}
    fill_in(bygd.hjem, "R05", ARK, {plass: svar})
    bygd.run(RAD, "2026-08-07T08:00")
    # What stands open is only the contact that the county owes the youth, not the list.
    assert bygd.ask("SELECT kode FROM avvik WHERE tilstand = 'åpen'") == [("ÅH-3130",)]
    assert gir_opp not in on_list(bygd)
    resultat = bygd.run(RAD, ETTER)
    assert any("1 ungdommer står fortsatt åpne på ringelistene" in tekst for tekst in resultat.merknader)


def test_attempts_are_counted_by_adviser(bygd: Any) -> None:
    bygd.person()
    bygd.run(RAD, FORST)
    fill_in(bygd.hjem, "R05", ARK, {"Svar": "Ikke svar", "Dato": day("2026-05-20"), "Kanal": "telefon"})
    resultat = bygd.run(RAD, SIDEN)
    (tabell,) = [tabell for tabell in resultat.tabeller if tabell.tittel == "Ringelistene"]
    assert tabell.rader == [("R05", 1, 1, 0, 0, 1)]
    assert ARK in titles(bygd.hjem, "R05")


def task(nummer: int, raadgiver: str, tilstand: str = "åpen", utfall: str = "", **felt: Any) -> list[Any]:
    verdier = {"rad": RAD, "aar": 2026, "grunn": "IKKE_SVART"} | felt
    return [
        f"O{nummer}", verdier["rad"], verdier["aar"], f"P{nummer}", verdier["grunn"], raadgiver, tilstand, utfall,
    ]  # fmt: skip


def attempt(nummer: int, tilstand: str = "brukt") -> list[Any]:
    return [f"O{nummer}", RAD, f"P{nummer}", tilstand]


@pytest.mark.parametrize(("tid", "sies"), [("2026-08-15T23:00", False), ("2026-08-16T08:00", True)])
def test_the_table_counts_each_adviser_s_calls_of_this_row_and_year_alone(bygd: Any, tid: str, sies: bool) -> None:
    bygd.write(
        "INSERT INTO oppgave (oppgave_id, rad, aar, gjelder, grunn_kode, raadgiver, tilstand, kjoring_id, utfall)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'K', ?)",
        [
            task(1, "R05"), task(2, "R05"), task(3, "R05", "lukket"), task(4, "R05", "lukket", "GIR_OPP"),
            task(5, "R01", "lukket"), task(6, "R01", "lukket"), task(7, "R01", "lukket", "NAADD"),
            task(8, "R05", aar=2025), task(9, "R05", rad=BREV), task(10, "R05", grunn="ANNET"),
        ],
    )  # fmt: skip
    bygd.write(
        "INSERT INTO arbeidssvar (oppgave_id, rad, aar, gjelder, grunn_kode, besvart_av, svar_kode, kanal, innhold,"
        " tilstand, feil, fil, sha256, ark, rad_nr, registrert_tid, kjoring_id) VALUES (?, ?, 2026, ?, 'IKKE_SVART',"
        " 'R05', 'IKKE_SVAR', '', '{}', ?, '[]', 'f', 's', 'a', 2, TIMESTAMP '2026-06-01 08:00', 'K')",
        [attempt(1), attempt(1), attempt(1, "uenig"), attempt(2), attempt(4), attempt(7), attempt(8)],
    )
    with run(Kjorevalg(rad=RAD, aar=2026, naa=bygd.at(tid))) as kjoring:
        funn = tell_calls(kjoring)
    (tabell,) = kjoring.tabeller
    assert tabell.tittel == "Ringelistene"
    assert [hode.split()[0] for hode in tabell.hoder] == [
        "Rådgiver", "På", "Åpne", "Svarte", "Avsluttet", "Forsøk",
    ]  # fmt: skip
    assert tabell.rader == [("R01", 3, 0, 2, 1, 1), ("R05", 4, 2, 1, 1, 4)]
    assert [(ett.kode, ett.tekst.split()[0]) for ett in funn] == ([("ÅH-3125", "2")] if sies else [])


def test_with_nobody_left_on_the_lists_nothing_is_said_after_the_deadline(bygd: Any) -> None:
    with run(Kjorevalg(rad=RAD, aar=2026, naa=bygd.at(ETTER))) as kjoring:
        assert tell_calls(kjoring) == []


def test_an_answer_counts_for_the_calls_of_its_own_year_and_person_only(bygd: Any) -> None:
    svarte, i_fjor, taus = (bygd.person() for _ in range(3))
    bygd.run(RAD, FORST)
    tid = to_utc(bygd.at("2026-05-20T12:00"))
    svar = "INSERT INTO svar VALUES (?, ?, ?, ?, 'ARBEID', ?, 'K')"
    bygd.write(svar, [[svarte, BREV, 2026, tid, tid], [i_fjor, BREV, 2025, tid, tid]])
    with run(Kjorevalg(rad="16", aar=2026, naa=bygd.at("2026-05-26T08:00"))) as kjoring:
        take_off_list(kjoring)
    assert on_list(bygd) == [i_fjor, taus]
    bygd.run(RAD, SIDEN)
    assert on_list(bygd) == [i_fjor, taus]
