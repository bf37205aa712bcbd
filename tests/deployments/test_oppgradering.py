"""Upgrade: an older register is refused until a person asks, and then it holds all that it held, or is not used."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from deployments.kopi.gjenoppretting import restore
from deployments.kopi.oppgradering import upgrade
from deployments.kopi.sikkerhetskopi import back_up
from deployments.prefectmal import DATABASE, give_database
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.register import migrering
from tasks.register.migrering import migrations
from tests.tasks.conftest import at

NAA, SENERE = at("2026-05-11T09:00"), at("2026-06-20T09:00")


def refused(kode: str, gjor: Callable[..., object], *verdier: object) -> None:
    with pytest.raises(BrukerFeil, match=kode):
        gjor(*verdier)


def older(mappe: Path, versjon: int, monkeypatch: pytest.MonkeyPatch) -> Hjem:
    """A home that a program of so many migrations made, with a run and a fact in its register."""
    mappe.mkdir()
    (mappe / "register.nokkel").write_text("k" * 64, "utf-8")
    hjem = Hjem(mappe)
    with monkeypatch.context() as patch:
        patch.setattr(migrering, "migrations", lambda: migrations()[:versjon])
        with hjem.register.transaction("prøve") as con:
            con.execute(
                "INSERT INTO fakta (person_id, felt, verdi, gyldig_fra, registrert_tid, kjoring_id)"
                " VALUES ('P1', 'fornavn', 'Åse', '2026-01-01', '2026-01-01', 'K1')"
            )
            con.execute("INSERT INTO person VALUES ('P1', 'K1', '2026-01-01')")
            # From before the register noted where it lies.
            con.execute("DELETE FROM meta WHERE navn LIKE 'sted%'")
    return hjem


@pytest.mark.parametrize("versjon", [1, 4, 9, len(migrations()) - 1])
def test_an_older_register_is_refused_until_it_is_upgraded_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, versjon: int
) -> None:
    hjem = older(tmp_path / "hjem", versjon, monkeypatch)
    bytes_for = hjem.register.sti.read_bytes()
    with pytest.raises(BrukerFeil, match=r"ÅH-1306.*upgrade"), hjem.register.transaction("prøve"):
        pass
    assert hjem.register.sti.read_bytes() == bytes_for
    gjort = upgrade(hjem, None, "Kari", NAA)
    assert (gjort.register.fra, gjort.register.til) == (versjon, migrations()[-1][0])
    assert gjort.register.rader["fakta"] == 1
    assert gjort.kopi.fil.parent == tmp_path
    with hjem.register.transaction("prøve") as con:
        assert con.execute("SELECT person_id, verdi FROM fakta").fetchall() == [("P1", "Åse")]
        assert con.execute("SELECT count(*) FROM person").fetchall() == [(1,)]
        assert con.execute("SELECT av FROM revisjon").fetchall() == [("Kari",)]


def test_an_upgrade_that_would_lose_rows_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hjem = older(tmp_path / "hjem", 9, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(
            migrering, "migrations", lambda: (*migrations()[:-1], (migrations()[-1][0], "DELETE FROM fakta;"))
        )
        refused("ÅH-1308 .*fakta", upgrade, hjem, None, "", NAA)
    with hjem.register.transaction("prøve", eldre=True) as con:
        assert con.execute("SELECT (SELECT max(versjon) FROM skjemaversjon), count(*) FROM fakta").fetchall() == [
            (9, 1)
        ]


def test_a_backup_of_an_older_home_is_upgraded_after_it_is_restored_and_stays_in_quarantine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gammel = older(tmp_path / "hjem", 9, monkeypatch)
    back_up(gammel, tmp_path / "kopi.tar", "", NAA)
    (tmp_path / "nytt").mkdir()
    shutil.copy(gammel.mappe / "register.nokkel", tmp_path / "nytt")
    nytt = Hjem(tmp_path / "nytt")
    assert restore(nytt, tmp_path / "kopi.tar", SENERE).eldre
    upgrade(nytt, tmp_path / "kopi2.tar", "", SENERE)
    with nytt.register.transaction("prøve") as con:
        assert con.execute("SELECT verdi FROM meta WHERE navn = 'kopi_tid'").fetchall() == [(NAA.isoformat(),)]


def test_prefects_database_is_brought_up_to_date_with_the_register(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hjem = older(tmp_path / "hjem", 9, monkeypatch)
    (hjem.mappe / "prefect").mkdir()
    give_database(hjem.mappe)
    monkeypatch.setenv("PREFECT_HOME", str(hjem.mappe / "prefect"))
    with sqlite3.connect(hjem.mappe / DATABASE) as con:
        (siste,) = con.execute("SELECT version_num FROM alembic_version").fetchone()
    con.close()
    upgrade(hjem, None, "", NAA)
    with sqlite3.connect(hjem.mappe / DATABASE) as con:
        assert con.execute("SELECT version_num FROM alembic_version").fetchone() == (siste,)
    con.close()
    (hjem.mappe / DATABASE).write_bytes(b"ikke en database")
    refused("ÅH-1816", upgrade, hjem, tmp_path / "til.tar", "", NAA)


def test_upgrade_is_refused_while_the_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hjem = older(tmp_path / "hjem", 9, monkeypatch)
    monkeypatch.setattr("deployments.kopi.oppgradering.server_note", lambda _: {"url": "http://127.0.0.1:4200/api"})
    refused("ÅH-1809 .*4200", upgrade, hjem, None, "", NAA)
    assert [sti.name for sti in tmp_path.iterdir()] == ["hjem"]
