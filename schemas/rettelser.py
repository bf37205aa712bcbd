"""Corrections to facts: what is asked for, and what came of it."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.skjema import form


class Rettelsesvalg(BaseModel):
    """How the corrections in the inbox are taken."""

    model_config = form("Bruker rettelsene som ligger i innboks. Skriv aldri noe om en person her.", "bare_vis")

    bare_vis: bool = Field(
        default=False, title="Bare vis", description="Sier hva rettelsene ville gjort, og endrer ingenting."
    )
    naa: datetime | None = None


class Rettet(BaseModel):
    """What taking the corrections came to; counts only.

    ``brukt`` rows of ``filer`` files were used; ``alt_brukt`` files had been used before. ``rettelse_id`` is None where
    nothing was used, and in a dry run.
    """

    rettelse_id: str | None = None
    filer: int = 0
    brukt: int = 0
    alt_brukt: int = 0

    @property
    def artefakt(self) -> str:
        """The key of the artifact in the Prefect UI."""
        return "rettelser"

    def oppsummering(self) -> str:
        """Return a Norwegian Markdown summary."""
        linjer = []
        if self.brukt:
            hva = f"er brukt ({self.rettelse_id})" if self.rettelse_id else "kan brukes. Ingenting er endret"
            linjer.append(f"{self.brukt} rettelser i {self.filer} filer {hva}.")
        if self.alt_brukt:
            linjer.append(f"{self.alt_brukt} filer var brukt før. De endret ingenting.")
        tekst = "\n".join(linjer) or "Ingen rettelser ligger i innboks."
        return f"# Rettelser\n\n{tekst}\n"
