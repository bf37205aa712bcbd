"""The contact and reservation register (KRR): asked at every dispatch, never stored.

In mode ``øve`` the answers come from a file in the shape that Digdir documents for ``POST /rest/v2/personer``.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from schemas.verdier import Modus
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem

OVINGSSVAR = "krr.json"


@dataclass(frozen=True)
class Kontakt:
    """What a dispatch needs of KRR's answer about one person: digital mailbox usable, and written standard."""

    kan_digitalt: bool = False
    maalform: Literal["nb", "nn"] = "nb"


def look_up(hjem: Hjem, numre: Collection[str]) -> dict[str, Kontakt]:
    """Return the answer for each national id; one KRR does not know has no mailbox.

    Raises BrukerFeil ÅH-1601 (another mode than øve), ÅH-1602 (no training answers).
    """
    if hjem.innstillinger.modus is not Modus.OVE:
        raise BrukerFeil("ÅH-1601")
    try:
        svar = json.loads((hjem.mappe / OVINGSSVAR).read_text(encoding="utf-8"))["personer"]
    except (OSError, ValueError, KeyError, TypeError):
        svar = None
    if svar is None:
        raise BrukerFeil("ÅH-1602", fil=OVINGSSVAR)
    onsket = set(numre)
    return {
        person["personidentifikator"]: _contact(person) for person in svar if person["personidentifikator"] in onsket
    }


def _contact(person: dict[str, object]) -> Kontakt:
    """Digital only when active, not reserved, may be notified (18-month rule) and with a mailbox."""
    postkasse = person.get("digital_post")
    digitalt = (
        person.get("status") == "AKTIV"
        and person.get("reservasjon") == "NEI"
        and person.get("varslingsstatus") == "KAN_VARSLES"
        and isinstance(postkasse, dict)
        and bool(postkasse.get("postkasseadresse"))
    )
    return Kontakt(digitalt, "nn" if person.get("spraak") == "nn" else "nb")
