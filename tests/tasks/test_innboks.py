"""What is taken from the inbox, and what a file may not be called."""

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.kjoring import Kjoreresultat
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem


@pytest.mark.parametrize("nummer", ["12860787162", "128607 87162", "128607-87162", "128607_87162"])
def test_a_file_with_somebodys_number_in_its_name_is_refused_without_naming_it(
    fylke: Hjem, legg_i_innboks: Callable[..., Path], kjor: Callable[..., Kjoreresultat], nummer: str
) -> None:
    sti = legg_i_innboks(f"vigo_ikkesokere_{nummer}.csv", b"Fodselsnummer;Fornavn\n")
    with pytest.raises(BrukerFeil) as feil:
        kjor("12", "2026-04-27T08:00")
    assert feil.value.kode == "ÅH-2040"
    assert nummer not in str(feil.value)
    assert sti.exists()


def test_dates_and_longer_numbers_in_a_name_are_no_ones(
    fylke: Hjem, legg_i_innboks: Callable[..., Path], kjor: Callable[..., Kjoreresultat]
) -> None:
    legg_i_innboks("vigo_ikkesokere_2026-04-20_20260420081500.csv", b"Fodselsnummer;Fornavn\n")
    with pytest.raises(BrukerFeil) as feil:
        kjor("12", "2026-04-27T08:00")
    assert feil.value.kode != "ÅH-2040"
