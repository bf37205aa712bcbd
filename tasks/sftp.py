"""The transfer to Udir by SFTP: exactly one attempt, a pinned host key, and a package that is there whole or not.

Each file is written under a name that nobody looks for and gets its own when it is whole, the manifest last. Until the
receiver has been asked to name the manifest it has no package; from then on only what lies there counts, and it can be
asked later.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final

import asyncssh

from schemas.innstillinger import Udir
from schemas.verdier import Tilstand
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.hjem import Hjem
from tasks.kanal import Leveringssvar, Post
from tasks.nettkall import must_be_ours
from tasks.register.nokkel import read_secret
from tasks.sftpforbindelse import GRUNNER, TAUST, Adgang, Forbindelse, Stans, Tidsgrenser, session

TJENESTE: Final = "mottaket hos Udir"
MILJOVARIABEL: Final = "ARSHJUL_UDIR_NOKKEL"
NOKKELFIL: Final = "udir.nokkel"
NOKKELRING: Final = "arshjul-udir"
TVIL_SEKUNDER: Final = 60
ANDRE_BYTES: Final = "sftp_annet_innhold"
IKKE_HEL: Final = "sftp_ikke_hel"
BORTE: Final = "sftp_borte"
LAA_DER: Final = "sftp_laa_der"
UTEN_SVAR: Final = "sftp_uten_svar"
EGNE_GRUNNER: Final = GRUNNER | {ANDRE_BYTES, IKKE_HEL, BORTE, LAA_DER, UTEN_SVAR}

Fil = tuple[str, bytes]


class Steg(IntEnum):
    """How far the manifest has come: not named, asked to be named, named."""

    FOR, UNDER, ETTER = range(3)


@dataclass(frozen=True)
class Sftpvei:
    """The way to the receiver as ``[udir]`` says. One package at a time."""

    valg: Udir
    grenser: Tidsgrenser = field(default_factory=Tidsgrenser)
    bolk: int = 1
    tvil_sekunder: int = TVIL_SEKUNDER

    @contextmanager
    def open(self, hjem: Hjem, naa: datetime) -> Iterator["Sftplevering"]:
        """Make ready to connect, which each package does.

        BrukerFeil ÅH-1630 (mode ``øve`` and not this machine), ÅH-1680 (no usable key), ÅH-1681 (``vertsnokkel``).
        """
        must_be_ours(hjem.innstillinger.modus, f"sftp://{self.valg.vert}", TJENESTE)
        yield Sftplevering(_access(hjem, self.valg, self.grenser), naa)


class Sftplevering:
    """The receiver, as it can be reached."""

    def __init__(self, adgang: Adgang, naa: datetime) -> None:
        self._adgang, self._naa = adgang, naa

    def prepare(self, poster: Sequence[Post]) -> None:
        """Nothing to make ready: the packages are sealed."""

    def deliver(self, post: Post) -> Leveringssvar:
        """Hand the package over, once; nothing is ever raised for what the receiver does."""
        return _alone(self._hand_over(_files(post)))

    def look_for(self, post: Post) -> Leveringssvar:
        """Look at what lies there under the package's names."""
        return _alone(self._look(_files(post)))

    async def _hand_over(self, filer: list[Fil]) -> Leveringssvar:
        gang = _Gang()
        try:
            async with self._session() as mottak:
                return await _place(mottak, filer, gang)
        except Stans as stans:
            grunn, er_svar = stans.grunn, stans.er_svar
        if gang.steg is Steg.FOR or (gang.steg is Steg.UNDER and er_svar):
            return Leveringssvar(Tilstand.PLANLAGT, grunn, stopp=True)
        return self._unknown()

    async def _look(self, filer: list[Fil]) -> Leveringssvar:
        try:
            async with self._session() as mottak:
                return await _found(mottak, filer)
        except Stans:
            return self._unknown()

    def _unknown(self) -> Leveringssvar:
        vent = self._naa + timedelta(seconds=TVIL_SEKUNDER)
        return Leveringssvar(Tilstand.SENDER, UTEN_SVAR, stopp=True, vent_til=vent)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Forbindelse]:
        try:
            async with asyncio.timeout(self._adgang.grenser.alt), session(self._adgang) as mottak:
                yield mottak
        except TimeoutError:
            raise Stans(TAUST) from None


@dataclass
class _Gang:
    """How far a package has come."""

    steg: Steg = Steg.FOR


async def _place(mottak: Forbindelse, filer: list[Fil], gang: _Gang) -> Leveringssvar:
    """Write what is not there, name it, the manifest last, and look that it is there whole."""
    der = [await mottak.read(navn, len(innhold)) for navn, innhold in filer]
    if (svar := _seen(filer, der)).tilstand is not Tilstand.PLANLAGT:
        return Leveringssvar(svar.tilstand, svar.grunn or LAA_DER)
    mangler = [fil for fil, funnet in zip(filer, der, strict=True) if funnet is None]
    try:
        for navn, innhold in mangler:
            await mottak.write(_temporary(navn), innhold)
        for navn, _ in mangler:
            gang.steg = Steg.UNDER if navn == filer[-1][0] else Steg.FOR
            await mottak.rename(_temporary(navn), navn)
    except Stans:
        await _clean(mottak, filer)
        raise
    gang.steg = Steg.ETTER
    return await _verified(mottak, filer)


async def _verified(mottak: Forbindelse, filer: list[Fil]) -> Leveringssvar:
    """Tell whether every file is there with our bytes, in the size that the receiver says."""
    der = [await mottak.read(navn, len(innhold)) for navn, innhold in filer]
    if None in der:
        return Leveringssvar(Tilstand.UAVKLART, BORTE)
    storrelser = [await mottak.size(navn) for navn, _ in filer]
    hel = der == [innhold for _, innhold in filer] and storrelser == [len(innhold) for _, innhold in filer]
    return Leveringssvar(Tilstand.SENDT) if hel else Leveringssvar(Tilstand.UAVKLART, IKKE_HEL)


async def _found(mottak: Forbindelse, filer: list[Fil]) -> Leveringssvar:
    svar = _seen(filer, [await mottak.read(navn, len(innhold)) for navn, innhold in filer])
    await _clean(mottak, filer)
    return svar


def _seen(filer: list[Fil], der: list[bytes | None]) -> Leveringssvar:
    """Tell what lies there: the package whole, not (all of) it, or something else under its name."""
    if any(funnet not in (None, innhold) for (_, innhold), funnet in zip(filer, der, strict=True)):
        return Leveringssvar(Tilstand.UAVKLART, ANDRE_BYTES)
    if None not in der:
        return Leveringssvar(Tilstand.SENDT)
    # The manifest comes last: where it stands alone somebody has taken the rest.
    return Leveringssvar(Tilstand.PLANLAGT) if der[-1] is None else Leveringssvar(Tilstand.UAVKLART, BORTE)


async def _clean(mottak: Forbindelse, filer: list[Fil]) -> None:
    """Take away what was being written, where the receiver still listens."""
    with suppress(Stans):
        for navn, _ in filer:
            await mottak.remove(_temporary(navn))


def _files(post: Post) -> list[Fil]:
    """Return the package's files in the order they are named: the manifest last."""
    if post.pakke is None:
        raise ProgramFeil("overføringen har ingen forseglet pakke")
    return [(f"{post.pakke.navn}.csv", post.pakke.data), (f"{post.pakke.navn}.json", post.pakke.manifest)]


def _temporary(navn: str) -> str:
    return f".{navn}.del"


def _alone(arbeid: Coroutine[Any, Any, Leveringssvar]) -> Leveringssvar:
    """Do it on an event loop of its own, whatever loop the caller may be on."""
    with ThreadPoolExecutor(1) as traad:
        return traad.submit(asyncio.run, arbeid).result()


def _access(hjem: Hjem, valg: Udir, grenser: Tidsgrenser) -> Adgang:
    """Return what is needed to connect."""
    try:
        nokkel = asyncssh.import_private_key(read_secret(hjem.mappe, MILJOVARIABEL, NOKKELFIL, NOKKELRING))
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError):
        nokkel = None
    if nokkel is None:
        raise BrukerFeil("ÅH-1680", variabel=MILJOVARIABEL, fil=NOKKELFIL)
    try:
        vertsnokkel = asyncssh.import_public_key(valg.vertsnokkel)
    except (asyncssh.KeyImportError, ValueError):
        vertsnokkel = None
    if vertsnokkel is None:
        raise BrukerFeil("ÅH-1681")
    return Adgang(valg.vert, valg.port, valg.bruker, valg.mappe, vertsnokkel, nokkel, grenser)
