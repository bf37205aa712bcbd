"""The disk's no, told as what a person can do about it, wherever in the program it is met."""

import errno
import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import httpx
import pytest

from tasks import disk
from tasks.disk import reason, refusal
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.filer import write_file
from tasks.steg import guarded
from tests.tasks.conftest import Bygd

PERSONFIL = "Åse Nordmann.csv"


def error(nummer: int, sti: Path | None = None) -> OSError:
    return OSError(nummer, os.strerror(nummer), *([str(sti)] if sti else []))


@contextmanager
def small_files(oktetter: int) -> Iterator[None]:
    """No file may grow longer than this: the system says so itself."""
    myk, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (oktetter, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (myk, hard))


@pytest.mark.parametrize(
    ("nummer", "kode"),
    [
        (errno.ENOSPC, "ÅH-1309"), (errno.EDQUOT, "ÅH-1309"), (errno.EROFS, "ÅH-1310"), (errno.EACCES, "ÅH-1310"),
        (errno.EIO, "ÅH-1311"), (errno.ENAMETOOLONG, "ÅH-1312"),
    ],
)  # fmt: skip
def test_each_no_has_a_code_of_its_own(nummer: int, kode: str, tmp_path: Path) -> None:
    svar = refusal(error(nummer), tmp_path)
    assert svar is not None
    assert svar.kode == kode


def test_a_full_disk_tells_how_much_is_free_and_how_much_the_register_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "register.duckdb").write_bytes(b"")
    os.truncate(tmp_path / "register.duckdb", 400_000_000)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: type("Plass", (), {"free": 7_900_000}))
    assert "7 MB er ledig" in str(refusal(error(errno.ENOSPC), tmp_path))
    assert "minst 1200 MB" in str(refusal(error(errno.ENOSPC), tmp_path))


def test_where_it_was_is_told_by_the_folder_and_never_by_a_files_name(tmp_path: Path) -> None:
    i_innboks = str(refusal(error(errno.EACCES, tmp_path / "innboks" / PERSONFIL), tmp_path))
    utenfor = str(refusal(error(errno.EACCES, Path("/utenfor") / PERSONFIL), tmp_path))
    assert "mappen innboks i hjemmemappen" in i_innboks
    assert "en mappe utenfor hjemmemappen" in utenfor
    assert "Nordmann" not in i_innboks + utenfor


def test_sqlites_own_words_for_a_full_and_a_closed_disk_are_known(tmp_path: Path) -> None:
    koder = []
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as con:
        con.execute("CREATE TABLE t (a)")
        con.execute("PRAGMA max_page_count = 2")
        for gjor in ("INSERT INTO t VALUES (zeroblob(100000))", "PRAGMA query_only = 1", "INSERT INTO t VALUES (1)"):
            try:
                con.execute(gjor)
            except sqlite3.Error as feil:
                svar = refusal(feil, tmp_path)
                koder.append(svar and svar.kode)
    assert koder == ["ÅH-1309", "ÅH-1310"]


def test_duckdbs_own_words_are_known_also_when_a_second_error_came_of_it(tmp_path: Path) -> None:
    try:
        try:
            raise duckdb.IOException('Could not write file "register.duckdb.wal": No space left on device')
        except duckdb.Error:
            raise duckdb.TransactionException("no transaction is active")  # noqa: B904 as DuckDB does
    except duckdb.Error as feil:
        svar = refusal(feil, tmp_path)
    assert svar is not None
    assert svar.kode == "ÅH-1309"


def test_a_home_that_is_gone_is_told_and_a_fault_of_ours_is_not_the_disks(tmp_path: Path) -> None:
    borte = refusal(error(errno.ENOENT), tmp_path / "borte")
    assert borte is not None
    assert borte.kode == "ÅH-1313"
    assert refusal(error(errno.ENOENT), tmp_path) is None
    assert refusal(KeyError("x"), tmp_path / "borte") is None
    assert refusal(ConnectionRefusedError(errno.ECONNREFUSED, "nei"), tmp_path) is None


@pytest.mark.parametrize(("ledig", "status", "ventet"), [(0, 500, True), (0, 404, False), (10**9, 500, False)])
def test_the_servers_error_on_a_disk_without_room_is_the_disks(
    ledig: int, status: int, ventet: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: type("Plass", (), {"free": ledig}))
    spurt = httpx.Request("POST", "http://127.0.0.1/api/flow_runs/")
    svar = refusal(httpx.HTTPStatusError("x", request=spurt, response=httpx.Response(status)), tmp_path)
    assert (svar.kode if svar else "") == ("ÅH-1309" if ventet else "")


def test_other_messages_say_in_a_few_words_why_the_disk_said_no() -> None:
    assert reason(error(errno.ENOSPC)) == "disken er full"
    assert reason(error(errno.ENOENT)) == "FileNotFoundError"


def test_a_step_that_meets_it_is_refused_and_any_other_error_is_a_fault(bygd: Bygd) -> None:
    del bygd

    def step(feil: Exception) -> None:
        raise feil

    with pytest.raises(BrukerFeil, match="ÅH-1309") as avvist:
        guarded(step)(error(errno.ENOSPC, Path("/") / PERSONFIL))
    assert avvist.value.__context__ is None
    with pytest.raises(ProgramFeil):
        guarded(step)(ValueError(PERSONFIL))


def test_a_file_there_is_no_room_for_is_not_there_at_all_and_the_old_one_stays(tmp_path: Path) -> None:
    write_file(tmp_path / "fil", b"gammel")
    with small_files(1000), pytest.raises(OSError, match="File too large"):
        write_file(tmp_path / "fil", bytes(5000))
    assert [(sti.name, sti.read_bytes()) for sti in tmp_path.iterdir()] == [("fil", b"gammel")]
