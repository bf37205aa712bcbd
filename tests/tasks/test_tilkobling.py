"""The register's file: who is told what while it is held, what is left beside it, and an upgrade of an older one."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tasks.feil import BrukerFeil
from tasks.hjemvern import has_place, mark_restored, restored_from
from tasks.register import fakta, migrering, tilkobling
from tasks.register.migrering import migrations
from tasks.register.tilkobling import Oppgradert, Register, describe_holder

NOKKEL = "k" * 64
EGEN_MOTOR = tilkobling._engine
"""As the program makes it: before the tests let all homes share one."""
SISTE = migrations()[-1][0]
FAKTUM = (
    "INSERT INTO fakta (person_id, felt, verdi, gyldig_fra, registrert_tid, kjoring_id) VALUES (?, ?, ?, ?, ?, 'K1')"
)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """A register in a folder whose name must be quoted."""
    return Register(tmp_path / "Kari's hjem" / "register.duckdb", NOKKEL, vent=0.05)


def beside(register: Register) -> set[str]:
    return {sti.name for sti in register.sti.parent.iterdir()}


def test_whoever_waits_is_told_on_the_error_stream_and_the_note_is_gone_afterwards(
    register: Register, capsys: pytest.CaptureFixture[str]
) -> None:
    with register.transaction("rad 14 for 2026"):
        eier = register.sti.with_suffix(".eier")
        assert json.loads(eier.read_text()) == {"pid": os.getpid(), "hva": "rad 14 for 2026"}
        assert {sti.stat().st_mode & 0o777 for sti in (eier, register.sti)} == {0o600}
        holder = f"prosess {os.getpid()} (rad 14 for 2026)"
        with pytest.raises(BrukerFeil) as feil, register.at_rest("kopi"):
            pass
        assert (feil.value.kode, holder in str(feil.value)) == ("ÅH-1302", True)
        assert capsys.readouterr().err == f"Registeret er i bruk: {holder}. Venter …\n"
    assert {sti.stat().st_mode & 0o777 for sti in register.sti.parent.iterdir()} == {0o600}
    assert not eier.exists()
    assert describe_holder(eier) == "en annen prosess"
    eier.write_text("halvt skre")
    assert describe_holder(eier) == "en annen prosess"


def test_what_the_engine_lays_aside_is_encrypted_beside_the_register_and_nothing_is_fetched(tmp_path: Path) -> None:
    mappe = tmp_path / "Kari's hjem"
    navn = ("temp_file_encryption", "autoinstall_known_extensions", "autoload_known_extensions", "temp_directory")
    motor = EGEN_MOTOR(mappe)
    svar = [motor.execute("SELECT current_setting(?)", [enkelt]).fetchall()[0][0] for enkelt in navn]
    assert svar == [True, False, False, str(mappe / "register.tmp")]
    assert motor.execute("SELECT path FROM duckdb_databases() WHERE NOT internal").fetchall() == [(None,)]


def test_what_is_committed_stays_in_the_log_until_we_say_so(tmp_path: Path) -> None:
    motor, sti = EGEN_MOTOR(tmp_path), tmp_path / "a.duckdb"
    motor.execute(f"ATTACH '{sti}' AS a (ENCRYPTION_KEY '{NOKKEL}')")
    motor.execute("CREATE TABLE a.t AS SELECT 1")
    motor.execute("DETACH a")
    assert sti.with_name("a.duckdb.wal").is_file()


def test_another_program_s_database_is_refused_though_the_key_fits(register: Register) -> None:
    register.sti.parent.mkdir()
    motor, sti = EGEN_MOTOR(register.sti.parent), str(register.sti).replace("'", "''")
    motor.execute(f"ATTACH '{sti}' AS a (ENCRYPTION_KEY '{NOKKEL}')")
    motor.execute("CREATE TABLE a.t AS SELECT 1")
    motor.execute("DETACH a")
    with pytest.raises(BrukerFeil, match="ÅH-1304"), register.transaction("x"):
        pass


def test_the_file_that_is_refused_is_named(register: Register) -> None:
    with register.transaction("prøve"):
        pass
    with (
        pytest.raises(BrukerFeil, match=r"passer ikke til register\.duckdb"),
        Register(register.sti, "a").transaction("x"),
    ):
        pass
    register.sti.write_bytes(b"noe annet" * 1000)
    with pytest.raises(BrukerFeil, match=r"ÅH-1304.*register\.duckdb er ikke"), register.transaction("x"):
        pass


def older(register: Register, monkeypatch: pytest.MonkeyPatch, versjon: int = 9, kopi: str = "") -> None:
    """Make the register as a program of so many migrations did, with one fact, before it noted where it lies."""
    with monkeypatch.context() as patch:
        patch.setattr(migrering, "migrations", lambda: migrations()[:versjon])
        with register.transaction("prøve") as con:
            con.execute(FAKTUM, ["P1", "fornavn", "Åse", "2026-01-01", "2026-01-01"])
            con.execute("DELETE FROM meta WHERE navn LIKE 'sted%'")
            if kopi:
                mark_restored(con, kopi)


@pytest.mark.parametrize("kopi", ["", "2026-05-11T08:00"])
def test_an_upgrade_tells_what_it_did_and_a_restored_register_stays_restored(
    register: Register, monkeypatch: pytest.MonkeyPatch, kopi: str
) -> None:
    older(register, monkeypatch, kopi=kopi)
    tekst = f"(9, denne bruker {SISTE})"
    with pytest.raises(BrukerFeil) as feil, register.transaction("prøve"):
        pass
    assert (feil.value.kode, tekst in str(feil.value)) == ("ÅH-1306", True)
    with register.at_rest("kopi") as versjon:
        assert versjon == 9
    gjort = register.upgrade()
    assert (gjort.fra, gjort.til, gjort.rader["fakta"], gjort.rader["oppgave"]) == (9, SISTE, 1, 0)
    with register.transaction("prøve") as con:
        assert con.execute("SELECT verdi FROM fakta").fetchall() == [("Åse",)]
        assert con.execute("SELECT versjon FROM skjemaversjon ORDER BY 1").fetchall() == [(n,) for n, _ in migrations()]
        assert has_place(con)
        assert bool(restored_from(con)) == bool(kopi)
    assert beside(register) <= {"register.duckdb", "register.duckdb.wal", "register.laas"}


def test_settling_leaves_one_file(register: Register) -> None:
    with register.transaction("prøve") as con:
        con.execute(FAKTUM, ["P1", "fornavn", "Åse", "2026-01-01", "2026-01-01"])
    register.settle()
    assert beside(register) <= {"register.duckdb", "register.laas"}
    with register.transaction("prøve") as con:
        assert con.execute("SELECT verdi FROM fakta").fetchall() == [("Åse",)]


def test_an_older_register_is_settled_as_it_is(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    older(register, monkeypatch)
    register.settle()
    with register.at_rest("kopi") as versjon:
        assert versjon == 9


def test_whoever_waits_meanwhile_is_told_what_is_done_to_the_register(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    older(register, monkeypatch)
    sagt: list[str] = []

    def listen(gjor: Any) -> Any:
        def gjort(*verdier: Any) -> Any:
            sagt.append(describe_holder(register.sti.with_suffix(".eier")).partition(" (")[2])
            return gjor(*verdier)

        return gjort

    monkeypatch.setattr(tilkobling, "upgrade", listen(tilkobling.upgrade))
    monkeypatch.setattr(tilkobling, "flush", listen(tilkobling.flush))
    register.upgrade()
    register.settle()
    assert set(sagt) == {"oppgradering)", "samler registeret)"}


def test_a_note_that_somebody_has_removed_is_not_missed(register: Register) -> None:
    with register.transaction("prøve"):
        register.sti.with_suffix(".eier").unlink()
    assert "register.eier" not in beside(register)


@pytest.mark.parametrize(("millioner", "logg"), [(1, 1), (19, 1), (20, 2), (29, 2)])
def test_a_register_twice_as_large_waits_for_twice_as_long_a_log(register: Register, millioner: int, logg: int) -> None:
    register.sti.parent.mkdir()
    with register.sti.open("wb") as fil:
        fil.truncate(millioner * 1_000_000)
    assert register._long_log() == logg * tilkobling.LANG_LOGG


def test_what_takes_the_register_s_place_and_the_place_itself_are_on_the_disk(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    with register.transaction("prøve") as con:
        con.execute(FAKTUM, ["P1", "fornavn", "Åse", "2026-01-01", "2026-01-01"])
    skrevet: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda nr: skrevet.append(Path(f"/proc/self/fd/{nr}").readlink().name))
    register.settle()
    mappe = register.sti.parent.name
    assert skrevet == ["register.duckdb", mappe, mappe]


def test_a_table_with_fewer_rows_or_none_at_all_is_lost() -> None:
    for_ = Oppgradert(1, 2, {"d": 1, "færre": 2, "like": 1, "borte": 0})
    assert for_.lost({"færre": 1, "like": 1, "d": 2, "ny": 9}) == ["borte", "færre"]


def test_facts_are_numbered_and_dated_as_they_are_learned(register: Register) -> None:
    tider = [datetime.fromisoformat(f"2026-01-0{dag}T08:00") for dag in range(1, 5)]
    rader = [("a", "x", "2026-03-01"), ("a", "y", "2026-02-01"), ("b", "z", "2026-02-01"), ("a", "w", "2026-09-01")]
    with register.transaction("prøve") as con:
        assert fakta.next_number(con) == 1
        assert fakta.newest(con, ["a"], pd.Timestamp("2026-12-31").date()) is None
        for (felt, verdi, fra), tid in zip(rader, tider, strict=True):
            con.execute(FAKTUM, ["P1", felt, verdi, fra, tid])
        assert fakta.next_number(con) == con.execute("SELECT max(lopenr) + 1 FROM fakta").fetchall()[0][0]
        assert fakta.last_learned(con, ["a"]) == {"P1": {"a": "w"}}
        assert fakta.last_learned(con, ["a", "b"]) == {"P1": {"a": "w", "b": "z"}}
        dag = pd.Timestamp("2026-03-01").date()
        assert fakta.newest(con, ["a"], dag) == tider[1]
        assert fakta.newest(con, ["a", "b"], dag) == tider[2]
        assert fakta.newest(con, ["a"], dag, tider[0]) == tider[0]
