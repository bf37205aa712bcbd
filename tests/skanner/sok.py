"""Every needle at once: a table says where one may begin, and only there it is compared byte by byte."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

VINDUER: Final = (8, 4)
"""A form is looked for by its first eight bytes, a shorter one by its first four."""
BITER: Final = 20
BLANDER: Final = np.uint64(0x9E3779B97F4A7C15)
BOLK: Final = 1 << 20
LITE: Final = 512
"""Less than this is looked through a byte at a time: a database holds a hundred thousand ids that may be anything."""
HELT_NUMMER: Final = 11
SIFFER: Final = frozenset(b"0123456789abcdefABCDEF")


class Soker:
    """The needles' forms, ready to be looked for in anything."""

    def __init__(self, former: Mapping[bytes, str]) -> None:
        """Take every form → the needle it is of; none is shorter than four bytes."""
        self._vinduer = [(bredde, *_table(former, bredde)) for bredde in VINDUER]
        self._former = former
        self._minst = VINDUER[-1]
        self._begynner: dict[bytes, list[bytes]] = defaultdict(list)
        for form in former:
            self._begynner[form[: self._minst]].append(form)

    def find(self, data: bytes) -> set[str]:
        """Return the needles that stand in ``data``."""
        return {self._former[form] for form in (self._found if len(data) > LITE else self._found_in_few)(data)}

    def _found_in_few(self, data: bytes) -> Iterator[bytes]:
        for her in range(len(data) - self._minst + 1):
            if mulige := self._begynner.get(data[her : her + self._minst]):
                yield from (form for form in mulige if _stands(data, form, her))

    def _found(self, data: bytes) -> Iterator[bytes]:
        for bredde, tabell, etter in self._vinduer:
            if not etter:
                continue
            for fra in range(0, len(data), BOLK):
                bolk = data[fra : fra + BOLK + bredde - 1]
                for sted in _candidates(bolk, bredde, tabell):
                    her = fra + sted
                    forrest = data[her : her + bredde]
                    yield from (form for form in etter.get(forrest, ()) if _stands(data, form, her))


def _table(
    former: Mapping[bytes, str], bredde: int
) -> tuple["np.ndarray[tuple[int], np.dtype[np.bool_]]", dict[bytes, list[bytes]]]:
    etter: dict[bytes, list[bytes]] = defaultdict(list)
    storste = next((annen for annen in reversed(VINDUER) if annen > bredde), None)
    for form in former:
        if len(form) >= bredde and (storste is None or len(form) < storste):
            etter[form[:bredde]].append(form)
    tabell = np.zeros(1 << BITER, dtype=np.bool_)
    tabell[_mixed(b"".join(etter), bredde)] = True
    return tabell, dict(etter)


def _stands(data: bytes, form: bytes, her: int) -> bool:
    """Tell whether a form stands at a place. A short number inside a longer one or a hash is no telephone."""
    if not data.startswith(form, her):
        return False
    if len(form) >= HELT_NUMMER or not form.isdigit():
        return True
    rundt = data[max(her - 1, 0) : her] + data[her + len(form) : her + len(form) + 1]
    return not SIFFER.intersection(rundt)


def _candidates(data: bytes, bredde: int, tabell: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> list[int]:
    """Return where a form may begin: a few places too many, never one too few."""
    steder: list[int] = []
    for fra in range(min(bredde, max(len(data) - bredde + 1, 0))):
        treff = np.flatnonzero(tabell[_mixed(data, bredde, fra)])
        steder += (treff * bredde + fra).tolist()
    return steder


def _mixed(data: bytes, bredde: int, fra: int = 0) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    """Return the table's place of each word of so many bytes, from a place on and side by side."""
    ord_ = np.frombuffer(data, dtype=f"<u{bredde}", count=(len(data) - fra) // bredde, offset=fra)
    return (ord_.astype(np.uint64) * BLANDER) >> np.uint64(64 - BITER)
