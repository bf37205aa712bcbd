"""Where the figures are kept: ``docs/bevis.json`` holds what each proof last found, ``docs/bevis.md`` shows it."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from filelock import FileLock

from deployments.markdown import page, table
from tasks.filer import ROT
from tests.bevis import BEVIS, Funn, Paastand

SIDE: Final = ROT / "docs" / "bevis.md"
TALL: Final = ROT / "docs" / "bevis.json"
GB: Final = 1024**3
INNLEDNING: Final = """\
Hver påstand her vises av én kommando, `./arshjul prove NAVN`, og tallene er skrevet av den kommandoen den dagen
som står ved dem. Den korte formen (`--short`) kjøres av prøvene ved hver endring, eller om natten der den tar
minutter. Tider er forholdstall, for maskiner er ulike.
"""


def record(navn: str, funn: Funn, dato: date) -> None:
    """Keep what a proof found, with the day, the code and the machine's size, and make the page anew."""
    with FileLock(TALL.with_suffix(".json.lock")):
        alle = read()
        alle[navn] = {"dato": dato.isoformat(), "kode": _code(), "maskin": _machine(), **asdict(funn)}
        ordnet = {kjent: alle[kjent] for kjent in BEVIS if kjent in alle}
        tekst = json.dumps(ordnet, ensure_ascii=False, indent=1, default=str)
        TALL.write_text(tekst + "\n", encoding="utf-8", newline="\n")
        SIDE.write_text(show(read()), encoding="utf-8", newline="\n")
    TALL.with_suffix(".json.lock").unlink(missing_ok=True)


def read() -> dict[str, dict[str, Any]]:
    """Return proof → what it last found; none before the first."""
    funnet: dict[str, dict[str, Any]] = json.loads(TALL.read_text("utf-8")) if TALL.is_file() else {}
    return funnet


def show(alle: dict[str, dict[str, Any]]) -> str:
    """Return the page: every claim, held, not held or not yet tried, and the figures behind it."""
    linjer = [
        INNLEDNING,
        *table(["Bevis", "Påstand", "Sist", "Utfall"], (_line(n, p, alle) for n, p in BEVIS.items())),
    ]
    for navn, paastand in BEVIS.items():
        linjer += [f"## {paastand.tittel}", "", paastand.tekst, "", *_section(navn, alle.get(navn))]
    return page("Bevis", *linjer, av="./arshjul prove")


def _line(navn: str, paastand: Paastand, alle: dict[str, dict[str, Any]]) -> list[str]:
    funn = alle.get(navn)
    return [f"`{navn}`", paastand.tittel, funn["dato"] if funn else "", _outcome(funn)]


def _outcome(funn: dict[str, Any] | None) -> str:
    if funn is None:
        return "ikke kjørt helt"
    return "holder ikke" if funn["brudd"] else "holder"


def _section(navn: str, funn: dict[str, Any] | None) -> Iterator[str]:
    yield f"Kommando: `./arshjul prove {navn}`."
    if funn is None:
        yield "Den hele formen er ikke kjørt ennå."
        yield ""
        return
    yield f"Kjørt {funn['dato']} på {funn['maskin']}, kode {funn['kode']}: **{_outcome(funn)}**."
    yield ""
    if funn["brudd"]:
        yield from (*(f"- Holder ikke: {brudd}" for brudd in funn["brudd"]), "")
    yield from table(["Hva", "Tall"], ([hva, _text(verdi)] for hva, verdi in funn["tall"].items()))
    for tabell in funn["tabeller"]:
        yield from (f"### {tabell['tittel']}", "")
        yield from table(tabell["kolonner"], ([_text(verdi) for verdi in rad] for rad in tabell["rader"]))
    yield from (f"- {merknad}" for merknad in funn["merknader"])
    yield ""


def _text(verdi: object) -> str:
    """Return a value as it is written in bokmål."""
    return f"{verdi:.2f}".replace(".", ",") if isinstance(verdi, float) else str(verdi)


def _code() -> str:
    """Return which code was proven: the commit, with a plus where the tree differed from it."""
    git = ["git", "-C", str(ROT)]
    kode = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout
    endret = subprocess.run([*git, "status", "--porcelain", "--", ":!docs"], capture_output=True, text=True, check=True)
    return kode.strip() + ("+" if endret.stdout.strip() else "")


def _machine() -> str:
    minne = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GB
    return f"{os.cpu_count()} kjerner og {minne:.0f} GB minne"
