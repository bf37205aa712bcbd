"""How what ``start`` has started is stopped."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from deployments.server import stop

DOR_FRA_ET_BARN: Final = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid)"
LEVER: Final = "RSD"


def is_alive(pid: str) -> bool:
    sti = Path(f"/proc/{pid}/stat")
    return sti.is_file() and sti.read_text().rpartition(") ")[2][0] in LEVER


def test_what_a_dead_process_had_started_does_not_outlive_it() -> None:
    prosess = subprocess.Popen(
        [sys.executable, "-c", DOR_FRA_ET_BARN], stdout=subprocess.PIPE, start_new_session=True
    )  # fmt: skip
    assert prosess.stdout
    barn = prosess.stdout.readline().decode().strip()
    prosess.wait()
    prosess.stdout.close()
    assert is_alive(barn)
    stop(prosess)
    slutt = time.monotonic() + 10
    while is_alive(barn) and time.monotonic() < slutt:
        time.sleep(0.01)
    assert not is_alive(barn)
