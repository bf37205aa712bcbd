"""The schemas of input files fit the declared formats and let nothing else through."""

import pandas as pd
import pytest
from pandera.errors import SchemaErrors

from schemas.innfiler import SKJEMAER
from schemas.kontroll import Kontrollgrunnlag
from tasks.formater import find_format, formats
from tests.filbygger import csv_file, good_row, json_file, judged, number

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


@pytest.mark.parametrize("navn", NAVN)
def test_every_text_column_refuses_what_cannot_be_shown(navn):
    """Free text too: whatever a column is for, a text that turns its direction is never good."""
    kolonner = SKJEMAER[navn](Kontrollgrunnlag()).columns
    for kolonne in kolonner.values():
        assert any(sjekk(pd.Series(["a\u202eb"], dtype="str")).check_output is False for sjekk in kolonne.checks)


CELLER = [
    ("vigo_sokere", "programomraadekode", "STUSP1---", "ÅH-2153"),
    ("vigo_sokere", "programomraadekode", "stusp1----", "ÅH-2153"),
    ("vigo_sokere", "programomraadekode", "", "ÅH-2101"),
    ("vigo_sokere", "onske", "0", "ÅH-2156"),
    ("vigo_sokere", "onske", "1.", "ÅH-2156"),
    ("vigo_sokere", "soknad_dato", "28.04.2026", "ÅH-2142"),
    ("vigo_sokere", "kommunenummer", "0301", "ÅH-2122"),
    ("vigo_ot_rest", "fodselsdato", "31.02.2007", "ÅH-2141"),
    ("vigo_ot_rest", "ot_status", "OTXX", "ÅH-2131"),
    ("skole_ikke_mott", "skolenummer", "3900", "ÅH-2154"),
    ("skole_ikke_mott", "ajourholdskode", "I", "ÅH-2131"),
    ("skole_ikke_mott", "ajourholdskode", "", "ÅH-2101"),
    ("skole_ikke_mott", "skoleaar", "20252026", "ÅH-2151"),
    ("skole_ikke_mott", "programomraadekode", "x", "ÅH-2153"),
    ("skole_oversikt", "organisasjonsnummer", "974760674", "ÅH-2152"),
    ("skole_oversikt", "organisasjonsnummer", "974 760 673", "ÅH-2152"),
    ("skole_oversikt", "organisasjonsnummer", "", "ÅH-2152"),
    ("skole_oversikt", "skoletype", "barneskole", "ÅH-2131"),
    ("skole_oversikt", "telefon", "12345", "ÅH-2157"),
    ("udir_kvittering", "sha256", "A" * 64, "ÅH-2155"),
    ("udir_kvittering", "tilstand", "ukjent", "ÅH-2131"),
    ("udir_kvittering", "linjenummer", "-1", "ÅH-2156"),
    ("udir_kvittering", "tid", "01.04.2026", "ÅH-2141"),
    ("otto_uttrekk", "tidligere_fodselsnummer", "1", "ÅH-2111"),
    ("otto_uttrekk", "samtykke_dato", "28.04.2026", "ÅH-2142"),
    ("otto_uttrekk", "tiltak_til_dato", "31.04.2026", "ÅH-2141"),
]


@pytest.mark.parametrize(("navn", "kolonne", "verdi", "kode"), CELLER)
def test_a_bad_cell_gives_its_code(navn, kolonne, verdi, kode):
    rader = [good_row(navn, 1), good_row(navn, 2, **{kolonne: verdi})]
    lag = json_file if navn == "vigo_ot_rest" else lambda *r: csv_file(navn, *r)
    format_ = find_format(navn)
    _, validert = judged(lag(*rader), f"a.{format_.typer[0]}", format_)
    assert validert.feil.to_numpy().tolist() == [[3, kolonne, kode]]
    assert len(validert.gyldige) == 1


@pytest.mark.parametrize(
    ("navn", "felt"),
    [
        ("vigo_sokere", {"programomraadekode": "BAANL2----"}),
        ("vigo_sokere", {"adressegradering": "", "status": ""}),
        ("skole_ikke_mott", {"programomraadekode": "", "avbrudd_dato": "", "epost": ""}),
        ("skole_oversikt", {"skoletype": "ungdomsskole", "region": ""}),
        ("udir_kvittering", {"linjenummer": "", "kode": "", "melding": ""}),
        ("otto_uttrekk", {"tiltak_til_dato": "20.06.2027", "tiltak": "Arbeidspraksis", "samtykke_dato": "01.02.2026"}),
        ("otto_uttrekk", {"tidligere_fodselsnummer": number(50)}),
    ],
)
def test_a_good_row_passes(navn, felt):
    _, validert = judged(csv_file(navn, good_row(navn, **felt)), "a.csv", find_format(navn))
    assert validert.feil.empty


def test_one_who_applies_has_a_row_for_each_wish():
    rader = [good_row("vigo_sokere", 1, onske=str(onske)) for onske in (1, 2, 3)]
    assert judged(csv_file("vigo_sokere", *rader), "a.csv", find_format("vigo_sokere"))[1].feil.empty
