"""Sample letters for whoever is to approve: a few that show what is different, as PDF and as pictures."""

import json
import shutil
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Final, NamedTuple

from schemas.brev import Brevdata
from schemas.utsending import Sending
from schemas.verdier import Mottaker
from tasks.brev import render, render_images
from tasks.brevutkast import letter_of
from tasks.filer import write_file
from tasks.hjem import Hjem
from tasks.logo import kept_logo

ANTALL: Final = 3


class Slag(NamedTuple):
    """What makes one letter differ from another, other than whom it is about."""

    mottaker: str
    """``ungdom-digital``, ``ungdom-print``, ``foresatt``."""
    maalform: str
    kategori: str


def preview_folder(hjem: Hjem, forslag_id: str) -> Path:
    """Return where a proposal's sample letters lie."""
    return hjem.mappe / "rapporter" / "forslag" / forslag_id


def write_previews(hjem: Hjem, forslag_id: str, sendinger: Sequence[Sending]) -> list[str]:
    """Write up to three of the proposal's letters as PDF and PNG, in place of what lay there; return the files' names.

    The same proposal gives the same files. No name says who a letter is about.
    """
    remove_previews(hjem, forslag_id)
    filer: dict[str, bytes] = {}
    for nummer, (slag, brev) in enumerate(_samples(sendinger), start=1):
        stamme = f"{nummer}-{slag.mottaker}-{slag.maalform}"
        logo = kept_logo(hjem, brev.logo)
        filer[f"{stamme}.pdf"] = render(brev, logo)
        bilder = render_images(brev, logo)
        filer |= {f"{stamme}-side{side}.png": bilde for side, bilde in enumerate(bilder, start=1)}
    for navn, innhold in filer.items():
        write_file(preview_folder(hjem, forslag_id) / navn, innhold)
    return list(filer)


def remove_previews(hjem: Hjem, forslag_id: str) -> None:
    """Remove a proposal's sample letters: they are about people, and nobody is to decide on them any more."""
    mappe = preview_folder(hjem, forslag_id)
    if mappe.exists():
        shutil.rmtree(mappe)


def _samples(sendinger: Sequence[Sending]) -> list[tuple[Slag, Brevdata]]:
    """Return the letters that show most of what is different, then others up to three, by the items' keys."""
    etter_slag: dict[Slag, list[Brevdata]] = {}
    for sending in sorted(sendinger, key=lambda sending: sending.nokkel):
        if "brev" in json.loads(sending.innhold):
            brev = letter_of(sending.innhold)
            etter_slag.setdefault(_kind(sending, brev), []).append(brev)
    utvalg = [(slag, etter_slag[slag].pop(0)) for slag in _most_different(sorted(etter_slag))]
    resten = ((slag, brev) for slag in sorted(etter_slag) for brev in etter_slag[slag])
    return [*utvalg, *resten][:ANTALL]


def _kind(sending: Sending, brev: Brevdata) -> Slag:
    ungdom = sending.mottaker is Mottaker.UNGDOM
    return Slag(f"ungdom-{sending.kanal}" if ungdom else str(sending.mottaker), brev.maalform, brev.kategori)


def _most_different(slagene: Sequence[Slag]) -> tuple[Slag, ...]:
    """Return up to three kinds: as many recipients as can be, then written standards, then categories."""

    def differences(valg: Iterable[Slag]) -> tuple[int, ...]:
        return tuple(len(set(verdier)) for verdier in zip(*valg, strict=True))

    return max(combinations(slagene, min(ANTALL, len(slagene))), key=differences, default=())
