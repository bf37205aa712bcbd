"""Putting an error into the running process: the code of the functions that stand there is changed for other code."""

import gc
import sys
from collections import Counter
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Final, TypeAlias

from tests.mutanter.operatorer import Mutant

Levende: TypeAlias = dict[tuple[str, str, int], list[FunctionType]]
"""The functions that stand in a process, by file, name and first line."""
VAARE: Final = ("tasks", "schemas", "flows", "deployments", "tests")


class Ugyldig(Exception):
    """The error cannot be put in: it is no Python, or does not fit where it shall stand."""


def live_functions(filer: set[str]) -> Levende:
    """Return the functions that stand in the process."""
    funnet: Levende = {}
    for ting in gc.get_objects():
        if isinstance(ting, FunctionType) and ting.__code__.co_filename in filer:
            kode = ting.__code__
            funnet.setdefault((kode.co_filename, kode.co_qualname, kode.co_firstlineno), []).append(ting)
    return funnet


def put_in(mutant: Mutant, levende: Levende) -> None:
    """Let the process have the error from now on. Ugyldig where it cannot be put in."""
    modul = sys.modules[mutant.modul]
    fil = str(modul.__file__)
    try:
        ny = compile(mutant.kilde, fil, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        raise Ugyldig(mutant.navn) from None
    if mutant.funksjon:
        _change_functions(fil, mutant, ny, levende)
    else:
        _change_constants(modul, ny)
    forget_answers()


def _change_functions(fil: str, mutant: Mutant, ny: CodeType, levende: Levende) -> None:
    gamle = compile(mutant.tre.code, fil, "exec", dont_inherit=True)
    nye = dict(_codes(ny))
    for sted, kode in _codes(gamle):
        for funksjon in levende.get((fil, kode.co_qualname, kode.co_firstlineno), []):
            try:
                funksjon.__code__ = nye[sted]
            except (KeyError, ValueError):
                raise Ugyldig(mutant.navn) from None


def _codes(kode: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
    """Return the code in a module, each by its name and which of that name it is."""
    sett = Counter[str]()
    vei = [kode]
    while vei:
        denne = vei.pop(0)
        sett[denne.co_qualname] += 1
        yield (denne.co_qualname, sett[denne.co_qualname]), denne
        vei += [ting for ting in denne.co_consts if isinstance(ting, CodeType)]


def _change_constants(modul: ModuleType, ny: CodeType) -> None:
    """Run the module once more beside itself, and let everyone who has a constant of it have the new one."""
    navnerom = {"__name__": modul.__name__, "__file__": modul.__file__, "__builtins__": __builtins__}
    exec(ny, navnerom)
    endret = {
        navn: (getattr(modul, navn), verdi)
        for navn, verdi in navnerom.items()
        if hasattr(modul, navn)
        and not isinstance(verdi, FunctionType | type | ModuleType)
        and not navn.startswith("__")
    }
    for annen in ours():
        for navn, (gammel, verdi) in endret.items():
            if annen.__dict__.get(navn) is gammel:
                setattr(annen, navn, verdi)


def forget_answers() -> None:
    """Nothing that was computed before the error may stand in for it."""
    for modul in ours():
        for ting in list(vars(modul).values()):
            if tom := getattr(ting, "cache_clear", None):
                tom()


def ours() -> list[ModuleType]:
    """Return the modules of the project that are loaded."""
    return [modul for navn, modul in list(sys.modules.items()) if navn.partition(".")[0] in VAARE]
