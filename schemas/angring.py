"""Taking a load back: what is asked for, and what came of it."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.skjema import form


class Angrevalg(BaseModel):
    """Which load to take back, who decides it, and why."""

    model_config = form(
        "Hvilken innlasting som skal tas tilbake. Skriv aldri noe om en person her.",
        "kjoring_id", "av", "grunn", "bare_vis",
    )  # fmt: skip

    kjoring_id: str = Field(title="Kjøring", description="Innlastingen som skal angres, for eksempel 2026-12-1.")
    av: str = Field(title="Navnet ditt", description="Den som bestemmer det.")
    grunn: str = Field(title="Grunn", description="Hvorfor den angres. Ikke noe om enkeltpersoner.")
    bare_vis: bool = Field(
        default=False, title="Bare vis", description="Sier hva det ville endret, og endrer ingenting."
    )
    naa: datetime | None = None


class Angret(BaseModel):
    """What taking a load back changed. Counts only."""

    kjoring_id: str | None
    angret_kjoring_id: str
    ungdommer: int
    opplysninger: int
    merknader: list[str] = Field(default_factory=list)

    @property
    def artefakt(self) -> str:
        """The key of the artifact in the Prefect UI."""
        return "angring"

    def oppsummering(self) -> str:
        """Return a Norwegian Markdown summary."""
        hva = f"Kjøring {self.kjoring_id}" if self.kjoring_id else "Prøve som ikke endret noe"
        merk = "".join(f"- {tekst}\n" for tekst in self.merknader)
        return (
            f"# Angret innlasting {self.angret_kjoring_id}\n\n{hva}: {self.opplysninger} opplysninger om "
            f"{self.ungdommer} ungdommer er slik de var før innlastingen.\n\n{merk}"
        )
