"""The register and whoever is killed: its file is never written in place, and nothing that was committed is lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.filer import ROT
from tasks.register import tilkobling
from tasks.register.tilkobling import Register

NY_RAD = "INSERT INTO driftsvarsel VALUES (?, 'prøve', TIMESTAMP '2026-01-01')"
KORT_LOGG = 20_000


class Drept(BaseException):
    """The process is gone here."""


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    monkeypatch.setattr(tilkobling, "LANG_LOGG", KORT_LOGG)
    return Register(tmp_path / "register.duckdb", "a" * 64)


def write(register: Register, nummer: int) -> None:
    with register.transaction("prøve") as con:
        con.execute(NY_RAD, [str(nummer)])


def written(register: Register) -> list[int]:
    with register.transaction("prøve") as con:
        return [int(nr) for (nr,) in con.execute("SELECT nokkel FROM driftsvarsel ORDER BY nokkel::INTEGER").fetchall()]


def test_the_file_is_never_written_in_place_since_half_a_block_cannot_be_read(register: Register) -> None:
    byttet = 0
    for nummer in range(60):
        for_, ino = (register.sti.read_bytes(), register.sti.stat().st_ino) if nummer else (b"", 0)
        write(register, nummer)
        if nummer and register.sti.stat().st_ino == ino:
            assert register.sti.read_bytes() == for_
        else:
            byttet += 1
    assert byttet > 1
    assert written(register) == list(range(60))


@pytest.mark.parametrize(("stort", "bytter"), [(10**9, True), (1_000, False)])
def test_a_large_register_is_copied_for_a_longer_log_only(
    register: Register, monkeypatch: pytest.MonkeyPatch, stort: int, *, bytter: bool
) -> None:
    register.settle()
    monkeypatch.setattr(tilkobling, "STORT_REGISTER", stort)
    ino = register.sti.stat().st_ino
    for nummer in range(40):
        write(register, nummer)
    assert register.sti.with_name("register.duckdb.wal").is_file()
    assert (register.sti.stat().st_ino != ino) is bytter
    assert written(register) == list(range(40))


STEG = {
    "før kopien": ("shutil.copyfile", 1),
    "midt i kopien": ("shutil.copyfile", 2),
    "kopien er samlet": ("flush", 1),
    "kopien har fått navnet sitt": ("flush", 2),
    "loggen er borte": ("Path.replace", 2),
    "kopien er på plass": ("flush", 3),
}


@pytest.mark.parametrize(("hva", "nummer"), STEG.values(), ids=STEG.keys())
def test_killed_while_the_log_is_gathered_nothing_is_lost(
    register: Register, monkeypatch: pytest.MonkeyPatch, hva: str, nummer: int
) -> None:
    antall = 0
    while antall == 0 or (logg := tilkobling._log_of(register.sti)).stat().st_size < KORT_LOGG:
        write(register, antall)
        antall += 1
    with monkeypatch.context() as patch:
        die_at(patch, hva, nummer)
        with pytest.raises(Drept):
            write(register, antall)
    assert written(register) == list(range(antall))
    assert {sti.name for sti in register.sti.parent.iterdir()} <= {register.sti.name, logg.name, "register.laas"}


def die_at(patch: pytest.MonkeyPatch, hva: str, nummer: int) -> None:
    eier: Any = {"shutil": tilkobling.shutil, "Path": Path}.get(hva.partition(".")[0], tilkobling)
    navn, sett = hva.rpartition(".")[2], [0]
    ekte: Callable[..., Any] = getattr(eier, navn)

    def dying(*args: Any, **valg: Any) -> Any:
        gjelder = navn != "replace" or args[1].name in {"register.samlet", "register.duckdb"}
        sett[0] += gjelder
        if gjelder and sett[0] == nummer:
            raise Drept
        return ekte(*args, **valg)

    patch.setattr(eier, navn, dying)


SKRIVER = """
import sys; from pathlib import Path; from tasks.register import tilkobling
tilkobling.LANG_LOGG = 20_000
register, nummer = tilkobling.Register(Path(sys.argv[1]), "a" * 64), int(sys.argv[2])
while True:
    with register.transaction("prøve") as con:
        con.execute("INSERT INTO driftsvarsel VALUES (?, 'prøve', TIMESTAMP '2026-01-01')", [str(nummer)])
    print(nummer, flush=True)
    nummer += 1
"""


def test_a_real_process_killed_while_it_writes_loses_nothing_it_has_told_of(register: Register) -> None:
    neste = 0
    for gang in range(6):
        kommando = [sys.executable, "-c", SKRIVER, str(register.sti), str(neste)]
        miljo = os.environ | {"PYTHONPATH": str(ROT)}
        with subprocess.Popen(kommando, cwd=ROT, stdout=subprocess.PIPE, text=True, env=miljo) as prosess:
            assert prosess.stdout
            sagt = [int(prosess.stdout.readline())]
            time.sleep(0.11 * gang)
            prosess.send_signal(signal.SIGKILL)
            sagt += [int(linje) for linje in prosess.stdout]
        rader = written(register)
        assert rader == list(range(len(rader)))
        assert sagt[-1] + 1 <= len(rader) <= sagt[-1] + 2
        neste = len(rader)
