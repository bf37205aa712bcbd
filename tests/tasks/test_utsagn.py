"""What each source has said, version by version: what is new, what it says now, and what an undone load leaves."""

import duckdb
import pytest

from tasks.register import utsagn

TABELL, FELTER = "sagt_prove", ("fornavn", "epost")
HVEM = ("person_id",)
Rad = tuple[str | None, ...]


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    """A register with one format's table, and another table that is no statement."""
    con = duckdb.connect()
    con.execute("CREATE TABLE usagt (person_id VARCHAR)")
    utsagn.prepare(con, TABELL, FELTER)
    return con


def say(con: duckdb.DuckDBPyConnection, kjoring_id: str, *rader: Rad, tabell: str = TABELL) -> list[Rad]:
    """The source says this of people in a run; returns what of it was news: who, what, what before, the first time."""
    verdier = ", ".join("(?, ?::VARCHAR, ?::VARCHAR)" for _ in rader)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE utsagn AS SELECT * FROM (VALUES {verdier}) t(person_id, fornavn, epost)",
        [del_ for rad in rader for del_ in rad],
    )
    utsagn.difference(con, tabell, FELTER, HVEM)
    utsagn.remember(con, tabell, FELTER, HVEM, kjoring_id)
    return con.execute(
        "SELECT person_id, fornavn, epost, for_fornavn, for_epost, er_forste FROM forskjell ORDER BY ALL"
    ).fetchall()


def now(con: duckdb.DuckDBPyConnection, tabell: str = TABELL) -> list[Rad]:
    """What the source says now: of whom, what, and since which run."""
    return con.execute(
        f"SELECT person_id, fornavn, epost, fra_kjoring_id FROM {tabell} WHERE til_kjoring_id IS NULL ORDER BY ALL"
    ).fetchall()


def test_news_is_what_was_not_said_or_said_otherwise_and_a_silence_says_what_was_said_before(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert say(con, "K1", ("P1", "Åse", "a@b"), ("P2", "Bo", None)) == [
        ("P1", "Åse", "a@b", None, None, True), ("P2", "Bo", None, None, None, True),
    ]  # fmt: skip
    assert say(con, "K2", ("P1", "Åse", None), ("P2", "Bo", "b@c")) == [("P2", "Bo", "b@c", "Bo", None, False)]
    assert say(con, "K3", ("P1", "Åsa", None)) == [("P1", "Åsa", "a@b", "Åse", "a@b", False)]
    assert now(con) == [("P1", "Åsa", "a@b", "K3"), ("P2", "Bo", "b@c", "K2")]
    assert con.execute(f"SELECT person_id, fra_kjoring_id, til_kjoring_id FROM {TABELL} ORDER BY ALL").fetchall() == [
        ("P1", "K1", "K3"), ("P1", "K3", None), ("P2", "K1", "K2"), ("P2", "K2", None),
    ]  # fmt: skip


def test_an_earlier_version_can_be_what_it_is_held_against(con: duckdb.DuckDBPyConnection) -> None:
    say(con, "K1", ("P1", "Åse", None))
    say(con, "K2", ("P1", "Åsa", None))
    utsagn.difference(con, TABELL, FELTER, HVEM, "til_kjoring_id = 'K2'")
    assert con.execute("SELECT for_fornavn FROM forskjell").fetchall() == [("Åse",)]


def test_a_format_with_a_new_column_keeps_what_was_said_in_the_old_ones(con: duckdb.DuckDBPyConnection) -> None:
    say(con, "K1", ("P1", "Åse", None))
    utsagn.prepare(con, TABELL, (*FELTER, "telefon"))
    utsagn.prepare(con, TABELL, (*FELTER, "telefon"))
    assert con.execute(f"SELECT fornavn, telefon FROM {TABELL}").fetchall() == [("Åse", None)]
    assert utsagn.tables(con) == [TABELL]


def test_what_is_forgotten_is_ended_by_the_run_and_nothing_else_is(con: duckdb.DuckDBPyConnection) -> None:
    say(con, "K1", ("P1", "Åse", None), ("P2", "Bo", None))
    say(con, "K2", ("P1", "Åsa", None))
    utsagn.forget(con, TABELL, "person_id = 'P1' OR false", "K3")
    assert con.execute(f"SELECT person_id, fra_kjoring_id, til_kjoring_id FROM {TABELL} ORDER BY ALL").fetchall() == [
        ("P1", "K1", "K2"), ("P1", "K2", "K3"), ("P2", "K1", None),
    ]  # fmt: skip


def test_what_was_said_of_one_is_said_of_another_where_nothing_is_said_of_her(con: duckdb.DuckDBPyConnection) -> None:
    utsagn.prepare(con, "sagt_annet", FELTER)
    say(con, "K1", ("P1", "Åse", None), ("P2", "Åsa", "a@b"), ("P3", "Bo", None))
    say(con, "K2", ("P2", "Åsa", "b@c"))
    say(con, "K2", ("P2", "Aase", None), tabell="sagt_annet")
    utsagn.move(con, "P2", "P1", "K3")
    assert now(con) == [("P1", "Åse", None, "K1"), ("P3", "Bo", None, "K1")]
    assert now(con, "sagt_annet") == [("P1", "Aase", None, "K3")]
    assert con.execute("SELECT fra_kjoring_id, til_kjoring_id FROM sagt_annet WHERE person_id = 'P2'").fetchall() == [
        ("K2", "K3")
    ]


def test_a_run_that_is_taken_back_leaves_what_was_said_before_it_and_all_that_others_have_ended(
    con: duckdb.DuckDBPyConnection,
) -> None:
    say(con, "K1", ("P1", "Åse", None), ("P2", "Bo", None))
    say(con, "K2", ("P2", "Bob", None))
    for_ = con.execute(f"FROM {TABELL} ORDER BY ALL").fetchall()
    say(con, "K3", ("P1", "Åsa", None), ("P3", "Eva", None))
    utsagn.take_back(con, "K3", "K4")
    assert now(con) == [("P1", "Åse", None, "K1"), ("P2", "Bob", None, "K2")]
    av_angret = con.execute(f"SELECT DISTINCT til_kjoring_id FROM {TABELL} WHERE fra_kjoring_id = 'K3'").fetchall()
    assert av_angret == [("K4",)]
    uten = f"FROM {TABELL} WHERE fra_kjoring_id <> 'K3' ORDER BY ALL"
    assert con.execute(uten).fetchall() == for_
    utsagn.take_back(con, "K2", "K5")
    assert now(con) == [("P1", "Åse", None, "K1"), ("P2", "Bo", None, "K1")]


def test_what_a_run_both_said_and_ended_stays_ended_when_it_is_taken_back(con: duckdb.DuckDBPyConnection) -> None:
    say(con, "K1", ("P1", "Åse", None))
    say(con, "K2", ("P1", "Åsa", None))
    say(con, "K2", ("P1", "Aase", None))
    utsagn.take_back(con, "K2", "K3")
    assert now(con) == [("P1", "Åse", None, "K1")]
