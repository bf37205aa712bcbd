"""The rows of the wheel as a calendar file that Outlook and others subscribe to (RFC 5545). Nobody is named in it."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Final

from icalendar import Calendar, Event

from schemas.arshjul import Raddatoer
from tasks.arbeid.kalenderfil import VERT
from tasks.hjul.underside import row_name
from tasks.kalender import DAG, day_text

PRODUKT: Final = "-//Aarshjul//Hjulet//NO"
FIL: Final = "arshjul.ics"
MERKE: Final = "x-arshjul-merke"
MEST_HODE: Final = 400


def calendar(navn: str, datoer: Sequence[Raddatoer], laget: datetime) -> bytes:
    """Return the rows' windows and deadlines as whole days, as made at ``laget``; skipped rows are left out.

    An event keeps its id from one file to the next, so that a moved window moves in the calendar too.
    """
    kalender = Calendar()
    kalender.add("prodid", PRODUKT)
    kalender.add("version", "2.0")
    kalender.add(MERKE, mark(navn, datoer))
    kalender.add("x-wr-calname", f"Årshjulet: {' '.join(navn.split())}")  # the library escapes no X- value
    for ett in datoer:
        if not (ett.valg and ett.valg.hopp_over):
            for hendelse in _events(ett, laget):
                kalender.add_component(hendelse)
    return bytes(kalender.to_ical())


def mark(navn: str, datoer: Sequence[Raddatoer]) -> str:
    """Return what tells one content from another, whenever it was made."""
    hele = [
        (d.rad.rad, d.rad.plan, d.aar, d.fra, d.til, d.frist, d.ekstra_frist, d.kjoredatoer, d.valg) for d in datoer
    ]
    return hashlib.sha256(repr((navn, hele)).encode()).hexdigest()[:32]


def is_made(fil: bytes, navn: str, datoer: Sequence[Raddatoer]) -> bool:
    """Tell whether a calendar file already says this."""
    return f"{MERKE.upper()}:{mark(navn, datoer)}".encode() in fil[:MEST_HODE]


def _events(datoer: Raddatoer, laget: datetime) -> Iterator[Event]:
    tittel = row_name(datoer.rad)
    yield _event(datoer, "vindu", tittel, datoer.fra, datoer.til, laget)
    frister = (("frist", datoer.frist), ("ekstra-frist", datoer.ekstra_frist))
    for slag, dag in frister:
        if dag:
            yield _event(datoer, slag, f"Frist: {tittel}", dag, dag, laget)


def _event(datoer: Raddatoer, slag: str, tittel: str, fra: date, til: date, laget: datetime) -> Event:
    ut = Event()
    ut.add("uid", f"{datoer.rad.rad}-{datoer.aar}-{slag}@{VERT}")
    ut.add("dtstamp", laget.astimezone(UTC))
    ut.add("summary", tittel)
    ut.add("description", _description(datoer))
    ut.add("dtstart", fra)
    ut.add("dtend", til + DAG)
    ut.add("transp", "TRANSPARENT")
    return ut


def _description(datoer: Raddatoer) -> str:
    forste, antall = datoer.kjoredatoer[0], len(datoer.kjoredatoer)
    kjores = (
        f"Kjøres {day_text(forste)}." if antall == 1 else f"Kjøres {antall} ganger, første gang {day_text(forste)}."
    )
    return " ".join(del_ for del_ in (datoer.rad.plan, datoer.rad.merknad, kjores) if del_)
