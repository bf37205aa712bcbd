"""What becomes of a letter at SvarUt, hour by hour: a function of the letter and its reference, never of chance.

The order of the statuses and the hours between them are «antatt»; the words are those of KS' OpenAPI for status.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

STATUSER = (
    "MOTTATT", "AKSEPTERT", "AVVIST", "VARSLET", "LEST", "SENDT_PRINT", "PRINTET", "MANUELT_HANDTERT",
    "SENDT_DIGITALT", "SENDT_SDP", "LEVERT_SDP", "KLAR_FOR_MOTTAK", "IKKE_LEVERT",
)  # fmt: skip
AKSEPTERT_ETTER = 0.1
VARSLET_ETTER = 0.5
PRINTET_ETTER = 12.0
Hendelse = tuple[datetime, str]


@dataclass(frozen=True)
class Andeler:
    """How large a share of the letters goes which way.

    ``lest`` of those notified is read in time, ``avvist`` of all is refused after it was received, ``postkasse`` of
    those with a digital id goes to a digital mailbox, which tells that it is delivered and no more.
    """

    lest: float = 0.55
    avvist: float = 0.0
    postkasse: float = 0.0


def draw(ref: str, hva: str) -> float:
    """Return a number from 0 to 1 that is always the same for the reference."""
    return int.from_bytes(hashlib.sha256(f"{hva}:{ref}".encode()).digest()[:7]) / 256**7


def life(
    ref: str, mottatt: datetime, *, digital: bool, kun_digital: bool, andeler: Andeler, ulest_timer: float
) -> list[Hendelse]:
    """Return every status the letter will have, with its time."""
    if draw(ref, "avvist") < andeler.avvist:
        return _at(mottatt, (0, "MOTTATT"), (AKSEPTERT_ETTER, "AVVIST"))
    start = [(0.0, "MOTTATT"), (AKSEPTERT_ETTER, "AKSEPTERT")]
    if not digital:
        return _at(mottatt, *start, (VARSLET_ETTER, "SENDT_PRINT"), (VARSLET_ETTER + PRINTET_ETTER, "PRINTET"))
    if draw(ref, "postkasse") < andeler.postkasse:
        return _at(mottatt, *start, (VARSLET_ETTER, "SENDT_SDP"), (2 * VARSLET_ETTER, "LEVERT_SDP"))
    start.append((VARSLET_ETTER, "VARSLET"))
    if draw(ref, "lest") < andeler.lest:
        return _at(mottatt, *start, (VARSLET_ETTER + draw(ref, "naar") * ulest_timer * 0.95, "LEST"))
    ulest = VARSLET_ETTER + ulest_timer
    papir = [] if kun_digital else [(ulest, "SENDT_PRINT"), (ulest + PRINTET_ETTER, "PRINTET")]
    return _at(mottatt, *start, *papir)


def _at(mottatt: datetime, *ledd: tuple[float, str]) -> list[Hendelse]:
    return [(mottatt + timedelta(hours=timer), status) for timer, status in ledd]
