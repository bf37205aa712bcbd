"""A stand-in for the message service: the JSON that ``vestfoldfylke/azf-send-sms`` takes on behalf of LinkMobility.

The body, the header with the key, 1–1000 receivers and the answer are as that project documents them. That a receiver
is digits only, that a sender has at most eleven characters, and the form of an error, is «antatt».
"""

import json
import re
import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.motparter.klokke import Klokke
from tests.motparter.nettjener import Foresporsel, Nettjener, Svar
from tests.motparter.svikt import Feil, Svikt

NOKKEL = "kanarinokkel-sms-8b20"
NOKKELHODE = "x-functions-key"
STI = "/api/sendSms"
FLEST = 1000
LENGST_REFERANSE = 500
FELTER = {"receivers", "message", "sender", "referenceId", "scheduledIn", "scheduledAt"}
MSISDN = re.compile(r"[1-9]\d{7,14}")


@dataclass(frozen=True)
class Tekstmelding:
    """A message that was accepted."""

    id: str
    ref: str
    mottaker: str
    tekst: str
    avsender: str
    dato: datetime


class Sms(Nettjener):
    """The stand-in."""

    def __init__(self, *, port: int = 0, klokke: Klokke | None = None, nokkel: str = NOKKEL) -> None:
        super().__init__(port=port, klokke=klokke)
        self.nokkel = nokkel
        self._meldinger: list[Tekstmelding] = []

    @property
    def adresse(self) -> str:
        """Where a message is sent."""
        return f"{self.rot}{STI}"

    @property
    def meldinger(self) -> list[Tekstmelding]:
        """Every message accepted, in order."""
        with self.laas:
            return list(self._meldinger)

    @property
    def antall(self) -> Counter[str]:
        """How many messages were accepted for each reference."""
        return Counter(melding.ref for melding in self.meldinger)

    def route(self, foresporsel: Foresporsel) -> str:
        """The service does not mind the case of its path."""
        return "send" if (foresporsel.metode, foresporsel.sti.lower()) == ("POST", STI.lower()) else ""

    def references(self, foresporsel: Foresporsel) -> Collection[str]:
        lest = _object(foresporsel.kropp)
        return [str(lest["referenceId"])] if "referenceId" in lest else []

    def handle(self, vei: str, foresporsel: Foresporsel) -> Svar:
        if not vei:
            return self.refuse(404, foresporsel)
        if foresporsel.hoder.get(NOKKELHODE) != self.nokkel:
            return self.refuse(401, foresporsel)
        lest = _object(foresporsel.kropp)
        if feil := _faults(lest):
            return Svar.json(400, {"message": "Payload validation failed", "data": feil, "payload": lest})
        nye = [
            Tekstmelding(
                str(uuid.uuid4()),
                lest.get("referenceId", ""),
                til,
                lest["message"],
                lest.get("sender", ""),
                self._naa(),
            )
            for til in lest["receivers"]
        ]
        self._meldinger += nye
        fortalt = [{"messageId": m.id, "referenceId": m.ref or None, "recipient": f"+{m.mottaker}"} for m in nye]
        return Svar.json(200, {"requestId": str(uuid.uuid4()), "messages": fortalt})

    def refuse(self, status: int, foresporsel: Foresporsel) -> Svar:
        return Svar.json(status, {"message": f"Avvist: {foresporsel.kropp[:200].decode('utf-8', 'replace')}"})

    def distort(self, feil: Feil, _vei: str, _foresporsel: Foresporsel, svar: Svar) -> Svar:
        if feil.hva != Svikt.FEIL_ID or svar.status != 200:
            return svar
        innhold = json.loads(svar.kropp)
        annet = {"referenceId": "en-annens", "recipient": "+4740000000", "messageId": str(uuid.uuid4())}
        return Svar.json(200, innhold | {"messages": [annet]})

    def received(self) -> dict[str, Any]:
        antall = self.antall
        return {"antall": antall.total(), "referanser": antall}

    def _naa(self) -> datetime:
        return self.klokke.naa()


def _object(kropp: bytes) -> dict[str, Any]:
    """Return what was sent, empty where it is not a JSON object."""
    try:
        lest = json.loads(kropp)
    except ValueError:
        return {}
    return lest if isinstance(lest, dict) else {}


def _faults(lest: dict[str, Any]) -> dict[str, str]:
    """Return field → what is wrong with it."""
    mottakere = lest.get("receivers")
    gyldige = isinstance(mottakere, list) and all(isinstance(m, str) and MSISDN.fullmatch(m) for m in mottakere)
    tekster = {felt: lest.get(felt, "") for felt in ("sender", "referenceId")}
    krav = {
        "receivers": gyldige and 1 <= len(mottakere or ()) <= FLEST,
        "message": isinstance(lest.get("message"), str) and bool(lest.get("message")),
        "sender": isinstance(tekster["sender"], str) and len(tekster["sender"]) <= 11,
        "referenceId": isinstance(tekster["referenceId"], str) and len(tekster["referenceId"]) <= LENGST_REFERANSE,
    }
    ukjent = dict.fromkeys(lest.keys() - FELTER, "ukjent felt")
    return ukjent | {felt: "ugyldig" for felt, holder in krav.items() if not holder}
