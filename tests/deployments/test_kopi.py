"""Backup and restore: one sealed file with everything, whole or not at all, and a copy that sends nothing by itself."""

import errno
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
import pytest

from deployments.kopi import gjenoppretting, sikkerhetskopi
from deployments.kopi.bekreftelse import confirm
from deployments.kopi.gjenoppretting import restore
from deployments.kopi.sikkerhetskopi import back_up
from deployments.prefectmal import DATABASE, give_database
from deployments.program import main
from tasks.feil import BrukerFeil
from tasks.filer import ROT
from tasks.hjem import Hjem, home
from tasks.kopiliste import taken
from tasks.register.migrering import migrations
from tests.tasks.conftest import BREV, Bygd, at, new_home

NAA, SENERE = at("2026-05-11T09:00"), at("2026-06-20T09:00")


@pytest.fixture(scope="module")
def fylket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hjem, Path]]:
    """A county with letters that wait for approval, its other files, and a backup of it. Read only."""
    with pytest.MonkeyPatch.context() as miljo:
        for variabel in ("ARSHJUL_KEY", "ARSHJUL_KEY_FILE"):
            miljo.delenv(variabel, raising=False)
        bygd = Bygd(new_home(tmp_path_factory.mktemp("bygd") / "hjem"))
        miljo.setenv("ARSHJUL_HOME", str(bygd.hjem.mappe))
        bygd.person()
        assert bygd.run().forslag_id
        rot = bygd.hjem.mappe
        for navn in (
            "innboks/ulest.csv",
            "passord/arbeidsliste_R01.passord",
            "svarut.passord",
            "utboks/print/brev.pdf",
        ):
            (rot / navn).parent.mkdir(parents=True, exist_ok=True)
            (rot / navn).write_bytes(navn.encode())
        (rot / "prefect").mkdir()
        give_database(rot)
        (rot / "lenke").symlink_to(rot / "innboks")
        fil = tmp_path_factory.mktemp("kopier") / "kopi.arshjul.tar"
        back_up(bygd.hjem, fil, "Kari", NAA)
        yield bygd.hjem, fil


@pytest.fixture
def nytt(fylket: tuple[Hjem, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hjem:
    """An empty home with the county's key, where ``ARSHJUL_HOME`` points."""
    monkeypatch.delenv("ARSHJUL_KEY", raising=False)
    monkeypatch.delenv("ARSHJUL_KEY_FILE", raising=False)
    mappe = tmp_path / "nytt"
    mappe.mkdir()
    shutil.copy(fylket[0].mappe / "register.nokkel", mappe)
    monkeypatch.setenv("ARSHJUL_HOME", str(mappe))
    return home()


def files(mappe: Path) -> dict[str, bytes]:
    return {str(sti.relative_to(mappe)): sti.read_bytes() for sti in mappe.rglob("*") if sti.is_file()}


def refused(kode: str, gjor: Callable[..., object], *verdier: object) -> None:
    with pytest.raises(BrukerFeil, match=kode):
        gjor(*verdier)


def rows(hjem: Hjem) -> list[list[tuple[object, ...]]]:
    with hjem.register.transaction("prøve") as con:
        return [con.execute(f"FROM {navn} ORDER BY ALL").fetchall() for navn in ("fakta", "forslag", "kjoring")]


def proposal(hjem: Hjem) -> tuple[str, str]:
    with hjem.register.transaction("prøve") as con:
        return con.execute("SELECT forslag_id, tilstand FROM forslag_naa").fetchall()[-1]


def test_a_restored_home_holds_what_the_home_held_but_keys_and_links(fylket: tuple[Hjem, Path], nytt: Hjem) -> None:
    svar = restore(nytt, fylket[1], SENERE)
    for_, etter = files(fylket[0].mappe), files(nytt.mappe)
    utenfor = {
        navn for navn in {*for_, *etter} if navn.startswith(("register.", "prefect/", "sikkerhetskopi", "revisjon"))
    }
    assert {navn: for_[navn] for navn in for_.keys() - utenfor - {"svarut.passord"}} == {
        navn: etter[navn] for navn in etter.keys() - utenfor
    }
    assert svar.utelatt == ("lenke", "register.nokkel", "svarut.passord")
    assert (svar.kopi_tid, svar.eldre, "passord/arbeidsliste_R01.passord" in etter) == (NAA, False, True)
    assert rows(nytt) == rows(fylket[0])
    assert {sti.stat().st_mode & 0o077 for sti in nytt.mappe.rglob("*") if sti.name != "register.nokkel"} == {0}
    with sqlite3.connect(nytt.mappe / DATABASE) as con:
        assert con.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    con.close()


def test_the_home_knows_of_its_backups_and_none_is_written_over(fylket: tuple[Hjem, Path]) -> None:
    hjem, fil = fylket
    (notert,) = taken(hjem.mappe)
    assert (notert["tid"], notert["fil"]) == (NAA.isoformat(), str(fil))
    assert fil.stat().st_mode & 0o777 == 0o600
    refused("ÅH-1805", back_up, hjem, fil, "Kari", NAA)
    refused("ÅH-1807", back_up, hjem, hjem.mappe / "kopi.tar", "Kari", NAA)
    refused("ÅH-1806", back_up, hjem, fil.parent / "finnes ikke" / "kopi.tar", "Kari", NAA)
    assert [sti.name for sti in fil.parent.iterdir()] == [fil.name]
    with hjem.register.transaction("prøve") as con:
        assert con.execute("SELECT av FROM revisjon WHERE gjelder = ?", [fil.name]).fetchall() == [("Kari",)]


def test_the_file_opens_by_hand_as_it_says_itself_and_not_without_the_key(
    fylket: tuple[Hjem, Path], tmp_path: Path
) -> None:
    hjem, fil = fylket
    subprocess.run(["tar", "-xf", fil], cwd=tmp_path, check=True)
    nokkel = pyrage.passphrase.decrypt((tmp_path / "nokkel.age").read_bytes(), hjem.register.nokkel).decode().strip()
    innhold = pyrage.decrypt((tmp_path / "innhold.tar.age").read_bytes(), [pyrage.x25519.Identity.from_str(nokkel)])
    (tmp_path / "innhold.tar").write_bytes(innhold)
    with tarfile.open(tmp_path / "innhold.tar") as tar:
        manifest = json.loads(tar.extractfile("sikkerhetskopi.manifest").read())  # type: ignore[union-attr]
        assert {"innstillinger.toml", "register.duckdb", DATABASE} <= manifest["filer"].keys()
        assert tar.extractfile("innboks/ulest.csv").read() == b"innboks/ulest.csv"  # type: ignore[union-attr]
    assert (manifest["skjema"], manifest["av"]) == (migrations()[-1][0], "Kari")
    for sti in tmp_path.glob("*.age"):
        assert b"ulest" not in sti.read_bytes()


def test_the_wrong_key_opens_nothing_and_leaves_nothing(fylket: tuple[Hjem, Path], nytt: Hjem) -> None:
    (nytt.mappe / "register.nokkel").write_text("feil" * 16, "utf-8")
    refused("ÅH-1803", restore, nytt, fylket[1], NAA)
    assert list(files(nytt.mappe)) == ["register.nokkel"]


STEDER = {"veiledningen": 600, "et fyll": 2000, "nøkkelen": 2700, "innholdet": 0.5, "siste bit": -1100, "slutten": -1}


@pytest.mark.parametrize("sted", STEDER.values(), ids=STEDER.keys())
def test_one_altered_byte_is_refused_and_leaves_nothing(
    fylket: tuple[Hjem, Path], nytt: Hjem, tmp_path: Path, sted: float
) -> None:
    data = bytearray(fylket[1].read_bytes())
    data[int(len(data) * sted) if isinstance(sted, float) else sted] ^= 1
    (tmp_path / "endret.tar").write_bytes(data)
    refused("ÅH-180[34]", restore, nytt, tmp_path / "endret.tar", NAA)
    assert list(files(nytt.mappe)) == ["register.nokkel"]


@pytest.mark.parametrize("andel", [0, 0.01, 0.6, 0.9999])
def test_a_cut_file_is_refused_and_leaves_nothing(
    fylket: tuple[Hjem, Path], nytt: Hjem, tmp_path: Path, andel: float
) -> None:
    data = fylket[1].read_bytes()
    (tmp_path / "kuttet.tar").write_bytes(data[: int(len(data) * andel)])
    refused("ÅH-1804", restore, nytt, tmp_path / "kuttet.tar", NAA)
    assert list(files(nytt.mappe)) == ["register.nokkel"]


def test_a_home_that_holds_anything_is_never_restored_into(fylket: tuple[Hjem, Path], nytt: Hjem) -> None:
    (nytt.mappe / "innboks").mkdir()
    (nytt.mappe / "innboks" / "fil.csv").write_bytes(b"noe")
    refused("ÅH-1810", restore, nytt, fylket[1], NAA)
    assert set(files(nytt.mappe)) == {"register.nokkel", "innboks/fil.csv"}


def test_a_restored_home_approves_and_sends_nothing_until_confirmed(fylket: tuple[Hjem, Path], nytt: Hjem) -> None:
    restore(nytt, fylket[1], SENERE)
    forslag_id, _ = proposal(nytt)
    assert main(["approve", forslag_id, "--by", "Kari"]) == main(["send"]) == 2
    refused("ÅH-1406", confirm, home(), " ", SENERE)
    shutil.move(fylket[0].mappe / "register.duckdb", fylket[0].mappe / "bort")
    try:
        svar = confirm(home(), "Kari", SENERE)
    finally:
        shutil.move(fylket[0].mappe / "bort", fylket[0].mappe / "register.duckdb")
    assert (svar.sporres, svar.uavklart, svar.utlopt) == (0, 0, 1)
    assert proposal(nytt) == (forslag_id, "utløpt")
    refused("ÅH-1811", confirm, home(), "Kari", SENERE)
    with nytt.register.transaction("prøve") as con:
        apne = {rad for (rad,) in con.execute("SELECT rad FROM avvik WHERE kode = 'ÅH-1815'").fetchall()}
    assert {BREV, "17-forberede-udir-juni", "20-overforing-udir-juni"} <= apne
    assert not apne & {"01-sokere-1-februar", "25-brev-neisvarere"}
    assert main(["send"]) == 0


def test_while_the_home_it_is_a_copy_of_is_in_use_here_the_copy_is_not_confirmed(
    fylket: tuple[Hjem, Path], nytt: Hjem
) -> None:
    restore(nytt, fylket[1], SENERE)
    refused("ÅH-1812", confirm, nytt, "Kari", SENERE)


def test_killed_while_restoring_there_is_nothing_or_everything(
    fylket: tuple[Hjem, Path], nytt: Hjem, monkeypatch: pytest.MonkeyPatch
) -> None:
    ekte, sett = Path.replace, [0]

    def dying(fra: Path, til: Path) -> Path:
        if gjenoppretting.GJENOPPRETTET in (fra.parent.name, Path(til).name):
            sett[0] += 1
            if sett[0] == dor_ved:
                raise Drept
        return ekte(fra, til)

    for dor_ved in (1, 3):
        mappe = nytt.mappe.with_name(f"nytt{dor_ved}")
        mappe.mkdir()
        shutil.copy(nytt.mappe / "register.nokkel", mappe)
        sett[0] = 0
        with monkeypatch.context() as patch, pytest.raises(Drept):  # noqa: PT012 one call, and what kills it
            patch.setattr(Path, "replace", dying)
            restore(Hjem(mappe), fylket[1], NAA)
        assert not (mappe / "innstillinger.toml").exists()
        assert (dor_ved > 1) is (mappe / gjenoppretting.GJENOPPRETTET).exists()
        restore(Hjem(mappe), fylket[1], NAA)
        assert proposal(Hjem(mappe))[1] == "venter"
        assert not list(mappe.glob(".gjen*"))


class Drept(BaseException):
    """The process is gone here."""


BARN = """
import sys, time, datetime
from pathlib import Path
from deployments.kopi import {modul}
from tasks.hjem import Hjem
ekte = {modul}.{hva}
def slow(*verdier):
    svar = ekte(*verdier)
    print("her", flush=True)
    time.sleep(60)
    return svar
{modul}.{hva} = slow
{modul}.{kall}
"""
NAA_KODE = "datetime.datetime.now(datetime.UTC)"


def kill_in(modul: str, hva: str, kall: str) -> None:
    """Kill a process, without mercy, where it has just done ``hva``."""
    kode = BARN.format(modul=modul, hva=hva, kall=kall)
    with subprocess.Popen(
        [sys.executable, "-c", kode],
        cwd=ROT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROT)},
    ) as prosess:
        assert prosess.stdout
        assert prosess.stdout.readline() == "her\n"
        prosess.send_signal(signal.SIGKILL)


def test_a_killed_backup_is_not_there_and_the_next_one_is_whole(fylket: tuple[Hjem, Path], tmp_path: Path) -> None:
    hjem = fylket[0]
    kopi = tmp_path / "ny.tar"
    kill_in(
        "sikkerhetskopi", "unpack", f"back_up(Hjem(Path({str(hjem.mappe)!r})), Path({str(kopi)!r}), '', {NAA_KODE})"
    )
    assert not kopi.exists()
    assert len(taken(hjem.mappe)) == 1
    back_up(hjem, tmp_path, "", NAA)
    assert [sti.suffix for sti in tmp_path.iterdir()] == [".tar"]
    assert not (hjem.mappe / ".sikkerhetskopi").exists()


def test_a_killed_restore_leaves_no_register_and_can_be_done_again(fylket: tuple[Hjem, Path], nytt: Hjem) -> None:
    kall = f"restore(Hjem(Path({str(nytt.mappe)!r})), Path({str(fylket[1])!r}), {NAA_KODE})"
    kill_in("gjenoppretting", "unpack", kall)
    assert not nytt.register.sti.exists()
    restore(nytt, fylket[1], NAA)
    assert proposal(nytt)[1] == "venter"


@pytest.fixture
def liten_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 kB."""
    mappe = tmp_path / "disk"
    mappe.mkdir()
    montert = os.geteuid() == 0 and shutil.which("mount") is not None and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", mappe], check=False, capture_output=True
    ).returncode == 0  # fmt: skip
    if not montert:
        pytest.skip("bare den som kan montere en disk, kan fylle en")
    yield mappe
    subprocess.run(["umount", mappe], check=True)


def test_a_full_disk_is_told_and_leaves_nothing(fylket: tuple[Hjem, Path], nytt: Hjem, liten_disk: Path) -> None:
    refused("ÅH-1806", back_up, fylket[0], liten_disk / "kopi.tar", "", NAA)
    assert list(liten_disk.iterdir()) == []
    trangt = Hjem(liten_disk)
    shutil.copy(nytt.mappe / "register.nokkel", liten_disk)
    refused("ÅH-1806", restore, trangt, fylket[1], NAA)
    assert list(files(liten_disk)) == ["register.nokkel"]


def test_a_backup_that_the_home_cannot_take_note_of_is_not_there(
    fylket: tuple[Hjem, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sikkerhetskopi, "write_taken", full)
    kjente = taken(fylket[0].mappe)
    with pytest.raises(OSError, match="No space left"):
        back_up(fylket[0], tmp_path / "kopi.tar", "", NAA)
    assert list(tmp_path.glob("kopi.tar")) == []
    assert taken(fylket[0].mappe) == kjente


def test_a_full_disk_leaves_no_half_database_for_prefect(liten_disk: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        give_database(liten_disk)
    assert files(liten_disk) == {}


def test_an_empty_folder_has_nothing_to_back_up_and_restore_needs_to_be_told_what(nytt: Hjem, tmp_path: Path) -> None:
    refused("ÅH-1808", back_up, nytt, tmp_path / "kopi.tar", "", NAA)
    assert main(["restore"]) == main(["restore", "x.tar", "--confirm"]) == 2


def test_the_command_line_takes_restores_and_confirms(
    fylket: tuple[Hjem, Path], nytt: Hjem, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["restore", str(fylket[1])]) == 1
    assert "restore --confirm --by NAVN" in capsys.readouterr().out
    assert main(["backup", str(tmp_path), "--by", "Kari"]) == 0
    assert "Nøkkelen er ikke med" in capsys.readouterr().out
    assert main(["restore", "--confirm", "--by", "Kari"]) == 2
    assert "ÅH-1812" in capsys.readouterr().err
