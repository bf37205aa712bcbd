"""Walks a folder, opens what can be opened, and tells where any of the needles stands."""

import re
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

import pyrage

from tasks.arbeid.kryptering import is_locked, unlock
from tests.skanner import avkodere, databaser
from tests.skanner.former import forms
from tests.skanner.sok import Soker

ULEST: Final = "kunne ikke leses"
"""In place of the needle: nobody knows what is in it."""
DYBDE: Final = 12
AGE: Final = b"age-encryption.org/v1\n"
PANSRET: Final = re.compile(rb"-----BEGIN AGE ENCRYPTED FILE-----.*?-----END AGE ENCRYPTED FILE-----", re.DOTALL)
IDENTITET: Final = re.compile(rb"AGE-SECRET-KEY-1[0-9A-Z]+")


class Funn(NamedTuple):
    """Where a needle was found: the file inside the folder, how it is wrapped, and which needle (or ``ULEST``)."""

    sti: str
    vei: str
    nal: str


class _Bit(NamedTuple):
    sti: str
    vei: tuple[str, ...]
    data: bytes
    fil: Path | None = None


def scan(rot: Path, naler: Iterable[str], nokkel: str = "", passord: Iterable[str] = ()) -> list[Funn]:
    """Return every place under ``rot`` (a folder or a file) where one of the needles stands, each once; [] is clean.

    ``nokkel`` opens the register and the backups, ``passord`` locked worklists. What cannot be opened is a finding too.
    """
    return _Skann(Soker(forms(naler)), nokkel, tuple(passord)).run(rot)


class _Skann:
    """One search: what is left to look at, what has been seen, and what waits for an identity to be found."""

    def __init__(self, soker: Soker, nokkel: str, passord: tuple[str, ...]) -> None:
        self.soker = soker
        self.nokkel = nokkel
        self.passord = passord
        self.ko: deque[_Bit] = deque()
        self.sett: set[bytes] = set()
        self.funn: dict[Funn, None] = {}
        self.identiteter: set[str] = set()
        self.laste: list[_Bit] = []
        self.provd: set[bytes] = set()

    def run(self, rot: Path) -> list[Funn]:
        """Look through everything, then again through what an identity that was found on the way may open."""
        for sti in sorted(rot.rglob("*")) if rot.is_dir() else [rot]:
            navn = str(sti.relative_to(rot)) if sti != rot else sti.name
            self.ko.append(_Bit(navn, ("filnavn",), navn.encode(errors="surrogateescape")))
            if sti.is_symlink():
                self.ko.append(_Bit(navn, ("lenke",), str(sti.readlink()).encode()))
            elif sti.is_file():
                self.ko.append(_Bit(navn, (), sti.read_bytes(), sti))
        while self.ko:
            self._look(self.ko.popleft())
            if not self.ko:
                self._try_locked()
        for bit in self.laste:
            self._tell(bit, ULEST)
        return list(self.funn)

    def _look(self, bit: _Bit) -> None:
        avtrykk = blake2b(bit.data).digest()
        # A file is looked at whatever its bytes are: its log makes it another database.
        if not bit.fil and avtrykk in self.sett:
            return
        self.sett.add(avtrykk)
        for nal in sorted(self.soker.find(bit.data)):
            self._tell(bit, nal)
        if len(bit.vei) > DYBDE:
            self._tell(bit, ULEST)
            return
        self.identiteter |= {treff.decode() for treff in IDENTITET.findall(bit.data)}
        try:
            for hvordan, inni in self._inside(bit):
                if len(inni) >= 4:
                    self.ko.append(_Bit(bit.sti, (*bit.vei, hvordan), inni))
        except avkodere.Uleselig:
            self._tell(bit, ULEST)

    def _inside(self, bit: _Bit) -> Iterator[avkodere.Del]:
        if bit.vei and bit.vei[-1] in avkodere.OMSKREVET:
            yield from avkodere.parts(bit.data)
            return
        if bit.data.startswith(AGE):
            self.laste.append(bit)
            return
        if is_locked(bit.data):
            yield "låst bok", self._unlocked(bit.data)
            return
        if databaser.is_sqlite(bit.data) or databaser.is_duckdb(bit.data):
            yield from self._database(bit)
        self.laste += [bit._replace(data=treff) for treff in PANSRET.findall(bit.data)]
        yield from avkodere.parts(PANSRET.sub(b"", bit.data))

    def _unlocked(self, data: bytes) -> bytes:
        for passord in self.passord:
            if inni := unlock(data, passord):
                return inni
        raise avkodere.Uleselig

    def _database(self, bit: _Bit) -> Iterator[avkodere.Del]:
        with tempfile.TemporaryDirectory() as mappe:
            sti = bit.fil or Path(mappe) / "inni"
            if not bit.fil:
                sti.write_bytes(bit.data)
            if databaser.is_sqlite(bit.data):
                yield from databaser.sqlite_parts(sti)
            else:
                yield from databaser.duckdb_parts(sti, self.nokkel)

    def _try_locked(self) -> None:
        """Open what is encrypted with age, by the key or by an identity that has been found since."""
        igjen = []
        for bit in self.laste:
            if (inni := self._decrypted(bit.data)) is None:
                igjen.append(bit)
            else:
                self.ko.append(_Bit(bit.sti, (*bit.vei, "age"), inni))
        self.laste = igjen

    def _decrypted(self, data: bytes) -> bytes | None:
        for navn in sorted(self.identiteter):
            try:
                return bytes(pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(navn)]))
            except (pyrage.DecryptError, pyrage.IdentityError):
                continue
        # Once for each: a passphrase takes a second to try, by design.
        if not self.nokkel or data in self.provd:
            return None
        self.provd.add(data)
        try:
            return bytes(pyrage.passphrase.decrypt(data, self.nokkel))
        except pyrage.DecryptError:
            return None

    def _tell(self, bit: _Bit, nal: str) -> None:
        self.funn[Funn(bit.sti, " > ".join(bit.vei), nal)] = None
