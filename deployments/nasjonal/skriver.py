"""One writer in a county's home: a lock in the home, held by the process that carries out a run, wherever it runs.

Prefect's queue lets one run of a county out at a time, but a queue counts what it was told: a worker that is gone has
told it nothing. The lock goes when its process goes. Who had it, and when, stands in a log beside it.
"""

import fcntl
import json
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tasks.feil import BrukerFeil
from tasks.filer import FIL_RETTIGHETER, make_folder
from tasks.klokke import now

LAS: Final = "prefect/skriver.las"
LOGG: Final = "prefect/skriver.log"
VENT_SEKUNDER: Final = 30.0
"""How long a run waits for the one before it; shorter than ``ettersyn.PENDING_SEKUNDER``."""
PROVE_SEKUNDER: Final = 0.2


@contextmanager
def writer(hjem: Path, arbeider: str, kjoring: str, vent: float = VENT_SEKUNDER) -> Iterator[None]:
    """Be the only one who writes in the home; BrukerFeil ÅH-1738 where another one is, for longer than ``vent``."""
    with _locked(hjem, vent):
        _note(hjem, hva="tok", arbeider=arbeider, kjoring=kjoring)
        try:
            yield
        finally:
            bruk = [resource.getrusage(hvem) for hvem in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
            cpu = sum(enkelt.ru_utime + enkelt.ru_stime for enkelt in bruk)
            mest = max(enkelt.ru_maxrss for enkelt in bruk)
            _note(hjem, hva="slapp", arbeider=arbeider, kjoring=kjoring, cpu=round(cpu, 2), mb=mest // 1024)


@contextmanager
def nobody_writes(hjem: Path) -> Iterator[bool]:
    """Yield whether no run of the county is alive anywhere; as long as it is so, none begins."""
    try:
        with _locked(hjem, 0):
            yield True
    except BrukerFeil:
        yield False


def read_log(hjem: Path) -> list[dict[str, Any]]:
    """Return who took and left the lock, in order; ``monoton`` is the machine's own clock, in seconds."""
    sti = hjem / LOGG
    return [json.loads(linje) for linje in sti.read_text("utf-8").splitlines()] if sti.is_file() else []


@contextmanager
def _locked(hjem: Path, vent: float) -> Iterator[None]:
    make_folder((hjem / LAS).parent)
    slutt = time.monotonic() + vent
    fil = os.open(hjem / LAS, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FIL_RETTIGHETER)
    try:
        while not _try(fil):
            if time.monotonic() >= slutt:
                raise BrukerFeil("ÅH-1738")
            time.sleep(PROVE_SEKUNDER)
        yield
    finally:
        os.close(fil)


def _try(fil: int) -> bool:
    """Take the lock if it is free. Over NFS this lock is the file system's own, so that it holds between machines."""
    try:
        fcntl.flock(fil, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _note(hjem: Path, **hva: object) -> None:
    linje = json.dumps({"tid": now().isoformat(), "monoton": round(time.monotonic(), 3), "pid": os.getpid(), **hva})
    fil = os.open(hjem / LOGG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, FIL_RETTIGHETER)
    try:
        os.write(fil, f"{linje}\n".encode())
    finally:
        os.close(fil)
