"""A run of a row: what it is asked to do, and what it answers."""

from datetime import date, datetime
from typing import Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from schemas.skjema import form
from schemas.verdier import Utfall

Gjor: TypeAlias = Literal["Vis først hva som ville skjedd", "Kjør", "Kjør, og godta leveransen som ble stoppet"]
VIS: Final[Gjor] = "Vis først hva som ville skjedd"
KJOR: Final[Gjor] = "Kjør"
GODTA: Final[Gjor] = "Kjør, og godta leveransen som ble stoppet"


class Kjorevalg(BaseModel):
    """What a run is asked to do. It never holds a person.

    ``rad`` is blank where the run was started from the row's own form: the deployment says which row it is. ``godta``
    is the code of an unusual delivery that is right all the same (ÅH-2015); ``kjent_tid`` tells how it stood then.
    """

    model_config = form("Skriv aldri noe om en person her.", "gjor", "aar", "annet_aar", "av")

    gjor: Gjor = Field(
        default=KJOR,
        title="Hva skal kjøringen gjøre?",
        description="Vis først endrer ingenting: svaret sier hva som er nytt, endret og borte, og har en lenke for å "
        "kjøre. Godta gjelder bare nøyaktig den leveransen som ble stoppet sist.",
    )
    aar: int = Field(default=0, title="År i årshjulet", description="0 betyr året raden er planlagt for nå.")
    annet_aar: bool = Field(
        default=False,
        title="Jeg mener et annet år enn i år",
        description="Må krysses av når året over ikke er det raden er planlagt for nå.",
    )
    av: str = Field(
        default="",
        title="Navnet ditt",
        description="Må fylles ut når modus er drift og raden foreslår noe. Den som foreslår, kan ikke godkjenne.",
    )
    rad: str = ""
    per_dato: date | None = None
    kjent_tid: datetime | None = None
    naa: datetime | None = None
    bare_vis: bool = False
    godta: str = ""

    @property
    def endrer_ingenting(self) -> bool:
        """Whether the run only tells what it would do."""
        return self.bare_vis or self.gjor == VIS


class Tabell(BaseModel):
    """A table of counts in a run's answer: a title, headings, and rows as they are shown. Nobody is named."""

    tittel: str
    hoder: tuple[str, ...]
    rader: list[tuple[str | int, ...]]

    def markdown(self) -> str:
        """Return it as Markdown; numbers to the right."""
        er_tall = [all(isinstance(rad[plass], int) for rad in self.rader) for plass in range(len(self.hoder))]
        linjer = [self.hoder, ["---:" if tall else "---" for tall in er_tall], *self.rader]
        tabell = "\n".join("| " + " | ".join(str(celle) for celle in linje) + " |" for linje in linjer)
        return f"## {self.tittel}\n\n{tabell}\n\n"


class Side(BaseModel):
    """A page that a run has made: what it shows, and where it can be opened."""

    tittel: str
    adresse: str


TELLINGER: Final = {
    "inn": "Rader inn",
    "lastet": "Lastet",
    "nye": "– av dem nye",
    "uendret": "Uendret",
    "borte": "Ikke lenger med",
    "karantene": "Satt til side",
    "foreslaatt": "Foreslått sendt",
    "oppgaver": "Nye oppgaver",
    "avvik": "Åpne avvik",
}
"""What a run counts, in the order and words in which people see it."""


class Kjoreresultat(BaseModel):
    """What a run did, as ``run --json`` prints it. Counts only.

    ``inn = lastet + uendret + karantene`` always; ``nye`` are those of ``lastet`` whom we did not know. ``forskjell``
    is the number of changed values by field, of those we knew, ``merknader`` what a person should know, ``tabeller``
    counts to look at, ``sider`` pages the run made. ``forrige`` holds the last generation's
    counts, empty for the first. ``sha256`` is the content of a transfer, else absent.
    """

    model_config = ConfigDict(use_enum_values=True)

    kjoring_id: str | None
    rad: str
    aar: int
    generasjon: int
    per_dato: date
    utfall: Utfall
    inn: int = 0
    lastet: int = 0
    nye: int = 0
    uendret: int = 0
    borte: int = 0
    karantene: int = 0
    foreslaatt: int = 0
    sendt: int = 0
    oppgaver: int = 0
    avvik: int = 0
    sekunder: float = 0.0
    forslag_id: str | None = None
    sha256: str | None = None
    forrige: dict[str, int] = Field(default_factory=dict)
    forskjell: dict[str, int] = Field(default_factory=dict)
    merknader: list[str] = Field(default_factory=list)
    tabeller: list[Tabell] = Field(default_factory=list)
    sider: list[Side] = Field(default_factory=list)

    @property
    def artefakt(self) -> str:
        """The key of the artifact in the Prefect UI."""
        return f"rad-{self.rad}"

    def oppsummering(self) -> str:
        """Return the run's counts as a Norwegian Markdown table, beside the last generation's where there is one."""
        linjer = "\n".join(
            f"| {navn} | {getattr(self, felt)} |" + (f" {self.forrige[felt]} |" if self.forrige else "")
            for felt, navn in TELLINGER.items()
        )
        hode = "| Hva | Nå | Forrige kjøring |\n|---|---:|---:|" if self.forrige else "| Hva | Antall |\n|---|---:|"
        hva = f"Kjøring {self.kjoring_id}" if self.kjoring_id else "Prøve som ikke endret noe"
        tabeller = "".join(tabell.markdown() for tabell in self.tabeller)
        return (
            f"# {self.rad} · {self.aar}\n\n{hva}, per {self.per_dato:%d.%m.%Y}: "
            f"**{self.utfall}**\n\n{hode}\n{linjer}\n\n"
            f"{self._difference()}{tabeller}{self._pages()}## Neste steg\n\n{self._next_step()}\n"
        )

    def _difference(self) -> str:
        """Return what is not as it was in the last generation, and what that means."""
        felt = "\n".join(f"| {navn} | {antall} |" for navn, antall in self.forskjell.items())
        tabell = f"## Endret siden sist\n\n| Felt | Antall |\n|---|---:|\n{felt}\n\n" if felt else ""
        merknader = "\n".join(f"- {tekst}" for tekst in self.merknader)
        return tabell + (f"## Merk\n\n{merknader}\n\n" if merknader else "")

    def _pages(self) -> str:
        """Return where the run's pages are."""
        linjer = "\n".join(
            f"- [{side.tittel}]({side.adresse})"
            if side.adresse.startswith("http")
            else f"- {side.tittel}: {side.adresse}"
            for side in self.sider
        )
        return f"## Sider\n\n{linjer}\n\n" if linjer else ""

    def _next_step(self) -> str:
        """Return what a person must do now."""
        steg = []
        if self.forslag_id and self.kjoring_id:
            steg.append(
                f"Se forslaget {self.forslag_id} med `./arshjul pending`, og avgjør det med «95 · Godkjenn, avvis "
                f"eller stopp et forslag» eller `./arshjul approve {self.forslag_id} --by NAVN`"
            )
        if self.karantene:
            steg.append("Rett radene som er satt til side i arbeidsboken i mappen `karantene`")
        if self.oppgaver:
            steg.append("Fordel oppgavene: `./arshjul show oppgaver`")
        if self.avvik:
            steg.append("Se avvikene: `./arshjul show avvik`")
        return "\n".join(f"- {enkelt}" for enkelt in steg) or "Ingenting venter på deg."


class Hoppet(BaseModel):
    """A planned run that came late and did nothing, by its row's own rule: which it was, and why."""

    rad: str
    aar: int
    planlagt: date
    grunn: str
    utfall: Literal["hoppet over"] = "hoppet over"

    @property
    def artefakt(self) -> str:
        """The key of the artifact in the Prefect UI."""
        return f"rad-{self.rad}"

    def oppsummering(self) -> str:
        """Return why, as Norwegian Markdown."""
        return (
            f"# {self.rad} · {self.aar}\n\n**Hoppet over.** Kjøringen var planlagt {self.planlagt:%d.%m.%Y}, og "
            f"{self.grunn}\n\n## Neste steg\n\nIngenting venter på deg. "
            "Vil du kjøre raden likevel, kjører du den selv.\n"
        )
