"""One SFTP session with a receiver that is who it says: files read, written and renamed, each step in bounded time.

Only what is given here is used: no agent, no configuration of the machine's, no password. Whatever goes wrong is a
``Stans`` with a reason of ``data/kodeverk/leveringsgrunner.csv``.
"""

import asyncio
import posixpath
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, TypeVar

import asyncssh

INGEN_KONTAKT: Final = "sftp_ingen_kontakt"
VERTSNOKKEL: Final = "sftp_vertsnokkel"
UFORENLIG: Final = "sftp_uforenlig"
INNLOGGING: Final = "sftp_innlogging"
UTEN_SFTP: Final = "sftp_uten_sftp"
NEKTET: Final = "sftp_nektet"
MANGLER_MAPPE: Final = "sftp_mangler_mappe"
FULL: Final = "sftp_full"
SKRIVEFEIL: Final = "sftp_skrivefeil"
OMDOPING: Final = "sftp_omdoping"
BRUDD: Final = "sftp_brudd"
TAUST: Final = "sftp_taust"
UBESVART: Final = frozenset({BRUDD, TAUST})
"""The receiver may have done what it was asked last, and has not said so."""
GRUNNER: Final = UBESVART | {
    INGEN_KONTAKT, VERTSNOKKEL, UFORENLIG, INNLOGGING, UTEN_SFTP, NEKTET, MANGLER_MAPPE, FULL, SKRIVEFEIL, OMDOPING,
}  # fmt: skip
BLOKK: Final = 256 * 1024
FARVEL_SEKUNDER: Final = 2.0
T = TypeVar("T")

Svarfeil = (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection, asyncssh.DisconnectError, OSError)
"""No answer came: the connection is gone."""


@dataclass(frozen=True)
class Tidsgrenser:
    """Seconds: to connect and be let in, for the answer to one request, and for everything together."""

    kobling: float = 30.0
    svar: float = 60.0
    alt: float = 900.0


@dataclass(frozen=True)
class Adgang:
    """Where, as whom, to which folder; the one host key that is trusted, and our own key."""

    vert: str
    port: int
    bruker: str
    mappe: str
    vertsnokkel: asyncssh.SSHKey
    nokkel: asyncssh.SSHKey
    grenser: Tidsgrenser = field(default_factory=Tidsgrenser)


class Stans(Exception):
    """It stopped: ``grunn`` says why."""

    def __init__(self, grunn: str) -> None:
        super().__init__(grunn)
        self.grunn = grunn

    @property
    def er_svar(self) -> bool:
        """Whether the receiver has said no, so that what it was asked last is not done."""
        return self.grunn not in UBESVART


class Forbindelse:
    """A session in the receiver's folder. Names are names of files in it."""

    def __init__(self, sftp: asyncssh.SFTPClient, adgang: Adgang) -> None:
        self._sftp, self._mappe, self._svar = sftp, adgang.mappe, adgang.grenser.svar

    async def read(self, navn: str, mest: int) -> bytes | None:
        """Return a file's bytes, at most one more than ``mest``; None where there is no such file."""
        with _stops(NEKTET):
            try:
                fil = await self._in_time(self._sftp.open(self._path(navn), "rb"))
            except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
                return None
            lest = await self._in_time(fil.read(mest + 1))
            await self._in_time(fil.close())
        return lest.encode() if isinstance(lest, str) else lest

    async def size(self, navn: str) -> int | None:
        """Return how large the receiver says that a file is."""
        with _stops(NEKTET):
            return (await self._in_time(self._sftp.stat(self._path(navn)))).size

    async def write(self, navn: str, innhold: bytes) -> None:
        """Write a file from its beginning and have it put on the receiver's disk where it can do that."""
        with _stops(SKRIVEFEIL):
            fil = await self._in_time(self._sftp.open(self._path(navn), "wb"))
            for fra in range(0, len(innhold), BLOKK):
                await self._in_time(fil.write(innhold[fra : fra + BLOKK]))
            with suppress(asyncssh.SFTPOpUnsupported):
                await self._in_time(fil.fsync())
            await self._in_time(fil.close())

    async def rename(self, fra: str, til: str) -> None:
        """Give a file its name, all of it at once."""
        with _stops(OMDOPING):
            try:
                await self._in_time(self._sftp.posix_rename(self._path(fra), self._path(til)))
            except asyncssh.SFTPOpUnsupported:
                await self._in_time(self._sftp.rename(self._path(fra), self._path(til)))

    async def remove(self, navn: str) -> None:
        """Remove a file; one that is not there, or may not be removed, is let be."""
        with _stops(NEKTET), suppress(asyncssh.SFTPError):
            await self._in_time(self._sftp.remove(self._path(navn)))

    def _path(self, navn: str) -> str:
        return posixpath.join(self._mappe, navn)

    async def _in_time(self, arbeid: Awaitable[T]) -> T:
        return await asyncio.wait_for(arbeid, self._svar)


@asynccontextmanager
async def session(adgang: Adgang) -> AsyncIterator[Forbindelse]:
    """Connect, be let in, and leave at the end. Stans where that cannot be done."""
    forbindelse = await _connected(adgang)
    try:
        with _stops(UTEN_SFTP):
            sftp = await asyncio.wait_for(forbindelse.start_sftp_client(), adgang.grenser.svar)
        yield Forbindelse(sftp, adgang)
    finally:
        forbindelse.close()
        try:
            await asyncio.wait_for(forbindelse.wait_closed(), FARVEL_SEKUNDER)
        except TimeoutError:
            forbindelse.abort()


async def _connected(adgang: Adgang) -> asyncssh.SSHClientConnection:
    """Return a connection to the one whose key is pinned, logged in with our key and nothing else."""
    try:
        return await asyncssh.connect(
            adgang.vert,
            adgang.port,
            username=adgang.bruker,
            client_keys=[adgang.nokkel],
            known_hosts=([adgang.vertsnokkel], [], []),
            config=None,
            agent_path=None,
            gss_host=None,
            preferred_auth=["publickey"],
            password_auth=False,
            kbdint_auth=False,
            host_based_auth=False,
            connect_timeout=adgang.grenser.kobling,
            login_timeout=adgang.grenser.kobling,
        )
    except asyncssh.HostKeyNotVerifiable:
        grunn = VERTSNOKKEL
    except asyncssh.KeyExchangeFailed:
        grunn = UFORENLIG
    except asyncssh.PermissionDenied:
        grunn = INNLOGGING
    except (asyncssh.Error, OSError):
        grunn = INGEN_KONTAKT
    raise Stans(grunn)


@contextmanager
def _stops(nei: str) -> Iterator[None]:
    """Turn whatever goes wrong into ``Stans``; ``nei`` is what a plain no means here."""
    try:
        yield
    except TimeoutError:
        grunn = TAUST
    except Svarfeil:
        grunn = BRUDD
    except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect):
        grunn = NEKTET
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        grunn = MANGLER_MAPPE
    except (asyncssh.SFTPNoSpaceOnFilesystem, asyncssh.SFTPQuotaExceeded):
        grunn = FULL
    except asyncssh.Error:
        grunn = nei
    else:
        return
    raise Stans(grunn)
