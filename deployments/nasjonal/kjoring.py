"""One run of a county, as the process that a worker starts for it: the county's account, home and key, and its lock.

What it is started with is thrown away except what is named here: a run knows its own county and no other. Which code
it runs was decided by the worker, from this installation, whatever Prefect's database says.
"""

import os
import pwd
import runpy
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deployments.miljo import FASTE, PREFECT_URL, SIDER_URL
from deployments.nasjonal.skriver import writer
from tasks.feil import UTGANG_AVVIST, BrukerFeil
from tasks.filer import MAPPE_RETTIGHETER, ROT, make_folder
from tasks.hjem import MILJOVARIABEL
from tasks.hjemvern import DRIFTSSTED
from tasks.register.nokkel import NOKKELFIL_VARIABEL

KONTO: Final = "ARSHJUL_KONTO"
ARBEIDER: Final = "ARSHJUL_ARBEIDER"
INNGANG: Final = "PREFECT__FLOW_ENTRYPOINT"
KJORING: Final = "PREFECT__FLOW_RUN_ID"
BEHOLDES: Final = frozenset({
    "PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "SSL_CERT_FILE",
    "PREFECT_API_URL", "PREFECT_API_AUTH_STRING", "PREFECT_API_SSL_CERT_FILE",
    MILJOVARIABEL, NOKKELFIL_VARIABEL, DRIFTSSTED, ARBEIDER, INNGANG,
    PREFECT_URL, SIDER_URL,
})  # fmt: skip
MOTORENS: Final = "PREFECT__"
SE_ETTER_SEKUNDER: Final = 0.5


def county_environment(miljo: Mapping[str, str]) -> dict[str, str]:
    """Return what a run may know of the environment of the worker that started it."""
    hjem = miljo[MILJOVARIABEL]
    beholdt = {navn: verdi for navn, verdi in miljo.items() if navn in BEHOLDES or navn.startswith(MOTORENS)}
    return beholdt | FASTE | {"PREFECT_HOME": str(Path(hjem) / "prefect"), "HOME": hjem}


def main() -> None:
    """Become the county's, wait for the one who writes there now, and carry out the run."""
    konto, miljo = os.environ.get(KONTO, ""), county_environment(os.environ)
    os.environ.clear()
    os.environ.update(miljo)
    os.umask(0o777 ^ MAPPE_RETTIGHETER)
    if konto:
        _become(konto)
    os.chdir(ROT)
    hjem = Path(miljo[MILJOVARIABEL])
    make_folder(hjem / "prefect")
    threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()
    try:
        with writer(hjem, miljo.get(ARBEIDER, ""), miljo.get(KJORING, "")):
            sys.argv = ["prefect.engine"]
            runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)
    except BrukerFeil as feil:
        sys.stderr.write(f"{feil}\n")
        sys.exit(UTGANG_AVVIST)


def _become(konto: str) -> None:
    """Give up the worker's account for the county's own, for good."""
    hvem = pwd.getpwnam(konto)
    os.setgroups([])
    os.setgid(hvem.pw_gid)
    os.setuid(hvem.pw_uid)


def _follow(arbeider: int) -> None:
    """End at once when the worker is gone: another one takes the run over."""
    while os.getppid() == arbeider:
        time.sleep(SE_ETTER_SEKUNDER)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
