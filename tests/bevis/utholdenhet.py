"""Thirty years in one process: what it takes stays as it was, and the register grows by as much each year."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

from deployments.rader import built_rows
from tasks.filer import ROT
from tests.bevis import Funn, Tabell
from tests.utholdenhet.dom import OPPVARMING, judge
from tests.utholdenhet.fylke import FORSTE_AAR
from tests.utholdenhet.maaling import MB, Aarsslutt, slope

AARENE: Final = int(os.environ.get("ARSHJUL_UTHOLDENHET_AAR", "30"))
UNGDOM: Final = 12
GRONNE: Final = (4, 15, 22)
"""Of the rows that go on for a while, one of each kind: a review, calls, and no-shows."""
RADER: Final = tuple(rad.nr for rad in built_rows() if not rad.rytme_uker or rad.nr in GRONNE)
KORT: Final = (3, 8, (8, 12, 14, 16))
"""Years, youth and rows of the short form."""
KOLONNER: Final = ("År", "Minne MB", "Åpne filer", "Tråder", "Register MB", "Rader", "Personer", "Slettet i alt")


def prov(*, kort: bool) -> Funn:
    """Play the years in one process of their own; deletion is turned on when half of them have been."""
    antall, ungdom, rader = KORT if kort else (AARENE, UNGDOM, RADER)
    slettes_fra = FORSTE_AAR + antall // 2
    aar = list(_played(antall, ungdom, slettes_fra, rader))
    varme = [ett.minne_mb for ett in aar[OPPVARMING:]]
    uten = [ett for ett in aar if ett.aar < slettes_fra]
    return Funn(
        {
            "år": len(aar),
            "nye ungdommer i registeret ved nyttår": ungdom,
            "minnet vokser i året, MB": slope(varme) if len(varme) > 1 else "ikke målt",
            "åpne filer ved slutten": aar[-1].apne_filer,
            "tråder ved slutten": aar[-1].traader,
            "nye rader i registeret i året uten sletting": round(
                slope([ett.rader_i_alt for ett in uten]) if len(uten) > 1 else aar[0].rader_i_alt
            ),
            "slettet i alt": aar[-1].slettet,
        },
        (Tabell("År for år", KOLONNER, [_line(ett) for ett in aar]), _tables(aar, slettes_fra)),
        (*judge(aar, slettes_fra), *(() if len(aar) == antall else (f"Bare {len(aar)} av {antall} år ble spilt.",))),
        (
            f"Fra {slettes_fra} slettes de som gikk ut av målgruppen året før forrige, ved utgangen av hvert år.",
            "Ved nyttår avvises det som står i karantene, og filer til rader som ikke spilles, tas ut av innboksen.",
            f"Rad {', '.join(map(str, rader))} spilles, uten Prefect.",
            "En rad som går over lengre tid, kjøres første og siste gang i året.",
            f"Minnet dømmes av årene etter de {OPPVARMING} første, da prosessen laster det den trenger.",
            "Minnet måles når det C-biblioteket har spart til senere, er gitt tilbake.",
            f"Hvert år kommer et nytt kull på {ungdom} ungdommer, og de som var der, avsluttes i OTTO ved nyttår.",
        ),
    )


def _played(antall: int, ungdom: int, slettes_fra: int, rader: tuple[int, ...]) -> Iterator[Aarsslutt]:
    """Yield the end of each year."""
    ord_ = [str(tall) for tall in (antall, ungdom, slettes_fra, *rader)]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.utholdenhet", *ord_], cwd=ROT, stdout=subprocess.PIPE, text=True
    ) as prosess:
        for linje in prosess.stdout or ():
            ett = Aarsslutt(**json.loads(linje))
            sys.stderr.write(f"{ett.aar}: {ett.minne_mb:.0f} MB, {ett.rader_i_alt} rader\n")
            yield ett


def _line(ett: Aarsslutt) -> tuple[object, ...]:
    return (
        ett.aar, round(ett.minne_mb), ett.apne_filer, ett.traader, ett.register_bytes / MB, ett.rader_i_alt,
        ett.personer, ett.slettet,
    )  # fmt: skip


def _tables(aar: list[Aarsslutt], slettes_fra: int) -> Tabell:
    """Return how much each of the register's tables grows a year, before and after deletion was turned on."""
    uten = [ett for ett in aar if ett.aar < slettes_fra]
    med = [ett for ett in aar if ett.aar >= slettes_fra]
    rader = [
        (navn, aar[-1].rader[navn], *(_yearly([ett.rader.get(navn, 0) for ett in del_]) for del_ in (uten, med)))
        for navn in sorted(aar[-1].rader)
        if aar[-1].rader[navn]
    ]
    return Tabell("Tabellene", ("Tabell", "Rader til slutt", "Vekst i året", "Vekst i året med sletting"), rader)


def _yearly(verdier: list[int]) -> object:
    return round(slope(verdier), 1) if len(verdier) > 1 else ""
