"""Guardians: ``foresatte.csv`` is the rule as a caseworker reads it, one case a line."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.verdier import Mottaker
from tasks import kodeverk
from tasks.foresatte import FORESATTE, is_same
from tasks.krr import Kontakt, contact
from tasks.mottakere import FELT, Brevmottaker, decide, strictest

with (Path(__file__).parent / "foresatte.csv").open(encoding="utf-8", newline="") as fil:
    TABELL = list(csv.DictReader(fil, delimiter=";"))
MANGLER = "(mangler)"
FYLKENE = ("39", "40")
I_ORDEN = {
    "reservasjon": "NEI",
    "status": "AKTIV",
    "varslingsstatus": "KAN_VARSLES",
    "digital_post": {"postkasseadresse": "a#1"},
}
I_KRR: dict[str, dict[str, object]] = {
    "postkasse": {},
    "reservert": {"reservasjon": "JA"},
    "uten postkasse": {"digital_post": None},
    "kan ikke varsles": {"varslingsstatus": "KAN_IKKE_VARSLES"},
    "slettet": {"status": "SLETTET"},
}
UNGDOM = {
    "person_id": "P1", "fodselsnummer": "ungdom", "fornavn": "Åse", "etternavn": "Nordmann", "raadgiver": "R01",
    "personstatus": "bosatt", "kommunenummer": "3905", "adressegradering_vigo": "ugradert", "adresselinje1": "Vei 9",
    "postnummer": "3116", "poststed": "BY",
}  # fmt: skip


def facts(rad: dict[str, str]) -> dict[str, str]:
    """The facts of one line; the national ids are names, which is all that the gate needs of them."""
    person = dict.fromkeys(FELT, "") | UNGDOM | {"fodselsdato": rad["fødselsdato"]}
    person |= {"samtykke_dato": rad["samtykke gitt"], "samtykke_trukket_dato": rad["samtykke trukket"]}
    for plass, hode in zip(FORESATTE, ("foresatt 1", "foresatt 2"), strict=True):
        gate, _, sted = rad[f"{hode} adresse"].partition(", ")
        postnummer, _, poststed = sted.partition(" ")
        adresse = {"adresselinje1": gate, "postnummer": postnummer, "poststed": poststed}
        ledd = {"navn": "navn", "nummer": "fodselsnummer", "ansvar": "foreldreansvar"}
        ledd |= {"gradering Vigo": "adressegradering_vigo", "gradering OTTO": "adressegradering_otto"}
        adresse |= {felt: rad[f"{hode} {navn}"] for navn, felt in ledd.items()}
        person |= {f"{plass}_{felt}": verdi for felt, verdi in adresse.items()}
    return {felt: verdi for felt, verdi in person.items() if verdi != MANGLER}


def contacts(rad: dict[str, str]) -> dict[str, Kontakt]:
    svar = [(rad[f"{hode} nummer"], rad[f"{hode} i KRR"]) for hode in ("foresatt 1", "foresatt 2")]
    return {nummer: contact(I_ORDEN | I_KRR[krr]) for nummer, krr in svar if nummer and krr}


def outcome(rad: dict[str, str]) -> list[str]:
    faar, uten = decide(facts(rad), contacts(rad), date.fromisoformat(rad["utsendingsdato"]), FYLKENE)
    om_foresatte = [f"{u.grunn_kode}" for u in uten if u.mottaker is Mottaker.FORESATT]
    return [*(f"{m.ref or 'ungdom'}:{m.kanal}" for m in faar), *om_foresatte]


def expected(rad: dict[str, str]) -> list[str]:
    svar = [f"ungdom:{rad['ungdommen får']}"]
    for plass, kolonne in zip(FORESATTE, ("foresatt 1 får", "foresatt 2 får"), strict=True):
        if rad[kolonne]:
            svar.append(f"{plass}:{rad[kolonne]}" if rad[kolonne] in {"digital", "print"} else rad[kolonne])
    return svar


@pytest.mark.parametrize("rad", TABELL, ids=[rad["tilfelle"] for rad in TABELL])
def test_guardians_get_what_the_table_says(rad: dict[str, str]) -> None:
    assert sorted(outcome(rad)) == sorted(expected(rad)), rad["tilfelle"]


def test_the_table_has_at_least_sixty_cases_each_with_its_own_name_and_known_reasons() -> None:
    koder = {rad["kode"] for rad in kodeverk.all_rows("kodeverk/utelatt")} | {"", "digital", "print"}
    assert {rad[kolonne] for rad in TABELL for kolonne in ("foresatt 1 får", "foresatt 2 får")} <= koder
    assert len({rad["tilfelle"] for rad in TABELL}) == len(TABELL) >= 60


def case(navn: str) -> dict[str, str]:
    return next(rad for rad in TABELL if rad["tilfelle"] == navn)


def test_the_copy_goes_to_the_guardian_s_own_address_in_the_guardian_s_own_name() -> None:
    far = decide(facts(case("to foresatte: begge får samme brev")), {}, date(2026, 5, 11), FYLKENE)[0][-1]
    assert far == Brevmottaker(Mottaker.FORESATT, "foresatt2", far.kanal, "Far", "Sti 2", "3117", "BY")


@pytest.mark.parametrize(
    ("sist", "faar"),
    [
        ({}, True),
        ({"samtykke_dato": "2026-01-10", "samtykke_trukket_dato": ""}, True),
        ({"samtykke_trukket_dato": "2026-05-20"}, False),
        ({"samtykke_trukket_dato": "2026-01-09"}, True),
        ({"samtykke_dato": ""}, False),
        ({"samtykke_dato": "2026-05-20"}, True),
        ({"samtykke_dato": "2026-05-20", "samtykke_trukket_dato": "2026-05-19"}, False),
    ],
)
def test_a_withdrawal_counts_from_the_moment_we_know_it(sist: dict[str, str], faar: bool) -> None:
    dag = date(2026, 5, 11)
    person = strictest(facts(case("voksen med samtykke: begge får")), sist, dag, FYLKENE)
    assert (len(decide(person, {}, dag, FYLKENE)[0]) == 3) is faar


def test_an_adult_s_guardian_gets_a_copy_until_the_day_consent_is_withdrawn(bygd: Any) -> None:
    person = bygd.person(samtykke_dato="2026-01-02", **bygd.MOR)
    assert bygd.run().foreslaatt == 3  # the youth, her mother, the adviser
    bygd.change(person, "2026-05-20", "2026-05-11T08:30", samtykke_trukket_dato="2026-05-20")
    assert bygd.run(tid="2026-05-11T09:00").foreslaatt == 2


@pytest.mark.parametrize(
    ("deres", "vaar", "samme"),
    [
        (("Far Nordmann", ""), (" FAR  NORDMANN", ""), True),
        (("Far Nordmann", ""), ("Far Hansen", ""), False),
        (("Far Nordmann", "14830750275"), ("far nordmann", ""), True),
        (("Far Nordmann", ""), ("Far Hansen", "14830750275"), False),
        (("Far Nordmann", "14830750275"), ("Far Hansen", "14830750275"), True),
        (("Far Nordmann", "14830750275"), ("Far Nordmann", "14830750356"), False),
    ],
)
def test_a_source_s_guardian_is_ours_by_number_or_by_name_where_one_has_none(
    deres: tuple[str, str], vaar: tuple[str, str], *, samme: bool
) -> None:
    assert is_same(deres, vaar) is samme
    assert is_same(vaar, deres) is samme
