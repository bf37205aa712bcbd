"""No row of its own: carries out what a person has approved, for every row that sends."""

from schemas.iverksetting import Iverksatt, Iverksettingsvalg
from tasks.hjem import home
from tasks.klokke import clock, now
from tasks.rutine import routine
from tasks.utboks import send


@routine("Iverksett godkjente forslag")
def iverksett(valg: Iverksettingsvalg) -> Iverksatt:
    """Send what is approved, each item at most once; safe to run twice, to kill, to run from two places."""
    return Iverksatt(forslag=send(home(), valg.forslag_id or None, valg.naa or now(), clock(valg.naa)))
