"""A guardian whom a source has graded in any youth's record is graded in all, from the moment we know it."""

from typing import Any

import pytest

from tasks.feil import BrukerFeil

MOR_NR, FAR_NR = "14830750275", "14830750356"
FAR = {
    "foresatt2_navn": "Far Nordmann", "foresatt2_fodselsnummer": FAR_NR, "foresatt2_foreldreansvar": "J",
    "foresatt2_adresselinje1": "Farsveien 2", "foresatt2_postnummer": "3110", "foresatt2_poststed": "TØNSBERG",
    "foresatt2_adressegradering_vigo": "ugradert",
}  # fmt: skip


@pytest.fixture
def soesken(bygd: Any) -> Any:
    """Two youths with the same mother; the first has no letter coming, so that only what is known of her is used."""
    bygd.forste = bygd.person(**bygd.MINDREAARIG, foresatt1_fodselsnummer=MOR_NR, ikkesoker_skoleaar="", raadgiver="")
    bygd.andre = bygd.person(**bygd.MINDREAARIG | FAR, foresatt1_fodselsnummer=MOR_NR, raadgiver="")
    return bygd


def written_to(bygd: Any) -> list[str]:
    rader = bygd.ask(
        "SELECT person_id, json_extract_string(innhold, '$.brev.navn') FROM utsending WHERE innhold LIKE '%brev%'"
    )
    assert {person for person, _ in rader} <= {bygd.andre}
    return sorted(navn for _, navn in rader)


def test_both_guardians_get_the_copy_where_nobody_has_graded_either(soesken: Any) -> None:
    soesken.letters_sent()
    assert written_to(soesken) == ["Far Nordmann", "Mor Nordmann", "Åse Nordmann"]


@pytest.mark.parametrize(("fra", "gradering"), [("2026-04-01", "fortrolig"), ("2026-12-01", "KODE 6")])
@pytest.mark.parametrize("kilde", ["vigo", "otto", "skole"])
def test_one_protected_in_a_sibling_s_record_gets_no_copy_and_the_other_guardian_does(
    soesken: Any, fra: str, gradering: str, kilde: str
) -> None:
    for person in (soesken.forste, soesken.andre):
        open_ = {f"foresatt{nr}_adressegradering_{kilde}": "ugradert" for nr in (1, 2)}
        soesken.change(person, "2026-03-01", **open_)
    soesken.change(soesken.forste, fra, **{f"foresatt1_adressegradering_{kilde}": gradering})
    forslag_id = soesken.letters_sent()
    til = written_to(soesken)
    assert "Mor Nordmann" not in til
    assert "Åse Nordmann" in til
    assert ("Far Nordmann" in til) == (kilde == "vigo")
    assert {grunn for *_, grunn in soesken.reasons(forslag_id)} == {"FORESATT_SKJERMET"}


@pytest.mark.parametrize("gradering", ["", "mangler", "ugradert"])
def test_what_a_source_has_not_said_of_a_sibling_s_guardian_closes_nothing(soesken: Any, gradering: str) -> None:
    soesken.change(soesken.forste, "2026-04-01", foresatt1_adressegradering_vigo=gradering)
    soesken.letters_sent()
    assert "Mor Nordmann" in written_to(soesken)


def test_another_who_stands_in_the_same_place_of_a_sibling_is_not_closed(soesken: Any) -> None:
    annen = {"foresatt1_fodselsnummer": "", "foresatt1_adressegradering_vigo": "fortrolig"}
    soesken.change(soesken.forste, "2026-04-01", **annen)
    soesken.change(soesken.andre, "2026-04-01", foresatt1_fodselsnummer="")
    soesken.letters_sent()
    assert "Mor Nordmann" in written_to(soesken)


def test_a_youth_of_whom_nothing_holds_yet_grades_nobody_and_stops_nobody(soesken: Any) -> None:
    soesken.person("2026-12-01", **soesken.MINDREAARIG | {"foresatt1_adressegradering_vigo": "fortrolig"})
    soesken.letters_sent()
    assert "Mor Nordmann" in written_to(soesken)


def test_the_approval_is_void_when_a_sibling_s_record_tells_of_it_since(soesken: Any) -> None:
    soesken.approve(soesken.run().forslag_id)
    soesken.change(soesken.forste, "2026-04-01", "2026-05-11T09:00", foresatt1_adressegradering_vigo="fortrolig")
    with pytest.raises(BrukerFeil, match="ÅH-1403"):
        soesken.send(tid="2026-05-11T12:00")
