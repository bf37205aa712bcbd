"""How many letters a second are written on all cores, against bare typst compilers that are reused.

Ours begins with what a letter knows and ends with its PDF. The other is given the template, the same JSON and the same
logo ready made, on the same number of threads with a compiler each. In turns; both must write the very same bytes.
"""

import gc
import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from statistics import median
from threading import local
from typing import Any, Final

import typst

from deployments.maaling import Maaling
from schemas.brev import Avsender, Brevdata
from tasks.brev import MALER, STANDARDER, content
from tasks.feil import ProgramFeil
from tasks.filer import DATA, write_file
from tasks.hjem import Hjem, home
from tasks.trykkeri import render_all, workers

GRENSE: Final = 1 / 0.8
"""At least 0.8 of the other's rate."""
OPPVARMING: Final = 20
BREVDAG: Final = date(2026, 5, 11)
PROVEBREV: Final = Brevdata(
    brev="ikkesokere",
    maalform="nb",
    navn="Kari Nordmann",
    adresselinje1="Storgata 1",
    postnummer="3116",
    poststed="TØNSBERG",
    gjelder=None,
    dato=BREVDAG,
    svarfrist=date(2026, 5, 25),
    svaradresse="https://undersokelse.example.no/?ref=",
    referanse="",
    avsender=Avsender("Eksempel fylkeskommune", "Oppfølgingstjenesten", "40000000", "ot@example.no", "example.no"),
    skoleaar="2026/2027",
)

Skrevet = tuple[float, list[bytes]]
"""Seconds, and the letters."""


def bench_brev(antall: int = 1_000, runder: int = 7) -> Maaling:
    """Measure ours and the bare compilers in turns ``runder`` times; the median of the rounds' ratios.

    Raises ProgramFeil where the two do not write the same letters.
    """
    logo = (DATA / "demo" / "logo.svg").read_bytes()
    with tempfile.TemporaryDirectory() as mappe:
        hjem = home(Path(mappe))
        sha = sha256(logo).hexdigest()
        write_file(hjem.mappe / "logoer" / f"{sha}.svg", logo)
        brev = [_letter(nummer, sha) for nummer in range(antall)]
        klare = [json.dumps(content(enkelt)).encode() for enkelt in brev]
        _round(hjem, brev[:OPPVARMING], klare[:OPPVARMING], logo)
        sekunder = [_round(hjem, brev, klare, logo) for _ in range(runder)]
    vaare, andres = zip(*sekunder, strict=True)
    forhold = [egen / annen for egen, annen in sekunder]
    deler = {
        "brev_antall": float(antall),
        "runder_antall": float(runder),
        "traader_antall": float(workers()),
        "arshjul_per_sekund": antall / median(vaare),
        "typst_per_sekund": antall / median(andres),
        "forhold_minst": min(forhold),
        "forhold_mest": max(forhold),
    }
    return Maaling("brev", median(forhold), GRENSE, deler)


def ours(hjem: Hjem, brev: list[Brevdata]) -> Skrevet:
    """Write as the outbox does."""
    start = time.perf_counter()
    sider = render_all(brev, hjem)
    sekunder = time.perf_counter() - start
    return sekunder, [side for side in sider if isinstance(side, bytes)]


def bare(klare: list[bytes], logo: bytes) -> Skrevet:
    """Write with nothing but typst: a compiler for each thread, used again and again."""
    mal, valg = (MALER / "brev.typ").read_bytes(), {"pdf_standards": list(STANDARDER), "timestamp": _timestamp()}
    egen = local()

    def compiler() -> None:
        fonter = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
        egen.kompilator = typst.Compiler(root=MALER, font_paths=fonter, ignore_system_fonts=True)

    def write(innhold: bytes) -> bytes:
        filer = {"main.typ": mal, "brev.json": innhold, "logo.svg": logo}
        pdf: Any = egen.kompilator.compile(filer, **valg)
        return bytes(pdf)

    start = time.perf_counter()
    with ThreadPoolExecutor(workers(), initializer=compiler) as traader:
        sider = list(traader.map(write, klare))
    return time.perf_counter() - start, sider


def _letter(nummer: int, logo: str) -> Brevdata:
    referanse = f"K7Q2{nummer:012}"
    return replace(
        PROVEBREV,
        maalform="nn" if nummer % 2 else "nb",
        navn=f"Kari {nummer} Nordmann",
        svaradresse=PROVEBREV.svaradresse + referanse,
        referanse=referanse,
        logo=logo,
    )


def _timestamp() -> datetime:
    return datetime(BREVDAG.year, BREVDAG.month, BREVDAG.day, tzinfo=UTC)


def _round(hjem: Hjem, brev: list[Brevdata], klare: list[bytes], logo: bytes) -> tuple[float, float]:
    """Return the seconds of ours and of the bare compilers."""
    gc.collect()
    vaare, vaare_brev = ours(hjem, brev)
    gc.collect()
    andres, andres_brev = bare(klare, logo)
    if vaare_brev != andres_brev:
        raise ProgramFeil("de to måtene skriver ikke de samme brevene")
    return vaare, andres
