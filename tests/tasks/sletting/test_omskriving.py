"""Writing the register anew: what is deleted is nowhere in the file, and whoever is killed leaves a whole register."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tasks.register import omskriving, tilkobling
from tasks.register.omskriving import rewritten
from tasks.register.tilkobling import Register

KANARI = "Kanari Fuglesang"
ANNEN = "Måke Havsvær"


class Drept(BaseException):
    """The process is gone here."""


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return fill(Register(tmp_path / "register.duckdb", "a" * 64))


@pytest.fixture
def klartekst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    """The same, without encryption: what stands in the file can be seen."""

    def attach(_: Register, con: duckdb.DuckDBPyConnection, sti: Path, navn: str) -> None:
        con.execute(f"ATTACH '{sti}' AS {navn}")

    monkeypatch.setattr(Register, "_attach", attach)
    monkeypatch.setattr(tilkobling, "LANG_LOGG", 1)
    return fill(Register(tmp_path / "register.duckdb", ""))


def fill(register: Register) -> Register:
    for navn in (KANARI, ANNEN):
        with register.transaction("prøve") as con:
            con.execute(
                "INSERT INTO svar VALUES (?, 'r', 2026, now()::TIMESTAMP, ?, now()::TIMESTAMP, 'K')", [navn] * 2
            )
            con.execute(
                "INSERT INTO angring (angret_kjoring_id, kjoring_id, av, grunn, tid) SELECT 'a','b','c','d',now()"
            )
    return register


def names(register: Register) -> list[str]:
    with register.transaction("prøve") as con:
        return [navn for (navn,) in con.execute("SELECT person_id FROM svar ORDER BY rowid").fetchall()]


def delete(register: Register) -> None:
    with rewritten(register, "prøve") as con:
        con.execute("DELETE FROM svar WHERE person_id = ?", [KANARI])


def raw(register: Register) -> bytes:
    return b"".join(sti.read_bytes() for sti in sorted(register.sti.parent.rglob("*")) if sti.is_file())


def test_what_is_deleted_is_nowhere_in_the_bytes_and_a_mere_delete_leaves_it_there(klartekst: Register) -> None:
    names(klartekst)
    assert KANARI.encode() in raw(klartekst)
    with klartekst.transaction("prøve") as con:
        con.execute("DELETE FROM svar WHERE person_id = ?", [KANARI])
    assert names(klartekst) == [ANNEN]
    assert KANARI.encode() in raw(klartekst)
    delete(klartekst)
    assert KANARI.encode() not in raw(klartekst)
    assert ANNEN.encode() in raw(klartekst)


def test_all_else_is_as_it_was_and_the_numbering_goes_on(register: Register) -> None:
    delete(register)
    assert names(register) == [ANNEN]
    with register.transaction("prøve") as con:
        assert con.execute("SELECT max(lopenr) FROM angring").fetchone() == (2,)
        assert con.execute("SELECT nextval('angring_lopenr')").fetchone() == (3,)
        assert con.execute("SELECT count(*) FROM svar_kjent('infinity'::TIMESTAMP)").fetchone() == (1,)
        assert con.execute("SELECT encrypted FROM duckdb_databases() WHERE database_name = 'register'").fetchone() == (
            True,
        )
    assert {sti.name for sti in register.sti.parent.iterdir()} <= {
        "register.duckdb",
        "register.duckdb.wal",
        "register.laas",
    }


def test_one_that_fails_meanwhile_leaves_the_register_as_it_was(register: Register) -> None:
    def fail() -> None:
        with rewritten(register, "prøve") as con:
            con.execute("DELETE FROM svar")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 our own
        fail()
    assert names(register) == [KANARI, ANNEN]
    delete(register)
    assert names(register) == [ANNEN]


def test_a_copy_that_lacks_something_never_takes_the_registers_place(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    ekte = omskriving._same

    def lossy(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("DELETE FROM ny.svar")
        ekte(con)

    monkeypatch.setattr(omskriving, "_same", lossy)
    with pytest.raises(Exception, match="svar"):
        delete(register)
    assert names(register) == [KANARI, ANNEN]


STEG = {
    "kopien er laget": (Register, "_copy_aside", KANARI),
    "ny fil er skrevet": (omskriving, "_same", KANARI),
    "ny fil er på kopiens plass": (Register, "_take_place", KANARI),
    "ny fil har fått navnet sitt": (omskriving, "anchor", ANNEN),
}


@pytest.mark.parametrize(("eier", "navn", "forste"), STEG.values(), ids=STEG.keys())
def test_killed_at_any_moment_there_is_one_whole_register_old_or_new(
    register: Register, monkeypatch: pytest.MonkeyPatch, eier: Any, navn: str, forste: str
) -> None:
    def die(*_: object) -> None:
        raise Drept

    with monkeypatch.context() as patch:
        patch.setattr(eier, navn, die)
        with pytest.raises(Drept):
            delete(register)
    assert names(register)[0] == forste
    delete(register)
    assert names(register) == [ANNEN]
    assert not register.sti.with_suffix(".samling").exists()
