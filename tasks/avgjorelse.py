"""A person decides: about a proposal, or about an item that nobody can tell whether arrived."""

from datetime import datetime

from schemas.avgjorelse import Avgjorelsesvalg, Avgjort, Beslutning
from schemas.revisjon import Handling
from schemas.verdier import Kanal, Tilstand
from tasks import forslag
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.revisjon import note
from tasks.steg import step
from tasks.utboks import stopped
from tasks.utboksavvik import report_all
from tasks.utboksposter import write_events

KOM_FRAM, KOM_IKKE_FRAM = Handling.KOM_FRAM, Handling.KOM_IKKE_FRAM


@step("Avgjør forslaget")
def decide(hjem: Hjem, valg: Avgjorelsesvalg, naa: datetime) -> Avgjort:
    """Approve, reject or stop a proposal. BrukerFeil ÅH-1410 where a reason is missing, and what each one raises."""
    if valg.beslutning is Beslutning.GODKJENN:
        sendes_fra = forslag.approve(hjem, valg.forslag_id, valg.av, naa)
        return Avgjort(forslag_id=valg.forslag_id, beslutning=valg.beslutning, sendes_fra=sendes_fra)
    if not valg.grunn.strip():
        raise BrukerFeil("ÅH-1410")
    if valg.beslutning is Beslutning.AVVIS:
        forslag.reject(hjem, valg.forslag_id, valg.av, valg.grunn, naa)
        return Avgjort(forslag_id=valg.forslag_id, beslutning=valg.beslutning)
    forslag.stop(hjem, valg.forslag_id, valg.av, valg.grunn, naa)
    return Avgjort(forslag_id=valg.forslag_id, beslutning=valg.beslutning, sendt=stopped(hjem, valg.forslag_id))


def settle(hjem: Hjem, utsending_id: str, av: str, naa: datetime, *, kom_fram: bool) -> None:
    """Write what a person has found out about an unclear item: it arrived, or it may be proposed again.

    A transfer to Udir that arrived still waits for its receipt.

    BrukerFeil ÅH-1406 (nobody's name), ÅH-1411 (the item is not unclear).
    """
    if not av.strip():
        raise BrukerFeil("ÅH-1406")
    with hjem.register.transaction(f"avgjørelse av {utsending_id}") as con:
        svar = con.execute(
            "SELECT tilstand, kanal FROM utsending_naa WHERE utsending_id = ?", [utsending_id]
        ).fetchone()
        if svar is None or svar[0] != Tilstand.UAVKLART:
            raise BrukerFeil("ÅH-1411", utsending=utsending_id)
        framme = Tilstand.SENDT if svar[1] == Kanal.UDIR else Tilstand.LEVERT
        ny, grunn = (framme, KOM_FRAM) if kom_fram else (Tilstand.AVVIST, KOM_IKKE_FRAM)
        write_events(con, [(utsending_id, ny, grunn, "")], naa)
        note(con, naa, av, grunn, utsending_id)
        report_all(con, hjem, naa)
