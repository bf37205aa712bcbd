"""Receipts: what collecting them came to."""

from datetime import datetime

from pydantic import BaseModel

from schemas.skjema import form


class Kvitteringsvalg(BaseModel):
    """When receipts are fetched."""

    model_config = form("Spør mottakerne hvordan det har gått.")

    naa: datetime | None = None


class Kvitteringsresultat(BaseModel):
    """How many letters the receivers were asked about, and what they answered. Counts only.

    Of what came back by e-mail: given up, still being tried, for a person to understand, and impossible to read. Of the
    archive's answers: letters confirmed, and messages refused without saying which. Of Udir's messages: new ones, those
    known before, new ones older than what was known; transfers approved and refused; and files that could not be used.
    """

    spurt: int = 0
    svart: int = 0
    levert: int = 0
    avvist: int = 0
    retur_hard: int = 0
    retur_myk: int = 0
    retur_uforstatt: int = 0
    retur_uleselig: int = 0
    arkivert: int = 0
    arkiv_avvist: int = 0
    udir_nye: int = 0
    udir_kjente: int = 0
    udir_sene: int = 0
    udir_godkjent: int = 0
    udir_avvist: int = 0
    udir_ikke_brukt: int = 0

    @property
    def trenger_noen(self) -> bool:
        """Whether a person must look at what was told."""
        fra_filer = self.retur_hard or self.retur_uforstatt or self.retur_uleselig or self.arkiv_avvist
        return bool(self.avvist or fra_filer or self.udir_avvist or self.udir_ikke_brukt)

    @property
    def artefakt(self) -> str:
        """The key of the artifact in the Prefect UI."""
        return "kvitteringer"

    def oppsummering(self) -> str:
        """Return a Norwegian Markdown summary."""
        rader = {
            "Brev det ble spurt om": self.spurt,
            "Brev mottakeren svarte om": self.svart,
            "Levert siden sist": self.levert,
            "Ikke levert siden sist": self.avvist,
            "E-post i retur for godt": self.retur_hard,
            "E-post i retur foreløpig": self.retur_myk,
            "E-post i retur som ingen maskin forstår (avgjør om den kom fram)": self.retur_uforstatt,
            "Meldinger i postkassen som ikke kan leses (se i postkassen)": self.retur_uleselig,
            "Bekreftet av arkivet": self.arkivert,
            "Avvist av arkivet, som ikke sier hvilke (se i arkivet)": self.arkiv_avvist,
            "Nye meldinger fra Udir": self.udir_nye,
            "– av dem eldre enn det vi visste": self.udir_sene,
            "Meldinger fra Udir vi hadde fra før": self.udir_kjente,
            "Overføringer Udir har godkjent": self.udir_godkjent,
            "Overføringer Udir har avvist": self.udir_avvist,
            "Filer fra Udir som ikke er brukt (se avvikene)": self.udir_ikke_brukt,
        }
        linjer = "\n".join(f"| {navn} | {antall} |" for navn, antall in rader.items())
        return f"# Kvitteringer\n\n| Hva | Antall |\n|---|---:|\n{linjer}\n"
