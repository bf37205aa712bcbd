"""Upgrade: a backup, the register and Prefect's database brought up to date, and proof that nothing was lost."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from deployments.kopi.sikkerhetskopi import Kopi, back_up, default_name
from deployments.miljo import server_note
from deployments.prefectmal import DATABASE
from schemas.revisjon import Handling
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.register.tilkobling import Oppgradert
from tasks.revisjon import note

LOGG = "prefect/oppgradering.log"


class Oppgradering(NamedTuple):
    """An upgrade that is done: its backup, and the register's versions and rows."""

    kopi: Kopi
    register: Oppgradert


def upgrade(hjem: Hjem, fil: Path | None, av: str, naa: datetime) -> Oppgradering:
    """Back the home up (beside it unless told), then bring its register and Prefect's database up to date.

    Killed at any moment the register is whole, old or new, and asking again goes on. Raises BrukerFeil ÅH-1809 (the
    program runs), ÅH-1308 (rows would be lost), ÅH-1814 (Prefect's database), and what ``back_up`` refuses with.
    """
    if notat := server_note(hjem.mappe):
        raise BrukerFeil("ÅH-1809", adresse=str(notat["url"]).removesuffix("/api"))
    kopi = back_up(hjem, fil or hjem.mappe.with_name(default_name(hjem, naa)), av, naa)
    register = hjem.register.upgrade()
    with hjem.register.transaction("noterer oppgraderingen") as con:
        note(con, naa, av, Handling.OPPGRADERT, kopi.fil.name, {"fra": register.fra, "til": register.til})
    _upgrade_prefect(hjem)
    return Oppgradering(kopi, register)


def _upgrade_prefect(hjem: Hjem) -> None:
    """Run Prefect's own migrations on the home's database, where it has one."""
    if not (hjem.mappe / DATABASE).is_file():
        return
    kommando = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
    with (hjem.mappe / LOGG).open("wb") as logg:
        ferdig = subprocess.run(kommando, check=False, stdout=logg, stderr=logg)  # noqa: S603 our own
    if ferdig.returncode:
        raise BrukerFeil("ÅH-1814", logg=LOGG)
