"""The probe in each process of the county: forces the errors that are planned for it, and tells which it forced.

What is to be forced lies as files in the plan's folder, one each, taken by being moved: so that no error is forced
twice, and one whose place was never reached is laid back.
"""

import functools
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from tasks.filer import ROT
from tests.skanning.feil import SIER, SLAG, Panikk
from tests.skanning.kanarier import Kanari

MAPPE: Final = "SKANNPROVE_MAPPE"
PER_RAD: Final = "SKANNPROVE_PER_RAD"
KJORING: Final = "PREFECT__FLOW_RUN_ID"
"""Set in the process that the worker starts for a run."""
FLYTER: Final = ROT / "flows"
I_VISNINGEN: Final = "visningen"
REIST: Final = "reist.csv"
"""What was forced, a line each, in the plan's folder."""
GIR_OPP: Final = 4
"""So many errors whose place a row does not reach are tried on it; the next row gets them back."""


@dataclass(frozen=True)
class Plan:
    """One error to force: in the how-manieth guarded call of the run, before or after its work."""

    nummer: int
    slag: str
    kall: int
    hvor: str

    @classmethod
    def read(cls, sti: Path) -> "Plan":
        """Return what a plan's file says."""
        nummer, slag, kall, hvor = sti.read_text("utf-8").split(";")
        return cls(int(nummer), slag, int(kall), hvor)

    def write(self, mappe: Path) -> None:
        """Lay it where the probe of a process takes it."""
        (mappe / f"{self.nummer:04}").write_text(f"{self.nummer};{self.slag};{self.kall};{self.hvor}", "utf-8")


class Sonde:
    """What is aimed at in this process now."""

    def __init__(self, mappe: Path) -> None:
        self.mappe = mappe
        self.plan: Plan | None = None
        self.kall = self.dybde = 0

    def aim(self, ko: str) -> bool:
        """Take the next error of a queue; tell whether there was one."""
        self.plan, self.kall, self.dybde = None, 0, 0
        for sti in sorted((self.mappe / ko).iterdir()):
            tatt = self.mappe / "tatt" / sti.name
            try:
                sti.rename(tatt)
            except FileNotFoundError:
                continue
            self.plan = Plan.read(tatt)
            return True
        return False

    def fire(self, sted: str) -> None:
        """Force what is aimed, and tell of it first: nothing is told after some of them."""
        plan, self.plan = self.plan, None
        if plan is None:
            return
        linje = f"{plan.nummer};{plan.slag};{sted};{plan.hvor}\n"
        fil = os.open(self.mappe / REIST, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(fil, linje.encode())
        os.close(fil)
        SLAG[plan.slag](Kanari(plan.nummer))

    def around(self, funksjon: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as a place where errors are forced: in its turn, or last where its turn never comes."""
        fil = Path(funksjon.__code__.co_filename)
        er_flyt = fil.parent == FLYTER
        # Prefect gives a flow that it loads another module's name.
        sted = f"{f'flows.{fil.stem}' if er_flyt else funksjon.__module__}.{funksjon.__name__}"

        @functools.wraps(funksjon)
        def call(*args: Any, **valg: Any) -> Any:
            utenfor = self.dybde == 0 and not er_flyt
            if self.plan is None or self.plan.hvor == I_VISNINGEN or utenfor:
                return funksjon(*args, **valg)
            self.kall += 1
            i_tur = self.kall == self.plan.kall
            if i_tur and self.plan.hvor == "før":
                self.fire(sted)
            self.dybde += 1
            try:
                svar = funksjon(*args, **valg)
            finally:
                self.dybde -= 1
            if self.plan and (i_tur or self.dybde == 0):
                self.fire(sted)
            return svar

        return call

    def shown(self, funksjon: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function of the showing as a place where errors are forced."""

        @functools.wraps(funksjon)
        def call(*args: Any, **valg: Any) -> Any:
            if self.plan and self.plan.hvor == I_VISNINGEN:
                self.fire(f"{funksjon.__module__}.{funksjon.__name__}")
            return funksjon(*args, **valg)

        return call


@functools.cache
def probe() -> Sonde:
    """Return this process' probe."""
    sonde = Sonde(Path(os.environ[MAPPE]))
    if os.environ.get(KJORING):
        sonde.aim("arbeider")
    return sonde


def put_into(modul: ModuleType) -> None:
    """Put the probe into a module of ours that has just been read."""
    if MAPPE not in os.environ:
        return
    if modul.__name__ == "tasks.steg":
        ekte = modul.guarded  # type: ignore[attr-defined]
        modul.guarded = lambda funksjon: ekte(probe().around(funksjon))  # type: ignore[attr-defined]
    elif modul.__name__ == "tasks.prefectvisning":
        modul.create_markdown_artifact = probe().shown(modul.create_markdown_artifact)  # type: ignore[attr-defined]
    else:
        modul.run_row = functools.partial(_run_with_errors, modul.run_row)  # type: ignore[attr-defined]


def _run_with_errors(ekte: Callable[..., Any], rad: Any, valg: Any, *, plain: bool) -> Any:
    """Run a row of the replay some times with an error forced, each a run of its own in Prefect; then as it is to be.

    Those that change nothing but what is said only look, as the row's form does; so do those that come after the work.
    """
    sonde = probe()
    ikke_naadd: list[Plan] = []
    for _ in range(int(os.environ.get(PER_RAD, "0"))):
        if len(ikke_naadd) == GIR_OPP or not sonde.aim("avspilling") or sonde.plan is None:
            break
        bare_se = sonde.plan.slag in SIER or sonde.plan.hvor != "før"
        # What was forced, or what the row says of its own.
        with suppress(Exception, SystemExit, Panikk):
            ekte(rad, valg.model_copy(update={"bare_vis": bare_se}), plain=plain)
        if sonde.plan:
            ikke_naadd.append(sonde.plan)
    sonde.plan = None
    for plan in ikke_naadd:
        plan.write(sonde.mappe / "avspilling")
    return ekte(rad, valg, plain=plain)
