"""What the audit can say that somebody did."""

from enum import StrEnum


class Handling(StrEnum):
    """What was seen, decided, sent, changed or taken out. A register keeps the words: they are never changed."""

    SAA = "så persondata"
    GODKJENT = "godkjent"
    AVVIST = "avvist"
    STOPPET = "stoppet"
    KOM_FRAM = "avgjort_kom_fram"
    KOM_IKKE_FRAM = "avgjort_kom_ikke_fram"
    PROVEBREV = "prøvebrev laget"
    SENDT = "sendt"
    LASTET = "lastet"
    RETTET = "rettet"
    ANGRET = "angret"
    PAKKE = "pakke til Udir laget"
    GJENSKAPT = "pakke til Udir gjenskapt"
    ARBEIDSLISTER = "arbeidslister lagt ut"
    UTLEVERT = "nøkkeltall gjort klare for utlevering"
    INNSYN = "innsyn laget"
    SLETTET = "slettet"
    KOPIERT = "sikkerhetskopi laget"
    GJENOPPRETTET = "gjenopprettet"
    BEKREFTET = "kopi av hjemmet bekreftet"
    OPPGRADERT = "oppgradert"
    INNSTILLINGER = "innstillinger endret"
