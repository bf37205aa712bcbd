"""Data quality of the register: what the rules are asked about, a rule, and what it found."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series


class Alvorlighet(StrEnum):
    """How bad a finding is: stops the youth from being reported rightly, is wrong, or ought to be looked at."""

    STOPPER = "stopper"
    FEIL = "feil"
    VARSEL = "varsel"


@dataclass(frozen=True)
class Regel:
    """A rule: what must hold (a Great Expectations expectation of one column), and what the county says about it.

    ``argumenter`` are the expectation's own, as they are on the day the rule is asked about.
    """

    kode: str
    kolonne: str
    forventning: str
    argumenter: dict[str, Any]
    tekst: str
    gjor: str
    alvorlighet: Alvorlighet
    eier: str
    samlet: bool
    samme_som: tuple[str, ...]
    hjemmel: str
    vedtak: str


@dataclass(frozen=True)
class Funn:
    """What a rule found: ``rader`` are places in the frame, ``av`` how many it could be asked about."""

    regel: Regel
    rader: tuple[int, ...]
    av: int

    @property
    def antall(self) -> int:
        """How many break the rule."""
        return len(self.rader)


class Ajourholdsramme(pa.DataFrameModel):
    """One row a youth, without anything that tells who; a blank number is "does not apply"."""

    har_navn: Series[bool] = pa.Field(title="Navn", description="Om både fornavn og etternavn er kjent")
    nummer_slag: Series[pd.CategoricalDtype] = pa.Field(
        title="Fødselsnummer",
        isin=["god", "fiktivt", "umulig"],
        description="Hva slags fødselsnummer det er, aldri nummeret",
    )
    samme_nummer_antall: Series[float] = pa.Field(
        title="Samme nummer", nullable=True, description="Andre tilmeldte som har eller har hatt et av ungdommens numre"
    )
    samme_navn_antall: Series[float] = pa.Field(
        title="Samme navn og fødselsdato", nullable=True, description="Andre tilmeldte med samme navn og fødselsdato"
    )
    levd_dager: Series[float] = pa.Field(
        title="Fødselsdato", nullable=True, description="Dager siden fødselen; blank når den er ukjent"
    )
    alder: Series[float] = pa.Field(
        title="Alder", nullable=True, description="Alder i hele kalenderår, slik målgruppen telles"
    )
    kommune_slag: Series[pd.CategoricalDtype] = pa.Field(
        title="Kommune", isin=["god", "utgått", "annet_fylke", "ukjent"], description="Om kommunen er en av fylkets"
    )
    personstatus_slag: Series[pd.CategoricalDtype] = pa.Field(
        title="Folkeregisteret",
        isin=["god", "død", "utflyttet", "ukjent"],
        description="Om Folkeregisteret har ungdommen i Norge",
    )
    gradering_slag: Series[pd.CategoricalDtype] = pa.Field(
        title="Adressegradering",
        isin=["ugradert", "gradert", "strengt", "mangler"],
        description="Den strengeste graderingen av adressen",
    )
    tilmeldt_om_dager: Series[float] = pa.Field(
        title="Tilmeldt", nullable=True, description="Dager til tilmeldingen; minus når den har vært"
    )
    tilmeldt_i_dager: Series[float] = pa.Field(
        title="Avsluttet", nullable=True, description="Dager fra tilmelding til avslutning; blank når en av dem mangler"
    )
    tilmeldingsgrunn: Series[pd.CategoricalDtype] = pa.Field(
        title="Tilmeldingsgrunn", description="Tilmeldingsgrunnen, tom når den mangler"
    )
    ot_status: Series[pd.CategoricalDtype] = pa.Field(title="OT-status", description="OT-status, tom når den mangler")
    status_over_grensen_dager: Series[float] = pa.Field(
        title="Statusens alder",
        nullable=True,
        description="Dager statusen har stått lenger enn fylkets grense; minus når den ikke har det",
    )
    kontakt_etter_status_dager: Series[float] = pa.Field(
        title="Ukjent aktivitet",
        nullable=True,
        description="Dager fra statusen til siste kontakt, bare for grupper som aldri har hatt kontakt",
    )
    har_kontakt: Series[float] = pa.Field(
        title="Kontakt", nullable=True, isin=[0, 1], description="Om kontakt er ført, bare for grupper som krever det"
    )
    kontakt_om_dager: Series[float] = pa.Field(
        title="Dagen for siste kontakt", nullable=True, description="Dager til siste kontakt; minus når den har vært"
    )
    har_plan: Series[float] = pa.Field(
        title="Oppfølgingsplan",
        nullable=True,
        isin=[0, 1],
        description="Om oppfølgingsplan er ført, bare for grupper som skal ha en",
    )
    skjermet_har_kontakt: Series[float] = pa.Field(
        title="Kontakt med skjermede", nullable=True, isin=[0, 1], description="Om kontakt er ført, bare for skjermede"
    )
    har_trygg_adresse: Series[float] = pa.Field(
        title="Sperret adresse",
        nullable=True,
        isin=[0, 1],
        description="Om gateadressen er tom eller SOT 6, bare for strengt fortrolig",
    )
    har_adresse: Series[float] = pa.Field(
        title="Gateadresse",
        nullable=True,
        isin=[0, 1],
        description="Om gateadressen er kjent, bare for den som ikke er skjermet",
    )
    raadgiver_slag: Series[pd.CategoricalDtype] = pa.Field(
        title="Rådgiver", isin=["god", "mangler", "ukjent"], description="Om rådgiveren er blant dem i innstillingene"
    )

    class Config:
        """Only the named columns."""

        strict = True
        coerce = False
