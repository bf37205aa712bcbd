"""Row 15: who is called, off the list the moment an answer comes, and nobody left without a reason on 15 August."""

from typing import Any

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
