"""Deletion by the retention rules, from end to end: what would go, what goes, and the report of it."""

from collections import Counter
from datetime import date, datetime
from typing import Final

import duckdb

from schemas.revisjon import Handling
from schemas.sletting import Hindring, Sletteresultat, Slettetall
from tasks.feil import BrukerFeil, messages
from tasks.filer import write_file
from tasks.hjem import Hjem
from tasks.karantene import all_open, workbook_name
from tasks.klokke import local_date
from tasks.register.omskriving import rewritten
from tasks.revisjon import note
from tasks.sletting.filene import Filer, find_files, remove
from tasks.sletting.frister import cutoffs, meanings
from tasks.sletting.kopiene import Kopier, find_backups, remove_backups
from tasks.sletting.prefectbasen import delete_runs, old_runs
from tasks.sletting.registeret import Tall, delete_old, delete_people
from tasks.sletting.tallene import begin, keep_figures, write_counts
from tasks.sletting.ungdommer import Ungdom, choose

HVA: Final = "sletter det som er over fristen"
RAPPORTER: Final = "rapporter/sletting"
BARE_FYLKET: Final = ("person", "brevinnhold")
"""The rules without a limit unless the county decides one."""


class _Prove(Exception):
    """Takes back what was done only to be counted."""


class _Plan:
    """What is past its limit on a day: files, backups and runs as they lie, and what the register would lose."""

    def __init__(self, hjem: Hjem, naa: datetime, *, tjener_gaar: bool) -> None:
        self.hjem = hjem
        self.naa = naa
        self.dato: date = local_date(naa)
        self.grenser = cutoffs(hjem.innstillinger.oppbevaring, self.dato)
        self.kopier: Kopier = find_backups(hjem, self.grenser["sikkerhetskopi"])
        self.lop = old_runs(hjem.mappe, self.grenser["prefect"])
        self.tjener_gaar = tjener_gaar
        self.ungdommer: tuple[Ungdom, ...] = ()
        self.holdt_igjen: dict[Hindring, int] = {}
        self.register: Tall = Counter()
        with hjem.register.transaction(HVA) as con:
            boker = frozenset(workbook_name(enkelt.kjoring_id) for enkelt in all_open(con))
        self.filer: Filer = find_files(hjem, self.grenser, boker)

    def carry_out(self, con: duckdb.DuckDBPyConnection) -> None:
        """Do in an open transaction what is to be done with the register, and count it."""
        utvalg = choose(con, self.grenser, self.dato, self.filer.sokes)
        self.ungdommer, self.holdt_igjen = utvalg.slettes, utvalg.holdt_igjen
        self.register = delete_people(con, self.ungdommer)
        self.register.update(delete_old(con, self.grenser))

    def others(self) -> Tall:
        """Return how many files, backups and runs go."""
        tall: Tall = Counter((fil.regel, fil.sted) for fil in self.filer.slettes)
        tall["sikkerhetskopi", "sikkerhetskopier"] += len(self.kopier.slettes)
        tall["prefect", "prefect"] += 0 if self.tjener_gaar else self.lop
        return tall

    def by_rule(self) -> dict[str, int]:
        """Return how many youth go, and how many of what by rule."""
        tall: Counter[str] = Counter()
        for (regel, _), antall in (self.register + self.others()).items():
            tall[regel] += antall
        return {"ungdommer": len(self.ungdommer), **tall}

    def notes(self) -> list[str]:
        """Return what a person should know besides the counts."""
        funn: list[tuple[str, dict[str, object]]] = []
        if self.kopier.borte:
            steder = ", ".join(sti.name for sti in self.kopier.borte)
            funn.append(("ÅH-1836", {"antall": len(self.kopier.borte), "filer": steder}))
        if self.ungdommer and self.kopier.igjen:
            funn.append(("ÅH-1837", {"antall": self.kopier.igjen}))
        if self.lop and self.tjener_gaar:
            funn.append(("ÅH-1838", {"antall": self.lop}))
        if self.filer.ukjente:
            funn.append(("ÅH-1839", {"antall": self.filer.ukjente}))
        return [" ".join(messages()[kode]).format(**deler) for kode, deler in funn]

    def result(self, sletting_id: str | None) -> Sletteresultat:
        """Return the answer: every count above nought, the rules in their own order."""
        tall, regler = self.register + self.others(), list(meanings(self.dato))
        return Sletteresultat(
            sletting_id=sletting_id,
            ungdommer=len(self.ungdommer),
            tall=[
                Slettetall(regel=regel, sted=sted, antall=antall)
                for (regel, sted), antall in sorted(tall.items(), key=lambda par: (regler.index(par[0][0]), par[0][1]))
                if antall
            ],
            holdt_igjen=self.holdt_igjen,
            uten_frist=[regel for regel in BARE_FYLKET if self.grenser[regel] is None],
            merknader=self.notes(),
        )


def forget(hjem: Hjem, av: str, naa: datetime, *, bare_vis: bool = False, tjener_gaar: bool = False) -> Sletteresultat:
    """Delete everything in the home that is past its limit, and return how many of what.

    The register is written anew without it, then files, backups and old runs go. Killed at any moment it can be run
    again, and does the rest. ``tjener_gaar`` leaves Prefect's database, which its server has open. Raises BrukerFeil
    ÅH-1835 (no name), and what the register refuses with.
    """
    if not (bare_vis or av.strip()):
        raise BrukerFeil("ÅH-1835")
    plan = _Plan(hjem, naa, tjener_gaar=tjener_gaar)
    _count(plan)
    resultat = plan.result(None)
    if bare_vis or not resultat.tall:
        return resultat
    if +plan.register:
        with rewritten(hjem.register, HVA) as con:
            sletting_id = begin(con, av, naa)
            keep_figures(con, hjem, sletting_id, plan.ungdommer)
            plan.carry_out(con)
            write_counts(con, sletting_id, plan.register)
            note(con, naa, av, Handling.SLETTET, sletting_id, plan.by_rule())
    else:
        with hjem.register.transaction(HVA) as con:
            sletting_id = begin(con, av, naa)
            note(con, naa, av, Handling.SLETTET, sletting_id, plan.by_rule())
    remove(hjem, plan.filer.slettes)
    remove_backups(hjem, plan.kopier)
    if plan.lop and not tjener_gaar and (grense := plan.grenser["prefect"]):
        delete_runs(hjem.mappe, grense)
    with hjem.register.transaction(HVA) as con:
        write_counts(con, sletting_id, plan.others())
    resultat = plan.result(sletting_id)
    rapport = resultat.oppsummering(meanings(plan.dato))
    write_file(hjem.mappe / RAPPORTER / f"{sletting_id}.txt", f"{plan.dato:%d.%m.%Y}, {av}\n\n{rapport}".encode())
    return resultat


def _count(plan: _Plan) -> None:
    """Do it and take it back."""
    try:
        with plan.hjem.register.transaction(HVA) as con:
            plan.carry_out(con)
            raise _Prove
    except _Prove:
        return
