"""The memory that ``start`` rests at: server, worker, page server and the command that watches them."""

import signal
import subprocess
import sys
from pathlib import Path

from deployments.server import free_port
from tasks.filer import ROT

KLAR = "Årshjul er klart"
KIB_PER_MIB = 1024


def resting_memory(hjem: Path) -> dict[str, float]:
    """Start a demo county, wait until it is ready, and return each process' resident MiB."""
    kommando = [sys.executable, "-m", "deployments", "--home", str(hjem), "start", "--port", str(free_port())]
    subprocess.run([*kommando[:5], "demo", "--youth", "60"], cwd=ROT, check=True, capture_output=True)  # noqa: S603
    start = subprocess.Popen(kommando, cwd=ROT, stdout=subprocess.PIPE, text=True)  # noqa: S603 our own program
    try:
        for linje in start.stdout or []:
            if KLAR in linje:
                break
        deler = {"start": start.pid, **_children(start.pid)}
        return {f"hvile_{navn}_mib": _resident(pid) for navn, pid in deler.items()}
    finally:
        start.send_signal(signal.SIGINT)
        start.communicate()


def _children(pid: int) -> dict[str, int]:
    """Return the server's, the worker's, the watch's and the page server's process, as ``start`` starts them."""
    barn = sorted(int(enkelt) for enkelt in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return dict(zip(("server", "arbeider", "vakt", "sider"), barn, strict=True))


def _resident(pid: int) -> float:
    linjer = Path(f"/proc/{pid}/status").read_text().splitlines()
    kib = next(int(linje.split()[1]) for linje in linjer if linje.startswith("VmRSS:"))
    return round(kib / KIB_PER_MIB, 1)
