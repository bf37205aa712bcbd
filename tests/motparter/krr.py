"""A stand-in for the contact and reservation register (KRR), as docs.digdir.no describes ``POST /rest/v2/personer``.

It gives contact data and mailbox only to one whose token is for them, and an answer for everyone asked about: one it
does not know is ``IKKE_REGISTRERT``. The form of its errors is «antatt».
"""

import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from tests.motparter.klokke import Klokke
from tests.motparter.maskinporten import OMRAADER, Maskinporten
from tests.motparter.nettjener import Foresporsel, Nettjener, Svar
from tests.motparter.svikt import Feil, Svikt

FLEST = 1000
NUMMERLENGDE = 11
KONTAKT, POSTKASSE = OMRAADER[1:]
DELER = {KONTAKT: ("kontaktinformasjon",), POSTKASSE: ("digital_post",)}
UKJENT = {"reservasjon": "NEI", "status": "IKKE_REGISTRERT", "varslingsstatus": "KAN_IKKE_VARSLES"}
Person = dict[str, Any]


class Krr(Nettjener):
    """The stand-in. ``personer`` are answers as the service gives them, each with its ``personidentifikator``."""

    def __init__(
        self,
        maskinporten: Maskinporten,
        personer: Iterable[Person] = (),
        *,
        port: int = 0,
        klokke: Klokke | None = None,
    ) -> None:
        super().__init__(port=port, klokke=klokke or maskinporten.klokke)
        self._maskinporten = maskinporten
        self.personer = {person["personidentifikator"]: person for person in personer}
        self.oppslag: list[tuple[str, ...]] = []
        """Who was asked about, a look-up a row."""

    def route(self, foresporsel: Foresporsel) -> str:
        return "personer" if (foresporsel.metode, foresporsel.sti) == ("POST", "/rest/v2/personer") else ""

    def references(self, foresporsel: Foresporsel) -> Collection[str]:
        return _asked(foresporsel.kropp) or ()

    def handle(self, vei: str, foresporsel: Foresporsel) -> Svar:
        if not vei:
            return self.refuse(404, foresporsel)
        slag, _, token = foresporsel.hoder.get("authorization", "").partition(" ")
        omraader = self._maskinporten.scopes(token) if slag.lower() == "bearer" else None
        if omraader is None:
            return self.refuse(401, foresporsel)
        if not omraader & DELER.keys():
            return self.refuse(403, foresporsel)
        if foresporsel.hoder.get("content-type", "").partition(";")[0] != "application/json":
            return self.refuse(415, foresporsel)
        numre = _asked(foresporsel.kropp)
        if numre is None or not 1 <= len(numre) <= FLEST:
            return self.refuse(400, foresporsel)
        self.oppslag.append(numre)
        return Svar.json(200, {"personer": [self._answer(nummer, omraader) for nummer in dict.fromkeys(numre)]})

    def refuse(self, status: int, foresporsel: Foresporsel) -> Svar:
        """Refuse, saying back what was asked: a text no log may hold."""
        return Svar.json(status, {"status": status, "message": f"Avvist: {foresporsel.kropp[:200].decode('latin-1')}"})

    def distort(self, feil: Feil, _vei: str, _foresporsel: Foresporsel, svar: Svar) -> Svar:
        """About another: the first two people have each other's answers, or one has none asked for."""
        if feil.hva != Svikt.FEIL_ID or svar.status != 200:
            return svar
        personer = json.loads(svar.kropp)["personer"]
        forste, *resten = personer
        forste["personidentifikator"] = "0" * NUMMERLENGDE
        return Svar.json(200, {"personer": [*resten, forste]})

    def received(self) -> dict[str, Any]:
        return {"antall": sum(len(numre) for numre in self.oppslag), "oppslag": len(self.oppslag), "referanser": {}}

    def _answer(self, nummer: str, omraader: frozenset[str]) -> Person:
        """Return what the token is for, of what is known."""
        person = self.personer.get(nummer, UKJENT) | {"personidentifikator": nummer}
        skjult = {felt for omraade, felter in DELER.items() if omraade not in omraader for felt in felter}
        return {felt: verdi for felt, verdi in person.items() if felt not in skjult}


def read_people(fil: Path) -> list[Person]:
    """Read the answers of a ``krr.json``."""
    personer: list[Person] = json.loads(fil.read_text("utf-8"))["personer"]
    return personer


def _asked(kropp: bytes) -> tuple[str, ...] | None:
    """Return who is asked about, None where the question is not well formed."""
    try:
        numre = json.loads(kropp)["personidentifikatorer"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(numre, list) or not all(isinstance(nummer, str) for nummer in numre):
        return None
    gyldige = all(len(nummer) == NUMMERLENGDE and nummer.isdigit() for nummer in numre)
    return tuple(numre) if gyldige else None
