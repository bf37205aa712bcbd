"""What a row would send today, whatever kind of row it is: used to propose, and again at dispatch to compare."""

from collections.abc import Callable

from schemas.utsending import Sending, Utkast
from tasks.anledning import Anledning
from tasks.brevutkast import adviser_notices, letters, reminders
from tasks.overforing import packages
from tasks.register import fakta

UTKAST_AV_FLYT: dict[str, Callable[[Anledning], Utkast]] = {
    "brev": letters,
    "purrebrev": reminders,
    "overforing": packages,
}


def draft(anledning: Anledning, sendte_nokler: set[str]) -> Utkast:
    """Return what is not already in the outbox by its key, and everyone left out today."""
    if anledning.rad.flyt is None:
        raise RuntimeError("raden har ingen flyt")
    utkast = UTKAST_AV_FLYT[anledning.rad.flyt](anledning)
    nye = [sending for sending in utkast.sendinger if sending.nokkel not in sendte_nokler]
    if any(sending.person_id for sending in nye):
        ramme = fakta.current(anledning.con, ["raadgiver"], anledning.dato)
        nye += adviser_notices(anledning, nye, dict(zip(ramme["person_id"], ramme["raadgiver"], strict=True)))
    return Utkast(sorted(nye, key=_order), utkast.utelatte)


def _order(sending: Sending) -> tuple[str, str, str]:
    return (sending.person_id or "~", sending.mottaker_ref, sending.nokkel)
