"""Every row and every common routine has its whole help, and none of it is left over or made up."""

import re

import pytest

from deployments.rader import UTEN_RAD
from tasks import radhjelp
from tasks.arshjul import read_wheel
from tasks.feil import ProgramFeil
from tasks.formater import formats
from tasks.radhjelp import all_help, help_of

KJOR = re.compile(r"\./arshjul run (\S+)")
FILNAVN = re.compile(r"`([a-z_]+)…")
ANDRE_FILER = {"rettelser"}
HEL = {"gjor": "g", "trenger": ["t"], "aldri": "a", "steg": ["@kjor", "rad {nr} {ord}"], "etterpaa": "e"}


def made(felt: dict, felles: dict | None = None):
    return radhjelp._help("14-brev-ikkesokere", felt, felles or {"kjor": "kjør {nr}"}, 14)


def test_every_row_and_every_common_routine_has_help_and_nobody_else() -> None:
    assert list(all_help()) == [rad.rad for rad in read_wheel()] + list(UTEN_RAD)


def test_a_command_in_a_row_s_steps_runs_that_row() -> None:
    for rad in read_wheel():
        numre = {nummer for steg in help_of(rad.rad).steg for nummer in KJOR.findall(steg)}
        assert numre == {str(rad.nr)}, rad.rad


def test_every_file_a_row_asks_for_has_a_format() -> None:
    navn = {fil for hjelp in all_help().values() for tekst in hjelp.trenger for fil in FILNAVN.findall(tekst)}
    assert navn - formats().keys() - ANDRE_FILER == set()
    assert len(navn) > 8


def test_a_load_row_asks_for_the_file_it_reads() -> None:
    for rad in read_wheel():
        if format_ := rad.parametre.get("format"):
            assert any(format_ in tekst for tekst in help_of(rad.rad).trenger), rad.rad


def test_the_row_that_a_row_builds_on_is_told() -> None:
    rader = {rad.rad: rad for rad in read_wheel()}
    for rad in (rad for rad in rader.values() if rad.etter):
        foer = rader[rad.etter].nr
        tekster = " ".join((*help_of(rad.rad).trenger, *help_of(rad.rad).steg))
        assert f"{foer:02d}" in tekster, rad.rad


def test_shared_steps_and_the_row_s_own_words_are_filled_in() -> None:
    assert made(HEL | {"ord": {"ord": "x"}}).steg == ("kjør 14", "rad 14 x")


@pytest.mark.parametrize(
    "felt",
    [
        {navn: verdi for navn, verdi in HEL.items() if navn != "aldri"},
        HEL | {"steg": []},
        HEL | {"ord": {"ord": "x"}, "steg": ["@finnes_ikke"]},
        HEL,  # {ord} is nobody's
        HEL | {"ord": {"ord": "x"}, "hvorfor": "tekst som aldri vises"},
    ],
    ids=["mangler", "tom", "ukjent steg", "ukjent ord", "ukjent felt"],
)
def test_help_that_is_not_whole_is_a_fault(felt: dict) -> None:
    with pytest.raises(ProgramFeil):
        made(felt)


def test_help_of_nobody_raises() -> None:
    with pytest.raises(KeyError):
        help_of("31-finnes-ikke")


def test_the_markdown_has_all_its_parts_in_order_and_a_row_its_late_rule() -> None:
    tekst = help_of("14-brev-ikkesokere").markdown(4)
    titler = ["Hva den gjør", "Hva den trenger", "Hva den aldri gjør", "Hva du gjør", "Når er det ferdig"]
    assert re.findall(r"^#### (.*)$", tekst, re.MULTILINE) == [*titler, "Kommer den for sent"]
    assert "til og med 1 uke etter vinduet" in tekst
    assert re.findall(r"^#### (.*)$", help_of("angre").markdown(4), re.MULTILINE) == titler
