"""The county that is proved: ``start --demo`` as a newcomer does it, the year played, rows run by its worker."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from deployments.rader import built_rows, flow_name
from deployments.server import free_port
from schemas.kjoring import KJOR, VIS
from tasks.filer import ROT
from tasks.hjem import Hjem, home
from tests.skanning.sonde import MAPPE, PER_RAD, REIST, Plan

LAPP: Final = ROT / "tests" / "skanning" / "lapp"
KLAR: Final = "Stopp med Ctrl-C."
VENT: Final = 300.0
FERDIGE: Final = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
KOER: Final = ("avspilling", "arbeider", "tatt")
OPPTATT: Final = 503
SPILLER: Final = b"\0replay\0"
PROSESSER: Final = "prosesser.bin"
"""What the county's processes were called and had in their environment."""


@dataclass
class Fylke:
    """The county's folder: its home, the plan of errors, its own temporary files, and what was seen of it."""

    mappe: Path
    aar: int
    miljo: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    prosess: "subprocess.Popen[str] | None" = None

    @property
    def hjem(self) -> Hjem:
        """Its home."""
        return home(self.mappe / "hjem")

    def command(self, *ord_: str) -> list[str]:
        """Return how its command line is given a command."""
        return [sys.executable, "-m", "deployments", "--home", str(self.mappe / "hjem"), *ord_]

    def run(self, *ord_: str) -> str:
        """Give a command and return what it said; what needs a person is well."""
        ferdig = subprocess.run(
            self.command(*ord_), cwd=ROT, env=self.miljo, capture_output=True, text=True, check=False
        )
        if ferdig.returncode > 1:
            raise RuntimeError(f"{ord_[0]} endte med {ferdig.returncode}: {ferdig.stderr[-500:]}")
        return ferdig.stdout

    def ask(self, sti: str, **innhold: Any) -> Any:
        """Ask its Prefect; a busy database may be asked again, as Prefect's own client does."""
        for _ in range(20):
            svar = httpx.post(f"http://127.0.0.1:{self.port}/api{sti}", json=innhold, headers=self._merke(), timeout=60)
            if svar.status_code != OPPTATT:
                break
            time.sleep(0.5)
        return svar.raise_for_status().json()

    def _merke(self) -> dict[str, str]:
        api = f"http://127.0.0.1:{self.port}/api"
        merke = (
            httpx.get(f"{api}/csrf-token", params={"client": "prove"}, timeout=60).raise_for_status().json()["token"]
        )
        return {"Prefect-Csrf-Token": merke, "Prefect-Csrf-Client": "prove"}

    def press_run(self, rad_nr: int, *, bare_vis: bool) -> str:
        """Run a row in its worker as from the row's form, and return how it ended."""
        rad = next(rad for rad in built_rows() if rad.nr == rad_nr)
        (utrulling,) = self.ask("/deployments/filter", deployments={"name": {"any_": [flow_name(rad)]}})
        valg = {"gjor": VIS if bare_vis else KJOR, "aar": self.aar, "annet_aar": True}
        kjoring = self.ask(f"/deployments/{utrulling['id']}/create_flow_run", parameters={"valg": valg})
        slutt = time.monotonic() + VENT
        while time.monotonic() < slutt and kjoring["state"]["type"] not in FERDIGE:
            time.sleep(0.5)
            kjoring = httpx.get(f"http://127.0.0.1:{self.port}/api/flow_runs/{kjoring['id']}", timeout=60).json()
        return str(kjoring["state"]["type"])

    def replay_pid(self) -> int | None:
        """Return the process that plays the year beside the server, while it does."""
        if self.prosess is None:
            return None
        for pid in Path(f"/proc/{self.prosess.pid}/task/{self.prosess.pid}/children").read_text().split():
            if SPILLER in Path(f"/proc/{pid}/cmdline").read_bytes():
                return int(pid)
        return None


def make(mappe: Path, ungdom: int, aar: int, planer: Sequence[Plan] = (), per_rad: int = 0) -> Fylke:
    """Make a demo county, with the errors planned that are to be forced while its year is played, if any."""
    for ko in KOER:
        (mappe / "plan" / ko).mkdir(parents=True)
    (mappe / "tmp").mkdir(parents=True)
    uten = {navn: verdi for navn, verdi in os.environ.items() if not navn.startswith(("PREFECT", "ARSHJUL"))}
    egne = {"TMPDIR": str(mappe / "tmp"), "PYTHONPATH": str(ROT)}
    fylke = Fylke(mappe, aar, uten | egne)
    fylke.run("demo", "--youth", str(ungdom), "--year", str(aar))
    if planer:
        fylke.miljo |= {"PYTHONPATH": f"{LAPP}{os.pathsep}{ROT}", MAPPE: str(mappe / "plan"), PER_RAD: str(per_rad)}
    for plan in planer:
        plan.write(mappe / "plan" / "avspilling")
    return fylke


@contextmanager
def started(fylke: Fylke) -> Iterator[None]:
    """Start it, and see what its processes are called and what stands in their environment while it runs."""
    prosess = subprocess.Popen(
        fylke.command("start", "--demo", "--port", str(fylke.port)),
        cwd=ROT, env=fylke.miljo, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    fylke.prosess = prosess
    sagt = []
    ferdig = threading.Event()
    ser = threading.Thread(target=_watch_processes, args=(fylke.mappe, ferdig), daemon=True)
    ser.start()
    try:
        for linje in prosess.stdout or []:
            sagt.append(linje)
            if KLAR in linje:
                break
        else:
            raise RuntimeError("start kom ikke opp: " + "".join(sagt)[-1000:])
        yield
    finally:
        ferdig.set()
        ser.join()
        prosess.send_signal(signal.SIGINT)
        resten, _ = prosess.communicate(timeout=VENT)
        (fylke.mappe / "tmp" / "start.txt").write_text("".join(sagt) + resten, "utf-8")


def wait_for_replay(fylke: Fylke, *, til_koen_er_tom: bool, sekunder: float) -> bool:
    """Wait until the year is played, or all that was planned for it is forced; then it is stopped."""
    slutt, sett = time.monotonic() + sekunder, False
    while time.monotonic() < slutt:
        pid = fylke.replay_pid()
        sett |= pid is not None or SPILLER in (fylke.mappe / "tmp" / PROSESSER).read_bytes()
        if sett and pid is None:
            return True
        if pid and til_koen_er_tom and _all_forced(fylke.mappe / "plan"):
            os.kill(pid, signal.SIGTERM)
        time.sleep(0.5)
    return False


def _all_forced(plan: Path) -> bool:
    """Tell whether nothing waits to be forced, and what was taken was."""
    reist = plan / REIST
    antall = len(reist.read_text("utf-8").splitlines()) if reist.exists() else 0
    return not any((plan / "avspilling").iterdir()) and antall == len(list((plan / "tatt").iterdir()))


def _watch_processes(mappe: Path, ferdig: threading.Event) -> None:
    """Keep what the county's processes are called and have in their environment, each once."""
    kjent: set[bytes] = set()
    merke = str(mappe).encode()
    with (mappe / "tmp" / PROSESSER).open("ab") as fil:
        while not ferdig.wait(0.25):
            for pid in Path("/proc").glob("[0-9]*"):
                try:
                    navn, miljo = (pid / "cmdline").read_bytes(), (pid / "environ").read_bytes()
                except OSError:
                    continue
                if merke in miljo and (linje := navn + b"\n" + miljo) not in kjent:
                    kjent.add(linje)
                    fil.write(linje + b"\n")


def keep_alive_copy(fylke: Fylke) -> None:
    """Copy Prefect's folder while the server runs: its log is not yet folded into the database."""
    shutil.copytree(fylke.mappe / "hjem" / "prefect", fylke.mappe / "levende", ignore_dangling_symlinks=True)
