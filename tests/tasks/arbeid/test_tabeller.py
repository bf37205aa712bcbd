"""The tables that the advisers' work is made of agree with each other: nothing names what is not there."""

from datetime import date

import pytest

from tasks import kodeverk
from tasks.arbeid.ark import sheets
from tasks.arshjul import RADFRIST, read_wheel

DAG = date(2026, 1, 1)
GJOREMAAL, PLIKTER = kodeverk.all_rows("regler/gjoremaal"), kodeverk.all_rows("regler/plikter")
SVAR, KLOKKER = kodeverk.all_rows("regler/arbeidssvar"), {rad["kode"] for rad in kodeverk.all_rows("regler/klokker")}


@pytest.mark.parametrize("rad", [*GJOREMAAL, *PLIKTER], ids=lambda rad: rad["kode"])
def test_a_kind_of_task_names_a_sheet_a_clock_and_an_owner_that_there_are(rad: dict[str, str]) -> None:
    assert rad["ark"] in sheets(DAG)
    assert rad["klokke"] in {"", *KLOKKER}
    assert rad["eier"] in {"rådgiver", "faglig leder"}
    assert all(rad[felt] for felt in ("tekst", "gjor"))


def test_every_row_that_goes_on_has_its_kinds_of_task_and_no_other_row_has_any() -> None:
    gronne = {f"{rad.nr:02d}" for rad in read_wheel() if rad.rytme_uker}
    assert {nr for rad in GJOREMAAL for nr in rad["rader"].split()} == gronne


@pytest.mark.parametrize("rad", SVAR, ids=lambda rad: rad["kode"])
def test_an_answer_demands_columns_that_its_sheet_has(rad: dict[str, str]) -> None:
    kolonner = {kolonne.navn for kolonne in sheets(DAG)[rad["ark"]].svarkolonner}
    assert set(rad["krever"].split()) <= kolonner
    assert {rad["lukker"], rad["kontakt"]} <= {"ja", "nei"}


@pytest.mark.parametrize("ark", sheets(DAG))
def test_every_sheet_has_an_answer_that_closes_its_tasks(ark: str) -> None:
    assert any(rad["ark"] == ark and rad["lukker"] == "ja" for rad in SVAR)


def test_what_a_duty_demands_when_it_is_done_stands_on_its_sheet() -> None:
    kolonner = {kolonne.navn for kolonne in sheets(DAG)["plikter"].svarkolonner}
    assert all(set(rad["krever"].split()) <= kolonner for rad in PLIKTER)


def test_rows_remind_by_a_clock_that_is_there() -> None:
    assert RADFRIST in KLOKKER
