"""Carrying out approved proposals: what is asked for, and what came of it."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.skjema import form


class Iverksettingsvalg(BaseModel):
    """Which proposal to carry out."""

    model_config = form("Hvilke godkjente forslag som skal sendes.", "forslag_id")

    forslag_id: str = Field(default="", title="Forslag", description="Tom betyr alle som er godkjent.")
    naa: datetime | None = None


class Sendt(BaseModel):
    """What carrying out one proposal has come to: its items by state now."""

    forslag_id: str
    levert: int = 0
    sendt: int = 0
    avvist: int = 0
    uavklart: int = 0
    planlagt: int = 0
    sender: int = 0
    venter_til: datetime | None = None
    venter_grunn: str = ""
    venter_tekst: str = ""

    @property
    def venter(self) -> str:
        """Until when it waits, and why; blank when it does not."""
        return (
            f"til {self.venter_til:%d.%m.%Y kl. %H:%M} ({self.venter_tekst or self.venter_grunn})"
            if self.venter_til
            else ""
        )

    @property
    def gikk_ut(self) -> int:
        """How many have certainly left the house."""
        return self.levert + self.sendt

    @property
    def trenger_noen(self) -> bool:
        """Whether a person must look at what happened."""
        return bool(self.avvist or self.uavklart or self.planlagt or self.sender)


class Iverksatt(BaseModel):
    """What carrying out came to, proposal by proposal."""

    forslag: list[Sendt]

    @property
    def artefakt(self) -> str:
        """The key of the artifact in the Prefect UI."""
        return "iverksetting"

    def oppsummering(self) -> str:
        """Return a Norwegian Markdown summary."""
        linjer = "\n".join(
            f"| {s.forslag_id} | {s.gikk_ut} | {s.avvist} | {s.uavklart} | {s.planlagt + s.sender} | {s.venter} |"
            for s in self.forslag
        )
        topp = "| Forslag | Sendt | Avvist | Uavklart | Gjenstår | Venter |\n|---|---:|---:|---:|---:|---|"
        return f"# Iverksetting\n\n{topp}\n{linjer}\n"
