"""The channels: how one item becomes files, where they go, and whether the receiver can be asked if they came.

In this version every channel hands over files in ``utboks/``. The name of a file never says who it is about.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from schemas.verdier import Kanal, Modus, Tilstand
from tasks import epost
from tasks.brev import render
from tasks.brevutkast import letter_of
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.filer import write_file
from tasks.hjem import Hjem


@dataclass(frozen=True)
class Pakkefiler:
    """A sealed transfer as it is handed over."""

    navn: str
    data: bytes
    manifest: bytes


@dataclass(frozen=True)
class Post:
    """One item on its way out; ``innhold`` is the JSON it was approved with, ``pakke`` a transfer's sealed files."""

    utsending_id: str
    mappe: str
    kanal: Kanal
    innhold: str
    pakke: Pakkefiler | None = None


@dataclass(frozen=True)
class Filkanal:
    """A channel that hands over files, and can be asked: the file is there or it is not.

    ``files`` makes the item's files (path under ``utboks/`` → bytes), the same every time. ``modi`` are the modes it
    may be used in, ``bolk`` how many items may be under way at once.
    """

    files: Callable[[Post], dict[str, bytes]]
    modi: frozenset[Modus]
    bolk: int = 100

    def deliver(self, hjem: Hjem, post: Post) -> tuple[Tilstand, str]:
        """Hand the item over, once, and look that it arrived whole; return its state and the reason if refused."""
        try:
            filer = self.files(post)
        except BrukerFeil as feil:
            return Tilstand.AVVIST, feil.kode
        for navn, innhold in filer.items():
            write_file(hjem.utboks / navn, innhold)
        return (Tilstand.LEVERT, "") if _are_there(hjem, filer) else (Tilstand.UAVKLART, "filen er ikke hel")

    def look_for(self, hjem: Hjem, post: Post) -> Tilstand:
        """Ask what came of an item that was cut off: ``levert``, ``planlagt`` (did not arrive) or ``uavklart``.

        A file of the item's name with other bytes was handed over by another version of the program: for a person.
        """
        try:
            filer = self.files(post)
        except BrukerFeil:
            return Tilstand.PLANLAGT
        if _are_there(hjem, filer):
            return Tilstand.LEVERT
        funnet = {navn: data for navn, data in filer.items() if (hjem.utboks / navn).is_file()}
        return Tilstand.PLANLAGT if _are_there(hjem, funnet) else Tilstand.UAVKLART


def _are_there(hjem: Hjem, filer: dict[str, bytes]) -> bool:
    return all((sti := hjem.utboks / navn).is_file() and sti.read_bytes() == data for navn, data in filer.items())


def _letter(post: Post) -> dict[str, bytes]:
    return {f"{post.kanal}/{post.mappe}/{post.utsending_id}.pdf": render(letter_of(post.innhold))}


def _mail(post: Post) -> dict[str, bytes]:
    brev = json.loads(post.innhold)
    tid = datetime.fromisoformat(brev["tid"])
    melding_id = f"<{post.utsending_id}@arshjul.invalid>"
    melding = epost.build(brev["fra"], brev["til"], brev["emne"], brev["tekst"], melding_id, tid)
    return {f"epost/{post.mappe}/{post.utsending_id}.eml": melding}


def _package(post: Post) -> dict[str, bytes]:
    if post.pakke is None:
        raise ProgramFeil("overføringen har ingen forseglet pakke")
    return {f"udir/{post.pakke.navn}.csv": post.pakke.data, f"udir/{post.pakke.navn}.json": post.pakke.manifest}


BARE_OVING = frozenset({Modus.OVE})
# Mode "prøve" sends to its guest list only, and there is none yet: nothing leaves.
OVING_OG_DRIFT = frozenset({Modus.OVE, Modus.DRIFT})
KANALER = {
    Kanal.DIGITAL: Filkanal(_letter, BARE_OVING),
    Kanal.EPOST: Filkanal(_mail, BARE_OVING),
    Kanal.PRINT: Filkanal(_letter, OVING_OG_DRIFT),
    Kanal.UDIR: Filkanal(_package, OVING_OG_DRIFT),
}
