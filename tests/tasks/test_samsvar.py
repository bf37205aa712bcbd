"""Frames between steps: a wrong one is a fault that names the column and never a value."""

import pandas as pd
import pytest

from schemas.rammer import Feilramme, NyeFakta
from tasks.feil import ProgramFeil
from tasks.samsvar import conform

RETT = {"person_id": "P0000001", "felt": "fornavn", "verdi": "Åse", "gyldig_fra": pd.Timestamp("2026-01-02")}


def facts(*rader: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(rader).astype({"gyldig_fra": "datetime64[s]"})


def test_a_right_frame_comes_back_as_it_was() -> None:
    assert conform(NyeFakta, facts(RETT)).to_dict("records") == [RETT]


@pytest.mark.parametrize(
    "galt",
    [
        {"person_id": "Hemmelig Navn"},
        {"felt": "Hemmelig Navn"},
        {"hemmelig_navn": "x"},
        {"verdi": None},
    ],
)
def test_a_wrong_frame_is_a_fault_without_a_value(galt: dict[str, object]) -> None:
    with pytest.raises(ProgramFeil) as feil:
        conform(NyeFakta, facts(RETT | galt))
    assert "Hemmelig" not in str(feil.value)
    assert feil.value.__cause__ is feil.value.__context__ is None


def test_two_values_for_one_person_field_and_day_are_a_fault() -> None:
    with pytest.raises(ProgramFeil):
        conform(NyeFakta, facts(RETT, RETT | {"verdi": "Kari"}))


def test_a_fault_row_must_have_a_code_of_ours() -> None:
    ramme = pd.DataFrame({"rad_nr": [2], "kolonne": ["fornavn"], "kode": ["X"]})
    with pytest.raises(ProgramFeil):
        conform(Feilramme, ramme)


@pytest.mark.parametrize("skjema", [Feilramme, NyeFakta])
def test_every_column_is_described(skjema: type) -> None:
    assert all(kolonne.description for kolonne in skjema.to_schema().columns.values())
