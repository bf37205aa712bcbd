"""Making the demo county ready for use: its files, its key, and the register as it stood at New Year."""

import hashlib
import os
import shutil
import tomllib
from collections.abc import Callable
from datetime import date, datetime, time

from deployments.demo import Demo, write_demo
from deployments.rader import run_row
from schemas.kjoring import Kjorevalg
from tasks.arshjul import find_row
from tasks.feil import BrukerFeil
from tasks.filer import make_folder
from tasks.hjem import INNSTILLINGER, MILJOVARIABEL, Hjem
from tasks.klokke import OSLO
from tasks.register.nokkel import make_key_file

DEMOFIL = "demo/demo.toml"
OPPSTARTSRAD = "02"
OPPSTARTSDAG = (1, 2)
OPPSTARTSTID = time(8)


def make_demo(hjem: Hjem, demo: Demo) -> None:
    """Make a demo county in an empty home; BrukerFeil ÅH-1208 where it is not empty."""
    if hjem.mappe.exists() and any(sti.name != "prefect" for sti in hjem.mappe.iterdir()):
        raise BrukerFeil("ÅH-1208", mappe=hjem.mappe.name)
    make_folder(hjem.mappe)
    write_demo(hjem.mappe, demo)
    make_key_file(hjem.mappe)
    with hjem.register.transaction("demofylkeskommune") as con:
        hemmelighet = hashlib.sha256(f"arshjul-demo-{demo.fro}".encode()).hexdigest()
        con.execute("UPDATE meta SET verdi = ? WHERE navn = 'hemmelighet'", [hemmelighet])
    _load_start(hjem, demo)


def read_demo(hjem: Hjem) -> Demo | None:
    """Return what the home's demo county was made from, or None where it has none."""
    sti = hjem.mappe / DEMOFIL
    return Demo(**tomllib.loads(sti.read_text(encoding="utf-8"))) if sti.is_file() else None


def ready_demo(hjem: Hjem, aar: int, si: Callable[[str], object]) -> Demo:
    """Return the home's demo county for the year, made first where the home is empty.

    BrukerFeil ÅH-1209 where the home has another county or another year.
    """
    if not (hjem.mappe / INNSTILLINGER).is_file():
        si("Lager en demofylkeskommune først …")
        make_demo(hjem, Demo(aar=aar))
    demo = read_demo(hjem)
    if demo is None or demo.aar != aar:
        raise BrukerFeil("ÅH-1209", aar=aar, finnes=f"en for {demo.aar}" if demo else "ingen")
    return demo


def _load_start(hjem: Hjem, demo: Demo) -> None:
    """Load OTTO's extract of New Year as an early run of the row that takes OTTO's extracts in."""
    for sti in sorted((hjem.mappe / "demo" / "oppstart").iterdir()):
        shutil.copy(sti, make_folder(hjem.innboks))
    dag = date(demo.aar, *OPPSTARTSDAG)
    os.environ[MILJOVARIABEL] = str(hjem.mappe)
    valg = Kjorevalg(
        rad=find_row(OPPSTARTSRAD).rad,
        aar=demo.aar,
        per_dato=dag,
        naa=datetime.combine(dag, OPPSTARTSTID, OSLO),
    )
    run_row(find_row(OPPSTARTSRAD), valg, plain=True)
