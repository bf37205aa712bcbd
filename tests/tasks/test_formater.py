"""The declared formats are whole and found by name."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

from schemas.innfiler import SKJEMAER
from tasks.feil import BrukerFeil
from tasks.formater import find_format, format_of, formats, limits

ALLE = [pytest.param(format_, id=navn) for navn, format_ in formats().items()]
KONTRAKTEN = {
    "vigo_ikkesokere", "vigo_ot_linjer", "vigo_sokere", "vigo_ot_rest", "otto_uttrekk", "questback_svar",
    "skole_ikke_mott", "skole_oversikt", "udir_kvittering",
}  # fmt: skip


def test_every_name_of_the_contract_has_a_format_and_a_schema():
    assert formats().keys() >= KONTRAKTEN
    assert SKJEMAER.keys() == formats().keys()


@pytest.mark.parametrize("format_", ALLE)
def test_a_format_is_named_as_its_file_and_finds_its_own_files_of_every_kind(format_):
    assert find_format(format_.navn) is format_
    for type_ in format_.typer:
        assert format_of(Path(f"{format_.navn.upper()}_2026.{type_.upper()}")) is format_


@pytest.mark.parametrize("format_", ALLE)
def test_headings_and_names_are_unique(format_):
    assert len({kolonne.overskrift.casefold() for kolonne in format_.kolonner}) == len(format_.kolonner)
    assert len({kolonne.navn for kolonne in format_.kolonner}) == len(format_.kolonner)
    assert format_.kilde
    assert format_.tegnsett[:2] == ("utf-8-sig", "utf-8")
    assert ("json" in format_.typer) == (format_.json_form is not None)


@pytest.mark.parametrize("format_", ALLE)
def test_no_other_format_can_take_its_files(format_):
    """Each pattern is a beginning, and no beginning is another's."""
    assert format_.monster == f"{format_.navn}*"
    assert [f.navn for f in formats().values() if fnmatch(format_.monster, f.monster)] == [format_.navn]


@pytest.mark.parametrize("format_", ALLE)
def test_ids_and_dates_are_declared_where_they_are(format_):
    for kolonne in format_.kolonner:
        er_dato = kolonne.navn.endswith(("dato", "tid", "gyldig_fra"))
        assert (kolonne.art == "dato") == er_dato, kolonne.navn
        assert (kolonne.art == "id") == kolonne.navn.endswith("fodselsnummer"), kolonne.navn
        assert (kolonne.bredde == 4) == kolonne.navn.endswith(("postnummer", "kommunenummer")), kolonne.navn


@pytest.mark.parametrize("navn", ["vigo_ikkesokere", "vigo_ot_linjer", "otto_uttrekk"])
def test_a_changed_id_may_be_in_the_file_and_need_not(navn):
    kolonne = next(k for k in find_format(navn).kolonner if k.navn == "tidligere_fodselsnummer")
    assert (kolonne.pakrevd, kolonne.persondata, kolonne.art) == (False, True, "id")


def test_a_file_of_a_wrong_kind_is_still_found_so_that_it_can_be_told():
    assert format_of(Path("vigo_ikkesokere.xls")).navn == "vigo_ikkesokere"


def test_an_unknown_name_is_refused_with_those_that_exist():
    with pytest.raises(BrukerFeil, match=r"ÅH-2001.*vigo_ikkesokere"):
        find_format("vigo")
    with pytest.raises(BrukerFeil, match=r"ÅH-2002.*vigo_ikkesokere\*\.csv, vigo_ikkesokere\*\.xlsx"):
        format_of(Path("rapport.csv"))


def test_the_limits_leave_room_for_a_county():
    grenser = limits()
    assert grenser.regneark.mest_celler >= 25_000 * len(find_format("otto_uttrekk").kolonner)
    assert grenser.json_.mest_oktetter >= 25_000 * 500
