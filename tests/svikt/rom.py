"""A room of its own: a process whose mounts nobody else sees and that go when it does. Root is not needed."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tasks.filer import ROT


def kommando() -> list[str]:
    """Return what starts a process in a room of its own."""
    return ["unshare", "--mount", "--propagation", "private", *([] if os.geteuid() == 0 else ["--map-root-user"])]


def reason() -> str:
    """Return why there can be no such room here; blank where there can."""
    with tempfile.TemporaryDirectory() as mappe:
        prove = ["mount", "-t", "tmpfs", "tmpfs", mappe]
        try:
            ferdig = subprocess.run([*kommando(), *prove], capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return "programmet unshare finnes ikke her"
    return "" if ferdig.returncode == 0 else f"ingen egne monteringer her: {ferdig.stderr.strip()}"


def in_room(*ord_: str) -> Any:
    """Run ``python -m tests.svikt MAPPE ORD…`` in a room, MAPPE empty, and return its answer (JSON)."""
    with tempfile.TemporaryDirectory(prefix="svikt-") as mappe:
        miljo = {n: v for n, v in os.environ.items() if not n.startswith(("ARSHJUL", "PREFECT"))}
        ferdig = subprocess.run(
            [*kommando(), sys.executable, "-m", "tests.svikt", mappe, *ord_],
            cwd=ROT, stdout=subprocess.PIPE, check=False, env=miljo,
        )  # fmt: skip
    if ferdig.returncode:
        raise AssertionError(f"rommet døde med {ferdig.returncode}")
    return json.loads(ferdig.stdout)


def mount(hvor: Path, megabyte: int) -> Path:
    """Mount an empty disk of so many megabytes."""
    hvor.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabyte}m,mode=700", "tmpfs", str(hvor)], check=True)
    return hvor


def remount(hvor: Path, valg: str) -> None:
    """Change a disk that is mounted."""
    subprocess.run(["mount", "-o", f"remount,{valg}", str(hvor)], check=True)
