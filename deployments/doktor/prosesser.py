"""The machine's own list of what runs and what listens, read from ``/proc``; machines without one tell nothing."""

from pathlib import Path
from typing import Final, NamedTuple

from deployments.doktor.funn import Blikk
from tasks.hjem import MILJOVARIABEL

BARN: Final = "deployments.barn"
"""What every process that ``start`` starts is started through."""
TJENER, ARBEIDER = "deployments.prefecttjener", "deployments.arbeider"
SIDER, VAKT = "deployments.sidetjener", "deployments.vakt"
LYTTER: Final = "0A"
DENNE_MASKINEN: Final = frozenset({"0100007F", f"{'0' * 24}01000000", f"{'0' * 16}FFFF00000100007F"})
"""127.0.0.1, ::1 and 127.0.0.1 as an IPv6 address, as the list writes them."""


class Prosess(NamedTuple):
    """A running process of the home: its number, module, the words after it, and the environment it was given."""

    pid: int
    modul: str
    ord: tuple[str, ...]
    miljo: dict[str, str]


def can_see(blikk: Blikk) -> bool:
    """Tell whether the machine has such a list."""
    return (blikk.proc / "self").exists()


def processes(blikk: Blikk) -> list[Prosess]:
    """Return what ``start`` has running for this home, by number; others' processes cannot be read and are left out."""
    alle = [_read(mappe) for mappe in blikk.proc.iterdir() if mappe.name.isdecimal()]
    return sorted(prosess for prosess in alle if prosess and prosess.miljo.get(MILJOVARIABEL) == str(blikk.mappe))


def _read(mappe: Path) -> Prosess | None:
    try:
        ord_ = _texts(mappe / "cmdline")
        miljo = dict(linje.split("=", 1) for linje in _texts(mappe / "environ") if "=" in linje)
    except OSError:
        # It has ended meanwhile, or is another user's.
        return None
    if BARN not in ord_[:-1]:
        return None
    sted = ord_.index(BARN) + 1
    return Prosess(int(mappe.name), ord_[sted], tuple(ord_[sted + 1 :]), miljo)


def _texts(sti: Path) -> list[str]:
    return sti.read_bytes().decode("utf-8", errors="replace").rstrip("\0").split("\0")


def open_to_others(blikk: Blikk, porter: set[int]) -> set[int]:
    """Return the ports among these that something listens on for other machines too."""
    funnet = set()
    for navn in ("tcp", "tcp6"):
        liste = blikk.proc / "net" / navn
        for linje in liste.read_text(encoding="ascii").splitlines()[1:] if liste.exists() else ():
            lokal, tilstand = linje.split()[1], linje.split()[3]
            vert, _, port = lokal.partition(":")
            if tilstand == LYTTER and int(port, 16) in porter and vert not in DENNE_MASKINEN:
                funnet.add(int(port, 16))
    return funnet
