"""The world: a tiny county that sends by SvarUt's stand-in, and what a person would know of it without the register.

The model is a few sets and lists. It never reads what it is compared with.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import duckdb
import pytest

from tasks import forslag, kanaler, maskinporten, svarut
from tasks.hjem import MILJOVARIABEL
from tasks.klokke import from_utc, to_utc
from tasks.register import tilkobling
from tests.conftest import at_home, move_in
from tests.motparter.klokke import Klokke
from tests.motparter.svarut import INTEGRASJON_ID, INTEGRASJON_PASSORD, KONTO_ID, TOKEN, SvarUt
from tests.svarutprove import OPPSETT, _pages
from tests.tasks.conftest import MOR, Bygd, at, mailbox, new_home, synthetic_number

START: Final = at("2026-04-27T08:00")
SIST: Final = at("2026-10-30T08:00")
VOKSEN, BLIR_ATTEN, UNG = "2007-03-14", "2008-05-20", "2009-03-14"
FODT: Final = (*(VOKSEN,) * 6, *(BLIR_ATTEN,) * 3, *(UNG,) * 3)
NUMRE: Final = tuple(synthetic_number(fodt, nr) for nr, fodt in enumerate(FODT))
GAMMEL_FODT: Final = "1996-03-14"
GAMLE: Final = tuple(synthetic_number(GAMMEL_FODT, nr) for nr in range(40))
MYNDIG: Final = {VOKSEN: START, BLIR_ATTEN: at("2026-05-20T00:00"), UNG: at("2027-03-14T00:00")}
VERNET: Final = "fortrolig"
APEN: Final = "ugradert"
OPPBEVARING: Final = "\n[oppbevaring]\nperson_aar = 5\n"
FILGRENSE: Final = "krymp_andel = 0.5"


@dataclass
class Modell:
    """What a person would know: what has been done, and what must follow from it."""

    lastinger: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Loads that stand, oldest first: run → national id → grade it came with."""
    otto: dict[str, str] = field(default_factory=dict)
    """National id → the grade that we have learned besides."""
    stengt: dict[str, list[list[datetime]]] = field(default_factory=dict)
    """National id → from when to when she was protected; open where the last has no end."""
    godkjent: set[str] = field(default_factory=set)
    nei: set[str] = field(default_factory=set)
    """Proposals that were rejected before anything of them went."""
    svart: set[str] = field(default_factory=set)
    glemt: set[str] = field(default_factory=set)
    gale: dict[tuple[str, str], frozenset[tuple[str, str]]] = field(default_factory=dict)
    """File and row number of every bad row that has come → what stood in it."""
    rettede: dict[str, set[frozenset[tuple[str, str]]]] = field(default_factory=dict)
    """Run → the bad rows mended in it: the same row is mended whenever it comes again, unless that is taken back."""
    angret: bool = False
    """Whether anything has been taken back since the last load."""
    husket: list[tuple[datetime, str]] = field(default_factory=list)
    """Moments, and a fingerprint of what the views said then."""

    def is_mended(self, rad: frozenset[tuple[str, str]]) -> bool:
        """Tell whether somebody has mended just such a row, and that stands."""
        return any(rad in rader for rader in self.rettede.values())

    def is_protected(self, nummer: str) -> bool:
        """Tell whether anything that stands says that she is protected."""
        fra_vigo = [gradering[nummer] for _, gradering in self.lastinger if nummer in gradering]
        return VERNET in (*fra_vigo[-1:], self.otto.get(nummer))

    def note_protection(self, naa: datetime) -> None:
        """Begin and end the spans of those whose protection has changed."""
        for nummer in NUMRE:
            spenn = self.stengt.setdefault(nummer, [])
            er_apent = bool(spenn) and len(spenn[-1]) == 1
            if self.is_protected(nummer) and not er_apent:
                spenn.append([naa])
            elif not self.is_protected(nummer) and er_apent:
                spenn[-1].append(naa)

    def was_protected(self, nummer: str, tid: datetime) -> bool:
        """Tell whether she was protected at a moment."""
        return any(spenn[0] < tid and (len(spenn) == 1 or tid < spenn[1]) for spenn in self.stengt.get(nummer, []))


class Verden:
    """One county, its counterpart, its clock and its model."""

    def __init__(self, bygd: Bygd, tjener: SvarUt) -> None:
        self.bygd, self.tjener, self.modell, self.naa = bygd, tjener, Modell(), START
        self.gamle = 0
        self.con: duckdb.DuckDBPyConnection | None = None

    def tick(self, **lenge: float) -> str:
        """Let time pass, a minute unless told; return it as the harness takes it."""
        etter = self.naa + timedelta(**lenge or {"minutes": 1})
        self.naa = etter if etter < SIST else self.naa + timedelta(minutes=1)
        self.tjener.klokke.set(self.naa)
        return f"{self.naa:%Y-%m-%dT%H:%M:%S}"

    def ask(self, sql: str, *verdier: object) -> list[tuple[Any, ...]]:
        """Ask the register."""
        if self.con is not None:
            return self.con.execute(sql, list(verdier)).fetchall()
        return self.bygd.ask(sql, *verdier)

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the register once for many questions."""
        with self.bygd.hjem.register.transaction("prøve") as con:
            self.con = con
            try:
                yield con
            finally:
                self.con = None

    def deliver(self, rng: Random) -> dict[str, str]:
        """Lay a list from Vigo in the inbox, with a few changes and faults; return national id → grade of the good."""
        gode: dict[str, str] = {}
        rader, gale = [], {}
        for nummer in rng.sample(NUMRE, rng.randint(8, len(NUMRE))):
            gradering = VERNET if rng.random() < 0.08 else APEN
            rad = {"fodselsnummer": nummer, "adressegradering": gradering}
            if rng.random() < 0.3:
                rad["adresselinje1"] = f"Ny vei {rng.randint(1, 99)}"
            if FODT[NUMRE.index(nummer)] != VOKSEN:
                rad |= {felt.replace("_vigo", ""): verdi for felt, verdi in MOR.items()}
            er_gal = rng.random() < 0.15
            if er_gal:
                rad |= rng.choice(({"postnummer": "31"}, {"etternavn": ""}, {"kommunenummer": "1103"}))
                gale[str(len(rader) + 2)] = frozenset(rad.items())
            if not er_gal or self.modell.is_mended(frozenset(rad.items())):
                gode[nummer] = gradering
            rader.append(rad)
        self.bygd.deliver("vigo_ikkesokere", *rader)
        fil = hashlib.sha256((self.bygd.hjem.innboks / "vigo_ikkesokere.csv").read_bytes()).hexdigest()
        self.modell.gale |= {(fil, rad_nr): rad for rad_nr, rad in gale.items()}
        return gode

    def enter_old(self) -> None:
        """Add somebody whose enrolment ended ten years ago."""
        nummer = GAMLE[self.gamle]
        self.gamle += 1
        self.bygd.person(
            "2015-09-20", fodselsdato=GAMMEL_FODT, fodselsnummer=nummer, tilmeldt_dato="2015-09-20",
            avsluttet_dato="2016-05-01", ot_status="OTAR", ikkesoker_skoleaar="20152016", etternavn="Fuglesang",
        )  # fmt: skip

    def numbers(self) -> dict[str, str]:
        """Return national id → person id, as the register has them now."""
        rader = self.ask("SELECT verdi, person_id FROM fakta WHERE felt = 'fodselsnummer' AND verdi <> ''")
        return dict(rader)

    def moment(self) -> datetime:
        """Return now as the register stores it."""
        return to_utc(self.naa)


class Fabrikk:
    """Makes worlds, each a copy of one empty county; everything that all of them share is made once."""

    def __init__(self, mappe: Path) -> None:
        self.mappe, self.antall = mappe, 0
        self.mal = new_home(mappe / "mal")
        with at_home(self.mal):
            bygd = Bygd(self.mal)
            with bygd.hjem.register.transaction("prøve"):
                pass
            bygd.hjem.register.settle()

    @contextmanager
    def world(self, lapp: pytest.MonkeyPatch) -> Iterator[Verden]:
        """Make a world; its counterpart is there until it is left."""
        self.antall += 1
        mappe = self.mappe / f"verden{self.antall}"
        with SvarUt(klokke=Klokke(START)) as tjener:
            lapp.setenv(MILJOVARIABEL, str(mappe))
            bygd = Bygd(move_in(self.mal, mappe).mappe)
            with bygd.hjem.register.transaction("prøve") as con:
                con.execute("UPDATE meta SET verdi = ? WHERE navn = 'hemmelighet'", [f"{self.antall:064x}"])
            sti = bygd.hjem.mappe / "innstillinger.toml"
            oppsett = OPPSETT.format(adresse=tjener.adresse, konto=KONTO_ID, integrasjon=INTEGRASJON_ID, print="true")
            sti.write_text(sti.read_text("utf-8") + oppsett + OPPBEVARING, "utf-8")
            bygd.krr(*map(mailbox, NUMRE[::2]))
            bygd.hjem = bygd.fresh()
            yield Verden(bygd, tjener)


@contextmanager
def workshop(mappe: Path) -> Iterator[tuple[Fabrikk, pytest.MonkeyPatch]]:
    """Everything that is set while worlds are made: one DuckDB, and letters and log-in that take no time."""
    with ExitStack() as stabel:
        lapp = stabel.enter_context(pytest.MonkeyPatch.context())
        motor = tilkobling._engine(mappe)
        motor.execute("SET threads = 1")
        lapp.setattr(tilkobling, "_engine", lambda _: motor)
        lapp.setenv(svarut.MILJOVARIABEL, INTEGRASJON_PASSORD)
        lapp.setattr(maskinporten, "token", lambda *_: TOKEN)
        lapp.setattr(kanaler, "Svarutvei", partial(svarut.Svarutvei, skriv=_pages))
        lapp.setattr(forslag, "write_previews", lambda *_: [])
        lapp.delenv("ARSHJUL_KEY", raising=False)
        lapp.delenv("ARSHJUL_KEY_FILE", raising=False)
        yield Fabrikk(mappe), lapp


def local(tid: datetime) -> datetime:
    """Return a stored moment as the world's clock has it."""
    return from_utc(tid)
