"""The real Prefect server and worker, started as an administrator starts them, on a small county.

One start serves all of these tests: they read it, run rows through it, and stop it at the end.
"""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployments.prefectmal import DATABASE
from deployments.rader import built_rows, flow_name
from deployments.server import free_port, planned_runs
from deployments.utrulling import coming_dates
from schemas.kjoring import KJOR
from tasks.arshjul import find_row, row_dates
from tasks.filer import ROT
from tasks.hjem import Hjem, home
from tasks.klokke import now

KLAR, SIST_SAGT, STOPPET = "Årshjul er klart", "Stopp med Ctrl-C.", "Årshjul er stoppet."
VENT_SEKUNDER = 120
KJOR_2026 = {"gjor": KJOR, "aar": 2026, "annet_aar": True}
NESTE_ARHUNDRE = "2101-01-01T08:00:00+00:00"
FERDIGE = {"COMPLETED", "FAILED", "CRASHED"}


def command(hjem: Path, *ord_: str) -> list[str]:
    return [sys.executable, "-m", "deployments", "--home", str(hjem), *ord_]


def environment() -> dict[str, str]:
    uten = {navn: verdi for navn, verdi in os.environ.items() if not navn.startswith(("PREFECT", "ARSHJUL"))}
    return uten | {"PYTHONPATH": str(ROT)}


@dataclass
class Drift:
    """A started county."""

    hjem: Hjem
    prosess: subprocess.Popen[str]
    sagt: list[str]
    api: str

    @cached_property
    def klient(self) -> httpx.Client:
        """A client with the mark that says no other site's page asks."""
        merke = httpx.get(f"{self.api}/csrf-token", params={"client": "prove"}).raise_for_status().json()["token"]
        return httpx.Client(
            base_url=self.api, timeout=30, headers={"Prefect-Csrf-Token": merke, "Prefect-Csrf-Client": "prove"}
        )

    def post(self, sti: str, **innhold: Any) -> Any:
        """Ask the server once, as its page in the browser does."""
        return self.klient.post(sti, json=innhold).raise_for_status().json()

    def button_of(self, nummer: str) -> str:
        """Return where a row's "Run" is sent."""
        flyt = next(f for f in self.post("/flows/filter", limit=200) if f["name"].startswith(f"{nummer} · "))
        (utrulling,) = self.post("/deployments/filter", flows={"id": {"any_": [flyt["id"]]}})
        return f"/deployments/{utrulling['id']}/create_flow_run"

    def press(self, knapp: str, valg: dict[str, Any], planlagt: str | None = None) -> dict[str, Any]:
        """Press "Run", or find the run planned for another moment."""
        tilstand = {"state": {"type": "SCHEDULED", "state_details": {"scheduled_time": planlagt}}} if planlagt else {}
        return dict(self.post(knapp, parameters={"valg": valg}, **tilstand))

    def run_row(self, nummer: str, valg: dict[str, Any], planlagt: str | None = None) -> dict[str, Any]:
        """Press "Run" for a row, or find it planned for an earlier moment, and wait for the worker to be through."""
        kjoring = self.press(self.button_of(nummer), valg, planlagt)
        slutt = time.monotonic() + VENT_SEKUNDER
        while time.monotonic() < slutt and kjoring["state"]["type"] not in FERDIGE:
            time.sleep(0.3)
            kjoring = self.klient.get(f"/flow_runs/{kjoring['id']}").json()
        return dict(kjoring)


@pytest.fixture(scope="module")
def drift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drift]:
    mappe, port = tmp_path_factory.mktemp("drift") / "hjem", free_port()
    subprocess.run(command(mappe, "demo", "--youth", "60"), cwd=ROT, env=environment(), check=True)
    prosess = subprocess.Popen(
        command(mappe, "start", "--demo", "--port", str(port)),
        cwd=ROT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    sagt: list[str] = []
    try:
        for linje in prosess.stdout or []:
            sagt.append(linje.rstrip("\n"))
            if SIST_SAGT in linje:
                break
        assert any(KLAR in linje for linje in sagt), sagt
        drift = Drift(home(mappe), prosess, sagt, f"http://127.0.0.1:{port}/api")
        stop_playing(drift)
        yield drift
        drift.klient.close()
    finally:
        prosess.send_signal(signal.SIGINT)
        resten, _ = prosess.communicate(timeout=VENT_SEKUNDER)
    assert STOPPET in resten
    assert not still_running(str(mappe))


def stop_playing(drift: Drift) -> None:
    """End the demo's year when its register is loaded: it goes on for minutes, and nothing here needs the rest."""
    slutt = time.monotonic() + VENT_SEKUNDER
    while time.monotonic() < slutt:
        with drift.hjem.register.transaction("prøve") as con:
            (antall,) = con.execute("SELECT count(*) FROM kjoring WHERE lastet > 0").fetchall()[0]
        spiller = [pid for pid in children(drift.prosess.pid) if b"replay" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        if antall and spiller:
            os.kill(spiller[0], signal.SIGTERM)
            return
        time.sleep(0.3)
    raise AssertionError("demoens år ble aldri spilt")


def children(pid: int) -> list[int]:
    return [int(barn) for barn in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def still_running(mappe: str) -> list[str]:
    """Processes whose environment names the home: all of ours do."""
    funnet = []
    for sti in Path("/proc").glob("[0-9]*/environ"):
        try:
            if sti.parent.name != str(os.getpid()) and mappe.encode() in sti.read_bytes():
                funnet.append((sti.parent / "cmdline").read_bytes().decode())
        except OSError:
            continue
    return funnet


def test_the_pages_are_shown_beside_prefect_and_a_runs_answer_links_to_them(drift: Drift) -> None:
    (adresse,) = (linje.split()[-1] for linje in drift.sagt if "start her" in linje)
    kommando = command(drift.hjem.mappe, "figures", "--as-of", "2026-02-01")
    ferdig = subprocess.run(kommando, cwd=ROT, env=environment(), capture_output=True, text=True, check=True)
    side = ferdig.stdout.split()[-1]
    assert side.startswith(adresse)
    assert "Tilmeldt ungdom etter statusgruppe" in httpx.get(side, timeout=30).raise_for_status().text
    assert side.removeprefix(adresse) in httpx.get(f"{adresse}alle/", timeout=30).text


def test_every_built_row_is_planned_on_the_calendars_date_and_no_other_row_is_there(drift: Drift) -> None:
    planlagt = planned_runs(drift.klient)
    ventet = {flow_name(rad): coming_dates(rad, drift.hjem.radvalg, now())[0] for rad in built_rows()}
    assert {navn: min(tider) for navn, tider in planlagt.items()} == ventet
    assert {navn[:2] for navn in planlagt} == {rad.rad[:2] for rad in built_rows()}


def test_the_first_page_is_not_empty(drift: Drift) -> None:
    ferdige = drift.post("/flow_runs/filter", flow_runs={"state": {"type": {"any_": ["COMPLETED"]}}})
    assert ferdige


def test_a_row_run_from_the_ui_does_its_work_and_leaves_its_counts_as_an_artifact(drift: Drift) -> None:
    kjoring = drift.run_row("13", KJOR_2026)
    assert kjoring["state"]["type"] == "COMPLETED"
    artefakter = drift.post("/artifacts/filter", artifacts={"flow_run_id": {"any_": [kjoring["id"]]}})
    vist = {artefakt["key"]: artefakt["data"] for artefakt in artefakter}
    assert re.search(r"\| Rader inn \| \d+ \|", vist["rad-13-konvertere-vigokoder"])
    assert "data:image/svg+xml;base64," in vist["arshjulet"]


def test_a_run_asked_for_while_something_else_is_being_written_is_made(drift: Drift) -> None:
    """The browser asks once: it waits for its turn, where SQLite would refuse it as soon as the other was done."""
    knapp = drift.button_of("13")
    with (
        ThreadPoolExecutor(1) as nettleser,
        closing(sqlite3.connect(drift.hjem.mappe / DATABASE, isolation_level=None)) as annen,
    ):
        annen.execute("BEGIN IMMEDIATE")
        annen.execute("UPDATE flow SET updated = updated")
        svar = nettleser.submit(drift.press, knapp, KJOR_2026, NESTE_ARHUNDRE)
        time.sleep(1)
        assert not svar.done()
        annen.execute("COMMIT")
        kjoring = svar.result(VENT_SEKUNDER)
    drift.klient.delete(f"/flow_runs/{kjoring['id']}").raise_for_status()


def test_a_refusal_and_a_fault_reach_the_ui_without_anyones_data(drift: Drift) -> None:
    (drift.hjem.innboks / "vigo_ikkesokere_feil.csv").write_text(
        "Fodselsnummer;Fornavn\nx;Hemmelig Navnesen\n", "utf-8"
    )
    kjoring = drift.run_row("12", KJOR_2026)
    assert kjoring["state"]["type"] == "FAILED"
    assert "ÅH-2013" in kjoring["state"]["message"]
    (drift.hjem.innboks / "vigo_ikkesokere_feil.csv").unlink()


def test_a_late_run_belongs_to_the_year_it_was_planned_for(drift: Drift) -> None:
    kjoring = drift.run_row("13", {"gjor": KJOR}, planlagt="2025-04-28T06:00:00Z")
    assert kjoring["state"]["type"] == "COMPLETED"
    with drift.hjem.register.transaction("prøve") as con:
        assert con.execute("SELECT count(*) FROM kjoring WHERE rad LIKE '13%' AND aar = 2025").fetchone() == (1,)


EN_TITT = """
import sys
from pathlib import Path
from deployments.miljo import prepare
prepare(Path(sys.argv[1]))
from deployments.vakt import look
from tasks.hjem import home
look(home())
"""


def test_the_watch_names_what_is_planned_and_remembers_a_run_that_was_broken_off(drift: Drift) -> None:
    kjoring = drift.run_row("13", KJOR_2026)
    brutt = {"state": {"type": "CRASHED", "message": "drept"}, "force": True}
    assert drift.klient.post(f"/flow_runs/{kjoring['id']}/set_state", json=brutt).is_success
    kommando = [sys.executable, "-c", EN_TITT, str(drift.hjem.mappe)]
    miljo = environment() | {"ARSHJUL_HOME": str(drift.hjem.mappe)}
    for _ in range(2):
        subprocess.run(kommando, cwd=ROT, env=miljo, check=True)
    with drift.hjem.register.transaction("prøve") as con:
        stopp = con.execute("SELECT rad, aar, slag, kode, flyt_id FROM stopp WHERE kode = 'ÅH-3152'").fetchall()
    assert stopp == [("13-konvertere-vigokoder", 2026, "avbrutt", "ÅH-3152", kjoring["id"])]
    planlagt = drift.post("/flow_runs/filter", flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}})
    navn = {enkelt["name"] for enkelt in planlagt}
    assert {f"{now().year + 1} · {rad.rad} · planlagt" for rad in built_rows()} <= navn
    assert all(enkelt.endswith(" · planlagt") for enkelt in navn)


def test_every_run_of_the_coming_year_is_planned(drift: Drift) -> None:
    naa = now()
    om_et_aar = naa + timedelta(days=365)
    planlagt = planned_runs(drift.klient)
    for rad in built_rows():
        ventet = [tid for tid in coming_dates(rad, drift.hjem.radvalg, naa) if tid <= om_et_aar]
        assert set(ventet) <= set(planlagt[flow_name(rad)]), rad.rad


def test_no_process_of_ours_may_phone_home(drift: Drift) -> None:
    barna = Path(f"/proc/{drift.prosess.pid}/task/{drift.prosess.pid}/children").read_text().split()
    server, arbeider = sorted(barna, key=int)[:2]  # started in that order, before any that come and go
    for barn in (server, arbeider):
        miljo = Path(f"/proc/{barn}/environ").read_bytes().split(b"\0")
        assert {b"DO_NOT_TRACK=1", b"PREFECT_SERVER_ANALYTICS_ENABLED=false", b"GX_ANALYTICS_ENABLED=False"} <= set(
            miljo
        )


def test_the_command_line_goes_through_the_running_server(drift: Drift) -> None:
    for_ = len(drift.post("/flow_runs/filter", flow_runs={"name": {"like_": "02-forberede"}}))
    kommando = command(drift.hjem.mappe, "run", "02", "--year", "2026", "--dry-run", "--json")
    ferdig = subprocess.run(kommando, cwd=ROT, env=environment(), capture_output=True, text=True, check=False)
    assert json.loads(ferdig.stdout)["rad"] == "02-forberede-udir-februar"
    assert len(drift.post("/flow_runs/filter", flow_runs={"name": {"like_": "02-forberede"}})) == for_ + 1


def test_nothing_about_anyone_is_in_prefects_database(drift: Drift) -> None:
    with drift.hjem.register.transaction("prøve") as con:
        felter = ("fodselsnummer", "etternavn", "adresselinje1", "epost", "foresatt1_navn")
        sql = "SELECT DISTINCT verdi FROM fakta WHERE list_contains(?, felt) AND length(verdi) > 6"
        verdier = {verdi for (verdi,) in con.execute(sql, [list(felter)]).fetchall()}
    tekst = everything_in(drift.hjem.mappe / "prefect" / "prefect.db")
    assert "13-konvertere-vigokoder" in tekst
    assert [verdi for verdi in verdier | {"Navnesen"} if verdi in tekst] == []


def everything_in(database: Path) -> str:
    """Every value of every table, through SQLite itself so that the write-ahead log is read too."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as con:
        tabeller = [navn for (navn,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        deler = [str(rad) for navn in tabeller for rad in con.execute(f'SELECT * FROM "{navn}"')]
    con.close()
    return "\n".join(deler)


def test_a_home_has_one_server_and_a_port_has_one_home(drift: Drift, tmp_path: Path) -> None:
    def start(hjem: Path, port: str) -> tuple[int, str]:
        kommando = command(hjem, "start", "--port", port)
        ferdig = subprocess.run(kommando, cwd=ROT, env=environment(), capture_output=True, text=True, check=False)
        return ferdig.returncode, ferdig.stderr.split()[0]

    opptatt = drift.api.split(":")[2].split("/")[0]
    assert start(drift.hjem.mappe, str(free_port())) == (2, "ÅH-1705")
    subprocess.run(command(tmp_path / "annet", "demo", "--youth", "5"), cwd=ROT, env=environment(), check=True)
    assert start(tmp_path / "annet", opptatt) == (2, "ÅH-1701")


def test_two_months_through_prefect_are_the_two_months_without_it(tmp_path: Path) -> None:
    svar = {}
    for navn, valg in {"med": [], "uten": ["--plain"]}.items():
        subprocess.run(command(tmp_path / navn, "demo", "--youth", "40"), cwd=ROT, env=environment(), check=True)
        kommando = command(tmp_path / navn, "replay", "2026", "--until", "2026-02-28", "--json", *valg)
        ferdig = subprocess.run(kommando, cwd=ROT, env=environment(), capture_output=True, text=True, check=False)
        svar[navn] = [rad | {"sekunder": 0} for rad in json.loads(ferdig.stdout)]
    assert svar["med"] == svar["uten"]
    assert {rad["utfall"] for rad in svar["med"]} == {"ferdig"}
    assert len(svar["med"]) > 5
    assert not still_running(str(tmp_path))


def test_a_row_that_goes_on_past_new_year_still_has_its_last_date_then() -> None:
    """The meetings' season ends with the year; what is past its deadline is looked for on the first working day."""
    nyttaar = datetime.fromisoformat("2027-01-01T12:00:00+01:00")
    assert coming_dates(find_row("21"), (), nyttaar)[0].date() == date(2027, 1, 4)


def test_dates_cover_the_coming_year_also_when_this_years_are_past() -> None:
    desember = datetime.fromisoformat("2026-12-31T12:00:00+01:00")
    for rad in built_rows():
        tider = coming_dates(rad, (), desember)
        assert {2027, 2028} <= {tid.year for tid in tider}
        alle = [dag for aar in (2026, 2027, 2028) for dag in row_dates(rad, aar).kjoredatoer]
        assert [tid.date() for tid in tider] == [dag for dag in alle if dag > desember.date()]
        assert {tid.hour for tid in tider} == {8}
