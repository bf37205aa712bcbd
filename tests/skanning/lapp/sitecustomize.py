"""Read by every Python process of the county that is proved: puts the probe into our modules as they are imported.

Nothing of it is in the program. It is found because its folder stands first in ``PYTHONPATH``.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from types import ModuleType

SETTES_I = {"tasks.steg", "tasks.prefectvisning", "deployments.avspilling"}


class _Leser(importlib.abc.MetaPathFinder):
    """Finds our modules as they are found, and lets the probe in when they are read."""

    def find_spec(self, navn, sti=None, maal=None):  # type: ignore[no-untyped-def]
        if navn not in SETTES_I:
            return None
        spec = importlib.machinery.PathFinder.find_spec(navn, sti, maal)
        if spec is None or spec.loader is None:
            return None
        les = spec.loader.exec_module

        def exec_module(modul: ModuleType) -> None:
            les(modul)
            from tests.skanning import sonde

            sonde.put_into(modul)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, _Leser())
