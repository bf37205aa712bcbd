"""The home's files that are past their limit: working copies of what is in the register, or has been handed over."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from tasks.arbeid.mappe import EGEN_FIL, folder
from tasks.hjem import Hjem
from tasks.klokke import file_day
from tasks.personopplysninger import Hva, file_kind

FILREGLER: Final = frozenset({"karantene", "eksport", "arbeidsliste", "forhaandsvisning", "innsyn"})
"""The rules by which files go. Nothing else is ever removed by its age."""
SOKES: Final = frozenset({"innboks/*", "karantene/*", "utboks/udir/*", "utboks/otto/*"})
"""The files in which those to be deleted are looked for while the files are kept."""
ARBEIDSLISTE: Final = "arbeidsliste"
FASTE_LEDD: Final = 2
"""So deep lie the folders of the home that stay when they are empty: ``utboks/print``, ``rapporter/forslag``."""


class Hjemfil(NamedTuple):
    """A file that may hold people: its rule, the folder it is counted under, and whether people are sought in it."""

    sti: Path
    regel: str
    sted: str
    sokes: bool


class Filer(NamedTuple):
    """The home's files: those that go, those in which people are looked for, and how many are none that we know."""

    slettes: tuple[Hjemfil, ...]
    sokes: tuple[Path, ...]
    ukjente: int


def find_files(hjem: Hjem, grenser: Mapping[str, date | None], apne: frozenset[str]) -> Filer:
    """Return the home's files as they stand; ``apne`` are the names of the workbooks with a row open."""
    slettes, sokes, ukjente = [], [], 0
    for fil in _files(hjem):
        if fil is None:
            ukjente += 1
        elif (
            fil.regel in FILREGLER
            and (grense := grenser[fil.regel])
            and file_day(fil.sti) < grense
            and fil.sti.name not in apne
        ):
            slettes.append(fil)
        elif fil.sokes:
            sokes.append(fil.sti)
    return Filer(tuple(slettes), tuple(sokes), ukjente)


def _files(hjem: Hjem) -> list[Hjemfil | None]:
    """Return every file that may hold people, None for each that is not known.

    The worklists' folder may lie outside the home.
    """
    funnet: list[Hjemfil | None] = []
    for sti in sorted(sti for sti in hjem.mappe.rglob("*") if sti.is_file() and not sti.is_symlink()):
        rel = sti.relative_to(hjem.mappe)
        slag = file_kind(rel.as_posix())
        if slag is None:
            funnet.append(None)
        elif slag.hva is Hva.OPPLYSNING:
            sted = "/".join(rel.parts[:-1][:FASTE_LEDD]) or rel.name
            funnet.append(Hjemfil(sti, slag.regel, sted, slag.monster in SOKES))
    lister = folder(hjem)
    if lister.is_dir() and not lister.is_relative_to(hjem.mappe):
        funnet += [Hjemfil(sti, ARBEIDSLISTE, "arbeidslistemappen", sokes=False) for sti in _own_lists(lister)]
    return funnet


def _own_lists(mappe: Path) -> list[Path]:
    """Return the files of ours in a folder that is not ours."""
    return sorted(sti for sti in mappe.iterdir() if sti.is_file() and EGEN_FIL.fullmatch(sti.name))


def remove(hjem: Hjem, filer: tuple[Hjemfil, ...]) -> None:
    """Remove the files, and the folders below ours that they leave empty."""
    for fil in filer:
        fil.sti.unlink(missing_ok=True)
    for mappe in sorted({fil.sti.parent for fil in filer}, reverse=True):
        rel = mappe.relative_to(hjem.mappe).parts if mappe.is_relative_to(hjem.mappe) else ()
        while len(rel) > FASTE_LEDD and not any((hjem.mappe / Path(*rel)).iterdir()):
            hjem.mappe.joinpath(*rel).rmdir()
            rel = rel[:-1]
