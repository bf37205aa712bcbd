"""What is done in the network: ``python -m tests.nettverk.inne FOLDER ANSWER kort|hel``, started by ``rom.py``."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import sync_playwright

from tasks.klokke import local_date, now
from tests.nettverk.lytter import Lytter
from tests.nettverk.rom import furnish
from tests.skanning.fylke import Fylke, make, started, wait_for_replay

UNGDOM: Final = {True: 10, False: 40}
RADER: Final = {True: (2,), False: (2, 6, 12, 14)}
CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or ""
VALG: Final = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    # What the browser itself asks its maker for, whatever it shows.
    "--host-resolver-rules=MAP *.googleapis.com ~NOTFOUND, MAP *.google.com ~NOTFOUND, MAP *.gstatic.com ~NOTFOUND",
)
SIDER: Final = ("dashboard", "deployments", "runs")
ROLIG: Final = 1.0
"""Seconds that are let pass before a step is judged: what is sent late is sent by it."""
UTE: Final = ("198.51.100.7", "2001:db8::7")
TELEMETRI: Final = "telemetri.example"
NETTLESERNAVN: Final = "nettleser.example"
SELVPROVE: Final = "selvprøve: en prosess som ringer ut"
NETTLESERPROVE: Final = "selvprøve: en nettside som ringer ut"
SEKUNDER: Final = 7200.0


class Rom:
    """The network and what was seen in it, step by step."""

    def __init__(self, lytter: Lytter) -> None:
        self.lytter = lytter
        self.steg: list[dict[str, Any]] = []

    @contextmanager
    def step(self, hva: str) -> Iterator[None]:
        """Judge what is done meanwhile, and since the last step."""
        sys.stderr.write(f"nettverk: {hva}\n")
        yield
        time.sleep(ROLIG)
        sett = self.lytter
        self.steg.append({"hva": hva, "egne": sett.egne, "pakker": dict(sett.pakker), "navn": dict(sett.navn)})
        sett.clear()


def main(mappe: Path, svar: Path, *, kort: bool) -> None:
    """Furnish the network, do everything, and write what was seen."""
    furnish(mappe)
    lytter = Lytter()
    lytter.start()
    rom = Rom(lytter)
    with rom.step(SELVPROVE):
        call_out()
    aar = local_date(now()).year - 1
    _plain(rom, mappe, aar, kort=kort)
    _through_the_server(rom, mappe, aar, kort=kort)
    svar.write_text(json.dumps({"steg": rom.steg, "nettleser": bool(CHROMIUM)}), "utf-8")


def call_out() -> None:
    """Call out as what phones home would, in its own process: a name, and a connection and a packet of both kinds."""
    kode = f"""
import socket
for familie, adresse in zip((socket.AF_INET, socket.AF_INET6), {UTE!r}):
    with socket.socket(familie, socket.SOCK_STREAM) as linje:
        linje.settimeout(1)
        linje.connect_ex((adresse, 443))
    with socket.socket(familie, socket.SOCK_DGRAM) as linje:
        linje.sendto(b'hei', (adresse, 8125))
try:
    socket.getaddrinfo({TELEMETRI!r}, 443)
except socket.gaierror:
    pass
"""
    subprocess.run([sys.executable, "-c", kode], check=True)


def _plain(rom: Rom, mappe: Path, aar: int, *, kort: bool) -> None:
    with rom.step("demofylket lages"):
        fylke = make(mappe / "uten", UNGDOM[kort], aar)
    with rom.step("året spilles uten Prefect"):
        fylke.run("replay", str(aar), "--plain", *(["--until", f"{aar}-01-31"] if kort else []))
    with rom.step("kommandoene som ser"):
        for kommando in (["doctor"], ["wheel", str(aar), "--format", "html"], ["figures"], ["pending"]):
            fylke.run(*kommando)


def _through_the_server(rom: Rom, mappe: Path, aar: int, *, kort: bool) -> None:
    fylke = make(mappe / "med", UNGDOM[kort], aar)
    with ExitStack() as apne:
        with rom.step("start: tjener, arbeider, vakt, sider og motparter"):
            apne.enter_context(started(fylke))
        with rom.step("rader kjøres av arbeideren"):
            for nr in RADER[kort]:
                fylke.press_run(nr, bare_vis=True)
        if CHROMIUM:
            _in_browser(rom, fylke)
        with rom.step("året spilles gjennom tjeneren"):
            if not wait_for_replay(fylke, til_koen_er_tom=kort, sekunder=SEKUNDER):
                raise RuntimeError("året ble ikke spilt til ende")
        with rom.step("stopp"):
            apne.close()


def _in_browser(rom: Rom, fylke: Fylke) -> None:
    """Look at Prefect's pages, whose scripts would call out, and ours; then at a page that nothing holds back."""
    with sync_playwright() as spill, rom.step("Prefects sider i nettleseren"):
        leser = spill.chromium.launch(executable_path=CHROMIUM, args=list(VALG))
        side = leser.new_page()
        for navn in SIDER:
            side.goto(f"http://127.0.0.1:{fylke.port}/{navn}")
            side.wait_for_load_state("load")
            side.wait_for_timeout(1000 * ROLIG)
        leser.close()
    with sync_playwright() as spill, rom.step(NETTLESERPROVE):
        leser = spill.chromium.launch(executable_path=CHROMIUM, args=list(VALG))
        side = leser.new_page()
        side.set_content(f"<script>fetch('https://{NETTLESERNAVN}/')</script>")
        side.wait_for_timeout(1000 * ROLIG)
        leser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), kort=sys.argv[3] == "kort")
