"""What a row would send today, whatever kind of row it is: used to propose, and again at dispatch to compare."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from schemas.utsending import Sending, Utelatt, Utkast
from schemas.verdier import Kanal, Modus, Mottaker
from tasks.anledning import Anledning
from tasks.arbeid.varsler import notices
from tasks.brevutkast import adviser_notices, archive_copy, has_address, letter_of, letters, reminders, sms_notice
from tasks.overforing import packages
from tasks.register import fakta
from tasks.skole.kontakt import school_mails
from tasks.soker.vedlegg import attachments
from tasks.utboksavvik import refused_channels


def _only_notices(_: Anledning) -> Utkast:
    return Utkast()


VARSLER: Final[dict[str, Callable[[Anledning], Utkast]]] = {
    "gjennomgang": _only_notices,
    "kontakt_ikke_svart": _only_notices,
    "ikke_mott": _only_notices,
    "kommende_skoleaar": _only_notices,
    "avklaringsmoter": _only_notices,
    "sokere": attachments,
    "skolekontakt": school_mails,
}
"""The advisers' rows: what they send beside the notices to the advisers themselves."""
UTKAST_AV_FLYT: Final[dict[str, Callable[[Anledning], Utkast]]] = {
    "brev": letters,
    "purrebrev": reminders,
    "overforing": packages,
    **VARSLER,
}
BREVKANALER = (Kanal.DIGITAL, Kanal.PRINT)
"""How a letter may go to people; what else goes about it follows from it."""


def draft(anledning: Anledning, sendte_nokler: set[str]) -> Utkast:
    """Return what is not already in the outbox by its key, and everyone left out today."""
    utkast = UTKAST_AV_FLYT[anledning.rad.flyt](anledning)
    nye = [sending for sending in utkast.sendinger if sending.nokkel not in sendte_nokler]
    nye, uten = _another_way(anledning, nye)
    if (arkiv := anledning.hjem.innstillinger.arkiv) and arkiv.brev:
        kopier = [archive_copy(anledning, sending) for sending in nye if sending.kanal in BREVKANALER]
        nye += [kopi for kopi in kopier if kopi.nokkel not in sendte_nokler]
    if anledning.hjem.innstillinger.sms and anledning.rad.parametre.get("sms"):
        varsler = [sms_notice(anledning, sending) for sending in nye if sending.mottaker is Mottaker.UNGDOM]
        nye += [varsel for varsel in varsler if varsel.nokkel not in sendte_nokler]
    if anledning.rad.flyt in VARSLER:
        nye += [varsel for varsel in notices(anledning) if varsel.nokkel not in sendte_nokler]
    elif any(sending.person_id for sending in nye):
        nye += adviser_notices(anledning, nye, _advisers(anledning))
    if anledning.hjem.innstillinger.modus is Modus.PROVE:
        nye = [sending for sending in nye if _is_guest(anledning, sending)]
    return Utkast(sorted(nye, key=_order), utkast.utelatte + uten, utkast.skjermede)


def _another_way(anledning: Anledning, nye: list[Sending]) -> tuple[list[Sending], list[Utelatt]]:
    """Send on paper what was refused digitally, and leave to a person what was refused on paper too."""
    avvist = refused_channels(anledning.con, anledning.rad.rad, anledning.aar)
    igjen, uten = [], []
    for sending in nye:
        forsokt = avvist.get(sending.nokkel, set()) if sending.kanal in BREVKANALER else set()
        if Kanal.PRINT in forsokt or (forsokt and not has_address(letter_of(sending.innhold))):
            uten.append(Utelatt(sending.person_id, sending.mottaker, "IKKE_LEVERT"))
        else:
            igjen.append(replace(sending, kanal=Kanal.PRINT) if forsokt else sending)
    raadgivere = _advisers(anledning) if uten else {}
    return igjen, [replace(enkelt, raadgiver=raadgivere.get(enkelt.person_id, "")) for enkelt in uten]


def _is_guest(anledning: Anledning, sending: Sending) -> bool:
    """Tell whether an item may leave in mode ``prøve``: only to those on the guest list."""
    gjester = anledning.hjem.innstillinger.gjester
    if sending.person_id:
        return sending.person_id in gjester.personer
    return sending.kanal is Kanal.EPOST and json.loads(sending.innhold)["til"] in gjester.epost


def _advisers(anledning: Anledning) -> dict[str, str]:
    ramme = fakta.current(anledning.con, ["raadgiver"], anledning.dato)
    return dict(zip(ramme["person_id"], ramme["raadgiver"], strict=True))


def _order(sending: Sending) -> tuple[str, str, str]:
    return (sending.person_id or "~", sending.mottaker_ref, sending.nokkel)
