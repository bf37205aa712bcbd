"""``./arshjul start`` with more patience, on a machine with much else to do: ``python -m tests.tid.start …``."""

import runpy
from typing import Final

from deployments import server

TAALMOD_SEKUNDER: Final = 900

if __name__ == "__main__":
    server.OPPSTART_SEKUNDER = server.PLANLEGGING_SEKUNDER = TAALMOD_SEKUNDER
    runpy.run_module("deployments", run_name="__main__", alter_sys=True)
