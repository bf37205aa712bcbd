"""The backup's container: standard age inside standard tar, so that it can be opened by hand without this program.

A tar of three members: how to open it, a key made for this file and locked with the register's key as passphrase, and
the contents, which only that key opens. Each byte of it is either encrypted and sealed or exactly one known value.
"""

import os
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import pyrage

from deployments.kopi import passordlaas

LES_MEG: Final = "LES-MEG.txt"
NOKKEL: Final = "nokkel.age"
INNHOLD: Final = "innhold.tar.age"
BLOKK: Final = 512
SLUTT: Final = b"\0" * (2 * BLOKK)
BIT: Final = 1 << 20
VEILEDNING: Final = b"""\
Dette er en sikkerhetskopi laget av Aarshjul. Den er kryptert, og kan aapnes med registerets noekkel.

Med Aarshjul:    ./arshjul --home MAPPE restore FIL
For haand, med programmet age (https://age-encryption.org):

    tar -xf FIL
    age -d -o nokkel.txt nokkel.age            (passordet er registerets noekkel)
    age -d -i nokkel.txt innhold.tar.age | tar -x

Slett nokkel.txt etterpaa. Registerets noekkel og fylkets andre noekler og passord til tjenester er ikke med i kopien.
"""


class Skadet(Exception):
    """The file is not whole and unchanged."""


class FeilNokkel(Exception):
    """The key does not open the file, or the part that it opens is damaged."""


def header(navn: str, storrelse: int, *, mappe: bool = False, endret: int = 0) -> bytes:
    """Return the tar header of a member, always the same for the same arguments."""
    info = tarfile.TarInfo(navn)
    info.size, info.mtime = storrelse, endret
    info.mode, info.type = (0o700, tarfile.DIRTYPE) if mappe else (0o600, tarfile.REGTYPE)
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")


def padding(storrelse: int) -> bytes:
    """Return what fills a member's last block."""
    return b"\0" * (-storrelse % BLOKK)


class _Strom:
    """Bytes that are made as they are read. What goes wrong in the making is kept in ``feil``."""

    def __init__(self, biter: Iterator[bytes]) -> None:
        self.biter, self.rest = biter, b""
        self.feil: Exception | None = None

    def read(self, mest: int) -> bytes:
        """Return the next bytes, at most ``mest``; none at the end."""
        while not self.rest:
            try:
                self.rest = next(self.biter)
            except StopIteration:
                return b""
            except Exception as feil:
                self.feil = feil
                raise
        bit, self.rest = self.rest[:mest], self.rest[mest:]
        return bit


def write(fil: BinaryIO, nokkel: str, biter: Iterator[bytes]) -> None:
    """Write a container with ``biter`` (a tar, as it is made) as its contents to an empty file. Raises what they do."""
    egen = pyrage.x25519.Identity.generate()
    laast = passordlaas.lock(f"{egen}\n".encode(), nokkel)
    for navn, data in ((LES_MEG, VEILEDNING), (NOKKEL, laast)):
        fil.write(header(navn, len(data)) + data + padding(len(data)))
    start = fil.tell()
    fil.write(header(INNHOLD, 0))
    strom = _Strom(biter)
    try:
        pyrage.encrypt_io(strom, fil, [egen.to_public()])
    except pyrage.EncryptError as feil:
        # The library tells errors of ours as text only.
        raise strom.feil or OSError(str(feil)) from None
    storrelse = fil.tell() - start - BLOKK
    fil.write(padding(storrelse) + SLUTT)
    fil.seek(start)
    fil.write(header(INNHOLD, storrelse))
    fil.flush()


@contextmanager
def opened(sti: Path, nokkel: str) -> Iterator[BinaryIO]:
    """Open a container and yield its contents as a stream that has been checked when it has been read to its end.

    Raises Skadet, FeilNokkel; what is read before Skadet is raised must not be used.
    """
    with sti.open("rb") as fil:
        if _member(fil, LES_MEG) != VEILEDNING:
            raise Skadet
        laast = _member(fil, NOKKEL)
        start, storrelse = fil.tell() + BLOKK, _size(fil, INNHOLD)
        fil.seek(start + storrelse)
        if fil.read() != padding(storrelse) + SLUTT:
            raise Skadet
        fil.seek(start)
        egen = _unlock(laast, nokkel)
        with _decrypted(_Utsnitt(fil, storrelse), egen) as strom:
            yield strom


def _member(fil: BinaryIO, navn: str) -> bytes:
    storrelse = _size(fil, navn)
    if storrelse > BIT:
        raise Skadet
    data = fil.read(storrelse)
    if len(data) < storrelse or fil.read(len(padding(storrelse))) != padding(storrelse):
        raise Skadet
    return data


def _size(fil: BinaryIO, navn: str) -> int:
    """Read a member's header, which is nothing but name and size, and return the size."""
    blokk = fil.read(BLOKK)
    try:
        storrelse = tarfile.TarInfo.frombuf(blokk, "utf-8", "strict").size
    except (tarfile.HeaderError, UnicodeDecodeError):
        raise Skadet from None
    if storrelse < 0 or blokk != header(navn, storrelse):
        raise Skadet
    return storrelse


def _unlock(laast: bytes, nokkel: str) -> pyrage.x25519.Identity:
    if (apnet := passordlaas.unlock(laast, nokkel)) is None:
        raise FeilNokkel
    return pyrage.x25519.Identity.from_str(apnet.decode().strip())


class _Utsnitt:
    """The next ``igjen`` bytes of a file."""

    def __init__(self, fil: BinaryIO, igjen: int) -> None:
        self.fil, self.igjen = fil, igjen

    def read(self, mest: int) -> bytes:
        """Return the next bytes, at most ``mest``; none at the end."""
        data = self.fil.read(min(mest, self.igjen))
        self.igjen -= len(data)
        return data


@contextmanager
def _decrypted(kilde: _Utsnitt, egen: pyrage.x25519.Identity) -> Iterator[BinaryIO]:
    """Decrypt in a thread of its own, through a pipe: the library writes, and whoever reads a tar reads."""
    inn, ut = os.pipe()
    brudd: list[Exception] = []

    def decrypt() -> None:
        try:
            with os.fdopen(ut, "wb") as skriv:
                pyrage.decrypt_io(kilde, skriv, [egen])
        except (OSError, pyrage.DecryptError) as feil:
            brudd.append(feil)

    traad = threading.Thread(target=decrypt, daemon=True)
    traad.start()
    lest_ut = False
    try:
        with os.fdopen(inn, "rb") as les:
            yield les
            while les.read(BIT):
                pass
            lest_ut = True
    except (tarfile.TarError, EOFError):
        raise Skadet from None
    finally:
        # Whoever stops reading has closed the pipe, and the thread ends.
        traad.join()
    if brudd and lest_ut:
        raise Skadet
