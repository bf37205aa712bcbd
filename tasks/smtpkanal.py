"""E-mail through the county's own server: exactly one attempt a message, and every fault one documented state.

Until the message's last dot is written the server has taken nothing, whatever happens. From then on only its own word
counts, and where that does not come nobody can be asked: the item is ``uavklart``, for a person.
"""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from schemas.innstillinger import DENNE_MASKINEN, Epost
from schemas.verdier import Modus, Tilstand
from tasks import epost, kodeverk
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.kanal import Leveringssvar, Post
from tasks.klokke import local_date
from tasks.register.nokkel import sendable_secret
from tasks.smtpforbindelse import Forbindelse, Slag, Stans, Tidsgrenser

MILJOVARIABEL: Final = "ARSHJUL_EPOST_PASSORD"
PASSORDFIL: Final = "epost.passord"
NOKKELRING: Final = "arshjul-epost"
GRUNNER: Final = "leveringsgrunner"
TJENESTE: Final = "e-posttjeneren"
GODTATT, FORTSETT, FORBIGAAENDE, VARIG = 2, 3, 4, 5
"""What the first digit of an answer says (RFC 5321, 4.2.1)."""
STENGER: Final = 421
"""The server closes: nothing more goes now."""
MEST_PA_RAD: Final = 2
"""So many messages in a row without a whole answer, and the server is left alone."""

FOR_SLUTT: Final = {Slag.TAUST: "smtp_taust", Slag.BRUDD: "smtp_brudd", Slag.UFORSTAELIG: "smtp_uforstaelig"}
ETTER_SLUTT: Final = {
    Slag.TAUST: "smtp_svar_uteble",
    Slag.BRUDD: "smtp_brudd_etter_slutt",
    Slag.UFORSTAELIG: "smtp_uforstaelig_etter_slutt",
}
AVBRUTT: Final = "smtp_avbrutt"
INGEN_KONTAKT: Final = "smtp_ingen_kontakt"
IKKE_SLUPPET_INN: Final = "smtp_ikke_sluppet_inn"
UTEN_STARTTLS: Final = "smtp_uten_starttls"
SERTIFIKAT: Final = "smtp_sertifikat"
INNLOGGING: Final = "smtp_innlogging"
AVSENDER: Final = "smtp_avsender_avvist"
OVRIGE: Final = {FORBIGAAENDE: "smtp_4xx", VARIG: "smtp_5xx"}
EGNE_GRUNNER: Final = frozenset({
    *FOR_SLUTT.values(), *ETTER_SLUTT.values(), *OVRIGE.values(),
    AVBRUTT, INGEN_KONTAKT, IKKE_SLUPPET_INN, UTEN_STARTTLS, SERTIFIKAT, INNLOGGING, AVSENDER,
})  # fmt: skip
"""Every reason that this channel may give, beside the server's own codes that have a row and those of ``epost``."""
VAR_FEIL: Final = "ÅH-1504"
"""The county's own address is the fault: no other message goes either."""


@dataclass(frozen=True)
class Smtpvei:
    """The way through the county's mail server, as ``[epost]`` says. One item at a time."""

    valg: Epost
    grenser: Tidsgrenser = field(default_factory=Tidsgrenser)
    bolk: int = 1
    tvil_sekunder: int = 0

    @contextmanager
    def open(self, hjem: Hjem, naa: datetime) -> Iterator["Smtplevering"]:
        """Make ready to connect, which the first message does.

        BrukerFeil ÅH-1630 (mode ``øve`` and not this machine), ÅH-1650 (no usable password), ÅH-1651 (``ca_fil``).
        """
        valg = self.valg
        must_be_this_machine(hjem.innstillinger.modus, valg.tjener)
        koder = kodeverk.codes(GRUNNER, local_date(naa))
        levering = Smtplevering(valg, _password(hjem, valg), _trusted(hjem, valg), self.grenser, koder)
        try:
            yield levering
        finally:
            levering.close()


class Smtplevering:
    """One session with the mail server, on one connection for as long as it holds."""

    def __init__(
        self, valg: Epost, passord: str, tillit: ssl.SSLContext, grenser: Tidsgrenser, koder: frozenset[str]
    ) -> None:
        self._valg, self._passord, self._tillit, self._grenser, self._koder = valg, passord, tillit, grenser, koder
        self._forbindelse: Forbindelse | None = None
        self._bygget: dict[str, epost.Melding | BrukerFeil] = {}
        self._uten_svar = 0

    def prepare(self, poster: Sequence[Post]) -> None:
        """Build the items' messages."""
        self._bygget = {post.utsending_id: _build(post) for post in poster}

    def deliver(self, post: Post) -> Leveringssvar:
        """Hand the message over, exactly one attempt; nothing is ever raised for what the server does."""
        melding = self._bygget.pop(post.utsending_id, None) or _build(post)
        if isinstance(melding, BrukerFeil):
            vaar = melding.kode == VAR_FEIL
            return Leveringssvar(Tilstand.PLANLAGT if vaar else Tilstand.AVVIST, melding.kode, stopp=vaar)
        if self._forbindelse is None:
            apnet = self._connect()
            if isinstance(apnet, str):
                return Leveringssvar(Tilstand.PLANLAGT, apnet, stopp=True)
            self._forbindelse = apnet
        self._forbindelse.begin()
        return self._offer(self._forbindelse, melding) or self._finish(self._forbindelse)

    def look_for(self, post: Post) -> Leveringssvar:  # noqa: ARG002 every channel is asked alike
        """Tell that nobody knows: no mail server can be asked what it has taken."""
        return Leveringssvar(Tilstand.UAVKLART, AVBRUTT)

    def close(self) -> None:
        """Say goodbye where there is someone to say it to."""
        if self._forbindelse is not None:
            self._forbindelse.begin()
            with suppress(Stans):
                self._forbindelse.command("QUIT")
        self._drop()

    def _connect(self) -> Forbindelse | str:
        """Return an encrypted connection to a server that is who it says, logged in; or the reason why not."""
        try:
            forbindelse = Forbindelse(self._valg.tjener, self._valg.port, self._grenser)
        except smtplib.SMTPConnectError:
            return IKKE_SLUPPET_INN
        except (OSError, Stans):
            return INGEN_KONTAKT
        grunn = self._secured(forbindelse) or self._logged_in(forbindelse)
        if grunn:
            forbindelse.close()
        return grunn or forbindelse

    def _secured(self, forbindelse: Forbindelse) -> str:
        try:
            forbindelse.secure(self._tillit)
        except ssl.SSLCertVerificationError:
            return SERTIFIKAT
        except smtplib.SMTPHeloError:
            return IKKE_SLUPPET_INN
        except OSError:  # also the library's own, where the server will not
            return UTEN_STARTTLS
        except Stans as stans:
            return UTEN_STARTTLS if stans.slag is Slag.UFORSTAELIG else INGEN_KONTAKT
        return ""

    def _logged_in(self, forbindelse: Forbindelse) -> str:
        if not self._valg.bruker:
            return ""
        try:
            forbindelse.login(self._valg.bruker, self._passord)
        except smtplib.SMTPException:
            return INNLOGGING
        except (OSError, Stans):
            return INGEN_KONTAKT
        return ""

    def _offer(self, forbindelse: Forbindelse, melding: epost.Melding) -> Leveringssvar | None:
        """Offer the message and write all of it but its end; the answer where that fails, and then nothing is taken."""
        storrelse = f" SIZE={len(melding.data)}" if forbindelse.has_extn("size") else ""
        try:
            if (kode := forbindelse.command(f"MAIL FROM:<{melding.fra}>{storrelse}")) // 100 != GODTATT:
                return self._refused(kode, avsender=True)
            if (kode := forbindelse.command(f"RCPT TO:<{melding.til}>")) // 100 != GODTATT:
                return self._refused(kode)
            if (kode := forbindelse.command("DATA")) // 100 != FORTSETT:
                return self._refused(kode)
            forbindelse.write_body(melding.data)
            if forbindelse.has_spoken():
                return self._refused(forbindelse.answer())
        except Stans as stans:
            return self._stopped(Tilstand.PLANLAGT, FOR_SLUTT[stans.slag])
        return None

    def _finish(self, forbindelse: Forbindelse) -> Leveringssvar:
        """Write the message's end: taken, refused, or nobody knows."""
        try:
            kode = forbindelse.finish()
            if kode // 100 not in {GODTATT, *OVRIGE}:
                raise Stans(Slag.UFORSTAELIG)
        except Stans as stans:
            return self._stopped(Tilstand.UAVKLART, ETTER_SLUTT[stans.slag])
        self._uten_svar = 0
        return Leveringssvar(Tilstand.SENDT) if kode // 100 == GODTATT else self._judged(kode)

    def _refused(self, kode: int, *, avsender: bool = False) -> Leveringssvar:
        """Answer for a code at MAIL, RCPT or DATA, and end what was begun so that the next message starts anew."""
        if kode // 100 not in OVRIGE:
            raise Stans(Slag.UFORSTAELIG)
        self._uten_svar = 0
        svar = self._judged(kode)
        if avsender and svar.tilstand is Tilstand.AVVIST:
            svar = Leveringssvar(Tilstand.PLANLAGT, AVSENDER, stopp=True)
        if self._forbindelse is not None and not self._reset(self._forbindelse):
            self._drop()
        return svar

    def _judged(self, kode: int) -> Leveringssvar:
        """Answer for a refusal: 4xx for now, 5xx for good."""
        grunn = f"smtp_{kode}" if f"smtp_{kode}" in self._koder else OVRIGE[kode // 100]
        if kode == STENGER:
            self._drop()
        tilstand = Tilstand.PLANLAGT if kode // 100 == FORBIGAAENDE else Tilstand.AVVIST
        return Leveringssvar(tilstand, grunn, stopp=kode == STENGER)

    def _stopped(self, tilstand: Tilstand, grunn: str) -> Leveringssvar:
        self._drop()
        self._uten_svar += 1
        return Leveringssvar(tilstand, grunn, stopp=self._uten_svar >= MEST_PA_RAD)

    def _reset(self, forbindelse: Forbindelse) -> bool:
        try:
            return forbindelse.command("RSET") // 100 == GODTATT
        except Stans:
            return False

    def _drop(self) -> None:
        if self._forbindelse is not None:
            self._forbindelse.close()
        self._forbindelse = None


def must_be_this_machine(modus: Modus, vert: str) -> None:
    """Refuse a mail server elsewhere in mode ``øve``, where nothing leaves the machine. BrukerFeil ÅH-1630."""
    if modus is Modus.OVE and vert != DENNE_MASKINEN:
        raise BrukerFeil("ÅH-1630", tjeneste=TJENESTE, maskin=DENNE_MASKINEN)


def _build(post: Post) -> epost.Melding | BrukerFeil:
    try:
        return epost.message_of(post.utsending_id, post.innhold)
    except BrukerFeil as feil:
        return feil


def _password(hjem: Hjem, valg: Epost) -> str:
    """Return the password, blank where the server asks for none."""
    if not valg.bruker:
        return ""
    passord = sendable_secret(hjem.mappe, MILJOVARIABEL, PASSORDFIL, NOKKELRING)
    # The library's own error about a name that cannot be sent would show it.
    if not passord or not (valg.bruker.isascii() and valg.bruker.isprintable()):
        raise BrukerFeil("ÅH-1650", variabel=MILJOVARIABEL, fil=PASSORDFIL)
    return passord


def _trusted(hjem: Hjem, valg: Epost) -> ssl.SSLContext:
    """Return whom a certificate may be issued by: the machine's own list and the county's."""
    tillit = ssl.create_default_context()
    if valg.ca_fil and not _added(tillit, hjem.mappe / valg.ca_fil):
        raise BrukerFeil("ÅH-1651", fil=valg.ca_fil)
    return tillit


def _added(tillit: ssl.SSLContext, fil: Path) -> bool:
    try:
        tillit.load_verify_locations(fil)
    except OSError:  # also what the library says of a file that holds no certificate
        return False
    return True
