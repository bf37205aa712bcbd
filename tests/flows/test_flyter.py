"""The flows and the wheel: each row its flow, each flow its rows, each flow short enough to read."""

import ast
from importlib import import_module

import pytest
from prefect import Flow

from deployments.rader import UTEN_RAD, built_rows, flow_of, load_flow
from schemas.kjoring import Kjorevalg
from tasks.arshjul import read_wheel
from tasks.feil import BrukerFeil
from tasks.filer import ROT
from tasks.hjem import Hjem
from tasks.utkast import UTKAST_AV_FLYT

FLYTER = sorted(sti.stem for sti in (ROT / "flows").glob("*.py") if sti.stem != "__init__")
MEST_LINJER = 40


@pytest.mark.parametrize("navn", FLYTER)
def test_a_flow_file_has_exactly_one_flow_with_the_files_name(navn: str) -> None:
    modul = import_module(f"flows.{navn}")
    assert [navn_ for navn_, verdi in vars(modul).items() if isinstance(verdi, Flow)] == [navn]
    assert load_flow(navn).description


@pytest.mark.parametrize("rad", [rad.rad for rad in built_rows()])
def test_a_row_with_a_flow_has_its_module(rad: str) -> None:
    (enkelt,) = [r for r in read_wheel() if r.rad == rad]
    assert enkelt.flyt in FLYTER
    assert isinstance(flow_of(enkelt), Flow)


def test_every_flow_has_a_row_but_those_that_serve_all_rows() -> None:
    assert {rad.flyt for rad in built_rows()} == set(FLYTER) - set(UTEN_RAD)


def test_every_row_of_the_wheel_is_built() -> None:
    assert built_rows() == read_wheel()


@pytest.mark.parametrize("navn", FLYTER)
def test_a_flow_reads_like_the_routine(navn: str) -> None:
    tre = ast.parse((ROT / "flows" / f"{navn}.py").read_text("utf-8"))
    funksjoner = [node for node in tre.body if isinstance(node, ast.FunctionDef)]
    assert [funksjon.name for funksjon in funksjoner] == [navn]
    assert (funksjoner[0].end_lineno or 0) - funksjoner[0].lineno < MEST_LINJER
    assert not any(isinstance(node, ast.For | ast.While | ast.Try) for node in ast.walk(tre))


def test_every_flow_that_proposes_knows_what_to_draft() -> None:
    foreslar = {navn for navn in FLYTER if "propose(" in (ROT / "flows" / f"{navn}.py").read_text("utf-8")}
    assert foreslar == set(UTKAST_AV_FLYT)


def test_only_the_flow_that_carries_out_can_send() -> None:
    sender = {navn for navn in FLYTER if "utboks" in (ROT / "flows" / f"{navn}.py").read_text("utf-8")}
    assert sender == {"iverksett"}


@pytest.mark.parametrize("navn", FLYTER)
def test_no_flow_is_retried_or_keeps_its_result(navn: str) -> None:
    flyt = load_flow(navn)
    assert (flyt.retries, flyt.persist_result) == (0, False)


def test_a_row_that_another_routine_runs_is_refused(fylke: Hjem) -> None:
    with pytest.raises(BrukerFeil, match="ÅH-1213"):
        load_flow("brev").fn(Kjorevalg(rad="05-overforing-udir-februar", aar=2026))
