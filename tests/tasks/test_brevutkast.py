"""What a drafted letter holds: the category it is written for, the logo and the title it is approved with."""

import json
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tasks import brevutkast
from tasks.brev import render, title_of
from tasks.feil import BrukerFeil
from tasks.filer import DATA
from tasks.foresattreferanser import Omtalt, references
from tasks.logo import kept_logo

HOEST, HOESTDAG = "25-brev-neisvarere", "2026-09-21T08:00"
LOGO = (DATA / "demo" / "logo.svg").read_bytes()


def letters(bygd: Any, rad: str, tid: str) -> list[Any]:
    """The letters that the row proposes, the youth's first."""
    forslag_id = bygd.run(rad, tid).forslag_id
    rader = bygd.ask(
        "SELECT innhold FROM utsending WHERE forslag_id = ? AND mottaker <> 'rådgiver' ORDER BY mottaker DESC",
        forslag_id,
    )
    return [brevutkast.letter_of(innhold) for (innhold,) in rader]


def give_logo(bygd: Any) -> None:
    sti = bygd.hjem.mappe / "innstillinger.toml"
    sti.write_text(sti.read_text("utf-8").replace("[fylke]\n", '[fylke]\nlogo = "logo.svg"\n'), "utf-8")
    (bygd.hjem.mappe / "logo.svg").write_bytes(LOGO)


@pytest.mark.parametrize(("kode", "skrives"), [("N", "N"), ("S", "S"), ("V", "V"), ("", ""), ("Q", "")])
def test_autumns_letter_is_written_for_the_category_that_holds(bygd: Any, kode: str, skrives: str) -> None:
    bygd.person(ikkesoker_skoleaar="", neisvarer_skoleaar="20262027", ajourholdskode=kode, **bygd.MINDREAARIG)
    brev = letters(bygd, HOEST, HOESTDAG)
    assert [enkelt.kategori for enkelt in brev] == [skrives] * 2
    assert {enkelt.skoleaar for enkelt in brev} == {"2026/2027"}


def test_springs_letter_does_not_hold_the_category_of_last_autumn(bygd: Any) -> None:
    bygd.person(ajourholdskode="S")
    (brev,) = letters(bygd, bygd.BREV, bygd.BREVDAG)
    assert brev.kategori == ""
    assert title_of(brev) == "Hva gjør du neste skoleår, 2026/2027?"


def test_the_title_stands_in_what_is_approved_and_in_the_advisers_notice(bygd: Any) -> None:
    bygd.person()
    bygd.run()
    innhold = dict(bygd.ask("SELECT mottaker, innhold FROM utsending"))
    tittel = json.loads(innhold["ungdom"])["tittel"]
    assert tittel == title_of(brevutkast.letter_of(innhold["ungdom"]))
    assert tittel in json.loads(innhold["rådgiver"])["emne"]


def test_letters_hold_the_hash_of_the_countys_logo_and_the_logo_is_kept(bygd: Any) -> None:
    bygd.person(**bygd.MINDREAARIG)
    give_logo(bygd)
    ungdom, foresatt = letters(bygd, bygd.BREV, bygd.BREVDAG)
    assert ungdom.logo == foresatt.logo
    assert kept_logo(bygd.hjem, ungdom.logo) == LOGO


def test_an_approval_is_void_when_the_logo_has_changed_since(bygd: Any) -> None:
    bygd.person()
    give_logo(bygd)
    bygd.approve(bygd.run().forslag_id)
    (bygd.hjem.mappe / "logo.svg").write_bytes(LOGO.replace(b"#17566b", b"#661133"))
    with pytest.raises(BrukerFeil, match="ÅH-1403"):
        bygd.send()
    assert bygd.files() == []


def test_no_letter_is_proposed_without_the_logo_that_the_settings_name(bygd: Any) -> None:
    bygd.person()
    give_logo(bygd)
    (bygd.hjem.mappe / "logo.svg").unlink()
    with pytest.raises(BrukerFeil, match="ÅH-1511"):
        bygd.run()
    assert bygd.ask("SELECT count(*) FROM forslag") == [(0,)]


def test_letters_with_a_logo_are_handed_over_with_it(bygd: Any) -> None:
    bygd.person()
    bygd.letters_sent()
    bygd.person(fornavn="Eva")
    give_logo(bygd)
    bygd.letters_sent(tid="2026-05-12T08:00")
    sider = [PdfReader(sti).pages[0] for sti in bygd.files() if sti.suffix == ".pdf"]
    # What is drawn on the page: the files' sizes differ by which letters of the alphabet their references use, too.
    uten, med = sorted(side.get_contents().get_data().count(b" l\n") for side in sider)
    assert med > uten


def test_when_the_source_swaps_the_guardians_places_each_still_gets_one_letter(bygd: Any) -> None:
    far = {felt.replace("foresatt1", "foresatt2"): verdi for felt, verdi in bygd.MOR.items()}
    far |= {"foresatt2_navn": "Far Nordmann", "foresatt2_adresselinje1": ""}
    person = bygd.person(**bygd.MINDREAARIG, **far, raadgiver="")
    bygd.letters_sent()
    byttet = {
        "foresatt1_navn": "Far Nordmann",
        "foresatt2_navn": "Mor Nordmann",
        "foresatt2_adresselinje1": "Storgata 1",
    }
    bygd.change(person, "2026-05-11", "2026-05-11T12:00", **byttet)
    bygd.letters_sent(tid="2026-05-12T08:00")
    brev = bygd.ask("SELECT innhold FROM utsending WHERE mottaker = 'foresatt' ORDER BY utsending_id")
    assert [json.loads(innhold)["brev"]["navn"] for (innhold,) in brev] == ["Mor Nordmann", "Far Nordmann"]


@pytest.mark.parametrize(
    ("felt", "hvem", "faar"),
    [("etternavn", {"ungdom", "foresatt"}, []), ("foresatt1_navn", {"foresatt"}, ["ungdom"])],
)
def test_a_letter_with_a_character_that_no_font_has_goes_to_a_person_and_the_others_go(
    bygd: Any, felt: str, hvem: set[str], faar: list[str]
) -> None:
    person = bygd.person(**bygd.MINDREAARIG | {felt: "Nordmann 王"}, raadgiver="R05")
    andre = bygd.person(raadgiver="R05")
    forslag_id = bygd.run().forslag_id
    uten = bygd.reasons(forslag_id)
    assert {(mottaker, grunn) for _, mottaker, grunn in uten} == {(mottaker, "TEGN_MANGLER") for mottaker in hvem}
    til = bygd.ask("SELECT person_id, mottaker FROM utsending WHERE person_id <> '' ORDER BY ALL")
    assert til == sorted([(person, mottaker) for mottaker in faar] + [(andre, "ungdom")])
    assert bygd.ask("SELECT DISTINCT gjelder, raadgiver FROM oppgave WHERE grunn_kode = 'TEGN_MANGLER'") == [
        (person, "R05")
    ]


def guardians_letters(bygd: Any) -> list[tuple[str, str]]:
    """Return name and street of each guardian who is written to, proposal by proposal."""
    brev = bygd.ask("SELECT innhold FROM utsending WHERE mottaker = 'foresatt' ORDER BY utsending_id")
    alle = [json.loads(innhold)["brev"] for (innhold,) in brev]
    return [(ett["navn"], ett["adresselinje1"]) for ett in alle]


@pytest.mark.parametrize("foer", ["", "14830750275"])
def test_a_guardian_whose_number_becomes_known_or_unknown_gets_no_second_letter(bygd: Any, foer: str) -> None:
    person = bygd.person(**bygd.MINDREAARIG, foresatt1_fodselsnummer=foer, raadgiver="")
    bygd.letters_sent()
    siden = "" if foer else "14830750275"
    bygd.change(person, "2026-05-11", "2026-05-11T12:00", foresatt1_fodselsnummer=siden)
    assert bygd.run(bygd.BREV, "2026-05-12T08:00").forslag_id is None


def test_another_guardian_of_the_same_name_gets_a_letter_when_both_have_numbers(bygd: Any) -> None:
    person = bygd.person(**bygd.MINDREAARIG, foresatt1_fodselsnummer="14830750275", raadgiver="")
    bygd.letters_sent()
    bygd.change(person, "2026-05-11", "2026-05-11T12:00", foresatt1_fodselsnummer="14830750356")
    bygd.letters_sent(tid="2026-05-12T08:00")
    assert len(guardians_letters(bygd)) == 2


def test_two_guardians_of_the_same_name_get_one_letter_each_whichever_place_they_stand_in(bygd: Any) -> None:
    to = {felt.replace("foresatt1", "foresatt2"): verdi for felt, verdi in bygd.MOR.items()}
    person = bygd.person(**bygd.MINDREAARIG, **to | {"foresatt2_adresselinje1": "Annengata 5"}, raadgiver="")
    bygd.letters_sent()
    assert sorted(guardians_letters(bygd)) == [("Mor Nordmann", "Annengata 5"), ("Mor Nordmann", "Storgata 1")]
    byttet = {"foresatt1_adresselinje1": "Annengata 5", "foresatt2_adresselinje1": "Storgata 1"}
    bygd.change(person, "2026-05-11", "2026-05-11T12:00", **byttet)
    assert bygd.run(bygd.BREV, "2026-05-12T08:00").forslag_id is None


def test_of_two_of_the_same_name_the_one_who_could_not_be_written_to_gets_hers_when_she_can(bygd: Any) -> None:
    to = {felt.replace("foresatt1", "foresatt2"): verdi for felt, verdi in bygd.MOR.items()}
    person = bygd.person(**bygd.MINDREAARIG, **to | {"foresatt2_adresselinje1": ""}, raadgiver="")
    bygd.letters_sent()
    assert guardians_letters(bygd) == [("Mor Nordmann", "Storgata 1")]
    byttet = {"foresatt1_adresselinje1": "Annengata 5", "foresatt2_adresselinje1": "Storgata 1"}
    bygd.change(person, "2026-05-11", "2026-05-11T12:00", **byttet)
    bygd.letters_sent(tid="2026-05-12T08:00")
    assert guardians_letters(bygd) == [("Mor Nordmann", "Storgata 1"), ("Mor Nordmann", "Annengata 5")]


def test_each_keeps_her_own_reference_when_both_share_a_name_and_one_has_a_number() -> None:
    uten, med = Omtalt("a", "Kari Hansen", "", ("Vei 1",)), Omtalt("b", "Kari Hansen", "14830750275", ("Vei 2",))
    naa = [replace(uten, ref="foresatt1", adresse=("Ny vei",)), replace(med, ref="foresatt2", adresse=("Ny vei",))]
    for hatt in ([uten, med], [med, uten]):
        assert references("hemmelig", naa, hatt) == {"foresatt1": "a", "foresatt2": "b"}
        assert references("hemmelig", naa[::-1], hatt) == {"foresatt1": "a", "foresatt2": "b"}


def test_one_without_a_number_keeps_her_own_though_one_with_a_number_has_the_name_and_the_home() -> None:
    uten = Omtalt("a", "Kari Hansen", "", ("Vei 1",))
    naa = [replace(uten, ref="foresatt1", nummer="14830750275"), replace(uten, ref="foresatt2")]
    for rekke in (naa, naa[::-1]):
        svar = references("hemmelig", rekke, [uten])
        assert svar["foresatt2"] == "a"
        assert svar["foresatt1"] != "a"


def test_a_number_that_has_become_known_is_hers_who_lives_there_and_not_hers_of_the_name_elsewhere() -> None:
    foer = Omtalt("a", "Kari Hansen", "", ("Vei 1",))
    naa = [replace(foer, ref="foresatt1", adresse=("Vei 2",)), replace(foer, ref="foresatt2", nummer="14830750275")]
    for rekke in (naa, naa[::-1]):
        assert references("hemmelig", rekke, [foer])["foresatt2"] == "a"


def test_a_reference_is_made_of_the_number_or_of_the_name_and_never_of_the_place() -> None:
    med = Omtalt("foresatt1", "Kari Hansen", "14830750275", ("Vei 1",))
    uten = replace(med, nummer="")

    def alone(omtalt: Omtalt) -> str:
        return references("hemmelig", [omtalt], [])[omtalt.ref]

    assert alone(med) == alone(replace(med, ref="foresatt2", navn="Kari Li", adresse=("Vei 2",)))
    assert alone(uten) == alone(replace(uten, ref="foresatt2", navn="KARI  hansen", adresse=("Vei 2",)))
    assert len({alone(med), alone(uten), alone(replace(uten, navn="Kari Li"))}) == 3


@pytest.mark.parametrize(("fodt", "sagt"), [("2009-03-14", "under 18 år"), ("2007-03-14", "som har samtykket til")])
def test_the_copy_says_why_the_guardian_gets_it(bygd: Any, fodt: str, sagt: str) -> None:
    bygd.person(**bygd.MOR, fodselsdato=fodt, samtykke_dato="2026-01-10", raadgiver="")
    bygd.run()
    ((innhold,),) = bygd.ask("SELECT innhold FROM utsending WHERE mottaker = 'foresatt'")
    pdf = PdfReader(BytesIO(render(brevutkast.letter_of(innhold))))
    assert sagt in " ".join(pdf.pages[0].extract_text().split())
