"""Read by every process of a county that is to be killed: the one that comes to the point tells so, and waits there.

``SVIKT_MAPPE`` holds a file ``punkt`` while a point is set: MODULE, FUNCTION and ``før`` or ``etter``. Whoever comes
there first renames it to ``naadd`` and does nothing more; it is then killed, or what it waits for is. A file ``naa``
says what time it is in a flow.
"""

import functools
import importlib.abc
import importlib.machinery
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

VENT_SEKUNDER = 600


def stop_here(mappe: Path) -> None:
    """Tell that the point is reached, once, and wait to be killed."""
    try:
        (mappe / "punkt").rename(mappe / "naadd")
    except FileNotFoundError:
        return
    time.sleep(VENT_SEKUNDER)


def wrapped(ekte: Callable[..., Any], mappe: Path, naar: str) -> Callable[..., Any]:
    """Return the function with a stop before or after it."""

    @functools.wraps(ekte)
    def call(*args: Any, **valg: Any) -> Any:
        if naar == "før":
            stop_here(mappe)
        svar = ekte(*args, **valg)
        if naar == "etter":
            stop_here(mappe)
        return svar

    return call


class Finner(importlib.abc.MetaPathFinder):
    """Finds a module as everyone else does; something is done to it when it is loaded."""

    def __init__(self, modul: str, for_: Callable[[], object], etter: Callable[[ModuleType], object]) -> None:
        """Take which module, and what is done before and after it is loaded."""
        self.modul, self.for_, self.etter = modul, for_, etter

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the module's own spec, with a loader that does the rest too."""
        del target
        if fullname != self.modul:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None or spec.loader is None:
            return None
        ekte = spec.loader.exec_module

        def exec_module(modul: ModuleType) -> None:
            self.for_()
            ekte(modul)
            self.etter(modul)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def nothing() -> None:
    """Nothing is done."""


def watch(mappe: Path) -> None:
    """Look whether a point is set, where this process runs a flow; server, worker and commands are left alone."""
    fil, klokke = mappe / "punkt", mappe / "naa"
    if "deployments" in " ".join(sys.orig_argv):
        return
    if klokke.is_file():
        naa = datetime.fromisoformat(klokke.read_text("utf-8"))
        sys.meta_path.insert(0, Finner("tasks.klokke", nothing, lambda modul: setattr(modul, "now", lambda: naa)))
    if fil.is_file():
        modul, funksjon, naar = fil.read_text("utf-8").split("\n")
        for_ = nothing if funksjon else functools.partial(stop_here, mappe)

        def etter(lastet: ModuleType) -> None:
            if funksjon:
                setattr(lastet, funksjon, wrapped(getattr(lastet, funksjon), mappe, naar))

        sys.meta_path.insert(0, Finner(modul, for_, etter))


if os.environ.get("SVIKT_MAPPE"):
    watch(Path(os.environ["SVIKT_MAPPE"]))
