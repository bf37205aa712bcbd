"""Deletion by the retention rules: why somebody stays, and what was or would be deleted. Counts only."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, Field


class Hindring(StrEnum):
    """Why a youth whose time is out is kept all the same; the first that fits counts."""

    OPPGAVE = "har en åpen oppgave fra et senere år, eller en uenighet som ikke er avgjort"
    UTSENDING = "har en utsending som ikke er avgjort"
    OVERFORING = "står i en overføring som Udir ikke har kvittert for"
    NYLIG = "er med i noe som fortsatt beholdes"
    FIL = "står i en fil som fortsatt beholdes"


class Slettetall(BaseModel):
    """How many of what: ``regel`` as in ``data/regler/oppbevaring.csv``, ``sted`` the table or folder."""

    regel: str
    sted: str
    antall: int


class Sletteresultat(BaseModel):
    """What was deleted, or would be (``sletting_id`` None): how many youth, how many of what, and who stays and why."""

    sletting_id: str | None
    ungdommer: int
    tall: list[Slettetall]
    holdt_igjen: dict[Hindring, int] = Field(default_factory=dict)
    uten_frist: list[str] = Field(default_factory=list)
    merknader: list[str] = Field(default_factory=list)

    def oppsummering(self, betydninger: Mapping[str, str]) -> str:
        """Return it in Norwegian, rule by rule; ``betydninger`` says what each rule is about."""
        hva = f"Slettet ({self.sletting_id})" if self.sletting_id else "Dette ville blitt slettet"
        linjer = [f"{hva}: {self.ungdommer} ungdommer." if self.tall else "Det er ingenting å slette."]
        for regel in dict.fromkeys(tall.regel for tall in self.tall):
            linjer.append(f"\n{betydninger[regel]}:")
            linjer += [f"  {tall.sted}: {tall.antall}" for tall in self.tall if tall.regel == regel]
        if self.holdt_igjen:
            linjer.append("\nTiden er ute, men de beholdes, fordi ungdommen:")
            linjer += [f"  {grunn}: {antall}" for grunn, antall in self.holdt_igjen.items()]
        if self.uten_frist:
            linjer.append("\nFylket har ikke bestemt i [oppbevaring] når dette skal slettes:")
            linjer += [f"  {betydninger[regel]}" for regel in self.uten_frist]
        return "\n".join([*linjer, *(f"\n{tekst}" for tekst in self.merknader)]) + "\n"
