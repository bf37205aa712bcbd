"""Each source numbers the guardians itself: what stands in a place is always about one guardian."""

from typing import Any

import pytest

from tasks.register import fakta

PLASS = ("navn", "foreldreansvar", "adresselinje1", "postnummer", "poststed")
MOR = ("Mor Nordmann", "J", "Morsgata 1", "3116", "TØNSBERG")
FAR = ("Far Nordmann", "J", "Farsveien 2", "3110", "TØNSBERG")
FEB, APRIL, JUNI = ("02", "2026-02-09T08:00"), ("12", "2026-04-27T08:00"), ("17", "2026-06-01T08:00")


def place(foresatt: tuple[str, ...], **felt: str) -> dict[str, str]:
    sagt = dict(zip(PLASS, foresatt, strict=True)) | felt
    return {f"foresatt1_{felt}": verdi for felt, verdi in sagt.items()}


def otto(bygd: Any, naar: tuple[str, str], **felt: str) -> None:
    bygd.deliver("otto_uttrekk", {"fodselsnummer": bygd.nr} | felt)
    bygd.run(*naar)


def vigo(bygd: Any, naar: tuple[str, str] = ("08", "2026-03-16T08:00"), **felt: str) -> None:
    bygd.deliver("vigo_ikkesokere", {"fodselsnummer": bygd.nr} | felt)
    bygd.run(*naar)


def stands(bygd: Any) -> tuple[str, ...]:
    return tuple(bygd.facts(bygd.nr, *(f"foresatt1_{felt}" for felt in PLASS)))


@pytest.fixture
def en(bygd: Any) -> Any:
    """One youth."""
    bygd.nr = bygd.number("2009-03-14", 1)
    return bygd


def test_what_a_source_changes_of_its_own_guardian_never_lands_on_the_other_source_s(en: Any) -> None:
    otto(en, FEB, **place(FAR))
    vigo(en, **place(MOR))
    assert stands(en) == MOR
    otto(en, JUNI, **place(FAR, adresselinje1="Nyveien 3", postnummer="3117"))
    assert stands(en) == ("Far Nordmann", "J", "Nyveien 3", "3117", "TØNSBERG")


def test_a_guardian_whose_address_the_source_does_not_tell_does_not_get_another_s(en: Any) -> None:
    otto(en, FEB, **place(FAR))
    vigo(en, **place((MOR[0], "J", "", "", "")))
    assert stands(en) == ("Mor Nordmann", "J", "", "", "")


def test_a_guardian_told_of_in_a_file_without_addresses_does_not_get_another_s_either(en: Any) -> None:
    otto(en, FEB, **place(FAR))
    en.deliver("vigo_ikkesokere", {"fodselsnummer": en.nr} | place(MOR))
    sti = en.hjem.innboks / "vigo_ikkesokere.csv"
    rader = [linje.split(";") for linje in sti.read_text("utf-8").splitlines()]
    med = [nr for nr, hode in enumerate(rader[0]) if not hode.startswith(("Foresatt1Adr", "Foresatt1Post"))]
    sti.write_text("\n".join(";".join(rad[nr] for nr in med) for rad in rader), "utf-8")
    assert len(med) < len(rader[0])
    en.run("08", "2026-03-16T08:00")
    assert stands(en) == ("Mor Nordmann", "J", "", "", "")


def test_what_the_two_have_alike_is_said_of_the_guardian_who_is_there_now(en: Any) -> None:
    otto(en, FEB, **place(FAR, poststed="TØNSBERG"))
    vigo(en, **place(MOR, poststed="TØNSBERG"))
    otto(en, JUNI, **place(FAR, foreldreansvar="N"))
    assert stands(en) == ("Far Nordmann", "N", *FAR[2:])


@pytest.mark.parametrize(
    ("deres", "vaart", "samme"),
    [
        ({}, {"navn": "FAR  NORDMANN"}, True),
        ({"fodselsnummer": "14830750275"}, {}, True),
        ({"fodselsnummer": "14830750275"}, {"fodselsnummer": "14830750275", "navn": "Far Hansen"}, True),
        ({"fodselsnummer": "14830750275"}, {"fodselsnummer": "14830750356"}, False),
        ({}, {"navn": "Far Hansen"}, False),
    ],
)
def test_the_same_guardian_in_both_is_put_together_and_another_is_taken_whole(
    en: Any, deres: dict[str, str], vaart: dict[str, str], *, samme: bool
) -> None:
    otto(en, FEB, **place(FAR, **deres))
    vigo(en, **place(FAR, adresselinje1="Nyveien 3", **vaart))
    otto(en, JUNI, **place(FAR, foreldreansvar="N", **deres))
    assert en.facts(en.nr, "foresatt1_adresselinje1") == ("Nyveien 3" if samme else "Farsveien 2",)
    assert en.facts(en.nr, "foresatt1_foreldreansvar") == ("N",)


def test_what_the_source_says_of_the_youth_herself_follows_its_own_rule_all_the_same(en: Any) -> None:
    otto(en, FEB, **place(FAR), adresselinje1="Gamleveien 1")
    vigo(en, **place(MOR), adresselinje1="Vigoveien 2")
    otto(en, JUNI, **place(FAR, adresselinje1="Nyveien 3"), adresselinje1="Ottoveien 4")
    assert stands(en) == ("Far Nordmann", "J", "Nyveien 3", *FAR[3:])
    assert en.facts(en.nr, "adresselinje1") == ("Vigoveien 2",)


@pytest.mark.parametrize("felt", ["navn", "adresselinje1"])
def test_a_place_that_a_person_has_corrected_stands_whole_when_another_source_speaks_first(en: Any, felt: str) -> None:
    vigo(en, **place(MOR))
    en.change("P0000001", "2026-05-01", kjoring_id=f"{fakta.RETTELSE}2026-1", **{f"foresatt1_{felt}": "Rettet"})
    rettet = stands(en)
    otto(en, JUNI, **place(FAR))
    assert stands(en) == rettet


def test_responsibility_that_a_person_has_corrected_is_unknown_when_the_guardians_change_places(en: Any) -> None:
    otto(en, FEB, **place(FAR))
    en.change("P0000001", "2026-03-01", kjoring_id=f"{fakta.RETTELSE}2026-1", foresatt1_foreldreansvar="N")
    vigo(en, **place(MOR))
    assert stands(en) == ("Far Nordmann", "N", *FAR[2:])
    vigo(en, APRIL, **place(MOR, adresselinje1="Nyveien 3"))
    assert stands(en) == ("Mor Nordmann", "", "Nyveien 3", *MOR[3:])
    otto(en, JUNI, **place(FAR, adresselinje1="Nyveien 4"))
    assert stands(en) == ("Far Nordmann", "", "Nyveien 4", *FAR[3:])
