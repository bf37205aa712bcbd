"""The systems that tell us about youth: which files come from which, and what one of their files is the whole of."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Kilde:
    """What a format's file is.

    ``system`` keeps its address grades apart from other systems'. ``gruppe`` is the year's group whose members it
    lists. ``nokkel`` tells two lines about the same person apart: each school has its own. Those whom we did not know
    become youth of the service, unless it is not one that enrols (``tilmelder``). A file without the column of address
    grades closes everyone in it, unless the source need not tell of them (``ma_gradere``): then it says nothing.
    """

    system: str
    gruppe: str = ""
    nokkel: tuple[str, ...] = ("person_id",)
    tilmelder: bool = True
    ma_gradere: bool = True


KILDER: Final = {
    "vigo_ikkesokere": Kilde("vigo", "ikkesoker"),
    "vigo_ot_linjer": Kilde("vigo", "neisvarer"),
    "skole_ikke_mott": Kilde("skole", "neisvarer", ("person_id", "skolenummer"), ma_gradere=False),
    "skole_avklaring": Kilde("skole", tilmelder=False),
    "otto_uttrekk": Kilde("otto"),
    "vigo_ot_rest": Kilde("vigo_ot"),
}
"""The formats that are loaded as facts about people."""


def group_of(format_navn: str) -> str:
    """Return the group whose members the format lists, blank when it lists none."""
    return KILDER[format_navn].gruppe if format_navn in KILDER else ""


def same_group(format_navn: str) -> list[str]:
    """Return every format that lists members of the same group."""
    return [navn for navn, kilde in KILDER.items() if kilde.gruppe and kilde.gruppe == group_of(format_navn)]
