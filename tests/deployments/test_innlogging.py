"""A county started for real, outside the demo: who needs the password, who has it, and what dies with whom."""

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deployments.miljo import SERVERFIL
from deployments.rader import built_rows, flow_of
from deployments.server import _wait_for_the_last, free_port
from tasks.adgang import find_access
from tasks.feil import BrukerFeil
from tasks.filer import ROT
from tasks.hjem import Hjem, home
from tests.deployments.test_server import command, environment, everything_in, still_running

NAVNEHODE, OFFENTLIG = "X-Forwarded-User", "arshjul.example.no"


@dataclass
class Fylket:
    """A county started without ``--demo``."""

    hjem: Hjem
    prosess: subprocess.Popen[str]
    sagt: list[str]
    api: str
    nokkel: str

    def child(self, modul: str) -> int:
        """The process that runs a module for the county, or 0."""
        barna = Path(f"/proc/{self.prosess.pid}/task/{self.prosess.pid}/children").read_text().split()
        return next((int(b) for b in barna if modul in Path(f"/proc/{b}/cmdline").read_text()), 0)

    def say(self, *ord_: str, **miljo: str) -> subprocess.CompletedProcess[str]:
        kommando = command(self.hjem.mappe, *ord_)
        return subprocess.run(kommando, cwd=ROT, env=environment() | miljo, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def fylket(fylkesmal: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fylket]:
    mappe, port = tmp_path_factory.mktemp("fylket") / "hjem", free_port()
    shutil.copytree(fylkesmal, mappe)
    nokkel = (mappe / "register.nokkel").read_text()
    (mappe / "register.nokkel").unlink()
    prosess = subprocess.Popen(
        command(mappe, "start", "--port", str(port)), cwd=ROT, env=environment() | {"ARSHJUL_KEY": nokkel},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    sagt: list[str] = []
    try:
        for linje in prosess.stdout or []:
            sagt.append(linje.rstrip("\n"))
            if "Stopp med" in linje:
                break
        yield Fylket(home(mappe), prosess, sagt, f"http://127.0.0.1:{port}/api", nokkel)
    finally:
        prosess.kill()
        prosess.communicate()
    slutt = time.monotonic() + 40
    while still_running(str(mappe)) and time.monotonic() < slutt:
        time.sleep(0.2)
    assert still_running(str(mappe)) == []


def test_the_first_start_makes_a_password_for_both_servers_and_says_where(fylket: Fylket) -> None:
    fil = fylket.hjem.mappe / "prefect.passord"
    assert fil.stat().st_mode & 0o777 == 0o600
    assert any("prefect.passord" in linje for linje in fylket.sagt)
    assert fil.read_text() not in "".join(fylket.sagt)
    (sider,) = (linje.split()[-1] for linje in fylket.sagt if "start her" in linje)
    for adresse in (sider, f"{fylket.api}/version"):
        assert httpx.get(adresse).status_code == 401
        assert httpx.get(adresse, auth=("hvem", "feil")).status_code == 401
        assert httpx.get(adresse, auth=("hvem", fil.read_text())).status_code == 200


def test_the_command_line_finds_the_password_itself_or_says_that_it_is_another(fylket: Fylket) -> None:
    nokkel = fylket.nokkel
    ord_ = ("run", "02", "--year", "2026", "--dry-run", "--json")
    assert json.loads(fylket.say(*ord_, ARSHJUL_KEY=nokkel).stdout)["rad"] == "02-forberede-udir-februar"
    auth = ("arshjul", (fylket.hjem.mappe / "prefect.passord").read_text())
    with httpx.Client(base_url=fylket.api, auth=auth) as klient:
        merke = klient.get("/csrf-token?client=p").json()["token"]
        hoder = {"Prefect-Csrf-Token": merke, "Prefect-Csrf-Client": "p"}
        kjorte = klient.post(
            "/flow_runs/filter", headers=hoder, json={"flow_runs": {"name": {"like_": "02-forberede"}}}
        )
        assert len(kjorte.raise_for_status().json()) == 1
    feil = fylket.say(*ord_, ARSHJUL_KEY=nokkel, ARSHJUL_PREFECT_PASSORD="et-annet-passord-enn-det")
    assert (feil.returncode, json.loads(feil.stdout)["kode"]) == (2, "ÅH-1708")


def test_every_row_and_service_has_its_deployment_written_in_the_home(fylket: Fylket) -> None:
    liste = json.loads((fylket.hjem.mappe / "prefect" / "utrullinger.json").read_text())
    assert {rad.rad for rad in built_rows()} | {"avgjore", "iverksett"} <= liste.keys()
    auth = ("arshjul", (fylket.hjem.mappe / "prefect.passord").read_text())
    rad = built_rows()[0]
    assert httpx.get(f"{fylket.api}/deployments/{liste[rad.rad]}", auth=auth).json()["name"] == flow_of(rad).name


def test_no_process_knows_more_secrets_than_it_needs(fylket: Fylket) -> None:
    passord = (fylket.hjem.mappe / "prefect.passord").read_bytes()
    for modul, kjenner_nokkelen in {"prefecttjener": False, "sidetjener": False, "arbeider": True}.items():
        rot = Path(f"/proc/{fylket.child(modul)}")
        assert (b"ARSHJUL_KEY=" in (rot / "environ").read_bytes()) is kjenner_nokkelen
        assert passord not in (rot / "cmdline").read_bytes()
    mappe = fylket.hjem.mappe / "prefect"
    logger = b"".join(fil.read_bytes() for fil in mappe.rglob("*") if fil.suffix in {".log", ".toml", ".json"})
    assert passord not in logger + everything_in(mappe / "prefect.db").encode()


def test_a_worker_that_dies_is_started_anew(fylket: Fylket) -> None:
    forrige = fylket.child("arbeider")
    os.kill(forrige, signal.SIGKILL)
    slutt = time.monotonic() + 20
    while fylket.child("arbeider") in {0, forrige} and time.monotonic() < slutt:
        time.sleep(0.2)
    assert fylket.child("arbeider") not in {0, forrige}
    assert fylket.prosess.poll() is None


def test_a_new_start_waits_for_what_a_killed_one_left_and_refuses_a_living_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as rest:
        port = rest.getsockname()[1]
        notat = {"url": f"http://127.0.0.1:{port}/api", "port": port, "pid": os.getpid()}
        (tmp_path / "prefect").mkdir()
        (tmp_path / SERVERFIL).write_text(json.dumps(notat))
        with pytest.raises(BrukerFeil, match="ÅH-1705"):
            _wait_for_the_last(home(tmp_path), free_port())
        drept = subprocess.Popen(["true"])
        drept.wait()
        (tmp_path / SERVERFIL).write_text(json.dumps(notat | {"pid": drept.pid}))
        stopper = threading.Timer(0.5, rest.close)
        stopper.start()
        _wait_for_the_last(home(tmp_path), free_port())
        stopper.join()


def test_names_cannot_be_demanded_without_the_proxys_secret_nor_doors_stand_open_to_others(
    fylke: Hjem, monkeypatch: pytest.MonkeyPatch
) -> None:
    sti = fylke.mappe / "innstillinger.toml"
    sti.write_text(f'{sti.read_text()}\n[sikkerhet]\nvertsnavn = ["{OFFENTLIG}"]\nnavnehode = "{NAVNEHODE}"\n')
    for hemmelighet, kode in {"": "ÅH-1707", "for kort": "ÅH-1709"}.items():
        monkeypatch.setenv("ARSHJUL_PROXY_HEMMELIGHET", hemmelighet)
        with pytest.raises(BrukerFeil, match=kode):
            find_access(fylke.mappe, fylke.innstillinger.sikkerhet, apen=True)
    monkeypatch.setenv("ARSHJUL_PROXY_HEMMELIGHET", "x" * 32)
    assert find_access(fylke.mappe, fylke.innstillinger.sikkerhet, apen=True).passord
