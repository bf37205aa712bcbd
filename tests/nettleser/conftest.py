"""A county as an administrator meets it in her browser: the real server, the real Prefect, headless Chromium.

The county's year is last year, so that every day it plays is past whenever the tests are run. Screenshots are kept in
the folder that ``ARSHJUL_SKJERMBILDER`` names, else in pytest's own.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from deployments.server import free_port
from tasks.adgang import BRUKER, PASSORDFIL
from tasks.filer import ROT
from tasks.hjem import Hjem, home
from tasks.klokke import local_date, now
from tests.karanteneprove import ARK, FIL, csv_of, good_rows

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
VALG = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run")
VENT = 120.0
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
AAR = local_date(now()).year - 1


@dataclass
class Fylke:
    """The started county: where its pages and Prefect are, and what opens them."""

    hjem: Hjem
    prefect: str
    sider: str
    innlogging: tuple[str, str]

    def ask(self, sql: str, *verdier: object) -> list[tuple[Any, ...]]:
        """Ask the register."""
        with self.hjem.register.transaction("prøve") as con:
            return con.execute(sql, list(verdier)).fetchall()

    def api(self, sti: str) -> Any:
        """Read from Prefect's API."""
        return httpx.get(f"{self.prefect}/api{sti}", auth=self.innlogging, timeout=30).raise_for_status().json()

    def runs(self) -> list[dict[str, Any]]:
        """Prefect's runs that people have started."""
        with sqlite3.connect(f"file:{self.hjem.mappe}/prefect/prefect.db?mode=ro", uri=True) as con:
            rader = con.execute("SELECT id FROM flow_run WHERE auto_scheduled = 0").fetchall()
        con.close()
        return [{"id": str(UUID(navn))} for (navn,) in rader]


def command(mappe: Path, *ord_: str) -> None:
    """Give the county's command line a command; what needs a person (exit code 1) is well."""
    miljo = {navn: verdi for navn, verdi in os.environ.items() if not navn.startswith(("PREFECT", "ARSHJUL_"))}
    kommando = [sys.executable, "-m", "deployments", "--home", str(mappe), *ord_]
    ferdig = subprocess.run(
        kommando, cwd=ROT, env=miljo | {"PYTHONPATH": str(ROT)}, capture_output=True, text=True, check=False
    )
    assert ferdig.returncode < 2, ferdig.stderr


def wait_for(svar: Callable[[], Any], hva: str) -> Any:
    """Return the first true answer."""
    slutt = time.monotonic() + VENT
    while time.monotonic() < slutt:
        if funnet := svar():
            return funnet
        time.sleep(0.3)
    raise AssertionError(f"fikk aldri {hva}")


@pytest.fixture(scope="module")
def fylke(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fylke]:
    """Twelve non-applicants loaded, one of them with a bad row; letters proposed; then ``start`` as in production."""
    mappe, port = tmp_path_factory.mktemp("nettleser") / "hjem", free_port()
    command(mappe, "demo", "--youth", "40", "--year", str(AAR))
    hjem = home(mappe)
    hjem.innboks.mkdir(exist_ok=True)
    shutil.copy(next((mappe / "demo" / "oppstart").glob("otto_uttrekk*.csv")), hjem.innboks)
    command(mappe, "run", "02", "--year", str(AAR), "--now", f"{AAR}-01-02T08:00", "--as-of", f"{AAR}-01-02")
    komplett = max((mappe / "demo" / "post").glob(f"*/{ARK}*.csv"))
    rader = good_rows(hjem, komplett=str(komplett.relative_to(mappe)))
    (hjem.innboks / FIL).write_bytes(csv_of([rader[0] | {"Postnummer": "31"}, *rader[1:]]))
    command(mappe, "run", "12", "--year", str(AAR), "--now", f"{AAR}-04-28T08:00")
    command(mappe, "run", "14", "--year", str(AAR), "--now", f"{AAR}-05-12T08:00")
    miljo = {navn: verdi for navn, verdi in os.environ.items() if not navn.startswith(("PREFECT", "ARSHJUL_"))}
    prosess = subprocess.Popen(
        [sys.executable, "-m", "deployments", "--home", str(mappe), "start", "--port", str(port)],
        cwd=ROT, env=miljo | {"PYTHONPATH": str(ROT)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        sagt = []
        for linje in prosess.stdout or []:
            sagt.append(linje.rstrip("\n"))
            if "Stopp med Ctrl-C." in linje:
                break
        adresse = next((linje.split()[-1] for linje in sagt if "start her" in linje), "")
        assert adresse, sagt
        passord = (mappe / PASSORDFIL).read_text("utf-8").strip()
        yield Fylke(home(mappe), f"http://127.0.0.1:{port}", adresse, (BRUKER, passord))
    finally:
        prosess.send_signal(signal.SIGINT)
        prosess.communicate(timeout=VENT)


@pytest.fixture(scope="module")
def nettleser() -> Iterator[Browser]:
    if not CHROMIUM:
        if os.environ.get("ARSHJUL_KREV_NETTLESER"):
            raise AssertionError("Chromium mangler, og ARSHJUL_KREV_NETTLESER er satt")
        pytest.skip("Chromium mangler: installer pakken chromium for å prøve sidene i en nettleser")
    with sync_playwright() as spill:
        leser = spill.chromium.launch(executable_path=CHROMIUM, args=list(VALG))
        yield leser
        leser.close()


@pytest.fixture(scope="module")
def innlogget(nettleser: Browser, fylke: Fylke) -> Iterator[BrowserContext]:
    """The administrator's browser, logged in; what a page says on the console as an error is kept."""
    bruker, passord = fylke.innlogging
    vindu = nettleser.new_context(
        viewport={"width": 1280, "height": 800}, http_credentials={"username": bruker, "password": passord}
    )
    yield vindu
    vindu.close()


@pytest.fixture
def side(innlogget: BrowserContext) -> Iterator[Page]:
    ny = innlogget.new_page()
    yield ny
    ny.close()


@pytest.fixture(scope="module")
def bilder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the screenshots are kept."""
    mappe = Path(os.environ.get("ARSHJUL_SKJERMBILDER") or tmp_path_factory.mktemp("skjermbilder"))
    mappe.mkdir(parents=True, exist_ok=True)
    return mappe


@pytest.fixture
def knips(side: Page, bilder: Path) -> Callable[[str], None]:
    """``knips("forside")`` keeps a picture of the page as it is."""

    def take(navn: str) -> None:
        side.screenshot(path=bilder / f"{navn}.png")
        assert (bilder / f"{navn}.png").stat().st_size > 5000

    return take


def violations(side: Page) -> list[str]:
    """What axe finds on the page against WCAG 2.1 A and AA."""
    funnet = Axe().run(side, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
    return [f"{brudd['id']}: {[node['html'][:80] for node in brudd['nodes']]}" for brudd in funnet]
