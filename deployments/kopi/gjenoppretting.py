"""Restore: a backup into an empty home, whole or not at all. The home sends nothing until a person has confirmed it."""

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from deployments.kopi import beholder
from deployments.kopi.innhold import GJENOPPRETTES, GJENOPPRETTET, HEMMELIGE, unpack
from schemas.revisjon import Handling
from tasks.disk import reason
from tasks.feil import BrukerFeil
from tasks.filer import make_folder, write_file
from tasks.hjem import INNSTILLINGER, Hjem
from tasks.hjemvern import mark_restored
from tasks.register.migrering import migrations, version
from tasks.register.tilkobling import Register, flush
from tasks.revisjon import note

OM_KOPIEN = ".om-kopien.json"
PREFECT = "prefect"


class Gjenopprettet(NamedTuple):
    """A home that was restored: when its backup was made, how many files, what the backup leaves out, is it older."""

    kopi_tid: datetime
    antall: int
    utelatt: tuple[str, ...]
    eldre: bool


def restore(hjem: Hjem, fil: Path, naa: datetime) -> Gjenopprettet:
    """Read a backup into an empty home and put it in quarantine; key files may lie there already.

    Killed at any moment there is either nothing of it, or all of it and what is left to do is done by asking again.
    Raises BrukerFeil ÅH-1301 (no key), ÅH-1803 (not this key), ÅH-1804 (not a whole backup), ÅH-1806 (the disk),
    ÅH-1810 (the home is not empty), ÅH-1305 (a newer program made it).
    """
    mappe = make_folder(hjem.mappe)
    ferdig = mappe / GJENOPPRETTET
    hva = ""
    try:
        if not ferdig.exists():
            _refuse_full(mappe)
            _unpack_aside(hjem, fil, naa).replace(ferdig)
            flush(mappe)
        return _move_in(ferdig, mappe)
    except beholder.FeilNokkel:
        kode = "ÅH-1803"
    except beholder.Skadet:
        kode = "ÅH-1804"
    except OSError as feil:
        kode, hva = "ÅH-1806", reason(feil)
    finally:
        shutil.rmtree(mappe / GJENOPPRETTES, ignore_errors=True)
    raise BrukerFeil(kode, fil=fil.name, hva=hva)


def _refuse_full(mappe: Path) -> None:
    """BrukerFeil ÅH-1810 where the home holds anything but keys, and what Prefect makes whenever a command is run."""
    shutil.rmtree(mappe / GJENOPPRETTES, ignore_errors=True)
    opptatt = [sti for sti in mappe.iterdir() if sti.name != PREFECT and not sti.name.endswith(HEMMELIGE)]
    if any(sti.is_file() or any(sti.iterdir()) for sti in opptatt):
        raise BrukerFeil("ÅH-1810", mappe=mappe.name)


def _unpack_aside(hjem: Hjem, fil: Path, naa: datetime) -> Path:
    """Write the backup to a folder in the home, verify all of it, mark its register, and return the folder."""
    aside = make_folder(hjem.mappe / GJENOPPRETTES)
    nokkel = hjem.register.nokkel
    with beholder.opened(fil, nokkel) as strom:
        manifest = unpack(strom, aside)
    register = Register(aside / hjem.register.sti.name, nokkel)
    kopi_tid = datetime.fromisoformat(manifest["tid"])
    with register.transaction("gjenoppretting", eldre=True) as con:
        mark_restored(con, manifest["tid"])
        manifest["eldre"] = version(con) < migrations()[-1][0]
        if not manifest["eldre"]:
            note(con, naa, "", Handling.GJENOPPRETTET, kopi_tid.isoformat())
    # No log of its own: the mark must come with the file, whichever of the two is moved first.
    register.settle()
    write_file(aside / OM_KOPIEN, json.dumps(manifest).encode())
    return aside


def _move_in(ferdig: Path, mappe: Path) -> Gjenopprettet:
    """Move everything in place: the register, which is in quarantine, first; the settings last, since all need them."""
    om = ferdig / OM_KOPIEN
    manifest: dict[str, Any] = json.loads(om.read_bytes())
    navn = sorted(sti.name for sti in ferdig.iterdir() if sti != om)
    for enkelt in sorted(navn, key=lambda navn: (navn == INNSTILLINGER, not navn.startswith("register."), navn)):
        if (mappe / enkelt).is_dir():
            shutil.rmtree(mappe / enkelt)
        (ferdig / enkelt).replace(mappe / enkelt)
    flush(mappe)
    shutil.rmtree(ferdig)
    return Gjenopprettet(
        datetime.fromisoformat(manifest["tid"]),
        len(manifest["filer"]),
        tuple(manifest["utelatt"]),
        bool(manifest["eldre"]),
    )
