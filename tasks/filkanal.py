"""The channel that hands over files: made when they are needed, and there or not there when asked.

The name of a file never says who it is about.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from schemas.verdier import Tilstand
from tasks.feil import BrukerFeil
from tasks.filer import write_file
from tasks.hjem import Hjem
from tasks.kanal import Leveringssvar, Post

ANDRE_BYTES = "fil_annet_innhold"
IKKE_HEL = "fil_ikke_hel"

Filer = dict[str, bytes]
"""Path under ``utboks/`` → bytes."""
Fillager = Callable[[Hjem, Sequence[Post]], dict[str, Filer | BrukerFeil]]
"""Make the items' files, the same every time: ``utsending_id`` → its files, or why they cannot be made."""


@dataclass(frozen=True)
class Filkanal:
    """Files handed over in ``utboks/``. ``kvitteres`` says that the receiver answers later that it has them."""

    lag: Fillager
    kvitteres: bool = False
    bolk: int = 100
    tvil_sekunder: int = 0

    @contextmanager
    def open(self, hjem: Hjem, naa: datetime) -> Iterator["Fillevering"]:  # noqa: ARG002 every channel is opened alike
        """Nothing to connect to."""
        yield Fillevering(hjem, self.lag, Tilstand.SENDT if self.kvitteres else Tilstand.LEVERT, {})


@dataclass(frozen=True)
class Fillevering:
    """The files of the items under way, kept until they are handed over."""

    hjem: Hjem
    lag: Fillager
    overlevert: Tilstand
    filer: dict[str, Filer | BrukerFeil]

    def prepare(self, poster: Sequence[Post]) -> None:
        """Make the files of these items."""
        self.filer.clear()
        self.filer.update(self.lag(self.hjem, poster))

    def deliver(self, post: Post) -> Leveringssvar:
        """Hand the item over, once, and look that it arrived whole."""
        filer = self.filer[post.utsending_id]
        if isinstance(filer, BrukerFeil):
            return Leveringssvar(Tilstand.AVVIST, filer.kode)
        for navn, innhold in filer.items():
            write_file(self.hjem.utboks / navn, innhold)
        if _are_there(self.hjem, filer):
            return Leveringssvar(self.overlevert)
        return Leveringssvar(Tilstand.UAVKLART, IKKE_HEL)

    def look_for(self, post: Post) -> Leveringssvar:
        """Look whether the item's files are there whole.

        A file of the item's name with other bytes was handed over by another version of the program: for a person.
        """
        filer = self.lag(self.hjem, [post])[post.utsending_id]
        if isinstance(filer, BrukerFeil):
            return Leveringssvar(Tilstand.PLANLAGT)
        if _are_there(self.hjem, filer):
            return Leveringssvar(self.overlevert)
        funnet = {navn: data for navn, data in filer.items() if (self.hjem.utboks / navn).is_file()}
        if _are_there(self.hjem, funnet):
            return Leveringssvar(Tilstand.PLANLAGT)
        return Leveringssvar(Tilstand.UAVKLART, ANDRE_BYTES)


def _are_there(hjem: Hjem, filer: Filer) -> bool:
    return all((sti := hjem.utboks / navn).is_file() and sti.read_bytes() == data for navn, data in filer.items())
