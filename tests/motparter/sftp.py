"""An SFTP server: asyncssh on a real socket, which keeps files in a folder and can fail at every stage.

The stages are ``TILKOBLING``, ``INNLOGGING``, ``SFTP`` (the subsystem), ``LES``, ``APNE`` (to write), ``SKRIV``,
``FSYNC``, ``LUKK``, ``NAVN_DATA`` and ``NAVN_MANIFEST`` (a file gets its name at once), ``NAVN`` (the older way),
``STAT`` and ``FJERN``. ``vei`` of a rule names a stage; ``behandlet`` says that the work is done all the same.
"""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

import asyncssh

from tests.motparter.klokke import Klokke
from tests.motparter.svikt import Feil
from tests.motparter.traad import VERT, Traadtjener

FXF_WRITE = 0x02
"""The flag of a file opened to be written (draft-ietf-secsh-filexfer-02, 6.3)."""
BRUKER = "fylke39"
MANIFEST = ".json"


class Sftpsvikt(StrEnum):
    """The ways to fail that are an SFTP server's."""

    NEI = "nei"
    """Permission denied; at ``INNLOGGING`` the key is not taken."""
    FEIL = "feil"
    """The plain failure, as a server says that its disk is full."""
    FULL = "full"
    """No space, in the words of a newer protocol."""
    FINNES_IKKE = "finnes_ikke"
    USTOTTET = "ustottet"
    BRUDD = "brudd"
    """The connection is reset."""
    TAUSHET = "taushet"
    """Says nothing for ``sekunder``, then goes on."""
    LYGER = "lyger"
    """At ``STAT``: a byte more than there is. At ``SKRIV``: other bytes than it was given."""
    DREP = "drep"
    """Kills whoever is sending (``drep``)."""


NEI = {
    Sftpsvikt.NEI: asyncssh.SFTPPermissionDenied("nei"),
    Sftpsvikt.FEIL: asyncssh.SFTPFailure("feil"),
    Sftpsvikt.FULL: asyncssh.SFTPNoSpaceOnFilesystem("full"),
    Sftpsvikt.FINNES_IKKE: asyncssh.SFTPNoSuchFile("finnes ikke"),
    Sftpsvikt.USTOTTET: asyncssh.SFTPOpUnsupported("nei"),
}


class Mottak(Traadtjener):
    """The receiver's server. ``mappe`` is where files end up, ``inn`` the folder they are to be put in."""

    def __init__(self, *, port: int = 0, klokke: Klokke | None = None, inn: str = "inn", versjon: int = 3) -> None:
        super().__init__(port=port, klokke=klokke)
        self._egen_mappe = tempfile.TemporaryDirectory()
        self.rot = Path(self._egen_mappe.name)
        self.inn, self.versjon = inn, versjon
        self.mappe = self.rot / inn
        self.mappe.mkdir(exist_ok=True)
        self.nokkel = asyncssh.generate_private_key("ssh-ed25519")
        self.bruker = BRUKER
        self.brukernokkel = asyncssh.generate_private_key("ssh-ed25519")
        """The one key that is let in."""
        self.steg: Counter[str] = Counter()
        """How many times each stage was reached."""
        self.drep: Callable[[], None] = lambda: None
        self._forbindelser: set[asyncssh.SSHServerConnection] = set()
        self._okter: set[_Filer] = set()

    @property
    def vertsnokkel(self) -> str:
        """The host key to pin."""
        return self.nokkel.export_public_key().decode().strip()

    @property
    def hemmelighet(self) -> str:
        """The private key of whoever may come in."""
        return self.brukernokkel.export_private_key().decode()

    def files(self) -> dict[str, bytes]:
        """Every file, by its name, those being written too."""
        return {sti.name: sti.read_bytes() for sti in sorted(self.mappe.iterdir())}

    def packages(self) -> list[str]:
        """The packages that are there whole: both files under their names."""
        navn = self.files()
        return [n.removesuffix(MANIFEST) for n in navn if n.endswith(MANIFEST) and f"{n[: -len(MANIFEST)]}.csv" in navn]

    def stop(self) -> None:
        super().stop()
        self._egen_mappe.cleanup()

    def change_key(self) -> None:
        """Have another host key from now on, as another machine would."""
        with self.nede():
            self.nokkel = asyncssh.generate_private_key("ssh-ed25519")

    async def _open(self) -> None:
        self._slutt = asyncio.Event()
        self._tjener = await asyncssh.listen(  # type: ignore[assignment]
            VERT, self.port, server_factory=lambda: _Dor(self), server_host_keys=[self.nokkel],
            sftp_factory=lambda kanal: _Filer(kanal, self), sftp_version=self.versjon,
        )  # fmt: skip
        self.port = self._tjener.get_port()  # type: ignore[union-attr]

    async def _close(self) -> None:
        self._slutt.set()
        if self._tjener is not None:
            self._tjener.close()
        for forbindelse in list(self._forbindelser):
            forbindelse.abort()
        # Each session closes its files in the turns that follow.
        while self._okter or self._forbindelser:
            await asyncio.sleep(0.001)

    def choose(self, steg: str) -> Feil | None:
        """Count the stage and return how it fails."""
        self.steg[steg] += 1
        return self.feilplan.choose(steg)


class _Dor(asyncssh.SSHServer):
    """One connection: who is let in."""

    def __init__(self, mottak: Mottak) -> None:
        self._mottak = mottak
        self._nei = False

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._conn = conn
        self._mottak._forbindelser.add(conn)
        if feil := self._mottak.choose("TILKOBLING"):
            if feil.hva == Sftpsvikt.DREP:
                self._mottak.drep()
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._mottak._forbindelser.discard(self._conn)

    def begin_auth(self, username: str) -> bool:
        self._kjent = username == self._mottak.bruker
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        if feil := self._mottak.choose("INNLOGGING"):
            if feil.hva == Sftpsvikt.NEI:
                return False
            await _fail(self._mottak, self._conn, feil)
        return self._kjent and key == self._mottak.brukernokkel.convert_to_public()

    def auth_completed(self) -> None:
        if self._mottak.choose("SFTP"):
            self._conn._sftp_factory = None


class _Filer(asyncssh.SFTPServer):
    """The files of one session: before each request it is asked whether it fails."""

    def __init__(self, kanal: Any, mottak: Mottak) -> None:
        self._mottak = mottak
        mottak._okter.add(self)
        super().__init__(kanal, chroot=os.fsencode(mottak.rot))

    def exit(self) -> None:
        self._mottak._okter.discard(self)

    async def _through(self, steg: str, arbeid: Callable[[], Any], logn: Callable[[], Any] | None = None) -> Any:
        feil = self._mottak.choose(steg)
        if feil is None:
            return arbeid()
        if feil.hva == Sftpsvikt.LYGER and logn:
            return logn()
        svar = None
        if feil.behandlet:
            with suppress(OSError):
                svar = arbeid()
        try:
            await _fail(self._mottak, self.connection, feil)
        except BaseException:
            if svar and hasattr(svar, "close"):
                svar.close()
            raise
        return svar if feil.behandlet else arbeid()

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        steg = "APNE" if pflags & FXF_WRITE else "LES"
        return await self._through(steg, lambda: super(_Filer, self).open(path, pflags, attrs))

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        skriv = super().write
        return int(
            await self._through(
                "SKRIV", lambda: skriv(file_obj, offset, data), lambda: skriv(file_obj, offset, bytes(len(data)))
            )
        )

    async def fsync(self, file_obj: object) -> None:
        await self._through("FSYNC", lambda: super(_Filer, self).fsync(file_obj))

    async def close(self, file_obj: object) -> None:
        super().close(file_obj)
        await self._through("LUKK", lambda: None)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        steg = "NAVN_MANIFEST" if newpath.endswith(MANIFEST.encode()) else "NAVN_DATA"
        await self._through(steg, lambda: super(_Filer, self).posix_rename(oldpath, newpath))

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self._through("NAVN", lambda: super(_Filer, self).rename(oldpath, newpath))

    async def stat(self, path: bytes) -> Any:
        ekte = super().stat
        return await self._through("STAT", lambda: ekte(path), lambda: asyncssh.SFTPAttrs(size=ekte(path).st_size + 1))

    async def remove(self, path: bytes) -> None:
        await self._through("FJERN", lambda: super(_Filer, self).remove(path))


async def _fail(mottak: Mottak, conn: asyncssh.SSHServerConnection, feil: Feil) -> None:
    """Fail; where it only says nothing it goes on afterwards."""
    if feil.hva in NEI:
        raise NEI[Sftpsvikt(feil.hva)]
    if feil.hva == Sftpsvikt.TAUSHET:
        with suppress(TimeoutError):
            await asyncio.wait_for(mottak._slutt.wait(), feil.sekunder)
        return
    if feil.hva == Sftpsvikt.DREP:
        mottak.drep()
    conn.abort()
    raise asyncssh.SFTPConnectionLost("brudd")
