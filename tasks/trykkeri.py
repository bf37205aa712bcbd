"""Many letters at once, on all the machine's cores: in the order asked for, each a PDF or why it cannot be written."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

from schemas.brev import Brevdata
from tasks.brev import render
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.logo import kept_logo

Side = bytes | BrukerFeil


def render_all(brev: Sequence[Brevdata], hjem: Hjem) -> list[Side]:
    """Write the letters; the answer has their order, and a letter that cannot be written is an answer too.

    BrukerFeil ÅH-1515 for all of them, where the logo they were approved with is gone.
    """
    return [side() for side in start_all(brev, hjem)]


def start_all(brev: Sequence[Brevdata], hjem: Hjem) -> list[Callable[[], Side]]:
    """Begin to write the letters, as ``render_all``; each of what is returned waits for its own letter."""
    logoer = {sha: kept_logo(hjem, sha) for sha in {enkelt.logo for enkelt in brev}}
    return [_presses().submit(partial(_write, enkelt, logoer[enkelt.logo])).result for enkelt in brev]


def write_all(skriv: Sequence[Callable[[], bytes]]) -> list[Side]:
    """Write other documents than letters, each by its own function; the answer has their order, as ``render_all``."""
    return [jobb.result() for jobb in [_presses().submit(_try, enkelt) for enkelt in skriv]]


def workers() -> int:
    """Return how many letters are written at once: one for each core that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _presses() -> ThreadPoolExecutor:
    """Return the process' threads for writing: kept, since a compiler for each takes longer to make than a letter."""
    return ThreadPoolExecutor(workers(), thread_name_prefix="trykkeri")


def _write(brev: Brevdata, logo: bytes) -> Side:
    return _try(partial(render, brev, logo))


def _try(skriv: Callable[[], bytes]) -> Side:
    try:
        return skriv()
    except BrukerFeil as feil:
        return feil
