"""Runs a module as a process that does not outlive the one that started it: ``python -m deployments.barn MODULE …``.

The parent holds the other end of its standard input and never writes there: when the parent is gone, however it went,
the end is read, and the whole group of processes is asked to stop, then made to.
"""

import os
import runpy
import signal
import sys
import threading
import time

NAADE_SEKUNDER = 10


def main() -> None:
    """Watch for the parent's end beside the module, which sees its own words as if it were started alone."""
    threading.Thread(target=_follow, args=(sys.stdin.fileno(),), daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _follow(inngang: int) -> None:
    while os.read(inngang, 1):
        pass
    # The group is ours alone: we were started as its leader.
    os.killpg(os.getpid(), signal.SIGTERM)
    time.sleep(NAADE_SEKUNDER)
    os.killpg(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
