"""The dispatch gate: ``mottakere.csv`` is the rule as a caseworker reads it, one case a line."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.verdier import Mottaker
from tasks import kodeverk
from tasks.krr import Kontakt
from tasks.mottakere import FELT, FORESATTE, UGRADERT, Brevmottaker, decide, is_adult, is_protected

with (Path(__file__).parent / "mottakere.csv").open(encoding="utf-8", newline="") as fil:
    TABELL = list(csv.DictReader(fil, delimiter=";"))
ADRESSER = {"ja": ("Vei 1", "3116", "BY"), "samme": ("Vei 1", "3116", "BY"), "halv": ("Vei 1", "", "BY")}
INGEN = ("", "", "")


def facts(rad: dict[str, str]) -> dict[str, str]:
    """The facts of one line; the national ids are names, which is all that the gate needs of them."""
    person = dict.fromkeys(FELT, "") | {"person_id": "P1", "fodselsnummer": "ungdom", "raadgiver": "R01"}
    person |= {felt: rad[felt] for felt in ("fodselsdato", "personstatus")}
    for hvem in ("", *FORESATTE):
        fra, til = (f"{hvem}_", f"{hvem}_") if hvem else ("", "")
        person |= {f"{til}adressegradering_{kilde}": rad[f"{fra}gradering_{kilde}"] for kilde in ("vigo", "otto")}
        adresse = ADRESSER.get(rad[f"{fra}adresse"], INGEN)
        person |= dict(zip((f"{til}adresselinje1", f"{til}postnummer", f"{til}poststed"), adresse, strict=True))
    for hvem in FORESATTE:
        person[f"{hvem}_navn"], person[f"{hvem}_foreldreansvar"] = rad[f"{hvem}_navn"], rad[f"{hvem}_ansvar"]
        person[f"{hvem}_fodselsnummer"] = "" if rad[f"{hvem}_postkasse"] == "uten nummer" else hvem
    return person


def mailboxes(rad: dict[str, str]) -> dict[str, Kontakt]:
    return {
        navn: Kontakt(kan_digitalt=True)
        for navn, felt in [("ungdom", "postkasse"), *((f, f"{f}_postkasse") for f in FORESATTE)]
        if rad[felt] == "ja"
    }


@pytest.mark.parametrize("rad", TABELL, ids=[rad["tilfelle"] for rad in TABELL])
def test_the_gate_does_what_the_table_says(rad: dict[str, str]) -> None:
    faar, uten = decide(facts(rad), mailboxes(rad), date.fromisoformat(rad["utsendingsdato"]))
    svar = [mottaker.ref + ":" + mottaker.kanal for mottaker in faar] + [
        f"{utelatt.mottaker}:{utelatt.grunn_kode}" for utelatt in uten
    ]
    ventet = []
    for kolonne, ref in (("ungdommen", ""), ("foresatt1", "foresatt1"), ("foresatt2", "foresatt2")):
        er_kanal = rad[kolonne] in {"digital", "print"}
        hvem = ref if er_kanal else ("foresatt" if ref else "ungdom")
        ventet += [f"{hvem}:{rad[kolonne]}"] if rad[kolonne] else []
    assert sorted(svar) == sorted(ventet)


def test_every_reason_the_gate_gives_stands_in_the_code_list() -> None:
    koder = {rad["kode"] for rad in kodeverk.all_rows("kodeverk/utelatt")}
    brukt = {rad[kolonne] for rad in TABELL for kolonne in ("ungdommen", *FORESATTE)} - {"", "digital", "print"}
    assert brukt <= koder
    assert len(TABELL) >= 40


GRADERING = st.sampled_from([UGRADERT, UGRADERT, "", "fortrolig", "strengtFortrolig", "Ugradert", "kode 7", "mangler"])
STATUS = st.sampled_from(["bosatt", "bosatt", "midlertidig", "doed", "utflyttet", "opphoert", "", "BOSATT"])
FODT = st.one_of(st.just(""), st.dates(date(2000, 1, 1), date(2013, 1, 1)).map(str))
PERSON = st.fixed_dictionaries(
    dict.fromkeys(FELT, st.sampled_from(["", "x"]))
    | {felt: GRADERING for felt in FELT if "gradering" in felt}
    | {f"{foresatt}_foreldreansvar": st.sampled_from(["J", "N", "", "j"]) for foresatt in FORESATTE}
    | {"person_id": st.just("P1"), "personstatus": STATUS, "fodselsdato": FODT}
)
KONTAKTER = st.dictionaries(st.just("x"), st.just(Kontakt(kan_digitalt=True)))
DAGER = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(PERSON, KONTAKTER, DAGER)
def test_nobody_protected_or_dead_is_ever_a_recipient(
    person: dict[str, str], kontakter: dict[str, Kontakt], dato: date
) -> None:
    faar, uten = decide(person, kontakter, dato)
    ungdommens = {person["adressegradering_vigo"], person["adressegradering_otto"]}
    if person["personstatus"] not in {"bosatt", "midlertidig"} or ungdommens - {"", UGRADERT} or ungdommens == {""}:
        assert faar == []
        assert len(uten) == 1
    for foresatt in (mottaker.ref for mottaker in faar if mottaker.mottaker is Mottaker.FORESATT):
        grader = {person[f"{foresatt}_adressegradering_{kilde}"] for kilde in ("vigo", "otto")}
        assert grader - {""} == {UGRADERT}
        assert person[f"{foresatt}_foreldreansvar"] == "J"


@given(PERSON, KONTAKTER, DAGER)
def test_no_guardian_of_an_adult_ever_gets_anything(
    person: dict[str, str], kontakter: dict[str, Kontakt], dato: date
) -> None:
    faar, uten = decide(person, kontakter, dato)
    om_foresatte = [enkelt for enkelt in (*faar, *uten) if enkelt.mottaker is Mottaker.FORESATT]
    if om_foresatte:
        assert not is_adult(date.fromisoformat(person["fodselsdato"]), dato)


@given(PERSON, KONTAKTER, DAGER)
def test_everyone_asked_about_is_either_sent_to_or_explained(
    person: dict[str, str], kontakter: dict[str, Kontakt], dato: date
) -> None:
    faar, uten = decide(person, kontakter, dato)
    assert sum(enkelt.mottaker is Mottaker.UNGDOM for enkelt in (*faar, *uten)) == 1
    if faar and not is_adult(date.fromisoformat(person["fodselsdato"]), dato):
        registrerte = sum(bool(person[f"{foresatt}_navn"]) for foresatt in FORESATTE)
        om_foresatte = [enkelt for enkelt in (*faar, *uten) if enkelt.mottaker is Mottaker.FORESATT]
        assert len(om_foresatte) == max(registrerte, 1)


@given(st.dates(date(1990, 1, 1), date(2015, 12, 31)), st.dates(date(2008, 1, 1), date(2035, 12, 31)))
def test_one_is_of_age_from_the_eighteenth_birthday_and_not_a_day_before(fodt: date, dato: date) -> None:
    hele_aar = dato.year - fodt.year - ((dato.month, dato.day) < (fodt.month, fodt.day))
    assert is_adult(fodt, dato) == (hele_aar >= 18)


@given(st.lists(st.one_of(st.text(max_size=12), st.just(UGRADERT)), max_size=3))
def test_only_the_exact_word_in_every_source_opens_an_address(graderinger: list[str]) -> None:
    skjermet = is_protected(*graderinger)
    assert skjermet == (any(g not in {"", UGRADERT} for g in graderinger) or UGRADERT not in graderinger)


def test_the_guardian_copy_goes_to_the_guardians_own_address_in_the_guardians_own_name() -> None:
    rad = next(rad for rad in TABELL if rad["tilfelle"] == "mindreårig med to foresatte")
    person = facts(rad) | {"foresatt2_adresselinje1": "Andre veien 2"}
    far = decide(person, {}, date(2026, 5, 11))[0][-1]
    assert far == Brevmottaker(Mottaker.FORESATT, "foresatt2", far.kanal, "Far", "Andre veien 2", "3116", "BY")
