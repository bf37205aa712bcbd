"""The dispatch gate: ``mottakere.csv`` is the rule as a caseworker reads it, one case a line."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.verdier import Mottaker
from tasks import kodeverk
from tasks.adresse import UGRADERT, is_protected
from tasks.foresatte import FORESATTE, is_adult
from tasks.krr import Kontakt
from tasks.mottakere import FELT, Brevmottaker, decide, strictest

with (Path(__file__).parent / "mottakere.csv").open(encoding="utf-8", newline="") as fil:
    TABELL = list(csv.DictReader(fil, delimiter=";"))
ADRESSER = {"ja": ("Vei 1", "3116", "BY"), "samme": ("Vei 1", "3116", "BY"), "halv": ("Vei 1", "", "BY")}
INGEN = ("", "", "")
FYLKENE = ("39", "40")
DAG = date(2026, 5, 11)


def facts(rad: dict[str, str]) -> dict[str, str]:
    """The facts of one line; the national ids are names, which is all that the gate needs of them."""
    person = dict.fromkeys(FELT, "") | {"person_id": "P1", "fodselsnummer": "ungdom", "raadgiver": "R01"}
    person |= {felt: rad[felt] for felt in ("fodselsdato", "personstatus", "kommunenummer")}
    for hvem in ("", *FORESATTE):
        fra, til = (f"{hvem}_", f"{hvem}_") if hvem else ("", "")
        person |= {f"{til}adressegradering_{kilde}": rad[f"{fra}gradering_{kilde}"] for kilde in ("vigo", "otto")}
        adresse = ADRESSER.get(rad[f"{fra}adresse"], INGEN)
        person |= dict(zip((f"{til}adresselinje1", f"{til}postnummer", f"{til}poststed"), adresse, strict=True))
    for hvem in FORESATTE:
        person[f"{hvem}_navn"], person[f"{hvem}_foreldreansvar"] = rad[f"{hvem}_navn"], rad[f"{hvem}_ansvar"]
        person[f"{hvem}_fodselsnummer"] = hvem if rad[f"{hvem}_navn"] else ""
    return person


def mailboxes(rad: dict[str, str]) -> dict[str, Kontakt]:
    return {
        navn: Kontakt(kan_digitalt=True)
        for navn, felt in [("ungdom", "postkasse"), *((f, f"{f}_postkasse") for f in FORESATTE)]
        if rad[felt] == "ja"
    }


@pytest.mark.parametrize("rad", TABELL, ids=[rad["tilfelle"] for rad in TABELL])
def test_the_gate_does_what_the_table_says(rad: dict[str, str]) -> None:
    faar, uten = decide(facts(rad), mailboxes(rad), date.fromisoformat(rad["utsendingsdato"]), FYLKENE)
    svar = [mottaker.ref + ":" + mottaker.kanal for mottaker in faar] + [
        f"{utelatt.mottaker}:{utelatt.grunn_kode}" for utelatt in uten
    ]
    ventet = []
    for kolonne, ref in (("ungdommen", ""), ("foresatt1", "foresatt1"), ("foresatt2", "foresatt2")):
        er_kanal = rad[kolonne] in {"digital", "print"}
        hvem = ref if er_kanal else ("foresatt" if ref else "ungdom")
        ventet += [f"{hvem}:{rad[kolonne]}"] if rad[kolonne] else []
    assert sorted(svar) == sorted(ventet), rad["tilfelle"]
    assert {(utelatt.person_id, utelatt.raadgiver) for utelatt in uten} <= {("P1", "R01")}


def test_every_reason_the_gate_gives_stands_in_the_code_list() -> None:
    koder = {rad["kode"] for rad in kodeverk.all_rows("kodeverk/utelatt")}
    brukt = {rad[kolonne] for rad in TABELL for kolonne in ("ungdommen", *FORESATTE)} - {"", "digital", "print"}
    assert brukt <= koder
    assert len(TABELL) >= 40


@pytest.mark.parametrize("felt", [f for f in FELT if f in {"personstatus", "kommunenummer", "fodselsdato"}])
def test_a_column_that_is_missing_stops_as_a_blank_one_does(felt: str) -> None:
    person = facts(TABELL[0])
    assert decide(person, {}, DAG, FYLKENE)[0]
    assert decide({navn: verdi for navn, verdi in person.items() if navn != felt}, {}, DAG, FYLKENE)[0] == []


def test_a_county_with_no_number_sends_to_nobody() -> None:
    assert decide(facts(TABELL[0]), {}, DAG, ()) == ([], decide(facts(TABELL[0]), {}, DAG, ("15",))[1])


@pytest.mark.parametrize(
    ("sist", "grunn"),
    [
        ({"personstatus": "doed"}, "DOED_ELLER_UTFLYTTET"),
        ({"adressegradering_otto": "fortrolig"}, "SKJERMET"),
        ({"kommunenummer": "0301"}, "FLYTTET_FYLKE"),
        ({"kommunenummer": "4003", "personstatus": "bosatt", "adressegradering_vigo": "ugradert"}, ""),
        ({}, ""),
    ],
)
def test_what_closes_counts_from_the_moment_we_know_it(sist: dict[str, str], grunn: str) -> None:
    person = strictest(facts(TABELL[0]), sist, DAG, FYLKENE)
    _, uten = decide(person, {}, DAG, FYLKENE)
    assert [utelatt.grunn_kode for utelatt in uten] == ([grunn] if grunn else [])


@pytest.mark.parametrize(
    "sist",
    [
        {"kommunenummer": "3905"},
        {"personstatus": "bosatt"},
        {"adressegradering_vigo": "ugradert"},
        {"samtykke_dato": "2026-01-01"},
    ],
)
def test_what_opens_counts_only_from_its_own_day(sist: dict[str, str]) -> None:
    (felt,) = sist
    lukket = facts(TABELL[0]) | {felt: {"kommunenummer": "0301", "personstatus": "doed"}.get(felt, "")}
    assert strictest(lukket, sist, DAG, FYLKENE)[felt] == lukket[felt]


GRADERING = st.sampled_from([UGRADERT, UGRADERT, "", "fortrolig", "strengtFortrolig", "Ugradert", "kode 7", "mangler"])
STATUS = st.sampled_from(["bosatt", "bosatt", "midlertidig", "doed", "utflyttet", "opphoert", "", "BOSATT"])
FODT = st.one_of(st.just(""), st.dates(date(2000, 1, 1), date(2013, 1, 1)).map(str))
KOMMUNE = st.sampled_from(["3905", "3905", "4003", "3803", "0301", "301", "3999", "", "Tønsberg"])
SAMTYKKE = st.sampled_from(["", "2026-01-01", "2026-01-02", "2026-06-01", "2027-01-01", "ja"])
PERSON = st.fixed_dictionaries(
    dict.fromkeys(FELT, st.sampled_from(["", "x"]))
    | {felt: GRADERING for felt in FELT if "gradering" in felt}
    | {f"{foresatt}_foreldreansvar": st.sampled_from(["J", "J", "N", "", "j"]) for foresatt in FORESATTE}
    | {"person_id": st.just("P1"), "personstatus": STATUS, "fodselsdato": FODT, "kommunenummer": KOMMUNE}
    | {"samtykke_dato": SAMTYKKE, "samtykke_trukket_dato": SAMTYKKE}
)
KONTAKTER = st.dictionaries(st.just("x"), st.just(Kontakt(kan_digitalt=True)))
DAGER = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def open_address(person: dict[str, str], prefiks: str) -> bool:
    """The naive reading: some source says exactly "ugradert", and none says anything else."""
    sagt = [person[f"{prefiks}adressegradering_{kilde}"] for kilde in ("vigo", "otto", "skole")]
    return UGRADERT in sagt and sagt.count(UGRADERT) + sagt.count("") == len(sagt)


def may_get(person: dict[str, str], dato: date) -> set[str]:
    """A second, naive computation of who may get it at most: "" is the youth."""
    if person["personstatus"] not in {"bosatt", "midlertidig"} or not open_address(person, ""):
        return set()
    if person["kommunenummer"] not in {"3905", "4003", "3803"} or not person["fodselsdato"]:
        return set()
    fodt = date.fromisoformat(person["fodselsdato"])
    if not 15 <= dato.year - fodt.year <= 24:
        return set()
    gitt, trukket = person["samtykke_dato"], person["samtykke_trukket_dato"]
    samtykker = gitt not in {"", "ja"} and gitt <= str(dato) and (trukket == "" or trukket < gitt)
    voksen = (fodt.year + 18, fodt.month, fodt.day) <= (dato.year, dato.month, dato.day)
    if voksen and not samtykker:
        return {""}
    return {"", *(f for f in FORESATTE if open_address(person, f"{f}_") and person[f"{f}_foreldreansvar"] == "J")}


@given(PERSON, KONTAKTER, DAGER)
def test_nobody_gets_it_whom_a_naive_second_look_would_stop(
    person: dict[str, str], kontakter: dict[str, Kontakt], dato: date
) -> None:
    faar, uten = decide(person, kontakter, dato, FYLKENE)
    assert {mottaker.ref for mottaker in faar} <= may_get(person, dato)
    assert len({mottaker.ref for mottaker in faar}) == len(faar)
    if not may_get(person, dato):
        assert (faar, len(uten)) == ([], 1)


@given(PERSON, KONTAKTER, DAGER)
def test_no_guardian_of_an_adult_without_consent_is_even_mentioned(
    person: dict[str, str], kontakter: dict[str, Kontakt], dato: date
) -> None:
    faar, uten = decide(person | {"samtykke_dato": ""}, kontakter, dato, FYLKENE)
    if any(enkelt.mottaker is Mottaker.FORESATT for enkelt in (*faar, *uten)):
        assert not is_adult(date.fromisoformat(person["fodselsdato"]), dato)


@given(PERSON, KONTAKTER, DAGER)
def test_everyone_asked_about_is_either_sent_to_or_explained(
    person: dict[str, str], kontakter: dict[str, Kontakt], dato: date
) -> None:
    faar, uten = decide(person, kontakter, dato, FYLKENE)
    assert sum(enkelt.mottaker is Mottaker.UNGDOM for enkelt in (*faar, *uten)) == 1
    om_foresatte = [enkelt for enkelt in (*faar, *uten) if enkelt.mottaker is Mottaker.FORESATT]
    if faar and not is_adult(date.fromisoformat(person["fodselsdato"]), dato):
        navngitte = sum(bool(person[f"{f}_navn"] or person[f"{f}_fodselsnummer"]) for f in FORESATTE)
        assert 1 <= len(om_foresatte) <= max(navngitte, 1)


@given(PERSON, KONTAKTER, DAGER)
def test_a_protected_youth_is_only_ever_counted(
    person: dict[str, str], kontakter: dict[str, Kontakt], dato: date
) -> None:
    _, uten = decide(person | {"adressegradering_otto": "fortrolig"}, kontakter, dato, FYLKENE)
    samlet = {rad["kode"] for rad in kodeverk.all_rows("kodeverk/utelatt") if rad["samlet"] == "ja"}
    assert {utelatt.grunn_kode for utelatt in uten} <= samlet


@given(st.dates(date(1990, 1, 1), date(2015, 12, 31)), st.dates(date(2008, 1, 1), date(2035, 12, 31)))
def test_one_is_of_age_from_the_eighteenth_birthday_and_not_a_day_before(fodt: date, dato: date) -> None:
    hele_aar = dato.year - fodt.year - ((dato.month, dato.day) < (fodt.month, fodt.day))
    assert is_adult(fodt, dato) == (hele_aar >= 18)


@given(st.lists(st.one_of(st.text(max_size=12), st.just(UGRADERT)), max_size=3))
def test_only_the_exact_word_in_every_source_opens_an_address(graderinger: list[str]) -> None:
    skjermet = is_protected(*graderinger)
    assert skjermet == (any(g not in {"", UGRADERT} for g in graderinger) or UGRADERT not in graderinger)


def test_the_recipient_has_his_own_name_and_address() -> None:
    person = facts(TABELL[0]) | {"fornavn": "Åse", "etternavn": "Li"}
    (aase,) = decide(person, {}, DAG, FYLKENE)[0]
    assert aase == Brevmottaker(Mottaker.UNGDOM, "", aase.kanal, "Åse Li", "Vei 1", "3116", "BY")


@pytest.mark.parametrize(("kommune", "grunner"), [("0301", ["FLYTTET_FYLKE"]), ("3907", []), ("Oslo", [])])
def test_one_who_has_moved_to_another_county_gets_no_letter_though_the_row_is_set_aside(
    bygd: Any, kommune: str, grunner: list[str]
) -> None:
    nummer = bygd.number("2007-03-14", 1)
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": nummer})
    bygd.run("12", "2026-04-27T08:00")
    bygd.deliver("otto_uttrekk", {"fodselsnummer": nummer, "kommunenummer": kommune})
    bygd.run("17", "2026-05-04T08:00")
    svar = bygd.run()
    assert bygd.ask("SELECT grunn_kode FROM oppgave WHERE rad = ?", bygd.BREV) == [(grunn,) for grunn in grunner]
    assert (svar.forslag_id is None) == bool(grunner)


def test_a_row_set_aside_for_something_else_does_not_move_anyone_within_the_county(bygd: Any) -> None:
    nummer = bygd.number("2007-03-14", 1)
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": nummer})
    bygd.run("12", "2026-04-27T08:00")
    bygd.deliver("otto_uttrekk", {"fodselsnummer": nummer, "kommunenummer": "3907", "postnummer": "31"})
    assert bygd.run("17", "2026-05-04T08:00").karantene == 1
    assert bygd.facts(nummer, "kommunenummer") == ("3905",)
