"""Prefect's real database, as the installed version makes it: old runs go with all of theirs, new ones stay."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pytest

from deployments.prefectmal import DATABASE, MAL, give_database
from tasks.filer import make_folder
from tasks.sletting.prefectbasen import SLETTES, delete_runs, old_runs

GRENSE = date(2026, 1, 1)
GAMMEL, NY = "2025-12-31 10:00:00.000000", "2026-01-02 10:00:00.000000"
KANARI = "kanari-i-loggen"


def insert(con: sqlite3.Connection, tabell: str, **felt: object) -> None:
    """Insert a row with what must be there filled in."""
    for _, navn, type_, paakrevd, standard, _ in con.execute(f"PRAGMA table_info({tabell})").fetchall():
        if paakrevd and standard is None and navn not in felt:
            felt[navn] = NY if "TIME" in type_ else 0 if type_ in {"INTEGER", "FLOAT", "BOOLEAN"} else "{}"
    plasser = ", ".join("?" * len(felt))
    con.execute(f"INSERT INTO {tabell} ({', '.join(felt)}) VALUES ({plasser})", list(felt.values()))


def ident(*hva: str) -> str:
    return str(uuid5(NAMESPACE_URL, "/".join(hva)))


@pytest.fixture
def hjem(tmp_path: Path) -> Path:
    """A home whose Prefect has one run that ended long ago and one that did not, each with something in every table."""
    if not MAL.is_file():
        pytest.skip("malen for Prefects database lages av ./arshjul ved installasjon, og mangler i dette miljøet")
    make_folder(tmp_path / "prefect")
    give_database(tmp_path)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as con:
        insert(con, "flow", id=ident("flyt"), name="flyt")
        for navn, tid in (("gammel", GAMMEL), ("ny", NY)):
            kjoring, oppgave, vist, hendt = (ident(navn, hva) for hva in ("", "oppgave", "a", "e"))
            insert(con, "flow_run", id=kjoring, flow_id=ident("flyt"), name=navn, end_time=tid)
            insert(con, "task_run", id=oppgave, flow_run_id=kjoring, task_key="t", dynamic_key="0")
            insert(con, "flow_run_state", id=ident(navn, "t"), flow_run_id=kjoring, type="COMPLETED", name="n")
            insert(con, "task_run_state", id=ident(navn, "o"), task_run_id=oppgave, type="COMPLETED", name="n")
            insert(con, "flow_run_input", id=ident(navn, "i"), flow_run_id=kjoring, key="k", value="{}")
            insert(con, "log", id=ident(navn, "l"), flow_run_id=kjoring, name="n", level=20, message=f"{KANARI}-{navn}")
            insert(con, "artifact", id=vist, flow_run_id=kjoring, key=navn)
            insert(
                con,
                "artifact_collection",
                id=ident(navn, "c"),
                flow_run_id=kjoring,
                key=navn,
                latest_id=ident(navn, "a"),
            )
            insert(con, "events", id=hendt, occurred=tid, event="e", resource_id="r", payload="{}")
            insert(
                con, "event_resources", id=ident(navn, "r"), occurred=tid, resource_id="r", event_id=ident(navn, "e")
            )
        con.commit()
    return tmp_path


def test_what_ended_long_ago_goes_from_every_table_and_from_the_file(hjem: Path) -> None:
    assert old_runs(hjem, GRENSE) == 1
    assert f"{KANARI}-gammel".encode() in (hjem / DATABASE).read_bytes()
    delete_runs(hjem, GRENSE)
    assert old_runs(hjem, GRENSE) == 0
    with closing(sqlite3.connect(hjem / DATABASE)) as con:
        assert {t: con.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in SLETTES} == dict.fromkeys(SLETTES, 1)
        assert con.execute("SELECT name FROM flow_run").fetchall() == [("ny",)]
    innhold = b"".join(sti.read_bytes() for sti in (hjem / "prefect").iterdir())
    assert f"{KANARI}-gammel".encode() not in innhold
    assert f"{KANARI}-ny".encode() in innhold


def test_without_a_limit_or_a_database_there_is_nothing_to_delete(
    hjem: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert old_runs(hjem, None) == 0
    assert old_runs(tmp_path_factory.mktemp("tomt"), GRENSE) == 0
