"""The days that the advisers' rows run: in a rhythm, before each deadline and the day after, in any year."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.arshjul import Raddatoer
from tasks.arshjul import find_row, read_wheel, row_dates, year_of
from tasks.kalender import FORSTE_AAR, SISTE_AAR, is_working_day, run_time, working_day_on_or_after

RADER = [rad.rad for rad in read_wheel() if rad.rytme_uker]
aar_ = st.integers(FORSTE_AAR + 1, SISTE_AAR - 1)


def deadlines(datoer: Raddatoer) -> list[date]:
    return [dag for dag in (datoer.frist, datoer.ekstra_frist) if dag] or [datoer.sesongslutt]


def test_every_green_row_goes_on_and_no_other_does() -> None:
    assert [rad.rad for rad in read_wheel() if rad.farge == "grønn"] == RADER
    andre = [rad for rad in read_wheel() if rad.rad not in RADER]
    assert all(len(row_dates(rad, 2026).kjoredatoer) == 1 for rad in andre)


@given(rad=st.sampled_from(RADER), aar=aar_)
def test_it_runs_on_working_days_in_order_from_its_first_day(rad: str, aar: int) -> None:
    datoer = row_dates(find_row(rad), aar)
    dager = datoer.kjoredatoer
    assert dager[0] == datoer.kjoredato
    assert list(dager) == sorted(set(dager))
    assert all(is_working_day(dag) for dag in dager)


@given(rad=st.sampled_from(RADER), aar=aar_)
def test_what_is_left_is_seen_before_each_deadline_and_the_first_working_day_after_it(rad: str, aar: int) -> None:
    datoer = row_dates(find_row(rad), aar)
    for frist in deadlines(datoer):
        assert working_day_on_or_after(frist + timedelta(days=1)) in datoer.kjoredatoer
        i_tide = [dag for dag in datoer.kjoredatoer if dag <= frist]
        # In some years the wheel's week begins after its own deadline: then the wheel tells of the conflict.
        assert bool(i_tide) == (datoer.kjoredato <= frist)
        assert not i_tide or (frist - i_tide[-1]).days <= 21 or datoer.kjoredato == i_tide[-1]


@given(rad=st.sampled_from(RADER), aar=aar_)
def test_it_is_never_longer_between_two_runs_than_the_rhythm_and_a_holiday(rad: str, aar: int) -> None:
    datoer = row_dates(find_row(rad), aar)
    mest = timedelta(weeks=find_row(rad).rytme_uker or 0, days=6)
    i_sesong = [dag for dag in datoer.kjoredatoer if dag <= datoer.sesongslutt]
    assert all(neste - dag <= mest for dag, neste in pairwise(i_sesong))


@given(rad=st.sampled_from(RADER), aar=aar_)
def test_each_run_is_at_eight_in_oslo_winter_and_summer(rad: str, aar: int) -> None:
    tider = [run_time(dag) for dag in row_dates(find_row(rad), aar).kjoredatoer]
    assert {(tid.hour, tid.minute) for tid in tider} == {(8, 0)}
    assert {tid.utcoffset() for tid in tider} <= {timedelta(hours=1), timedelta(hours=2)}


@given(rad=st.sampled_from([rad.rad for rad in read_wheel()]), aar=aar_)
def test_a_run_without_a_year_belongs_to_the_year_whose_day_it_is(rad: str, aar: int) -> None:
    for dag in row_dates(find_row(rad), aar).kjoredatoer:
        assert year_of(find_row(rad), dag, ()) == aar


@pytest.mark.parametrize(
    ("rad", "aar", "siste"), [("21", 2026, "2027-01-04"), ("21", 2032, "2033-01-03"), ("22", 2026, "2026-10-12")]
)
def test_the_last_run_may_be_in_the_next_year(rad: str, aar: int, siste: str) -> None:
    assert row_dates(find_row(rad), aar).kjoredatoer[-1] == date.fromisoformat(siste)
