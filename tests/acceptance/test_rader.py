"""One end-to-end test a row, on a year that was played from files to receipts."""

import csv
import hashlib
import io
from collections.abc import Iterable
from datetime import date

import pytest

from schemas.kjoring import Kjoreresultat
from schemas.verdier import Utfall
from tasks.arshjul import read_wheel
from tasks.foresatte import is_adult
from tests.acceptance.conftest import Aar

BYGGEDE = [rad.rad for rad in read_wheel() if rad.flyt]


def adds_up(resultat: Kjoreresultat) -> bool:
    return resultat.inn == resultat.lastet + resultat.uendret + resultat.karantene


def lines(aaret: Aar, nummer: str, dato: str, versjon: int = 1) -> list[dict[str, str]]:
    """The delivered transfer's lines, after its hash and count have been held against its manifest."""
    data = aaret.files("utboks/udir")[f"ot-udir-{nummer}-{dato}-v{versjon}.csv"]
    manifest = aaret.manifest(nummer, dato, versjon)
    linjer = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert manifest["sha256"] == hashlib.sha256(data).hexdigest()
    assert manifest["antall"] == len(linjer)
    assert manifest["format_status"] == "antatt"
    return linjer


def enrolled(aaret: Aar, dato: date, ikke_avsluttet_for: date) -> int:
    ungdom = aaret.view("ungdom", dato)
    ute = ungdom["avsluttet_dato"].notna() & (ungdom["avsluttet_dato"] < ikke_avsluttet_for.isoformat())
    return int((ungdom["tilmeldt_dato"].notna() & (ungdom["tilmeldt_dato"] <= dato.isoformat()) & ~ute).sum())


def youth(aaret: Aar, nummer: str) -> set[str]:
    sendt = aaret.sent(nummer)
    return set(sendt.loc[sendt["mottaker"] == "ungdom", "person_id"])


def group(aaret: Aar, felt: str) -> set[str]:
    sql = "SELECT person_id FROM fakta WHERE felt = ? GROUP BY person_id HAVING arg_max(verdi, lopenr) = '20262027'"
    return {person for (person,) in aaret.ask(sql, felt)}


def protected_or_gone(aaret: Aar) -> set[str]:
    """Anyone whom any source at any time has called something else than ugradert, and everyone dead or abroad."""
    sql = """SELECT DISTINCT person_id FROM fakta
             WHERE (felt LIKE 'adressegradering%' AND verdi <> 'ugradert')
                OR (felt = 'personstatus' AND verdi IN ('doed', 'utflyttet', 'opphoert'))"""
    return {person for (person,) in aaret.ask(sql)}


def born(aaret: Aar, personer: Iterable[str]) -> dict[str, date]:
    sql = "SELECT person_id, arg_max(verdi, lopenr) FROM fakta WHERE felt = 'fodselsdato' GROUP BY person_id"
    datoer = dict(aaret.ask(sql))
    return {person: date.fromisoformat(datoer[person]) for person in personer}


def letters_are_right(aaret: Aar, nummer: str, sendt_dato: date) -> None:
    sendt = aaret.sent(nummer)
    assert len(sendt) == aaret.result(nummer).sendt == aaret.result(nummer).foreslaatt > 0
    assert set(sendt["tilstand"]) == {"levert"}
    assert not set(sendt["person_id"].dropna()) & protected_or_gone(aaret)
    foresatte = set(sendt.loc[sendt["mottaker"] == "foresatt", "person_id"])
    assert not any(is_adult(fodt, sendt_dato) for fodt in born(aaret, foresatte).values())
    brev = {
        navn
        for kanal in ("digital", "print")
        for navn in aaret.files(f"utboks/{kanal}")
        if f"/F2026-{nummer}" in navn and navn.endswith(".pdf")
    }
    assert len(brev) == len(sendt[sendt["mottaker"] != "rådgiver"])


def test_rad_02_loads_the_advisers_updates_and_finds_nobody_that_could_not_be_reported(aaret: Aar) -> None:
    assert adds_up(aaret.result("02"))
    assert aaret.result("02").lastet > 0
    assert aaret.result("02").sha256 == aaret.manifest("05", "2026-02-15")["sha256"]


@pytest.mark.parametrize(("nummer", "dag"), [("03", "2026-02-09"), ("29", "2026-11-02")])
def test_rad_03_and_29_give_each_finding_once_to_its_owner_and_count_the_protected(
    aaret: Aar, nummer: str, dag: str
) -> None:
    resultat = aaret.result(nummer)
    funn = {rad[1]: int(rad[3]) for rad in resultat.tabeller[0].rader}
    tall = aaret.ask("SELECT sum(antall), count(*) FROM ajourhold_tall WHERE kjoring_id = ?", resultat.kjoring_id)
    assert (resultat.per_dato.isoformat(), tall) == (dag, [(sum(funn.values()), 30)])
    assert 0 < sum(funn.values()) < resultat.oppgaver + sum(funn.values()) < 150
    apne = aaret.ask(
        "SELECT gjelder, grunn_kode, count(*) FROM oppgave"
        " WHERE grunn_kode LIKE 'AJ_%' AND tilstand = 'åpen' GROUP BY ALL"
    )
    assert {antall for _, _, antall in apne} == {1}
    utflyttet = {gjelder for gjelder, grunn, _ in apne if grunn == "AJ_UTFLYTTET"}
    assert not {gjelder for gjelder, _, _ in apne} & (protected_or_gone(aaret) - utflyttet)
    assert [side.tittel for side in resultat.sider] == ["Ajourhold", "Great Expectations egen rapport (Data Docs)"]
    assert all((aaret.hjem.mappe / side.adresse).is_file() for side in resultat.sider)


def test_rad_05_delivers_everyone_enrolled_on_15_february(aaret: Aar) -> None:
    linjer = lines(aaret, "05", "2026-02-15")
    assert len(linjer) + sum(aaret.manifest("05", "2026-02-15")["utelatt"].values()) == enrolled(
        aaret, date(2026, 2, 15), date(2026, 2, 15)
    )


def test_rad_05_is_refused_for_one_line_and_approved_when_that_line_is_corrected(aaret: Aar) -> None:
    forste, andre = (lines(aaret, "05", "2026-02-15", versjon) for versjon in (1, 2))
    ((gammel, ny),) = [par for par in zip(forste, andre, strict=True) if par[0] != par[1]]
    assert {felt for felt in gammel if gammel[felt] != ny[felt]} == {"Tilmeldtdato"}
    sql = "SELECT raadgiver, tilstand FROM oppgave WHERE grunn_kode = 'UDIR_AVVIST_LINJE'"
    ((raadgiver, tilstand),) = aaret.ask(sql)
    assert (raadgiver.startswith("R"), tilstand) == (True, "lukket")
    (person,) = {person for (person,) in aaret.ask("SELECT person_id FROM rettelse WHERE tilstand = 'brukt'")}
    assert aaret.ask("SELECT person_id FROM udir_linje") == [(person,)]


def test_rad_05_20_and_30_end_approved_by_udir_and_both_of_februarys_versions_are_told(aaret: Aar) -> None:
    ramme = aaret.view("overforinger")
    versjoner = [
        (rad[:2], versjon, tilstand) for rad, versjon, tilstand in ramme[["rad", "versjon", "tilstand"]].values
    ]
    assert versjoner == [("05", 1, "avvist"), ("05", 2, "godkjent"), ("20", 1, "godkjent"), ("30", 1, "godkjent")]
    assert [kvittering.split()[0] for kvittering in ramme["kvittering"]] == list(ramme["tilstand"])
    kjoringer = aaret.view("kjoringer")
    februar = kjoringer[kjoringer["rad"] == "05-overforing-udir-februar"]
    assert list(zip(februar["generasjon"], februar["utfall"], strict=True)) == [(1, "avvist"), (2, "ferdig")]
    fortalt = [(r.generasjon, r.utfall) for r in aaret.fortalt if r.rad == "05-overforing-udir-februar"]
    assert fortalt == [(1, "avvist"), (2, "ferdig")]
    assert len(aaret.fortalt) == len(aaret.resultater) + 1
    assert aaret.ask("SELECT DISTINCT tilstand FROM avvik WHERE kode IN ('ÅH-3088', 'ÅH-3089')") == [("lukket",)]


def test_rad_08_loads_the_good_rows_and_sets_the_others_aside(aaret: Aar) -> None:
    karantene = aaret.view("karantene")
    mars = karantene[karantene["rad"] == "08-ikkesokere-vigo-otto"]
    assert adds_up(aaret.result("08"))
    assert aaret.result("08").karantene == mars["rad_nr"].nunique() > 0


@pytest.mark.parametrize(("nummer", "senere"), [("11", "12"), ("23", "24")])
def test_rad_11_and_23_tell_beforehand_what_the_load_will_set_aside(aaret: Aar, nummer: str, senere: str) -> None:
    assert aaret.result(nummer).karantene == aaret.result(senere).karantene > 0
    assert aaret.ask("SELECT count(*) FROM fakta WHERE kjoring_id = ?", aaret.result(nummer).kjoring_id) == [(0,)]


def test_rad_12_loads_the_complete_list_as_a_difference_against_march(aaret: Aar) -> None:
    assert adds_up(aaret.result("12"))
    assert aaret.result("12").borte > 0
    assert aaret.result("12").uendret > aaret.result("12").lastet > 0


def test_rad_13_gives_everyone_a_reason_for_enrolment(aaret: Aar) -> None:
    assert aaret.result("13").lastet > 0
    assert aaret.view("ungdom")["tilmeldingsgrunn"].notna().all()


def test_rad_14_sends_each_non_applicant_one_letter(aaret: Aar) -> None:
    letters_are_right(aaret, "14", date(2026, 5, 11))
    assert youth(aaret, "14") <= group(aaret, "ikkesoker_skoleaar")


def test_rad_25_sends_each_of_those_who_declined_or_left_one_letter(aaret: Aar) -> None:
    letters_are_right(aaret, "25", date(2026, 9, 21))
    assert youth(aaret, "25") <= group(aaret, "neisvarer_skoleaar")


@pytest.mark.parametrize(
    ("brev", "purring", "dato"), [("14", "16", date(2026, 5, 26)), ("25", "26", date(2026, 10, 5))]
)
def test_rad_16_and_26_remind_exactly_those_with_a_letter_and_no_answer(
    aaret: Aar, brev: str, purring: str, dato: date
) -> None:
    letters_are_right(aaret, purring, dato)
    brevrad, purrerad = aaret.result(brev).rad, aaret.result(purring).rad
    sql = """SELECT DISTINCT person_id FROM svar WHERE rad = ?
             AND registrert_tid <= (SELECT startet_tid FROM kjoring WHERE kjoring_id = ?)"""
    svart = {person for (person,) in aaret.ask(sql, brevrad, aaret.result(purring).kjoring_id)}
    stoppet = aaret.ask(
        "SELECT person_id FROM utelatt WHERE forslag_id = ? AND mottaker = 'ungdom'", f"F2026-{purring}-1"
    )
    assert svart
    assert youth(aaret, purring) == youth(aaret, brev) - svart - {person for (person,) in stoppet}
    assert purrerad != brevrad


@pytest.mark.parametrize("nummer", ["17", "28"])
def test_rad_17_and_28_prepare_exactly_what_the_transfer_then_holds(aaret: Aar, nummer: str) -> None:
    senere = {"17": "20", "28": "30"}[nummer]
    assert adds_up(aaret.result(nummer))
    assert aaret.result(nummer).sha256 == aaret.result(senere).sha256


def test_rad_20_delivers_everyone_enrolled_at_any_time_of_the_school_year(aaret: Aar) -> None:
    dato = date(2026, 6, 15)
    antall = len(lines(aaret, "20", "2026-06-15")) + sum(aaret.manifest("20", "2026-06-15")["utelatt"].values())
    assert antall == enrolled(aaret, dato, date(2025, 8, 1)) > enrolled(aaret, dato, dato)


def test_rad_24_loads_those_who_declined_from_a_file_in_windows_letters(aaret: Aar) -> None:
    assert adds_up(aaret.result("24"))
    assert aaret.result("24").lastet > 0
    navn = aaret.ask("SELECT verdi FROM fakta WHERE felt IN ('fornavn', 'etternavn') AND kjoring_id = '2026-24-1'")
    assert any(set("æøåÆØÅ") & set(verdi) for (verdi,) in navn)


def test_rad_30_delivers_the_whole_register_of_november(aaret: Aar) -> None:
    dato = date(2026, 11, 15)
    antall = len(lines(aaret, "30", "2026-11-15")) + sum(aaret.manifest("30", "2026-11-15")["utelatt"].values())
    assert antall == enrolled(aaret, dato, dato)


def test_every_row_is_done(aaret: Aar) -> None:
    assert list(aaret.resultater) == BYGGEDE
    assert {resultat.utfall for resultat in aaret.resultater.values()} == {Utfall.FERDIG}


def test_every_built_row_has_a_test_of_its_own() -> None:
    navn = " ".join(navn for navn in globals() if navn.startswith("test_rad_"))
    deler = set(navn.replace("_", " ").split())
    assert [rad for rad in BYGGEDE if rad[:2] not in deler] == []
