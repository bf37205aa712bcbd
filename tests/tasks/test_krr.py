"""The contact register: asked at every dispatch, read strictly, never stored."""

import json
from typing import Any

import pytest

from tasks.feil import BrukerFeil
from tasks.krr import Kontakt, look_up

KANARIER = ("kanari@krr.example", "41234567", "kanari.fugl#9Z9Z", "984661185")


def answer(**felt: object) -> dict[str, object]:
    return {
        "personidentifikator": "n", "reservasjon": "NEI", "status": "AKTIV", "varslingsstatus": "KAN_VARSLES",
        "digital_post": {"postkasseadresse": "a#1"},
    } | felt  # fmt: skip


@pytest.mark.parametrize(
    ("felt", "digitalt"),
    [
        ({}, True),
        ({"reservasjon": "JA"}, False),
        ({"reservasjon": None}, False),
        ({"status": "SLETTET"}, False),
        ({"status": "IKKE_REGISTRERT"}, False),
        ({"varslingsstatus": "KAN_IKKE_VARSLES"}, False),
        ({"varslingsstatus": "noe nytt"}, False),
        ({"digital_post": None}, False),
        ({"digital_post": {}}, False),
        ({"digital_post": {"postkasseadresse": ""}}, False),
        ({"digital_post": "a#1"}, False),
    ],
)
def test_a_letter_goes_digitally_only_when_everything_says_so(bygd: Any, felt: dict[str, Any], digitalt: bool) -> None:
    bygd.krr(answer(**felt))
    assert look_up(bygd.hjem, ["n"])["n"].kan_digitalt is digitalt


@pytest.mark.parametrize("mangler", ["reservasjon", "status", "varslingsstatus", "digital_post"])
def test_what_krr_leaves_out_is_a_no(bygd: Any, mangler: str) -> None:
    bygd.krr({felt: verdi for felt, verdi in answer().items() if felt != mangler})
    assert look_up(bygd.hjem, ["n"]) == {"n": Kontakt(kan_digitalt=False)}


@pytest.mark.parametrize(("spraak", "maalform"), [("nb", "nb"), ("nn", "nn"), ("en", "nb"), ("se", "nb"), (None, "nb")])
def test_nynorsk_goes_to_those_who_ask_for_it(bygd: Any, spraak: str | None, maalform: str) -> None:
    bygd.krr(answer(spraak=spraak))
    assert look_up(bygd.hjem, ["n"])["n"].maalform == maalform


def test_only_those_asked_about_are_answered_and_the_unknown_have_no_answer(bygd: Any) -> None:
    bygd.krr(answer(), answer(personidentifikator="m"))
    assert set(look_up(bygd.hjem, ["n", "ukjent"])) == {"n"}


@pytest.mark.parametrize("innhold", [None, "", "{", "{}", "[]", "null"])
def test_missing_or_broken_answers_stop_the_dispatch(bygd: Any, innhold: str | None) -> None:
    sti = bygd.hjem.mappe / "krr.json"
    sti.unlink()
    if innhold is not None:
        sti.write_text(innhold, "utf-8")
    with pytest.raises(BrukerFeil, match="ÅH-1602"):
        look_up(bygd.hjem, ["n"])


@pytest.mark.parametrize("modus", ["prøve", "drift"])
def test_the_practice_answers_are_used_only_in_practice(bygd: Any, modus: str) -> None:
    with pytest.raises(BrukerFeil, match="ÅH-1601"):
        look_up(bygd.mode(modus), ["n"])


def everything_stored(bygd: Any) -> str:
    """All tables of the register as text, files in blobs too."""
    tabeller = bygd.ask("SELECT table_name FROM duckdb_tables() WHERE database_name = 'register'")
    rader = [rad for (tabell,) in tabeller for rad in bygd.ask(f"SELECT * FROM {tabell}")]
    return "\n".join(
        verdi.decode("utf-8", "replace") if isinstance(verdi, bytes) else str(verdi) for rad in rader for verdi in rad
    )


def test_nothing_of_krrs_contact_data_is_in_the_register_or_the_outbox_after_a_dispatch(bygd: Any) -> None:
    person = bygd.person(poststed="KANARIBY")
    ((nummer,),) = bygd.ask("SELECT verdi FROM fakta WHERE person_id = ? AND felt = 'fodselsnummer'", person)
    kontakt = {"epostadresse": KANARIER[0], "mobiltelefonnummer": KANARIER[1]}
    postkasse = {"postkasseadresse": KANARIER[2], "postkasseleverandoeradresse": KANARIER[3]}
    bygd.krr(bygd.mailbox(nummer, kontaktinformasjon=kontakt, digital_post=postkasse))
    bygd.letters_sent()
    lagret = everything_stored(bygd)
    assert "KANARIBY" in lagret  # the search does see what is there
    assert bygd.ask("SELECT kanal FROM utsending WHERE mottaker = 'ungdom'") == [("digital",)]
    assert [kanari for kanari in KANARIER if kanari in lagret] == []
    assert not any(kanari.encode() in sti.read_bytes() for kanari in KANARIER for sti in bygd.files())
    assert json.loads((bygd.hjem.mappe / "krr.json").read_text("utf-8"))
