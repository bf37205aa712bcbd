"""The schemas of input files fit the declared formats and let nothing else through."""

import pandas as pd
import pytest
from pandera.errors import SchemaErrors

from schemas.innfiler import SKJEMAER
from schemas.kontroll import Kontrollgrunnlag
from tasks.formater import find_format, formats

NAVN = sorted(SKJEMAER)


def blank(navn: str) -> pd.DataFrame:
    """Return a frame of the format without rows."""
    return pd.DataFrame({kolonne.navn: pd.Series(dtype="str") for kolonne in find_format(navn).kolonner})


def test_every_format_has_a_schema_and_every_schema_a_format():
    assert sorted(formats()) == NAVN


@pytest.mark.parametrize("navn", NAVN)
def test_a_schema_has_the_columns_of_its_format_in_the_same_number_and_each_is_described(navn):
    skjema = SKJEMAER[navn](Kontrollgrunnlag())
    assert set(skjema.columns) == {kolonne.navn for kolonne in find_format(navn).kolonner}
    assert all(kolonne.description for kolonne in skjema.columns.values())
    assert skjema.strict is True


@pytest.mark.parametrize("navn", NAVN)
def test_every_check_is_named_by_its_code(navn):
    sjekker = [sjekk for kolonne in SKJEMAER[navn](Kontrollgrunnlag()).columns.values() for sjekk in kolonne.checks]
    assert all(sjekk.name.startswith("ÅH-2") and sjekk.name == sjekk.error for sjekk in sjekker)


@pytest.mark.parametrize("navn", NAVN)
def test_an_unknown_or_a_missing_column_is_refused(navn):
    skjema = SKJEMAER[navn](Kontrollgrunnlag())
    assert len(skjema.validate(blank(navn), lazy=True)) == 0
    for ramme in (blank(navn).assign(ukjent=""), blank(navn).iloc[:, 1:]):
        with pytest.raises(SchemaErrors):
            skjema.validate(ramme, lazy=True)
