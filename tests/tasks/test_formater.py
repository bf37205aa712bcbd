"""The declared formats are whole and found by name."""

from pathlib import Path

import pytest

from tasks.feil import BrukerFeil
from tasks.formater import find_format, format_of, formats

ALLE = [pytest.param(format_, id=navn) for navn, format_ in formats().items()]


@pytest.mark.parametrize("format_", ALLE)
def test_a_format_is_named_as_its_file_and_finds_its_own_files(format_):
    assert find_format(format_.navn) is format_
    assert format_of(Path(f"{format_.navn.upper()}_2026.CSV")) is format_


@pytest.mark.parametrize("format_", ALLE)
def test_headings_and_names_are_unique(format_):
    assert len({kolonne.overskrift.casefold() for kolonne in format_.kolonner}) == len(format_.kolonner)
    assert len({kolonne.navn for kolonne in format_.kolonner}) == len(format_.kolonner)
    assert format_.kilde
    assert format_.tegnsett == ("utf-8-sig", "utf-8", "cp1252")


@pytest.mark.parametrize("format_", ALLE)
def test_no_other_format_takes_its_files(format_):
    assert [f.navn for f in formats().values() if f.monster == format_.monster] == [format_.navn]


def test_an_unknown_name_is_refused_with_those_that_exist():
    with pytest.raises(BrukerFeil, match=r"ÅH-2001.*vigo_ikkesokere"):
        find_format("vigo")
    with pytest.raises(BrukerFeil, match=r"ÅH-2002.*vigo_ikkesokere\*\.csv"):
        format_of(Path("rapport.csv"))
