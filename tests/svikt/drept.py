"""Server, worker, both or all of it killed at each stage of a row, on a county that is started as it is in use."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from deployments.miljo import server_note
from deployments.server import MEST_OMSTARTER, free_port
from schemas.avgjorelse import Beslutning
from schemas.kjoring import KJOR
from tasks.adgang import PASSORDVARIABEL
from tasks.feil import UTGANG_AVVIST
from tasks.filer import ROT
from tasks.hjem import home
from tests.svikt.dom import look
from tests.svikt.hjemmet import BREVDAG, GJOREMAAL, LASTEDAG, UDIRDAG, Svar, build, do, filled, in_child

VENT_SEKUNDER, NAAS_SEKUNDER = 900, 300
PASSORD = "passord-for-en-prove-som-dreper"
ARBEIDER, TJENER, START = "deployments.arbeider", "deployments.prefecttjener", "start"
OFRE = {
    "arbeideren": (ARBEIDER,),
    "tjeneren": (TJENER,),
    "tjeneren og arbeideren": (TJENER, ARBEIDER),
    "alt (som når strømmen går)": (START, TJENER, ARBEIDER),
}
HAR_EN = "ÅH-1705"
GANGER_OPPTATT = 5
I_GANG = {"RUNNING", "PENDING", "CANCELLING"}


@dataclass(frozen=True)
class Steg:
    """A place where death comes: in which thing that is done, which flow does it, what it is called, and where it is.

    ``punkt`` is module, function, and before or after it; without a function it is when what the
    flow stands on is loaded.
    """

    gjor: str
    flyt: str
    navn: str
    punkt: tuple[str, str, str]


R12, R14, R20, R95, R99 = "12", "14", "20", "95", "99"
STEG = (
    Steg("last", R12, "kjøringen er hentet, ikke begynt", ("tasks.steg", "", "")),
    Steg("last", R12, "filen er lest", ("tasks.vurdering", "judge", "etter")),
    Steg("last", R12, "lastet, ikke fast", ("tasks.kjoring", "_remember", "etter")),
    Steg("last", R12, "fast, filen ligger i innboksen", ("tasks.kjoring", "_tidy", "før")),
    Steg("last", R12, "svaret vises", ("tasks.prefectvisning", "show", "før")),
    Steg("brev", R14, "forslaget er skrevet, ikke fast", ("tasks.kjoring", "_remember", "etter")),
    Steg("brev", R14, "forslaget er fast", ("tasks.kjoring", "_tidy", "før")),
    Steg("godkjenn", R95, "godkjenningen er skrevet, ikke fast", ("tasks.forslag", "set_state", "etter")),
    Steg("godkjenn", R95, "godkjenningen er fast", ("tasks.prefectvisning", "show", "før")),
    Steg("send", R99, "iverksettes, ikke fast", ("tasks.utboks", "_prepare", "etter")),
    Steg("send", R99, "kravet er fast, ingenting er sendt", ("tasks.utboks", "_deliver", "før")),
    Steg("send", R99, "sendt, ikke ført", ("tasks.utboks", "_deliver", "etter")),
    Steg("send", R99, "alt er sendt, ikke avsluttet", ("tasks.utboks", "_finish", "før")),
    Steg("overfor", R20, "pakken er forseglet, ikke fast", ("tasks.overforing", "seal", "etter")),
    Steg("overfor", R20, "pakken er fast", ("tasks.kjoring", "_tidy", "før")),
    Steg("udir", R99, "kravet er fast, ingenting er levert", ("tasks.utboks", "_deliver", "før")),
    Steg("udir", R99, "levert, ikke ført", ("tasks.utboks", "_deliver", "etter")),
)
VENTER = "forslaget venter på godkjenning"
"""Nothing runs: the proposal lies there while everything is killed."""
NAA = {"last": LASTEDAG, "brev": BREVDAG, "overfor": UDIRDAG, "send": BREVDAG, "udir": UDIRDAG, "godkjenn": BREVDAG}


@dataclass
class Skjebne:
    """What came of one death: how Prefect's run ended, what the next attempt answered, and what is wrong."""

    offer: str
    steg: str
    gjor: str
    tilstand: str
    kode: str
    start: str
    brudd: list[str] = field(default_factory=list)


class Fylke:
    """A county with ``start`` running, whose home can be put back between deaths while Prefect goes on."""

    def __init__(self, mappe: Path, gjoremaal: set[str]) -> None:
        """Make the county, what its home looks like before each thing that is done, and what comes of it unhurt."""
        self.mappe, self.hjem, self.port = mappe, mappe / "hjem", free_port()
        self.prosess: subprocess.Popen[bytes] | None = None
        self.etter: dict[str, Any] = {}
        self.logg, self.omstarter = mappe / "start.log", 0
        in_child(lambda: build(self.hjem))
        self._keep("bygd")
        for navn in gjoremaal:
            self.put_back("bygd")
            for ord_ in GJOREMAAL[navn].forst:
                assert do(ord_, self.hjem).utgang < UTGANG_AVVIST
            self._keep(navn)
            assert do(GJOREMAAL[navn].kommando, self.hjem).utgang < UTGANG_AVVIST
            self.etter[navn] = in_child(lambda: look(self.hjem))

    def _keep(self, navn: str) -> None:
        shutil.copytree(self.hjem, self.mappe / navn, ignore=shutil.ignore_patterns("prefect", "*.laas", "*.eier"))

    def put_back(self, navn: str) -> None:
        """Let the home hold what it did then; Prefect keeps what it knows. The register is ours meanwhile."""
        with home(self.hjem).register._alone("prøve"):
            for sti in self.hjem.iterdir():
                if sti.name not in {"prefect", "register.laas", "register.eier", "utsending.laas"}:
                    _remove(sti)
            shutil.copytree(self.mappe / navn, self.hjem, dirs_exist_ok=True)

    # The processes

    def start(self) -> str:
        """Start it as a person would, also after a death; return the code of what she was told, blank if it started."""
        self.omstarter = 0
        with self.logg.open("wb") as logg:
            self.prosess = subprocess.Popen(
                self._start_on(self.port), cwd=ROT, env=self._environment(), stdout=logg, stderr=logg
            )
        wait(lambda: b"Stopp med" in self.logg.read_bytes() or self.ended(), "start ble ikke ferdig")
        return "" if not self.ended() else self.logg.read_text("utf-8")[-300:]

    def start_another(self) -> Svar:
        """Start the home once more, while it runs."""
        kommando = self._start_on(free_port())
        ferdig = subprocess.run(kommando, cwd=ROT, env=self._environment(), capture_output=True, text=True, check=False)
        return Svar(ferdig.returncode, ferdig.stdout + ferdig.stderr)

    def _start_on(self, port: int) -> list[str]:
        return [sys.executable, "-m", "deployments", "--home", str(self.hjem), START, "--port", str(port)]

    def ended(self) -> bool:
        """Tell whether ``start`` has ended, or never began."""
        return self.prosess is None or self.prosess.poll() is not None

    def exit_code(self) -> int:
        """Return what ``start`` ended with, 0 while it runs."""
        return (self.prosess.poll() or 0) if self.prosess else 0

    def kill(self, ofre: tuple[str, ...]) -> None:
        """Kill these, and with everything also what they started: when the power goes, all of it does."""
        assert self.prosess
        alle = {modul: self._child(modul) for modul in ofre if modul != START}
        if START in ofre:
            self.prosess.kill()
        for pid in alle.values():
            with suppress(ProcessLookupError):
                (os.killpg if START in ofre else os.kill)(pid, signal.SIGKILL)

    def _child(self, modul: str) -> int:
        assert self.prosess
        barna = Path(f"/proc/{self.prosess.pid}/task/{self.prosess.pid}/children").read_text().split()
        return next(int(barn) for barn in barna if modul in Path(f"/proc/{barn}/cmdline").read_text())

    def up_again(self, ofre: tuple[str, ...]) -> str:
        """Wait until it stands again: by itself where only the worker died, else ``start`` ends and is started anew."""
        assert self.prosess
        if ofre == (ARBEIDER,):
            self.omstarter += 1
            wait(lambda: self._restarted() >= self.omstarter or self.ended(), "ingen ny arbeider")
            return "av seg selv" if not self.ended() else "start stoppet"
        self.prosess.wait(VENT_SEKUNDER)
        sagt = self.start()
        return sagt or "startes igjen"

    def _restarted(self) -> int:
        return self.logg.read_bytes().count("er startet på nytt".encode())

    def ready_to_die(self) -> None:
        """Start anew what would soon have been started anew too often: then it stops, and a person must look."""
        if self.omstarter == MEST_OMSTARTER - 1 or self.ended():
            self.stop()
            assert not self.start()

    def stop(self) -> None:
        """Stop it as a person would."""
        if self.prosess and not self.ended():
            self.prosess.send_signal(signal.SIGINT)
            self.prosess.wait(VENT_SEKUNDER)

    # What is asked of it

    def command(self, gjor: str) -> Svar:
        """Do it by command, in a newly started process, through the server."""
        ordene = in_child(lambda: filled(GJOREMAAL[gjor].kommando, self.hjem))
        kommando = [sys.executable, "-m", "deployments", "--home", str(self.hjem), *ordene]
        ferdig = subprocess.run(kommando, cwd=ROT, env=self._environment(), capture_output=True, text=True, check=False)
        return Svar(ferdig.returncode, ferdig.stdout + ferdig.stderr)

    def _environment(self) -> dict[str, str]:
        uten = {n: v for n, v in os.environ.items() if not n.startswith(("PREFECT", "ARSHJUL"))}
        inn = os.pathsep.join([str(Path(__file__).with_name("inn")), str(ROT)])
        return uten | {"PYTHONPATH": inn, "SVIKT_MAPPE": str(self.mappe), PASSORDVARIABEL: PASSORD}

    def post(self, sti: str, **innhold: Any) -> Any:
        """Ask the server once, as its page in the browser does."""
        url, hvem = f"http://127.0.0.1:{self.port}/api", ("arshjul", PASSORD)
        with httpx.Client(base_url=url, auth=hvem, timeout=60, trust_env=False) as klient:
            merke = klient.get("/csrf-token", params={"client": "p"}).raise_for_status().json()["token"]
            hoder = {"Prefect-Csrf-Token": merke, "Prefect-Csrf-Client": "p"}
            svar = klient.post(sti, json=innhold, headers=hoder)
            return svar.raise_for_status().json()

    def press(self, nummer: str, valg: dict[str, Any]) -> str:
        """Press "Run" for a row; return Prefect's run."""
        alle = self.post("/deployments/filter", limit=200)
        utrulling = next(en for en in alle if en["name"].startswith(f"{nummer} · "))
        kjoring = self.post(f"/deployments/{utrulling['id']}/create_flow_run", parameters={"valg": valg})
        return str(kjoring["id"])

    def state(self, kjoring: str) -> str:
        (funnet,) = self.post("/flow_runs/filter", flow_runs={"id": {"any_": [kjoring]}})
        return str(funnet["state"]["type"])


def _remove(sti: Path) -> None:
    """Remove a file, or a folder also where the county's watch makes a page in it meanwhile."""
    if not sti.is_dir():
        sti.unlink()
        return
    for _ in range(GANGER_OPPTATT):
        with suppress(OSError):
            shutil.rmtree(sti)
            return
        time.sleep(0.5)
    shutil.rmtree(sti)


def wait(ferdig: Callable[[], bool], hva: str) -> None:
    """Wait for something to be so. AssertionError where it never is."""
    if not waited(ferdig, VENT_SEKUNDER):
        raise AssertionError(hva)


def waited(ferdig: Callable[[], bool], sekunder: float) -> bool:
    """Wait for something to be so, not for ever; return whether it is."""
    slutt = time.monotonic() + sekunder
    while not (er_ferdig := ferdig()) and time.monotonic() < slutt:
        time.sleep(0.2)
    return er_ferdig


@contextmanager
def county(mappe: Path, gjoremaal: set[str]) -> Iterator[Fylke]:
    """Start a county where these things are to be done, and leave none of its processes."""
    fylke = Fylke(mappe, gjoremaal)
    try:
        if sagt := fylke.start():
            raise AssertionError(sagt)
        yield fylke
    finally:
        (mappe / "punkt").unlink(missing_ok=True)
        fylke.stop()


def die(fylke: Fylke, steg: Steg, offer: str) -> Skjebne:
    """Let a run come to the step, kill, start again as a person would, do it again, and judge."""
    fylke.ready_to_die()
    fylke.put_back(steg.gjor)
    (fylke.mappe / "naadd").unlink(missing_ok=True)
    (fylke.mappe / "naa").write_text(f"{NAA[steg.gjor]}:00+02:00", "utf-8")
    (fylke.mappe / "punkt").write_text("\n".join(steg.punkt), "utf-8")
    kjoring = fylke.press(steg.flyt, _choices(steg))
    if not waited((fylke.mappe / "naadd").exists, NAAS_SEKUNDER):
        (fylke.mappe / "punkt").unlink()
        return Skjebne(offer, steg.navn, GJOREMAAL[steg.gjor].navn, fylke.state(kjoring), "", "", ["ble ikke nådd"])
    fylke.kill(OFRE[offer])
    startet = fylke.up_again(OFRE[offer])
    if fylke.ended():
        (fylke.mappe / "punkt").unlink(missing_ok=True)
        brudd = [f"kom ikke opp igjen: {startet}"]
        return Skjebne(offer, steg.navn, GJOREMAAL[steg.gjor].navn, "", "", startet, brudd)
    slutt = time.monotonic() + VENT_SEKUNDER
    while (tilstand := fylke.state(kjoring)) in I_GANG and time.monotonic() < slutt:
        time.sleep(0.5)
    return judged(fylke, steg.gjor, Skjebne(offer, steg.navn, GJOREMAAL[steg.gjor].navn, tilstand, "", startet))


def die_waiting(fylke: Fylke, offer: str) -> Skjebne:
    """Kill while a proposal waits for a person, and let her approve it afterwards."""
    fylke.ready_to_die()
    fylke.put_back("godkjenn")
    fylke.kill(OFRE[offer])
    startet = fylke.up_again(OFRE[offer])
    return judged(fylke, "godkjenn", Skjebne(offer, VENTER, GJOREMAAL["godkjenn"].navn, "", "", startet))


def start_twice(fylke: Fylke) -> Skjebne:
    """Start the home once more, and let the one that runs do what it would have done."""
    fylke.put_back("last")
    svar = fylke.start_another()
    skjebne = judged(fylke, "last", Skjebne("", "", GJOREMAAL["last"].navn, "", "", "av seg selv"))
    skjebne.kode = svar.kode
    if (svar.utgang, svar.kode) != (UTGANG_AVVIST, HAR_EN):
        skjebne.brudd.append(f"den andre tjeneren ble ikke avvist: {svar.sagt[-300:]}")
    return skjebne


def _choices(steg: Steg) -> dict[str, Any]:
    """Return what is filled in on the form."""
    if steg.flyt == R99:
        return {"forslag_id": ""}
    if steg.flyt == R95:
        return {"forslag_id": "F2026-14-1", "beslutning": Beslutning.GODKJENN, "av": "Kari"}
    return {"gjor": KJOR, "aar": 2026, "annet_aar": True}


def judged(fylke: Fylke, gjor: str, skjebne: Skjebne) -> Skjebne:
    """Do it again by command, as the person is told to, and hold what it came to against a home that was never hurt."""
    if skjebne.tilstand in I_GANG:
        skjebne.brudd.append(f"kjøringen står som {skjebne.tilstand} for alltid")
    if skjebne.start not in ("av seg selv", "startes igjen"):
        skjebne.brudd.append(f"kom ikke opp igjen: {skjebne.start}")
    if not server_note(fylke.hjem):
        skjebne.brudd.append("tjeneren svarer ikke")
    svar = fylke.command(gjor)
    skjebne.kode = svar.kode if svar.utgang >= UTGANG_AVVIST else ""
    sett = in_child(lambda: look(fylke.hjem))
    if svar.utgang > UTGANG_AVVIST or (svar.utgang == UTGANG_AVVIST and not svar.kode):
        skjebne.brudd.append(f"andre gang: utgang {svar.utgang}: {svar.sagt[-300:]}")
    for del_ in ("mening", "filer"):
        skjebne.brudd += [
            f"{del_}: {navn} er ikke som uten svikt: {_difference(sett[del_].get(navn), ventet)}"
            for navn, ventet in fylke.etter[gjor][del_].items()
            if sett[del_].get(navn) != ventet
        ]
    if sett["halve"] or sett["kjeden"]:
        skjebne.brudd.append(f"halve filer {sett['halve']}, brudd i revisjonsloggen {sett['kjeden']}")
    return skjebne


def _difference(sett: Any, ventet: Any) -> str:
    """Return a few of what is there too much and too little."""
    if not isinstance(ventet, list):
        return f"{sett}, ikke {ventet}"
    flere, faerre = sorted(set(sett or []) - set(ventet)), sorted(set(ventet) - set(sett or []))
    return f"{len(flere)} for mye {flere[:2]}, {len(faerre)} for lite {faerre[:2]}"
