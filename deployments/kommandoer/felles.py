"""What the commands share: reading times, and printing."""

import json
import sys
from datetime import date, datetime, time
from typing import Any

from tasks.feil import BrukerFeil
from tasks.klokke import OSLO

SISTE_SEKUND = time(23, 59, 59, 999999)


def parse_time(verdi: str | None, *, slutten_av_dagen: bool = False) -> datetime | None:
    """Return the moment in Oslo; a bare date is its start, or its end. BrukerFeil ÅH-1205 where it is neither."""
    if verdi is None:
        return None
    try:
        tid = datetime.fromisoformat(verdi)
        er_dato = len(verdi) <= len("2026-06-15")
    except ValueError:
        raise BrukerFeil("ÅH-1205", verdi=verdi) from None
    if er_dato and slutten_av_dagen:
        tid = datetime.combine(tid.date(), SISTE_SEKUND)
    return tid if tid.tzinfo else tid.replace(tzinfo=OSLO)


def parse_date(verdi: str | None) -> date | None:
    """Return the date. BrukerFeil ÅH-1205 where it is none."""
    try:
        return date.fromisoformat(verdi) if verdi is not None else None
    except ValueError:
        raise BrukerFeil("ÅH-1205", verdi=verdi) from None


def say(tekst: str = "") -> None:
    """Print a line."""
    sys.stdout.write(tekst + "\n")


def say_json(verdi: Any) -> None:  # noqa: ANN401 any JSON value
    """Print JSON, dates as ISO."""
    say(json.dumps(verdi, ensure_ascii=False, indent=2, default=str))
