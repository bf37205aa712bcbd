"""The outbox: carries out what is approved, one item at most once, safe to kill and to run again.

``planlagt → sender → sendt → levert | avvist | uavklart``. Intent is written before anything leaves. An item found in
``sender`` at the start was cut off: its channel is asked whether it arrived. Nothing is retried around a send, and a
run is done when everything planned is delivered or explained.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import duckdb
from filelock import FileLock, Timeout

from schemas.innstillinger import Kanalgrense
from schemas.iverksetting import Sendt
from schemas.revisjon import Handling
from schemas.verdier import Forslagstilstand, Kanal, Tilstand
from tasks.feil import BrukerFeil
from tasks.filer import FIL_RETTIGHETER, HALVSKREVET, make_folder
from tasks.forhaandsvisning import remove_previews
from tasks.forslag import refuse_waiting, regret_until, set_state, state_of
from tasks.godkjentvakt import ENDRET, knowledge, refuse_changed, still_holds
from tasks.hjem import Hjem
from tasks.hjemvern import refuse_quarantined
from tasks.kanal import Kanalvei, Leveranse, Leveringssvar, Post
from tasks.kanaler import channel
from tasks.klokke import Ur, clock, local_date
from tasks.revisjon import SYSTEMET, note_new
from tasks.sjekkliste import write_checklist
from tasks.steg import progress, step
from tasks.takt import DOGNGRENSE, MINUTTGRENSE, Takt, clear_wait, note_wait, reason_text, waits
from tasks.trykkoverlevering import write_sheets
from tasks.utboksavvik import report_all
from tasks.utboksposter import FERDIGE, channels, count_by_state, planned, posts, record, write_events
from tasks.utkast import BREVKANALER

LAAS = "utsending.laas"
ANGREFRIST = "angrefrist"
ARKIVET = "arkivet"
GJENFUNNET = "gjenfunnet"
KOM_IKKE_FRAM = "kom_ikke_fram"
OPPTATT = "ÅH-1404"
VENT_PA_STOPP_SEKUNDER = 60.0
UTEN_SVAR = (Forslagstilstand.VENTER, Forslagstilstand.AVVIST, Forslagstilstand.UTLOPT)

UFERDIGE = """
    SELECT forslag_id FROM forslag_naa
    WHERE tilstand IN ('godkjent', 'iverksettes') OR (tilstand = 'stoppet' AND forslag_id IN (
        SELECT forslag_id FROM utsending_naa WHERE tilstand IN ('sender', 'planlagt')))
    ORDER BY opprettet_tid, forslag_id
"""
"""What is approved or begun, and what was stopped with something under way."""


@step("Send det godkjente")
def send(
    hjem: Hjem,
    forslag_id: str | None,
    naa: datetime,
    ur: Ur | None = None,
    vei_for: Callable[[Hjem, Kanal], Kanalvei] = channel,
) -> list[Sendt]:
    """Carry out one approved proposal, or all of them in order; what is already done is left alone.

    ``ur`` is the clock that a throttled channel waits by; unless told, no time passes and nothing waits. ``vei_for`` is
    how the county delivers by each channel.
    One that has changed since it was approved keeps none of the others from being sent; it is told at the end.
    Raises BrukerFeil ÅH-1401 (unknown), ÅH-1402 (not approved), ÅH-1403 (changed since approval; it expires), ÅH-1404
    (someone else is sending), ÅH-1802 (a copied home), and what a channel that cannot be used says.
    """
    ur = ur or clock(naa)
    with alone(hjem):
        _clear_half_written(hjem)
        utfall = [_carry_out(Utsending(hjem, enkelt, naa, ur, vei_for)) for enkelt in _approved(hjem, forslag_id)]
    if endrede := [enkelt for enkelt in utfall if isinstance(enkelt, str)]:
        raise BrukerFeil("ÅH-1403", forslag=", ".join(endrede))
    return [enkelt for enkelt in utfall if isinstance(enkelt, Sendt)]


@dataclass
class Utsending:
    """One proposal being carried out: by whose clock, what counted when last compared, what has had its turn."""

    hjem: Hjem
    forslag_id: str
    start: datetime
    ur: Ur
    vei_for: Callable[[Hjem, Kanal], Kanalvei]
    sett: tuple[list[int], date] | None = None
    hatt_tur: set[str] = field(default_factory=set)

    @property
    def naa(self) -> datetime:
        """The time now."""
        return self.start + self.ur.brukt()

    @contextmanager
    def register(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the register for one step of the sending."""
        with self.hjem.register.transaction(f"utsending av {self.forslag_id}") as con:
            yield con


def _approved(hjem: Hjem, forslag_id: str | None) -> list[str]:
    with hjem.register.transaction("godkjente forslag") as con:
        refuse_quarantined(con, hjem.mappe)
        if forslag_id:
            tilstand = state_of(con, forslag_id)
            if tilstand in UTEN_SVAR:
                raise BrukerFeil("ÅH-1402", forslag=forslag_id, tilstand=tilstand, handling="sendes")
            return [forslag_id]
        return [enkelt for (enkelt,) in con.execute(UFERDIGE).fetchall()]


def _carry_out(utsending: Utsending) -> Sendt | str:
    """Carry out one proposal; return its name instead where it is void and has expired."""
    with utsending.register() as con:
        if (frist := regret_until(con, utsending.hjem, utsending.forslag_id)) and utsending.naa < frist:
            antall = count_by_state(con, utsending.forslag_id)
            tekst = reason_text(ANGREFRIST, local_date(utsending.naa))
            return Sendt(
                forslag_id=utsending.forslag_id,
                venter_til=frist,
                venter_grunn=ANGREFRIST,
                venter_tekst=tekst,
                **antall,
            )
        veier = {kanal: utsending.vei_for(utsending.hjem, kanal) for kanal in channels(con, utsending.forslag_id)}
    _reconcile(utsending, veier)
    with utsending.register() as con:
        gjelder = _prepare(con, utsending)
        utsending.sett = _what_counts(con, utsending)
        veier = {kanal: utsending.vei_for(utsending.hjem, kanal) for kanal in channels(con, utsending.forslag_id)}
    remove_previews(utsending.hjem, utsending.forslag_id)
    if not gjelder:
        return utsending.forslag_id
    for kanal, vei in veier.items():
        _send_channel(utsending, kanal, vei)
    return _finish(utsending)


def _reconcile(utsending: Utsending, veier: dict[Kanal, Kanalvei]) -> None:
    """Ask each channel about the items that were cut off, once they cannot still be on their way in."""
    for kanal, vei in veier.items():
        with utsending.register() as con:
            grense = utsending.naa - timedelta(seconds=vei.tvil_sekunder) if vei.tvil_sekunder else None
            avbrutte = posts(con, utsending.forslag_id, Tilstand.SENDER, kanal, begynt_for=grense)
        if not avbrutte:
            continue
        with vei.open(utsending.hjem, utsending.naa) as leveranse:
            funnet = [(post.utsending_id, _explained(leveranse.look_for(post))) for post in avbrutte]
        with utsending.register() as con:
            record(con, funnet, utsending.naa)


def _explained(svar: Leveringssvar) -> Leveringssvar:
    grunn = svar.grunn or (KOM_IKKE_FRAM if svar.tilstand is Tilstand.PLANLAGT else GJENFUNNET)
    return Leveringssvar(svar.tilstand, grunn, svar.ekstern_id)


def _prepare(con: duckdb.DuckDBPyConnection, utsending: Utsending) -> bool:
    """Compare what was approved with what would be sent now.

    Before the first item any difference makes the approval void (returns False). After a cut-off the items that are
    no longer the same are refused one by one. The state is read here, where it is changed: someone may have rejected or
    stopped the proposal a moment ago.
    """
    forslag_id, hjem, naa = utsending.forslag_id, utsending.hjem, utsending.naa
    tilstand = state_of(con, forslag_id)
    if tilstand is Forslagstilstand.IVERKSETTES:
        refuse_changed(con, hjem, forslag_id, naa)
    elif tilstand is Forslagstilstand.GODKJENT:
        if not still_holds(con, hjem, forslag_id, naa):
            set_state(con, forslag_id, Forslagstilstand.UTLOPT, naa, SYSTEMET, ENDRET)
            return False
        set_state(con, forslag_id, Forslagstilstand.IVERKSETTES, naa, SYSTEMET, "")
    return True


def _send_channel(utsending: Utsending, kanal: Kanal, vei: Kanalvei) -> None:
    """Send what the channel has to send, bunch by bunch, until nothing is left or it takes no more."""
    grense = utsending.hjem.innstillinger.kanalgrenser.get(kanal, Kanalgrense())
    takt = Takt(kanal, grense, utsending.start, utsending.ur)
    with utsending.register() as con:
        planlagt = sum(enkelt is kanal for _, _, enkelt in planned(con, utsending.forslag_id))
    if not planlagt:
        return
    # Opened before anything is claimed: a channel that cannot be opened has begun nothing.
    framdrift = progress(f"{utsending.forslag_id} {kanal}", planlagt)
    with vei.open(utsending.hjem, utsending.naa) as leveranse, framdrift as gjort:
        while bolk := _claim(utsending, takt, vei):
            svar = _deliver(leveranse, bolk)
            stoppet = next((enkelt for _, enkelt in svar if enkelt.stopp), None)
            with utsending.register() as con:
                record(con, svar, utsending.naa)
                if stoppet:
                    note_wait(con, utsending.forslag_id, kanal, stoppet.vent_til or utsending.naa, stoppet.grunn)
            gjort(len(svar))
            utsending.hatt_tur.update(item for item, enkelt in svar if enkelt.tilstand is Tilstand.PLANLAGT)
            if stoppet:
                return


def _deliver(leveranse: Leveranse, bolk: list[Post]) -> list[tuple[str, Leveringssvar]]:
    """Hand over each item, once; those after the one that stopped the channel were never begun.

    What cannot be made ready (a look-up that fails) was never begun either: the channel says why, and waits.
    """
    try:
        leveranse.prepare(bolk)
    except BrukerFeil as feil:
        return [(post.utsending_id, Leveringssvar(Tilstand.PLANLAGT, feil.kode, stopp=True)) for post in bolk]
    svar: list[tuple[str, Leveringssvar]] = []
    for post in bolk:
        if svar and svar[-1][1].stopp:
            return svar + [(rest.utsending_id, Leveringssvar(Tilstand.PLANLAGT)) for rest in bolk[len(svar) :]]
        svar.append((post.utsending_id, leveranse.deliver(post)))
    return svar


def _claim(utsending: Utsending, takt: Takt, vei: Kanalvei) -> list[Post]:
    """Write the intent of the next few items: as many as the channel allows under way at once, and its pace.

    What was learned since last time, and a day that has begun, is heeded first: a youth protected while letters go out
    gets none, and one who comes of age at midnight no copy to her guardians. None where someone has stopped the
    proposal.
    """
    takt.wait_turn(lambda til: _tell_wait(utsending, takt.kanal, til, MINUTTGRENSE))
    with utsending.register() as con:
        if state_of(con, utsending.forslag_id) is not Forslagstilstand.IVERKSETTES:
            return []
        if (sett := _what_counts(con, utsending)) != utsending.sett:
            refuse_changed(con, utsending.hjem, utsending.forslag_id, utsending.naa)
            utsending.sett = sett
        clear_wait(con, utsending.forslag_id, takt.kanal)
        plass = takt.room_today(con, vei.bolk)
        neste = posts(
            con,
            utsending.forslag_id,
            Tilstand.PLANLAGT,
            takt.kanal,
            mest=max(plass, 1),
            unntatt=utsending.hatt_tur,
            arkivert=_archived_first(utsending.hjem, takt.kanal),
        )
        if not neste and _waits_for_archive(con, utsending, takt.kanal):
            note_wait(con, utsending.forslag_id, takt.kanal, utsending.naa, ARKIVET)
        if neste and not plass:
            note_wait(con, utsending.forslag_id, takt.kanal, takt.tomorrow(), DOGNGRENSE)
            return []
        write_events(con, [(post.utsending_id, Tilstand.SENDER, "", "") for post in neste], utsending.naa)
    takt.began(len(neste))
    return neste


def _what_counts(con: duckdb.DuckDBPyConnection, utsending: Utsending) -> tuple[list[int], date]:
    """Return what the register knows and the day it is: where neither is another, what was approved still holds."""
    return knowledge(con), local_date(utsending.naa)


def _waits_for_archive(con: duckdb.DuckDBPyConnection, utsending: Utsending, kanal: Kanal) -> bool:
    """Tell whether letters are left that go when the archive has got its copy."""
    if _archived_first(utsending.hjem, kanal) is None:
        return False
    return bool(posts(con, utsending.forslag_id, Tilstand.PLANLAGT, kanal, mest=1, unntatt=utsending.hatt_tur))


def _archived_first(hjem: Hjem, kanal: Kanal) -> tuple[Tilstand, ...] | None:
    """Return how far a letter's copy to the archive must have come before the letter goes; None where it need not."""
    arkiv = hjem.innstillinger.arkiv
    if arkiv is None or not arkiv.brev or kanal not in BREVKANALER:
        return None
    return (Tilstand.LEVERT,) if arkiv.vent_pa_kvittering else FERDIGE


def _tell_wait(utsending: Utsending, kanal: Kanal, til: datetime, grunn: str) -> None:
    with utsending.register() as con:
        note_wait(con, utsending.forslag_id, kanal, til, grunn)


def _finish(utsending: Utsending) -> Sendt:
    """Say what it has come to; it is carried out when nothing waits and nothing is unknown that can be asked about."""
    with utsending.register() as con:
        if state_of(con, utsending.forslag_id) is Forslagstilstand.STOPPET:
            refuse_waiting(con, utsending.forslag_id, utsending.naa)
        antall = count_by_state(con, utsending.forslag_id)
        igjen = antall.get(Tilstand.PLANLAGT, 0) + antall.get(Tilstand.SENDER, 0)
        if state_of(con, utsending.forslag_id) is Forslagstilstand.IVERKSETTES and not igjen:
            set_state(con, utsending.forslag_id, Forslagstilstand.IVERKSATT, utsending.naa, SYSTEMET, "")
        if antall.keys() - {Tilstand.PLANLAGT}:
            note_new(con, utsending.naa, "", Handling.SENDT, utsending.forslag_id, dict(sorted(antall.items())))
        report_all(con, utsending.hjem, utsending.naa)
        write_sheets(con, utsending.hjem, utsending.forslag_id)
        write_checklist(con, utsending.hjem, utsending.forslag_id)
        venter = waits(con, utsending.forslag_id)
    _, til, grunn = min(venter, key=lambda vent: vent[1], default=("", None, ""))
    tekst = reason_text(grunn, local_date(utsending.naa)) if grunn else ""
    return Sendt(forslag_id=utsending.forslag_id, venter_til=til, venter_grunn=grunn, venter_tekst=tekst, **antall)


def stopped(hjem: Hjem, forslag_id: str) -> Sendt:
    """Return exactly what of a stopped proposal went out, when whoever is sending has let go of what was under way.

    BrukerFeil ÅH-1409 where she still has not.
    """
    try:
        with alone(hjem, vent=VENT_PA_STOPP_SEKUNDER), hjem.register.transaction(f"stopp av {forslag_id}") as con:
            return Sendt(forslag_id=forslag_id, **count_by_state(con, forslag_id))
    except BrukerFeil as feil:
        if feil.kode != OPPTATT:
            raise
    raise BrukerFeil("ÅH-1409", forslag=forslag_id)


def _clear_half_written(hjem: Hjem) -> None:
    """Remove what a killed sender was writing: never handed over, since a file gets its name when it is whole."""
    for sti in hjem.utboks.rglob(f".*{HALVSKREVET}"):
        sti.unlink()


@contextmanager
def alone(hjem: Hjem, vent: float = 0) -> Iterator[None]:
    """Let one process send at a time, waiting ``vent`` seconds for it; the system lets go when that process dies.

    BrukerFeil ÅH-1404 where someone else is sending.
    """
    las = FileLock(make_folder(hjem.mappe) / LAAS, mode=FIL_RETTIGHETER)
    try:
        las.acquire(timeout=vent)
    except Timeout:
        opptatt = True
    else:
        opptatt = False
    if opptatt:
        raise BrukerFeil(OPPTATT, holder="en annen prosess")
    try:
        yield
    finally:
        las.release()
