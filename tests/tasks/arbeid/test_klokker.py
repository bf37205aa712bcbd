"""Clocks: two ways of counting agree, over birthdays, holidays, week 53, New Year and the days when the clock moves."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks import kalender, kodeverk
from tasks.arbeid import klokker
from tasks.feil import ProgramFeil

DAG = timedelta(days=1)
DATOER = st.dates(date(2000, 1, 2), date(2090, 12, 31))
ANTALL = st.integers(0, 40)
KLOKKER = sorted({rad["kode"] for rad in kodeverk.all_rows(klokker.REGEL)})
KANTER = [
    date(2026, 12, 28),  # week 53
    date(2026, 12, 31),
    date(2024, 2, 29),
    date(2026, 3, 29),  # summer time begins
    date(2026, 10, 25),  # and ends
    date(2026, 4, 1),  # Easter
    date(2025, 5, 17),
]
ENHETER = sorted(klokker.ENHETER)


def own_clock(monkeypatch: pytest.MonkeyPatch, enhet: str, dager: int, **felt: str) -> None:
    rad = {"kode": "prøve", "enhet": enhet, "dager": str(dager), "varsle_dager": "5", "hjemmel": "prøve"}
    rad |= {"gyldig_fra": "2000-01-01", "gyldig_til": "", "sist_kontrollert": "2026-11-22"} | felt
    monkeypatch.setattr(kodeverk, "valid_on", lambda _, dato: (rad,) if rad["gyldig_fra"] <= str(dato) else ())


def naive(enhet: str, start: date, antall: int) -> date:
    """The deadline counted a day at a time, or by somebody else's months."""
    if enhet == "maaneder":
        maaneder: date = (pd.Timestamp(start) + pd.DateOffset(months=antall)).date()
        return maaneder
    dag, igjen = start, antall
    while igjen or (enhet == "virkedager" and not kalender.is_working_day(dag)):
        dag += DAG
        igjen -= bool(igjen) and (enhet == "kalenderdager" or kalender.is_working_day(dag))
    return dag


def both_ways(enhet: str, start: date, antall: int) -> date:
    frist = klokker.ENHETER[enhet](start, antall)
    assert frist == naive(enhet, start, antall)
    assert frist >= start
    assert frist <= klokker.ENHETER[enhet](start + DAG, antall)
    assert frist <= klokker.ENHETER[enhet](start, antall + 1)
    return frist


@pytest.mark.parametrize("enhet", ENHETER)
@pytest.mark.parametrize("start", KANTER)
def test_the_days_where_calendars_go_wrong(enhet: str, start: date) -> None:
    for antall in range(25):
        both_ways(enhet, start, antall)


@given(DATOER, ANTALL)
@example(date(2026, 12, 28), 3)
def test_every_day_counts_in_calendar_days(start: date, antall: int) -> None:
    assert both_ways("kalenderdager", start, antall) - start == antall * DAG


@given(DATOER, ANTALL)
def test_a_deadline_in_working_days_is_a_working_day_and_has_as_many_before_it(start: date, antall: int) -> None:
    frist = both_ways("virkedager", start, antall)
    assert kalender.is_working_day(frist)
    assert len(kalender.working_days(start + DAG, frist)) == (antall or int(frist > start))


@given(DATOER, ANTALL)
@example(date(2026, 12, 31), 2)
@example(date(2023, 12, 31), 2)
def test_a_deadline_in_months_is_the_same_day_of_the_month_or_its_last(start: date, antall: int) -> None:
    frist = both_ways("maaneder", start, antall)
    assert frist.day == start.day or (frist + DAG).day == 1


@pytest.mark.parametrize(
    ("enhet", "start", "antall", "frist"),
    [
        ("maaneder", "2026-12-31", 2, "2027-02-28"),
        ("maaneder", "2027-12-31", 2, "2028-02-29"),
        ("maaneder", "2026-11-15", 2, "2027-01-15"),
        ("virkedager", "2026-03-31", 3, "2026-04-08"),  # Easter lies between
        ("virkedager", "2026-12-23", 2, "2026-12-28"),
        ("virkedager", "2026-12-24", 0, "2026-12-24"),
        ("virkedager", "2026-12-25", 0, "2026-12-28"),
        ("kalenderdager", "2026-12-24", 14, "2027-01-07"),
    ],
)
def test_deadlines_that_a_person_has_counted(enhet: str, start: str, antall: int, frist: str) -> None:
    assert klokker.ENHETER[enhet](date.fromisoformat(start), antall) == date.fromisoformat(frist)


@pytest.mark.parametrize("kode", KLOKKER)
def test_every_clock_of_the_table_runs_and_warns_before_it_is_late(kode: str) -> None:
    start = date(2026, 12, 28)
    frist = klokker.deadline(kode, start)
    assert frist >= start
    assert klokker.warn_from(kode, frist) == frist - klokker.warn_days(kode, frist) * DAG <= frist


def test_a_clock_goes_by_the_row_in_force_the_day_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    own_clock(monkeypatch, "kalenderdager", 7, gyldig_fra="2026-08-01")
    assert klokker.deadline("prøve", date(2026, 8, 1)) == date(2026, 8, 8)
    with pytest.raises(ProgramFeil, match="prøve"):
        klokker.deadline("prøve", date(2026, 7, 31))


def test_a_unit_that_nobody_counts_in_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    own_clock(monkeypatch, "uker", 2)
    with pytest.raises(ProgramFeil, match="uker"):
        klokker.deadline("prøve", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("i_dag", "hast"),
    [("2026-05-26", ""), ("2026-05-27", "snart"), ("2026-06-01", "snart"), ("2026-06-02", "over frist")],
)
def test_it_is_soon_from_the_warning_on_and_late_the_day_after_the_deadline(i_dag: str, hast: str) -> None:
    assert klokker.urgency(date(2026, 6, 1), date.fromisoformat(i_dag), 5) == hast


@given(DATOER, st.integers(0, 60), st.integers(0, 30))
def test_urgency_never_goes_back(frist: date, dager: int, varsle: int) -> None:
    rang = {"": 0, klokker.SNART: 1, klokker.OVER_FRIST: 2}
    i_dag = frist + (dager - 30) * DAG
    assert rang[klokker.urgency(frist, i_dag, varsle)] <= rang[klokker.urgency(frist, i_dag + DAG, varsle)]
