"""Sample letters before approval: which are chosen, what lies where, and that they go away."""

import json
import stat
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any

from schemas.utsending import Sending, as_json
from schemas.verdier import Kanal, Mottaker
from tasks.brev import render
from tasks.forhaandsvisning import preview_folder, remove_previews, write_previews
from tests.tasks.test_brev import BREV

FORSLAG = "F2026-14-1"
VARSEL = Sending("", Mottaker.RAADGIVER, "R05", Kanal.EPOST, "0" * 32, as_json({"emne": "Brev sendes"}))


def item(mottaker: Mottaker, kanal: Kanal, nummer: int = 1, **felt: Any) -> Sending:
    brev = asdict(replace(BREV, **felt))
    nokkel = sha256(f"{mottaker}{kanal}{nummer}{felt}".encode()).hexdigest()[:32]
    return Sending(f"P{nummer:07}", mottaker, "", kanal, nokkel, as_json({"brev": brev}))


def ungdom(kanal: Kanal = Kanal.DIGITAL, nummer: int = 1, **felt: Any) -> Sending:
    return item(Mottaker.UNGDOM, kanal, nummer, **felt)


def foresatt(**felt: Any) -> Sending:
    return item(Mottaker.FORESATT, Kanal.DIGITAL, gjelder="Kari Nordmann", **felt)


def shown(bygd: Any, *sendinger: Sending) -> list[str]:
    """The kinds of letters shown, in order."""
    return [navn.removesuffix(".pdf") for navn in write_previews(bygd.hjem, FORSLAG, sendinger) if ".pdf" in navn]


def test_three_letters_show_the_three_kinds_of_recipients(bygd: Any) -> None:
    mange = [ungdom(nummer=nummer) for nummer in range(20)]
    assert shown(bygd, *mange, ungdom(Kanal.PRINT), foresatt(), VARSEL) == [
        "1-foresatt-nb",
        "2-ungdom-digital-nb",
        "3-ungdom-print-nb",
    ]


def test_both_written_standards_are_shown_where_both_are_sent(bygd: Any) -> None:
    alle = [ungdom(), ungdom(Kanal.PRINT), ungdom(Kanal.PRINT, maalform="nn"), foresatt()]
    assert shown(bygd, *alle) == ["1-foresatt-nb", "2-ungdom-digital-nb", "3-ungdom-print-nn"]


def test_autumns_categories_are_shown_where_there_is_room(bygd: Any) -> None:
    alle = [ungdom(brev="neisvarere", kategori=kategori) for kategori in ("", "N", "S", "V")]
    write_previews(bygd.hjem, FORSLAG, [*alle, *alle])
    filer = sorted(preview_folder(bygd.hjem, FORSLAG).glob("*.pdf"))
    assert len({fil.read_bytes() for fil in filer}) == 3


def test_letters_of_one_kind_are_shown_three_of(bygd: Any) -> None:
    assert len(shown(bygd, *(ungdom(nummer=nummer) for nummer in range(9)))) == 3
    assert len(shown(bygd, ungdom(), VARSEL)) == 1
    assert shown(bygd, VARSEL) == []
    assert not preview_folder(bygd.hjem, FORSLAG).exists()


def test_the_choice_does_not_hang_on_the_order_of_the_items(bygd: Any) -> None:
    alle = [ungdom(nummer=nummer, navn=f"Kari {nummer}") for nummer in range(9)]
    filer = []
    for rekkefolge in (alle, alle[::-1]):
        write_previews(bygd.hjem, FORSLAG, rekkefolge)
        filer.append({sti.name: sti.read_bytes() for sti in preview_folder(bygd.hjem, FORSLAG).iterdir()})
    assert filer[0] == filer[1]


def test_what_is_shown_is_the_very_letter_and_a_picture_of_it(bygd: Any) -> None:
    navn = write_previews(bygd.hjem, FORSLAG, [ungdom()])
    assert navn == ["1-ungdom-digital-nb.pdf", "1-ungdom-digital-nb-side1.png"]
    mappe = preview_folder(bygd.hjem, FORSLAG)
    assert (mappe / navn[0]).read_bytes() == render(BREV)
    assert (mappe / navn[1]).read_bytes().startswith(b"\x89PNG")


def test_only_the_owner_may_open_them_and_no_file_is_named_after_anyone(bygd: Any) -> None:
    write_previews(bygd.hjem, FORSLAG, [ungdom(navn="Kanarifugl Nordmann"), foresatt()])
    mappe = preview_folder(bygd.hjem, FORSLAG)
    assert stat.S_IMODE(mappe.stat().st_mode) == 0o700
    assert {stat.S_IMODE(sti.stat().st_mode) for sti in mappe.iterdir()} == {0o600}
    assert not any("kanarifugl" in sti.name.lower() or "P0" in sti.name for sti in mappe.iterdir())


def test_new_previews_take_the_place_of_old_ones_and_go_away_when_all_is_decided(bygd: Any) -> None:
    write_previews(bygd.hjem, FORSLAG, [ungdom(), foresatt()])
    write_previews(bygd.hjem, FORSLAG, [ungdom()])
    assert len(list(preview_folder(bygd.hjem, FORSLAG).iterdir())) == 2
    remove_previews(bygd.hjem, FORSLAG)
    remove_previews(bygd.hjem, FORSLAG)
    assert not preview_folder(bygd.hjem, FORSLAG).exists()


def test_a_preview_has_the_logo_the_letters_will_have(bygd: Any) -> None:
    from tests.tasks.test_brev import LOGO, MED_LOGO

    mappe = bygd.hjem.mappe / "logoer"
    mappe.mkdir()
    (mappe / f"{MED_LOGO.logo}.svg").write_bytes(LOGO)
    sending = ungdom(logo=MED_LOGO.logo)
    assert json.loads(sending.innhold)["brev"]["logo"] == MED_LOGO.logo
    write_previews(bygd.hjem, FORSLAG, [sending])
    assert (preview_folder(bygd.hjem, FORSLAG) / "1-ungdom-digital-nb.pdf").read_bytes() == render(MED_LOGO, LOGO)
