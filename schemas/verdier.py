"""The closed lists of words that the program's parts say to each other and to people."""

from enum import StrEnum


class Modus(StrEnum):
    """What may leave the house: nothing, only the guest list, or everything approved."""

    OVE = "øve"
    PROVE = "prøve"
    DRIFT = "drift"


class Utfall(StrEnum):
    """How a run ended."""

    FERDIG = "ferdig"
    VENTER_GODKJENNING = "venter_godkjenning"
    AVVIK = "avvik"
    AVVIST = "avvist"


class Mottaker(StrEnum):
    """Who a dispatch goes to."""

    UNGDOM = "ungdom"
    FORESATT = "foresatt"
    SKOLE = "skole"
    RAADGIVER = "rådgiver"
    ARKIV = "arkiv"
    UDIR = "udir"


class Kanal(StrEnum):
    """How a dispatch leaves the house."""

    DIGITAL = "digital"
    PRINT = "print"
    EPOST = "epost"
    SMS = "sms"
    ARKIV = "arkiv"
    UDIR = "udir"


class Tilstand(StrEnum):
    """The states of one item in the outbox."""

    PLANLAGT = "planlagt"
    SENDER = "sender"
    SENDT = "sendt"
    LEVERT = "levert"
    AVVIST = "avvist"
    UAVKLART = "uavklart"


class Forslagstilstand(StrEnum):
    """The states of a proposal."""

    VENTER = "venter"
    GODKJENT = "godkjent"
    AVVIST = "avvist"
    UTLOPT = "utløpt"
    IVERKSETTES = "iverksettes"
    IVERKSATT = "iverksatt"
    STOPPET = "stoppet"
