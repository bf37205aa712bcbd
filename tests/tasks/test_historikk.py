"""What tables changed in place have held: remembered, and of an older register dated by its runs."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tasks.register import historikk, migrering
from tasks.register.fakta import EVIG_TID
from tasks.register.historikk import TABELLER, remember

TIDER = [datetime.fromisoformat(f"2026-0{maaned}-01T08:00") for maaned in range(1, 7)]


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    """A register as it was before anything was remembered, with three runs: in January, February and March."""
    con = duckdb.connect()
    for nummer, sql in migrering.migrations():
        if nummer < 9:
            con.execute(sql)
    for nummer, tid in enumerate(TIDER[:3], start=1):
        con.execute(
            "INSERT INTO kjoring VALUES (?, 'r', 2026, ?, ?, 'ferdig', 0, 0, 0, 0, 0, 0, 0, 0, ?, ?, 0)",
            [f"K{nummer}", nummer, tid, tid, tid],
        )
    return con


def upgrade(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(dict(migrering.migrations())[9])


def stood(con: duckdb.DuckDBPyConnection, hva: str, tid: datetime) -> list[Any]:
    """The column of each row as the table stood at the moment."""
    kolonne, _, tabell = hva.rpartition(" ")
    return sorted(rad[0] for rad in con.execute(f"SELECT {kolonne} FROM {tabell}_kjent(?)", [tid]).fetchall())


def test_an_older_registers_rows_are_dated_by_the_runs_that_opened_and_closed_them(con: Any) -> None:
    avvik = "INSERT INTO avvik VALUES (?, 'r', 2026, 'ÅH-3001', 't', 'a', ?, ?, ?)"
    con.execute(avvik, ["A1", "lukket", "K1", "K3"])
    con.execute(avvik, ["A2", "åpen", "K2", None])
    con.execute("INSERT INTO uenighet VALUES ('P1', 'ot_status', 'otto', 'K1', 'K2')")
    con.execute("INSERT INTO oppgave VALUES ('O1', 'r', 2026, 'P1', 'X', 'R01', NULL, 'åpen', 'UKJENT', NULL)")
    con.execute("INSERT INTO flere_lister VALUES ('P1', '20262027', 'f', '', 'N', true, 'K2')")
    upgrade(con)
    assert [stood(con, "avvik_id || tilstand avvik", tid) for tid in TIDER[:4]] == [
        ["A1åpen"], ["A1åpen", "A2åpen"], ["A1lukket", "A2åpen"], ["A1lukket", "A2åpen"],
    ]  # fmt: skip
    assert [stood(con, "coalesce(lukket_kjoring_id, '') uenighet", tid) for tid in TIDER[:2]] == [[""], ["K2"]]
    assert [len(stood(con, "person_id flere_lister", tid)) for tid in TIDER[:2]] == [0, 1]
    assert stood(con, "tilstand oppgave", datetime.fromisoformat("2020-01-01")) == ["åpen"]


def test_from_then_on_every_wording_is_kept_with_when_it_held(con: Any) -> None:
    upgrade(con)
    rad = "INSERT INTO karantene VALUES ('r', 2026, 'f.csv', 's', 2, 'k', 'ÅH-2121', 'åpen', 'K1', NULL)"
    con.execute(rad)
    con.execute(rad)
    remember(con, TIDER[0])
    con.execute("UPDATE karantene SET tilstand = 'rettet' WHERE rowid = 0")
    remember(con, TIDER[2])
    remember(con, TIDER[3])
    con.execute("DELETE FROM karantene WHERE tilstand = 'rettet'")
    remember(con, TIDER[4])
    assert [stood(con, "tilstand karantene", tid) for tid in (*TIDER, EVIG_TID)] == [
        ["åpen"] * 2, ["åpen"] * 2, ["rettet", "åpen"], ["rettet", "åpen"], ["åpen"], ["åpen"], ["åpen"],
    ]  # fmt: skip
    assert stood(con, "tilstand karantene", datetime.fromisoformat("2025-12-31")) == []
    assert con.execute("SELECT count(*) FROM karantene_historikk").fetchall() == [(3,)]


def test_what_is_changed_back_before_anyone_could_see_it_leaves_no_trace(con: Any) -> None:
    upgrade(con)
    con.execute("INSERT INTO uenighet VALUES ('P1', 'ot_status', 'otto', 'K1', NULL)")
    remember(con, TIDER[0])
    con.execute("UPDATE uenighet SET lukket_kjoring_id = 'K2'")
    con.execute("UPDATE uenighet SET lukket_kjoring_id = NULL")
    remember(con, TIDER[1])
    assert con.execute("SELECT fra_tid, til_tid FROM uenighet_historikk").fetchall() == [(TIDER[0], None)]


@pytest.mark.parametrize("tabell", TABELLER)
def test_a_tables_history_has_every_column_of_the_table(con: Any, tabell: str) -> None:
    upgrade(con)
    kolonner = [[navn for navn, *_ in con.execute(f"DESCRIBE {sql}").fetchall()] for sql in (
        TABELLER[tabell] if tabell == "utsendingskanal" else tabell, f"{tabell}_historikk",
    )]  # fmt: skip
    assert kolonner[1] == [*kolonner[0], "nr", "fra_tid", "til_tid"]


def test_no_view_reads_a_table_whose_rows_are_changed_or_removed() -> None:
    """Read from the source: a view asks how such a table stood, never how it stands. Deletion is for ever."""
    register = Path(historikk.__file__).parent
    kilder = "".join(sti.read_text("utf-8") for sti in register.parent.rglob("*.py") if sti.parent.name != "sletting")
    endres = set(re.findall(r"(?:UPDATE|DELETE FROM) ([a-z_]+)", kilder))
    assert endres >= {"avvik", "oppgave", "karantene", "uenighet", "flere_lister"}
    for sti in register.glob("visninger/*.sql"):
        assert not endres & set(re.findall(r"(?:FROM|JOIN) ([a-z_]+)\b(?!\()", sti.read_text("utf-8"))), sti.stem
