"""Row 19: who wants follow-up at school start gets the county's code; the school is told only with a ground."""

from typing import Any

from tests.listeprove import day, fill_in, rows

RAD = "19-kode-kommende-skolear"
FORST, ETTER = "2026-06-01T08:00", "2026-06-08T08:00"
ARK = "Skolestart"
SOKT = {"soknad_skoleaar": "20262027", "soknad_dato": "2026-02-20"}


def test_those_who_have_applied_or_will_be_at_school_are_asked_about(bygd: Any) -> None:
    sokt, svart = bygd.person(**SOKT), bygd.person()
    bygd.person()
    bygd.write(
        "INSERT INTO svar VALUES (?, '14-brev-ikkesokere', 2026, TIMESTAMP '2026-05-20 10:00', ?,"
        " TIMESTAMP '2026-05-21 10:00', 'T')",
        [[svart, "SKOLE"]],
    )
    bygd.run(RAD, FORST)
    assert {gjelder for (gjelder,) in bygd.ask("SELECT gjelder FROM oppgave WHERE grunn_kode = 'SKOLEAARSKODE'")} == {
        sokt, svart,
    }  # fmt: skip


def test_one_who_wants_it_gets_the_countys_code_for_the_coming_year(bygd: Any) -> None:
    nummer = bygd.number("2007-03-14", 7)
    bygd.person(fodselsnummer=nummer, **SOKT)
    bygd.run(RAD, FORST)
    fill_in(bygd.hjem, "R05", ARK, {"Svar": "Ønsker oppfølging ved skolestart", "Dato": day("2026-06-03")})
    bygd.run(RAD, ETTER)
    assert bygd.facts(nummer, "skoleaarskode", "skoleinfo_dato") == ("SKOLESTART27", "")


def test_a_school_is_told_only_with_a_written_ground(bygd: Any) -> None:
    nummer = bygd.number("2007-03-14", 7)
    bygd.person(fodselsnummer=nummer, **SOKT)
    bygd.run(RAD, FORST)
    svar = {
        "Svar": "Ønsker oppfølging, og skolen er informert",
        "Dato": day("2026-06-03"),
        "Skole som er informert": "X",
    }
    fill_in(bygd.hjem, "R05", ARK, svar)
    resultat = bygd.run(RAD, "2026-06-04T08:00")
    assert any("(Grunnlag) ÅH-2525" in tekst for tekst in resultat.merknader)
    assert bygd.ask("SELECT count(*) FROM fakta WHERE felt IN ('skoleinfo_dato', 'skoleaarskode')") == [(0,)]
    fill_in(bygd.hjem, "R05", ARK, {"Grunnlag": "annen hjemmel (skriv i merknad)"})
    assert any("(Merknad) ÅH-2525" in tekst for tekst in bygd.run(RAD, "2026-06-05T08:00").merknader)
    fill_in(bygd.hjem, "R05", ARK, {"Grunnlag": "ungdommens samtykke"})
    bygd.run(RAD, ETTER)
    fakta = ("skoleinfo_dato", "skoleinfo_skole", "skoleinfo_grunnlag", "skoleaarskode")
    assert bygd.facts(nummer, *fakta) == ("2026-06-03", "X", "ungdommens samtykke", "SKOLESTART27")


def test_a_county_without_a_code_is_told_so_and_nobody_gets_one(bygd: Any) -> None:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    sti.write_text(sti.read_text("utf-8").replace('skoleaar = "20262027"', 'skoleaar = "20252026"'), "utf-8")
    bygd.hjem = bygd.fresh()
    bygd.person(**SOKT)
    resultat = bygd.run(RAD, FORST)
    assert any("ikke lagt inn sin egen kode for skoleåret 20262027" in tekst for tekst in resultat.merknader)
    assert len(rows(bygd.hjem, "R05", ARK)) == 1
