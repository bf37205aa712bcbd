"""A server in a thread of its own, with its own event loop: what every stand-in is started and stopped as."""

import asyncio
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, Self

from tests.motparter.klokke import Klokke
from tests.motparter.svikt import Feilplan, Regel

VERT = "127.0.0.1"


class Traadtjener:
    """Started by ``with``; serves until it is left. ``port`` 0 takes a free one."""

    def __init__(self, *, port: int = 0, klokke: Klokke | None = None) -> None:
        self.port = port
        self.klokke = klokke or Klokke()
        self.feilplan = Feilplan()
        self.laas = threading.RLock()
        self._sloyfe: asyncio.AbstractEventLoop | None = None
        self._tjener: asyncio.Server | None = None

    def feil(self, hva: str, **naar: Any) -> Regel:
        """Fail like that (``Svikt``), when ``Regel`` says; returns the rule, which counts its hits."""
        return self.feilplan.add(hva, **naar)

    def advance(self, timer: float) -> None:
        """Move the clock."""
        self.klokke.advance(timer)

    @contextmanager
    def nede(self) -> Iterator[None]:
        """Take no connections for a while, and break those there are."""
        self._run(self._close())
        try:
            yield
        finally:
            self._run(self._open())

    def start(self) -> Self:
        """Start to serve. OSError where the port is taken."""
        klar = threading.Event()
        self._traad = threading.Thread(target=self._live, args=[klar], name=type(self).__name__, daemon=True)
        self._traad.start()
        klar.wait()
        try:
            self._run(self._open())
        except OSError:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop at once, also where a fault is waiting."""
        if self._sloyfe is None:
            return
        self._run(self._close())
        self._sloyfe.call_soon_threadsafe(self._sloyfe.stop)
        self._traad.join()
        self._sloyfe = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def _open(self) -> None:
        """Listen, and set ``port`` and ``_tjener``."""
        raise NotImplementedError

    def _tasks(self) -> list[asyncio.Task[Any]]:
        """Return what is under way."""
        raise NotImplementedError

    async def _close(self) -> None:
        if self._tjener is not None:
            self._tjener.close()
        oppgaver = self._tasks()
        for oppgave in oppgaver:
            oppgave.cancel()
        await asyncio.gather(*oppgaver, return_exceptions=True)
        # The sockets are let go of in the turns that follow.
        for _ in range(3):
            await asyncio.sleep(0)

    def _live(self, klar: threading.Event) -> None:
        self._sloyfe = asyncio.new_event_loop()
        self._sloyfe.set_exception_handler(_tell_of_faults_only)
        self._sloyfe.call_soon(klar.set)
        try:
            self._sloyfe.run_forever()
        finally:
            self._sloyfe.close()

    def _run(self, arbeid: Coroutine[Any, Any, None]) -> None:
        assert self._sloyfe is not None
        asyncio.run_coroutine_threadsafe(arbeid, self._sloyfe).result()


def reset(linje: asyncio.BaseTransport) -> None:
    """Break a connection: the caller sees it reset, also where all it sent has been read."""
    assert isinstance(linje, asyncio.WriteTransport)
    # It may be closed already.
    with suppress(OSError):
        linje.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    linje.abort()


def _tell_of_faults_only(sloyfe: asyncio.AbstractEventLoop, hva: dict[str, Any]) -> None:
    """A caller that is gone is what these tests are about, and nothing to tell of."""
    if not isinstance(hva.get("exception"), OSError):
        sloyfe.default_exception_handler(hva)
