"""A county in which all is well, in earnest (mode ``drift``), and what can be done to it."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from werkzeug import Request, Response

from deployments.demo import Demo, write_demo
from deployments.doktor import undersokelse
from deployments.doktor.funn import Blikk, Funn, answer, limits
from deployments.doktor.prosesser import BARN
from deployments.doktor.registeret import register
from deployments.doktor.tjenesten import MAA_GAA, TELEMETRI
from deployments.kopi.sikkerhetskopi import back_up
from deployments.miljo import FASTE, SERVERFIL
from deployments.prefectmal import DATABASE, give_database
from deployments.rader import built_rows, flow_name
from deployments.utrulling import coming_dates
from schemas.arshjul import Radvalg
from tasks.arshjul import wheel
from tasks.hjem import INNSTILLINGER, Hjem
from tasks.hjemvern import claim
from tasks.klokke import OSLO, to_utc
from tasks.register.nokkel import make_key_file

NAA = datetime(2026, 11, 25, 9, tzinfo=OSLO)
AARENE = (2026, 2027)
PASSORD = "et-langt-passord-til-proven"
VALG = """
[[radvalg]]
rad = "{rad}"
aar = {aar}
begrunnelse = "Som årshjulet."
"""
EPOST = """
[epost]
tjener = "127.0.0.1"
port = 1
"""
SOV = "import time; time.sleep(120)"
NOK_PROSESSER = list(MAA_GAA)


def make_healthy(mappe: Path, kopier: Path) -> None:
    """Make a county with settings, key, an empty register, a backup and every near conflict settled."""
    write_demo(mappe, Demo(ungdom=60))
    make_key_file(mappe)
    shutil.rmtree(mappe / "demo")
    (mappe / "krr.json").unlink()
    sti = mappe / INNSTILLINGER
    tekst = sti.read_text("utf-8").replace('modus = "øve"', 'modus = "drift"') + EPOST
    har = {(valg.rad, valg.aar) for valg in Hjem(mappe).radvalg}
    for aar in AARENE:
        for datoer in wheel(aar, Hjem(mappe).radvalg):
            if datoer.konflikter and (datoer.rad.rad, aar) not in har:
                tekst += VALG.format(rad=datoer.rad.rad, aar=aar)
    sti.write_text(tekst, "utf-8")
    (mappe / "prefect").mkdir(mode=0o700)
    hjem = Hjem(mappe)
    hjem.innboks.mkdir(mode=0o700)
    ny = hjem.innboks / "ny.csv"
    ny.write_bytes(b"x")
    ny.chmod(0o644)
    os.utime(ny, (NAA.timestamp(), NAA.timestamp()))
    with hjem.register.transaction("prøve"):
        pass
    back_up(hjem, kopier, "Prøve", NAA)
    plan_runs(hjem)


@cache
def coming(valg: tuple[Radvalg, ...]) -> dict[str, list[datetime]]:
    """Every row's coming runs."""
    return {rad.rad: coming_dates(rad, valg, NAA) for rad in built_rows()}


def plan_runs(hjem: Hjem) -> None:
    """Put every row's coming runs in a database of Prefect's own making, in its own words for times."""
    give_database(hjem.mappe)
    with closing(sqlite3.connect(hjem.mappe / DATABASE)) as con:
        for rad in built_rows():
            con.execute("INSERT INTO flow (id, name) VALUES (?, ?)", [rad.rad, flow_name(rad)])
            for tid in coming(hjem.radvalg)[rad.rad]:
                plan_run(con, rad.rad, f"{to_utc(tid):%Y-%m-%d %H:%M:%S.%f}")
        # One that is late is not on another day than it should be: ``states`` tells of it.
        plan_run(con, built_rows()[0].rad, "2026-02-03 07:00:00.000000")
        con.commit()


def plan_run(con: sqlite3.Connection, rad: str, tid: str) -> None:
    """Plan one run of a row."""
    felt = "(name, flow_id, state_type, expected_start_time)"
    con.execute(f"INSERT INTO flow_run {felt} VALUES ('x', ?, 'SCHEDULED', ?)", [rad, tid])


@dataclass
class Prove:
    """The county, and what is asked about it. ``stabel`` stops what a test starts."""

    mappe: Path
    server: Any
    stabel: ExitStack
    endret: dict[str, Any] = field(default_factory=dict)
    grenser: dict[str, int] = field(default_factory=dict)

    @property
    def hjem(self) -> Hjem:
        """The home as it is now."""
        return Hjem(self.mappe)

    @property
    def blikk(self) -> Blikk:
        """What the checks are given."""
        return replace(Blikk(self.hjem, NAA), **self.endret)

    def set(self, fra: str, til: str) -> None:
        """Change the settings; what is replaced must be there."""
        sti = self.mappe / INNSTILLINGER
        tekst = sti.read_text("utf-8")
        assert fra in tekst
        sti.write_text(tekst.replace(fra, til, 1), "utf-8")

    def add(self, tekst: str) -> None:
        """Add a table to the settings."""
        with (self.mappe / INNSTILLINGER).open("a", encoding="utf-8") as fil:
            fil.write(tekst)

    def mode(self, modus: str) -> None:
        self.set('modus = "drift"', f'modus = "{modus}"')

    @contextmanager
    def register(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self.hjem.register.transaction("prøve") as con:
            yield con

    def insert(self, tabell: str, **felt: Any) -> None:
        """Put a row in a table of the register."""
        kolonner = ", ".join(f"? AS {navn}" for navn in felt)
        with self.register() as con:
            con.execute(f"INSERT INTO {tabell} BY NAME SELECT {kolonner}", list(felt.values()))

    def proposal(self, tilstand: str, alder: timedelta) -> None:
        """Put in a proposal that got its state so long ago."""
        tid = to_utc(NAA - alder)
        self.insert(
            "forslag", forslag_id="F1", kjoring_id="K1", rad="14-brev-ikkesokere", aar=2026, type="brev",
            innhold_sha256="x", antall=1, brevdato=date(2026, 5, 11), opprettet_tid=tid,
        )  # fmt: skip
        self.insert(
            "forslag_hendelse", forslag_id="F1", tilstand=tilstand, tid=tid, av="Prøve", grunn="", innhold_sha256="x"
        )

    def age(self, sti: Path, dager: int) -> None:
        """Let a file be that many days old."""
        tid = (NAA - timedelta(days=dager)).timestamp()
        os.utime(sti, (tid, tid))

    def started(self, *, passord: bool = True, moduler: list[str] = NOK_PROSESSER, **miljo: str) -> None:
        """Let it be started: a server that answers as Prefect's does, and processes that are called what ours are."""
        (self.mappe / "prefect.passord").write_text(PASSORD)
        (self.mappe / "prefect.passord").chmod(0o600)
        self.note(passord=passord)
        self.server.expect_request("/api/health").respond_with_data("true")
        self.server.expect_request("/api/csrf-token").respond_with_json({"token": "merke"})
        self.server.expect_request("/api/version").respond_with_handler(self._version)
        rader = built_rows()
        flyter = [{"id": rad.rad, "name": flow_name(rad)} for rad in rader]
        kjoringer = [
            {"flow_id": rad.rad, "expected_start_time": tid.isoformat()}
            for rad in rader
            for tid in coming(self.hjem.radvalg)[rad.rad][:3]
        ]
        self.server.expect_request("/api/flows/filter").respond_with_json(flyter)
        self.server.expect_request("/api/flow_runs/filter").respond_with_json(kjoringer)
        for modul in moduler:
            self.process(modul, **miljo)

    def note(self, *, passord: bool = True) -> None:
        """Write what a running server writes of itself."""
        notat = {
            "url": self.server.url_for("/api"), "port": self.server.port, "sider": self.server.url_for(""),
            "prefect": self.server.url_for(""), "pid": os.getpid(), "passord": passord,
        }  # fmt: skip
        (self.mappe / SERVERFIL).write_text(json.dumps(notat))
        (self.mappe / SERVERFIL).chmod(0o600)

    def _version(self, foresporsel: Request) -> Response:
        kjent = foresporsel.authorization
        return Response("3", 200 if kjent and kjent.password == PASSORD else 401)

    def process(self, modul: str, *ord_: str, **miljo: str) -> subprocess.Popen[bytes]:
        """Start a process that is called what one of ours is, until the test is over."""
        alt = {"ARSHJUL_HOME": str(self.mappe), **{navn: FASTE[navn] for navn in TELEMETRI}, **miljo}
        kommando = [sys.executable, "-S", "-c", SOV, "-m", BARN, modul, *ord_]
        prosess = self.stabel.enter_context(subprocess.Popen(kommando, env=alt))
        self.stabel.callback(prosess.kill)
        # The system lists a process a moment before it says what it was started with.
        while modul not in Path(f"/proc/{prosess.pid}/cmdline").read_text():
            time.sleep(0.001)
        return prosess


def look(prove: Prove, nr: int) -> list[str]:
    """Make one check alone; return its answers, each of whose texts has every place filled."""
    blikk = replace(prove.blikk, grenser={**limits(NAA), **prove.grenser})
    funn = _made(blikk, nr)
    svar = [answer(nr, enkelt) for enkelt in funn]
    assert all(enkelt.tekst and "{" not in enkelt.tekst + enkelt.neste for enkelt in svar)
    return [enkelt.funn for enkelt in funn]


def _made(blikk: Blikk, nr: int) -> list[Funn]:
    if sjekk := undersokelse.UTENFOR.get(nr):
        return sjekk(blikk)
    if i_registeret := undersokelse.I_REGISTERET.get(nr):
        with register(blikk).transaction("prøve") as con:
            return i_registeret(blikk, con)
    return undersokelse._of_register(blikk)[nr]


def copy_of(mal: Path, til: Path) -> Path:
    """Return a copy of the county that is at home where it is."""
    mappe = shutil.copytree(mal, til).resolve()
    with Hjem(mappe).register.transaction("prøve") as con:
        claim(con, mappe)
    return mappe
