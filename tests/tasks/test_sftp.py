"""SFTP over a real socket with a pinned host key: every fault is one state, and a package is there whole or not."""

import csv
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from schemas.verdier import Kanal, Mottaker, Tilstand
from tasks import kodeverk, sftp
from tasks.feil import BrukerFeil
from tasks.filer import ROT
from tasks.kanal import Leveranse, Leveringssvar, Pakkefiler, Post
from tasks.sftp import Sftpvei
from tasks.sftpforbindelse import BLOKK, Tidsgrenser
from tests.motparter.sftp import Mottak, Sftpsvikt

FEBRUAR, DAG = "05-overforing-udir-februar", "2026-02-16T08:00"
KORT = Tidsgrenser(kobling=2.0, svar=1.0, alt=15.0)
TAUS_SEKUNDER = 2.5
MEST_SEKUNDER = 12.0
NAVN = "ot-udir-05-2026-02-15-v1"
PAKKE = Pakkefiler(NAVN, b"data" * BLOKK, b'{"antall": 1}\n')
FILER = {f"{NAVN}.csv": PAKKE.data, f"{NAVN}.json": PAKKE.manifest}
FEIL = list(csv.DictReader((Path(__file__).parent / "sftp_feil.csv").read_text("utf-8").splitlines(), delimiter=";"))
FOR, ETTER = False, True
DRAP = [
    ("TILKOBLING", FOR), ("LES", ETTER), ("APNE", ETTER), ("SKRIV", FOR), ("SKRIV", ETTER), ("NAVN_DATA", FOR),
    ("NAVN_DATA", ETTER), ("NAVN_MANIFEST", FOR), ("NAVN_MANIFEST", ETTER), ("STAT", FOR),
]  # fmt: skip
SENDERE = """
import os, sys
from datetime import datetime
from pathlib import Path
from tasks import sftp, utboks
from tasks.hjem import home
for linje in sys.stdin:
    if pid := os.fork():
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("ferdig", flush=True)
    else:
        hjem, forslag_id, naa = linje.split()
        try:
            utboks.send(home(Path(hjem)), forslag_id, datetime.fromisoformat(naa))
        finally:
            os._exit(0)
"""
"""Loaded once, then a process for each sender."""


def item(pakke: Pakkefiler = PAKKE) -> Post:
    return Post("u1", "m", Kanal.UDIR, Mottaker.UDIR, "{}", pakke=pakke)


@pytest.fixture
def mottak() -> Iterator[Mottak]:
    with Mottak() as tjener:
        yield tjener


@pytest.fixture
def apne(bygd: Any, mottak: Mottak, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``apne()`` opens the channel to the stand-in; ``apne(vert="…")`` with a setting of its own."""
    monkeypatch.setenv(sftp.MILJOVARIABEL, mottak.hemmelighet)

    def open_(modus: str = "øve", **endret: Any) -> AbstractContextManager[Leveranse]:
        set_up(bygd, mottak, **endret)
        hjem = bygd.mode(modus)
        return Sftpvei(hjem.innstillinger.udir, KORT).open(hjem, bygd.at(DAG))

    return open_


def set_up(bygd: Any, mottak: Mottak, **endret: Any) -> None:
    valg = {
        "vert": "127.0.0.1", "port": mottak.port, "bruker": mottak.bruker, "mappe": mottak.inn,
        "vertsnokkel": mottak.vertsnokkel,
    } | endret  # fmt: skip
    sti = bygd.hjem.mappe / "innstillinger.toml"
    linjer = [f"{navn} = {verdi!r}" for navn, verdi in valg.items()]
    uten = sti.read_text("utf-8").partition("\n[udir]")[0]
    sti.write_text(uten + "\n[udir]\n" + "\n".join(linjer) + "\n", "utf-8")


@pytest.mark.parametrize("rad", FEIL, ids=["-".join(list(rad.values())[:3]) for rad in FEIL])
def test_every_fault_is_one_documented_state_in_bounded_time(rad: dict[str, str], apne: Any, mottak: Mottak) -> None:
    mottak.feil(rad["feil"], vei=rad["steg"], behandlet=rad["behandlet"] == "ja", ganger=1, sekunder=TAUS_SEKUNDER)
    start = time.perf_counter()
    with apne() as levering:
        svar = levering.deliver(item())
    assert time.perf_counter() - start < MEST_SEKUNDER
    assert (svar.tilstand, svar.grunn, svar.stopp) == (Tilstand(rad["tilstand"]), rad["grunn"], rad["stopp"] == "ja")
    assert len(mottak.packages()) == int(rad["hele"])
    rester = [navn for navn in mottak.files() if navn.startswith(".")]
    assert rad["rester"] in {"*", str(len(rester))}


@pytest.mark.parametrize(
    "rad", [rad for rad in FEIL if rad["tilstand"] in {"planlagt", "sender"}], ids=lambda rad: "-".join(rad.values())
)
def test_after_a_fault_it_is_looked_for_and_goes_once_and_whole(rad: dict[str, str], apne: Any, mottak: Mottak) -> None:
    mottak.feil(rad["feil"], vei=rad["steg"], behandlet=rad["behandlet"] == "ja", ganger=1, sekunder=TAUS_SEKUNDER)
    with apne() as levering:
        forste = levering.deliver(item()).tilstand
        if forste is Tilstand.SENDER:
            time.sleep(TAUS_SEKUNDER if rad["feil"] == "taushet" else 0)
            forste = levering.look_for(item()).tilstand
            assert forste is (Tilstand.SENDT if rad["hele"] == "1" else Tilstand.PLANLAGT)
        if forste is Tilstand.PLANLAGT:
            assert levering.deliver(item()).tilstand is Tilstand.SENDT
    assert mottak.files() == FILER


def test_a_package_arrives_byte_for_byte_under_its_own_names(apne: Any, mottak: Mottak) -> None:
    with apne() as levering:
        levering.prepare([item()])
        assert levering.deliver(item()) == Leveringssvar(Tilstand.SENDT)
    assert mottak.files() == FILER
    assert (mottak.steg["NAVN_DATA"], mottak.steg["NAVN_MANIFEST"], mottak.steg["FSYNC"]) == (1, 1, 2)


def test_nothing_has_its_name_before_everything_is_written(apne: Any, mottak: Mottak) -> None:
    mottak.feil(Sftpsvikt.FEIL, vei="SKRIV", nr=5)
    with apne() as levering:
        assert levering.deliver(item()).tilstand is Tilstand.PLANLAGT
    assert mottak.steg["NAVN_DATA"] == mottak.steg["NAVN_MANIFEST"] == 0


def test_another_host_key_is_refused_before_anyone_has_said_who_we_are(apne: Any, mottak: Mottak) -> None:
    levering = apne()
    mottak.change_key()
    with levering as apnet:
        assert apnet.deliver(item()) == Leveringssvar(Tilstand.PLANLAGT, "sftp_vertsnokkel", stopp=True)
    assert (mottak.steg["INNLOGGING"], mottak.files()) == (0, {})
    (rad,) = [r for r in kodeverk.all_rows("kodeverk/leveringsgrunner") if r["kode"] == "sftp_vertsnokkel"]
    assert "Ring" in rad["gjor"]


def test_a_key_of_another_kind_is_no_better(apne: Any, mottak: Mottak) -> None:
    import asyncssh

    annen = asyncssh.generate_private_key("ecdsa-sha2-nistp256").export_public_key().decode().strip()
    with apne(vertsnokkel=annen) as levering:
        assert levering.deliver(item()) == Leveringssvar(Tilstand.PLANLAGT, "sftp_uforenlig", stopp=True)
    assert mottak.steg["INNLOGGING"] == 0


def test_a_key_that_is_not_ours_is_not_let_in(apne: Any, mottak: Mottak, monkeypatch: pytest.MonkeyPatch) -> None:
    with Mottak() as annen:
        monkeypatch.setenv(sftp.MILJOVARIABEL, annen.hemmelighet)
        with apne() as levering:
            assert levering.deliver(item()) == Leveringssvar(Tilstand.PLANLAGT, "sftp_innlogging", stopp=True)
    assert mottak.files() == {}


def test_neither_agent_nor_the_machines_own_settings_are_used(
    apne: Any, mottak: Mottak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("Host *\n  User en-annen\n  Port 1\n  ProxyCommand false\n")
    (tmp_path / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{mottak.port} {mottak.vertsnokkel}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSH_AUTH_SOCK", "agent")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind("agent")
        agent.listen()
        agent.setblocking(False)
        with apne() as levering:
            assert levering.deliver(item()).tilstand is Tilstand.SENDT
        with pytest.raises(BlockingIOError):
            agent.accept()
    gammel = mottak.vertsnokkel
    mottak.change_key()
    (tmp_path / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{mottak.port} {mottak.vertsnokkel}\n")
    with apne(vertsnokkel=gammel) as levering:
        assert levering.deliver(item()).grunn == "sftp_vertsnokkel"


def test_a_server_that_is_not_there_or_says_nothing_stops_the_channel(apne: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taus, apne(port=taus.getsockname()[1]) as levering:
        start = time.perf_counter()
        assert levering.deliver(item()) == Leveringssvar(Tilstand.PLANLAGT, "sftp_ingen_kontakt", stopp=True)
    assert time.perf_counter() - start < MEST_SEKUNDER


@pytest.mark.parametrize("ende", ["csv", "json"])
def test_another_file_of_the_same_name_is_never_written_over(ende: str, apne: Any, mottak: Mottak) -> None:
    (mottak.mappe / f"{NAVN}.{ende}").write_bytes(b"noe annet")
    for spor in ("deliver", "look_for"):
        with apne() as levering:
            svar = getattr(levering, spor)(item())
        assert svar == Leveringssvar(Tilstand.UAVKLART, "sftp_annet_innhold")
    assert mottak.files() == {f"{NAVN}.{ende}": b"noe annet"}


@pytest.mark.parametrize(
    ("der", "svar"),
    [
        ({}, Leveringssvar(Tilstand.PLANLAGT)),
        ({f".{NAVN}.csv.del": b"ha"}, Leveringssvar(Tilstand.PLANLAGT)),
        ({f"{NAVN}.csv": PAKKE.data, f".{NAVN}.json.del": b"{"}, Leveringssvar(Tilstand.PLANLAGT)),
        (FILER, Leveringssvar(Tilstand.SENDT)),
        ({f"{NAVN}.json": PAKKE.manifest}, Leveringssvar(Tilstand.UAVKLART, "sftp_borte")),
    ],
    ids=["ingenting", "begynt", "uten manifest", "hel", "bare manifest"],
)
def test_what_was_cut_off_is_known_by_what_lies_there(
    der: dict[str, bytes], svar: Leveringssvar, apne: Any, mottak: Mottak
) -> None:
    for navn, innhold in der.items():
        (mottak.mappe / navn).write_bytes(innhold)
    with apne() as levering:
        assert levering.look_for(item()) == svar
    assert mottak.files() == {navn: innhold for navn, innhold in der.items() if not navn.startswith(".")}


def test_a_package_that_lies_there_is_not_sent_again(apne: Any, mottak: Mottak) -> None:
    with apne() as levering:
        levering.deliver(item())
        assert levering.deliver(item()) == Leveringssvar(Tilstand.SENDT, "sftp_laa_der")
    assert mottak.steg["APNE"] == 2


def test_an_older_server_without_the_extension_names_files_too(apne: Any, mottak: Mottak) -> None:
    mottak.feil(Sftpsvikt.USTOTTET, vei=("NAVN_DATA", "NAVN_MANIFEST", "FSYNC"))
    with apne() as levering:
        assert levering.deliver(item()) == Leveringssvar(Tilstand.SENDT)
    assert (mottak.steg["NAVN"], mottak.files()) == (2, FILER)


def test_practice_never_leaves_the_machine(apne: Any) -> None:
    for vert in ("sftp.example.no", "localhost", "127.0.0.1.example.no", "127.0.0.2"):
        with pytest.raises(BrukerFeil, match="ÅH-1630"), apne(vert=vert):
            pass
    with apne(modus="drift", vert="sftp.example.no"):
        pass


@pytest.mark.parametrize("nokkel", ["", "ikke en nøkkel", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"])
def test_a_key_that_cannot_be_used_is_told_without_showing_it(
    nokkel: str, apne: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(sftp.MILJOVARIABEL, nokkel)
    with pytest.raises(BrukerFeil, match="ÅH-1680") as feil, apne():
        pass
    assert feil.value.__context__ is None
    assert "AAAA" not in str(feil.value)


def test_the_key_may_lie_in_the_home_and_never_in_the_settings(
    bygd: Any, apne: Any, mottak: Mottak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(sftp.MILJOVARIABEL)
    (bygd.hjem.mappe / sftp.NOKKELFIL).write_text(mottak.hemmelighet)
    with apne() as levering:
        assert levering.deliver(item()).tilstand is Tilstand.SENDT
    with pytest.raises(BrukerFeil, match="ÅH-1102"), apne(nokkel="hemmelig"):
        pass


def test_a_host_key_must_be_given_and_must_be_one(apne: Any) -> None:
    for feil, kode in (("", "ÅH-1102"), ("ssh-ed25519 AAAA", "ÅH-1681")):
        with pytest.raises(BrukerFeil, match=kode), apne(vertsnokkel=feil):
            pass


def test_nothing_of_key_or_package_is_logged_or_told(apne: Any, mottak: Mottak, caplog: Any, capfd: Any) -> None:
    mottak.feil(Sftpsvikt.FEIL, vei="SKRIV")
    with caplog.at_level(logging.DEBUG), apne() as levering:
        svar = levering.deliver(item(Pakkefiler(NAVN, b"kanarifugl", b"{}")))
    fortalt = f"{svar}{caplog.text}{capfd.readouterr()}"
    assert "kanarifugl" not in fortalt
    assert mottak.hemmelighet.splitlines()[2] not in fortalt


def test_every_reason_has_a_row_that_says_what_to_do() -> None:
    rader = {rad["kode"]: rad["gjor"] for rad in kodeverk.all_rows("kodeverk/leveringsgrunner")}
    assert {rad["grunn"] for rad in FEIL} - {""} <= sftp.EGNE_GRUNNER
    assert [grunn for grunn in sftp.EGNE_GRUNNER if not rader[grunn]] == []


@pytest.fixture
def godkjent(bygd: Any, mottak: Mottak) -> str:
    """An approved transfer in a county that delivers by SFTP."""
    set_up(bygd, mottak)
    (bygd.hjem.mappe / sftp.NOKKELFIL).write_text(mottak.hemmelighet)
    bygd.hjem = bygd.fresh()
    bygd.person()
    forslag_id = bygd.run(FEBRUAR, DAG).forslag_id
    bygd.approve(forslag_id, DAG)
    return str(forslag_id)


def test_the_outbox_delivers_the_sealed_package_and_waits_for_the_receipt(
    bygd: Any, mottak: Mottak, godkjent: str
) -> None:
    (sendt,) = bygd.send(godkjent, DAG)
    ((navn, data, manifest),) = bygd.ask("SELECT navn, data, manifest FROM overforing")
    assert mottak.files() == {f"{navn}.csv": data, f"{navn}.json": manifest}
    assert (sendt.sendt, bygd.states(godkjent), bygd.files()) == (1, {"sendt": 1}, [])


def test_a_lost_answer_is_asked_about_later_and_not_sent_again(bygd: Any, mottak: Mottak, godkjent: str) -> None:
    mottak.feil(Sftpsvikt.BRUDD, vei="NAVN_MANIFEST", behandlet=True, ganger=1)
    bygd.send(godkjent, DAG)
    assert bygd.states(godkjent) == {"sender": 1}
    bygd.send(godkjent, "2026-02-16T08:00:30")
    assert bygd.states(godkjent) == {"sender": 1}
    bygd.send(godkjent, "2026-02-16T08:05")
    assert bygd.states(godkjent) == {"sendt": 1}
    assert (mottak.steg["NAVN_MANIFEST"], len(mottak.packages())) == (1, 1)


@pytest.fixture(scope="module")
def sendere() -> Iterator[Any]:
    kommando = [sys.executable, "-c", SENDERE]
    miljo = {navn: verdi for navn, verdi in os.environ.items() if not navn.startswith("ARSHJUL")}
    miljo["PYTHONPATH"] = str(ROT)
    with subprocess.Popen(
        kommando, cwd=ROT, env=miljo, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as prosess:
        yield prosess
        prosess.stdin.close()


def killed(sendere: Any, bygd: Any, forslag_id: str, mottak: Mottak, steg: str, *, behandlet: bool) -> None:
    """Start a sender of its own, and kill it there."""
    drept: list[int] = []

    def drep() -> None:
        os.kill(int(sendere.stdout.readline()), signal.SIGKILL)
        drept.append(1)

    mottak.drep = drep
    mottak.feil(Sftpsvikt.DREP, vei=steg, behandlet=behandlet, ganger=1)
    sendere.stdin.write(f"{bygd.hjem.mappe} {forslag_id} {DAG}:00+01:00\n")
    sendere.stdin.flush()
    frist = time.monotonic() + 120
    while not drept and time.monotonic() < frist:
        time.sleep(0.01)
    assert sendere.stdout.readline() == "ferdig\n"
    assert drept


@pytest.mark.parametrize(("steg", "behandlet"), DRAP)
def test_killed_at_any_point_and_sent_again_there_is_one_whole_package(
    bygd: Any, mottak: Mottak, godkjent: str, sendere: Any, steg: str, behandlet: bool
) -> None:
    killed(sendere, bygd, godkjent, mottak, steg, behandlet=behandlet)
    assert len(mottak.packages()) <= 1
    bygd.send(godkjent, "2026-02-16T08:05")
    assert bygd.states(godkjent) == {"sendt": 1}
    assert (len(mottak.packages()), len(mottak.files())) == (1, 2)
