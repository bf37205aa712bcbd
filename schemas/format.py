"""What an input format declares: the file's form, and the heading of each column."""

from fnmatch import fnmatch
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Filtype = Literal["csv", "xlsx", "json"]
"""The kinds of file; each is also the ending of such a file's name."""


class _Del(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Kolonne(_Del):
    """One column: its heading in the file and its name with us. In JSON the heading is the path (``person.fnr``).

    ``gjentas`` says that few distinct values fill the column (codes, dates, places), which makes it fast to check.
    ``art`` and ``bredde`` matter for cells that are not text (a workbook's): an id, a date, or a code of so many
    digits may have been made a number.
    """

    overskrift: str
    navn: str
    pakrevd: bool
    persondata: bool
    gjentas: bool = False
    art: Literal["tekst", "id", "dato"] = "tekst"
    bredde: int = Field(default=0, ge=0)


class Jsonform(_Del):
    """Where in a JSON object the rows, their number and an error message stand."""

    liste: str
    antall: str
    feilmelding: str


class Filformat(_Del):
    """One format, as ``data/formater/NAME.toml`` declares it. ``status`` tells whether its layout is documented.

    ``monster`` is the file name's pattern without its ending; the ending says which of ``typer`` the file is.
    ``linjeskift`` says that a quoted field may go over several lines; otherwise a line is always a row. ``ark`` names
    the sheet of a workbook, blank for the first that is shown. ``fylkets`` holds a county's own headings: each with the
    declared heading it stands for, or blank for a column that is not read.
    """

    navn: str
    beskrivelse: str
    status: Literal["dokumentert", "antatt"]
    kilde: str
    monster: str
    typer: tuple[Filtype, ...] = Field(min_length=1)
    skilletegn: str = ";"
    tegnsett: tuple[Literal["utf-8-sig", "utf-8", "cp1252"], ...] = ("utf-8-sig", "utf-8", "cp1252")
    datoformat: str
    linjeskift: bool = False
    ark: str = ""
    json_form: Jsonform | None = None
    fylkets: dict[str, str] = {}
    kolonner: tuple[Kolonne, ...]

    @property
    def filnavn(self) -> str:
        """The patterns of its file names, to be shown."""
        return ", ".join(f"{self.monster}.{type_}" for type_ in self.typer)

    def heading_of(self, kolonne: Kolonne) -> str:
        """Return what the county calls the column in its files, else the declared heading."""
        egne = {til.casefold(): fra for fra, til in self.fylkets.items() if til}
        return egne.get(kolonne.overskrift.casefold(), kolonne.overskrift)

    def fits(self, filnavn: str) -> bool:
        """Tell whether a file name is of this format, whatever its ending: a wrong one is told, not passed over."""
        return fnmatch(filnavn.casefold(), self.monster)


class Filgrenser(_Del):
    """How large a text file may be."""

    mest_oktetter: int
    mest_linjer: int
    mest_darlige_rader: int
    mest_feil: int


class Regnearkgrenser(_Del):
    """How large a workbook may be, packed and unpacked."""

    mest_oktetter: int
    mest_deler: int
    mest_utpakket: int
    mest_utpakket_forhold: int
    pakk_fra: int
    mest_rader: int
    mest_celler: int
    mest_elementer: int


class Jsongrenser(_Del):
    """How large a JSON file may be."""

    mest_oktetter: int


class Logogrenser(_Del):
    """How large the county's logo may be."""

    mest_oktetter: int
    mest_bildepunkter: int


class Lesegrenser(_Del):
    """What protects the machine from a file: ``data/lesegrenser.toml``."""

    fil: Filgrenser
    regneark: Regnearkgrenser
    json_: Jsongrenser = Field(alias="json")
    logo: Logogrenser
