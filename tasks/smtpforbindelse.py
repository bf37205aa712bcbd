"""One SMTP connection whose every wait ends, and which knows how much of a message the server may have taken.

The library's own reading takes half a line for a whole one, and its limits are per read: an answer may trickle for
ever. No exception holds what the server said: it may be a person's address.
"""

import select
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

from tasks import klokke

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STYKKE: Final = 16 * 1024
MEST_SVAR: Final = 64 * 1024
KODELENGDE: Final = 3
SLUTT: Final = b".\r\n"


class Slag(Enum):
    """How a conversation stopped without an answer."""

    TAUST = "taust"
    BRUDD = "brudd"
    UFORSTAELIG = "uforståelig"


class Stans(Exception):
    """No whole answer came, or none that is SMTP."""

    def __init__(self, slag: Slag) -> None:
        """Tell how, and nothing of what was said."""
        self.slag = slag
        super().__init__(slag.value)


@dataclass(frozen=True)
class Tidsgrenser:
    """The longest waits, in seconds: to connect, for an answer, for the word that a message is taken, for all of it."""

    kobling: float = 10.0
    svar: float = 30.0
    kvittering: float = 120.0
    melding: float = 180.0


@dataclass
class Frist:
    """What is left of the time that one piece of work may take."""

    sekunder: float
    brukt: Callable[[], timedelta]

    def left(self, hoyst: float) -> float:
        """Return how long may be waited now. Stans where there is no time left."""
        igjen = min(hoyst, self.sekunder - self.brukt().total_seconds())
        if igjen <= 0:
            raise Stans(Slag.TAUST)
        return igjen


class _Leser:
    """Whole lines from the server, within what is left of the time; it stands where the library keeps its own."""

    def __init__(self, linje: socket.socket) -> None:
        self._linje = linje
        self.rest = b""

    def line(self, ventetid: Callable[[], float]) -> bytes:
        while b"\n" not in self.rest:
            if len(self.rest) > MEST_SVAR:
                raise Stans(Slag.UFORSTAELIG)
            self._linje.settimeout(ventetid())
            with _stops():
                lest = self._linje.recv(STYKKE)
            if not lest:
                raise Stans(Slag.BRUDD)
            self.rest += lest
        linje, _, self.rest = self.rest.partition(b"\n")
        return linje.rstrip(b"\r")

    def close(self) -> None:
        """The socket is closed by the one who opened it."""


class Forbindelse(smtplib.SMTP):
    """A conversation with one server."""

    def __init__(self, vert: str, port: int, grenser: Tidsgrenser) -> None:
        """Connect and hear the greeting. OSError, Stans or smtplib.SMTPException where there is none."""
        self._grenser = grenser
        self._vent = grenser.svar
        self.begin()
        try:
            super().__init__(vert, port, local_hostname="", timeout=grenser.kobling)
        except BaseException:
            self.close()
            raise

    def begin(self) -> None:
        """Start the time of the next message, or of the greeting and login."""
        self._frist = Frist(self._grenser.melding, klokke.stopwatch(lopende=True))

    def secure(self, kontekst: ssl.SSLContext) -> None:
        """Encrypt the line; smtplib.SMTPException or OSError where the server will not or is not who it says."""
        linje = self._line()
        linje.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Its own name would be looked up, which may take any time; its address is always right (RFC 5321, 4.1.3).
        adresse = linje.getsockname()[0]
        self.local_hostname = f"[IPv6:{adresse}]" if linje.family == socket.AF_INET6 else f"[{adresse}]"
        self.starttls(context=kontekst)
        self.ehlo_or_helo_if_needed()

    def command(self, kommando: str) -> int:
        """Say one line and return the code of the answer."""
        return int(self.docmd(kommando)[0])

    def write_body(self, melding: bytes) -> None:
        """Write the message without its end: the server has not taken it, and throws it away if the line breaks."""
        self.send(_dotted(melding))

    def has_spoken(self) -> bool:
        """Tell whether the server has spoken or hung up before it was asked: then the end must not be written."""
        vakt = select.poll()
        vakt.register(self._line(), select.POLLIN)
        return bool(vakt.poll(0))

    def answer(self) -> int:
        """Return the code of what the server says next."""
        return int(self.getreply()[0])

    def finish(self) -> int:
        """Write the message's end and return the code of the answer. From the first byte of it on, all is possible."""
        self._vent = self._grenser.kvittering
        try:
            self.send(SLUTT)
            return self.answer()
        finally:
            self._vent = self._grenser.svar

    def docmd(self, cmd: str, args: str = "") -> tuple[int, bytes]:
        """Say one line and read one answer. More than one is out of step, or slipped in before the encryption."""
        svar = super().docmd(cmd, args)
        if self.file is not None and self.file.rest:
            raise Stans(Slag.UFORSTAELIG)
        return svar

    def send(self, s: "ReadableBuffer | str") -> None:
        """Write within what is left of the time."""
        data = s.encode("ascii") if isinstance(s, str) else bytes(s)
        linje = self._line()
        for start in range(0, len(data), STYKKE):
            linje.settimeout(self._frist.left(self._vent))
            with _stops():
                linje.sendall(data[start : start + STYKKE])

    def getreply(self) -> tuple[int, bytes]:
        """Read one whole answer, of one line or more."""
        if self.file is None:
            self.file = _Leser(self._line())
        tekst: list[bytes] = []
        while True:
            linje = self.file.line(lambda: self._frist.left(self._vent))
            kode, skille = linje[:KODELENGDE], linje[KODELENGDE : KODELENGDE + 1]
            if len(kode) < KODELENGDE or not kode.isdigit() or skille not in {b"", b" ", b"-"}:
                raise Stans(Slag.UFORSTAELIG)
            tekst.append(linje[KODELENGDE + 1 :])
            if skille != b"-":
                return int(kode), b"\n".join(tekst)
            if sum(map(len, tekst)) + len(tekst) > MEST_SVAR:
                raise Stans(Slag.UFORSTAELIG)

    def _line(self) -> socket.socket:
        if self.sock is None:
            raise Stans(Slag.BRUDD)
        return self.sock


def _dotted(melding: bytes) -> bytes:
    """Return the message as it is written: a line that begins with a dot gets one more, and the last line an end."""
    if melding.startswith(b"."):
        melding = b"." + melding
    melding = melding.replace(b"\n.", b"\n..")
    return melding if melding.endswith(b"\r\n") else melding + b"\r\n"


@contextmanager
def _stops() -> Iterator[None]:
    slag = None
    try:
        yield
    except TimeoutError:
        slag = Slag.TAUST
    except OSError:
        slag = Slag.BRUDD
    if slag is not None:
        raise Stans(slag)
