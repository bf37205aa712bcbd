"""Deadlines and meetings as a calendar file that Outlook and others open (RFC 5545). Nobody is named in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from icalendar import Alarm, Calendar, Event

from tasks.kalender import DAG, OSLO, run_time, working_day_on_or_before

PRODUKT: Final = "-//Aarshjul//Arbeidslister//NO"
VERT: Final = "arshjul.invalid"


@dataclass(frozen=True)
class Hendelse:
    """What stands in a calendar: ``uid`` is the same every time it is told of. Never a person's name or data.

    ``er_frist`` is something to be done by ``dag``, else something that happens then. ``klokkeslett`` is Oslo's time.
    """

    uid: str
    tittel: str
    dag: date
    beskrivelse: str = ""
    klokkeslett: time | None = None
    er_frist: bool = True


def calendar(navn: str, hendelser: Sequence[Hendelse], laget: datetime) -> bytes:
    """Return the calendar called ``navn``, as made at ``laget``: a later one replaces an earlier one's events.

    A reminder comes when the office opens on the last working day before. Deadlines are events too, which take no
    time: Outlook leaves out what a calendar file calls a task.
    """
    kalender = Calendar()
    kalender.add("prodid", PRODUKT)
    kalender.add("version", "2.0")
    kalender.add("method", "PUBLISH")
    kalender.add("x-wr-calname", f"Årshjul: {navn}")
    for hendelse in sorted(hendelser, key=lambda en: (en.dag, en.uid)):
        kalender.add_component(_event(hendelse, laget))
    kalender.add_missing_timezones()
    return bytes(kalender.to_ical())


def _event(hendelse: Hendelse, laget: datetime) -> Event:
    ut = Event()
    ut.add("uid", f"{hendelse.uid}@{VERT}")
    ut.add("dtstamp", laget.astimezone(UTC))
    ut.add("sequence", int(laget.timestamp()) // 60)
    ut.add("summary", hendelse.tittel)
    if hendelse.beskrivelse:
        ut.add("description", hendelse.beskrivelse)
    if hendelse.klokkeslett is None:
        ut.add("dtstart", hendelse.dag)
        ut.add("dtend", hendelse.dag + DAG)
    else:
        ut.add("dtstart", datetime.combine(hendelse.dag, hendelse.klokkeslett, tzinfo=OSLO))
    ut.add("transp", "TRANSPARENT" if hendelse.er_frist else "OPAQUE")
    ut.add_component(_reminder(hendelse))
    return ut


def _reminder(hendelse: Hendelse) -> Alarm:
    ut = Alarm()
    ut.add("action", "DISPLAY")
    ut.add("description", hendelse.tittel)
    ut.add("trigger", run_time(working_day_on_or_before(hendelse.dag - DAG)).astimezone(UTC))
    return ut
