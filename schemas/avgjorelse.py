"""A person's decision about a proposal or an item: what is asked for, and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, WithJsonSchema

from schemas.iverksetting import Sendt
from schemas.skjema import form


class Beslutning(StrEnum):
    """What a person may decide about a proposal."""

    GODKJENN = "Godkjenn"
    AVVIS = "Avvis"
    STOPP = "Stopp"


class Avgjorelsesvalg(BaseModel):
    """Which proposal, what is decided, by whom and why. The form in the Prefect UI is made from this."""

    model_config = form(
        "Se forslagets tall i kjøringens oppsummering og prøvebrevene i mappen rapporter/forslag før du godkjenner. "
        "Skriv aldri noe om en person her.",
        "forslag_id",
        "beslutning",
        "av",
        "grunn",
    )

    forslag_id: str = Field(title="Forslag", description="For eksempel F2026-14-1.")
    beslutning: Annotated[Beslutning, WithJsonSchema({"type": "string", "enum": list(Beslutning)})] = Field(
        title="Beslutning", description="Stopp gjelder et forslag som er godkjent eller holder på å sendes."
    )
    av: str = Field(title="Navnet ditt", description="Den som bestemmer. I drift en annen enn den som foreslo.")
    grunn: str = Field(default="", title="Grunn", description="Må fylles ut for å avvise eller stoppe.")
    naa: datetime | None = None


class Avgjort(BaseModel):
    """What a decision came to: from when an approved proposal may be sent, or what had gone out when it stopped."""

    forslag_id: str
    beslutning: Beslutning
    sendes_fra: datetime | None = None
    sendt: Sendt | None = None

    @property
    def artefakt(self) -> str:
        """The key of the artifact in the Prefect UI."""
        return "avgjorelse"

    def oppsummering(self) -> str:
        """Return a Norwegian Markdown summary."""
        return f"# {self.forslag_id}: {self.beslutning}\n\n{self._text()}\n"

    def _text(self) -> str:
        if self.sendes_fra is not None:
            fra = f"{self.sendes_fra:%d.%m.%Y kl. %H:%M}"
            return (
                f"Godkjent for nøyaktig det innholdet forslaget har nå. Sendes tidligst {fra} med «99 · Iverksett "
                "godkjente forslag» eller `./arshjul send`. Til da kan det avvises."
            )
        if self.sendt is None:
            return "Avvist. Ingenting av det blir sendt."
        return (
            f"Stoppet. **{self.sendt.gikk_ut} gikk ut**, {self.sendt.avvist} gikk ikke ut. "
            f"{self.sendt.uavklart + self.sendt.sender} er det ikke kjent om kom fram."
        )
