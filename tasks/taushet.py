"""Silence around a run in Prefect: what libraries print, warn of and log may hold a person's data."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Final

UT: Final = (1, 2)
"""The process' two ways out, which what is not Python, and what it starts, write to."""


@contextmanager
def silenced() -> Iterator[None]:
    """Let nothing that is written to the process' output meanwhile go anywhere. Prefect's own log goes another way."""
    sys.stdout.flush()
    sys.stderr.flush()
    egne = [os.dup(ut) for ut in UT]
    try:
        with Path(os.devnull).open("w", encoding="utf-8") as intet, redirect_stdout(intet), redirect_stderr(intet):
            for ut in UT:
                os.dup2(intet.fileno(), ut)
            yield
    finally:
        for ut, egen in zip(UT, egne, strict=True):
            os.dup2(egen, ut)
            os.close(egen)
