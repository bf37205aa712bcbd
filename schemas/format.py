"""What an input format declares: the file's form, and the heading of each column."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Kolonne(BaseModel):
    """One column: its heading in the file and its name with us.

    ``gjentas`` says that few distinct values fill the column (codes, dates, places), which makes it fast to check.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    overskrift: str
    navn: str
    pakrevd: bool
    persondata: bool
    gjentas: bool = False


class Filformat(BaseModel):
    """One format, as ``data/formater/NAME.toml`` declares it. ``status`` tells whether its layout is documented.

    ``linjeskift`` says that a quoted field may go over several lines; otherwise a line is always a row.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    navn: str
    beskrivelse: str
    status: Literal["dokumentert", "antatt"]
    kilde: str
    monster: str
    type: Literal["csv"]
    skilletegn: str
    tegnsett: tuple[Literal["utf-8-sig", "utf-8", "cp1252"], ...]
    datoformat: str
    linjeskift: bool = False
    kolonner: tuple[Kolonne, ...]
