"""A mail server: aiosmtpd with STARTTLS and login, which keeps what it accepts and can fail at every stage.

The stages are ``TILKOBLING``, ``EHLO``, ``STARTTLS``, ``AUTH``, ``MAIL``, ``RCPT``, ``DATA`` (before the text is asked
for), ``TEKST`` (while it is read) and ``ETTER_DATA`` (when the whole message is in). ``vei`` of a rule names a stage.
"""
# ruff: noqa: N802 (aiosmtpd finds its methods by these names)

import asyncio
import email
import logging
import tempfile
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.motparter.klokke import Klokke
from tests.motparter.nettjener import Foresporsel, Nettjener, Svar
from tests.motparter.sertifikat import authority
from tests.motparter.svikt import Feil, Svikt
from tests.motparter.traad import VERT, Traadtjener, reset

BRUKER = "ot-post"
PASSORD = "kanaripassord-epost-3d71"
STENGER = 421
TOM_INNLOGGING = "250-AUTH "
# The other side's log is not ours: a test that looks for people in our log must not find them by way of it.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)


class Postsvikt(StrEnum):
    """The ways to fail that are a mail server's; ``Svikt.TREG_FOR`` and ``Svikt.DRYPP`` may be used too."""

    KODE = "kode"
    """Answers with ``status``; 421 also closes. ``behandlet`` at ``ETTER_DATA``: the message is kept all the same."""
    TAUSHET = "taushet"
    """Says nothing for ``sekunder``, then closes."""
    HALV_LINJE = "halv_linje"
    """Half of the line that would have said yes, then closes. Some libraries take it for the whole."""
    BRUDD = "brudd"
    """Resets the connection. ``behandlet`` at ``ETTER_DATA``: the message is kept, and no 250 comes."""
    TLS_IKKE_TILBUDT = "tls_ikke_tilbudt"
    """At ``EHLO``: STARTTLS is not among what is offered, and is refused."""
    KLARTEKST = "klartekst"
    """At ``STARTTLS``: says yes, and goes on in plain text."""
    INNSKUTT = "innskutt"
    """At ``STARTTLS``: says yes, and slips in another answer in plain text before the encryption."""
    SERTIFIKAT_ANNEN_UTSTEDER = "sertifikat_annen_utsteder"
    SERTIFIKAT_ANNET_NAVN = "sertifikat_annet_navn"
    SERTIFIKAT_UTLOPT = "sertifikat_utlopt"


HALVE = {"TILKOBLING": "220", "STARTTLS": "220", "AUTH": "235", "DATA": "354", "TEKST": ""}
SERTIFIKATSVIKT = {
    Postsvikt.SERTIFIKAT_ANNET_NAVN: {"navn": "post.example.org", "adresse": "127.0.0.9"},
    Postsvikt.SERTIFIKAT_UTLOPT: {"utlopt": True},
}


@dataclass(frozen=True)
class Melding:
    """A message that was kept: who from, who to, as they were said before it, its bytes, and how it came."""

    fra: str
    til: tuple[str, ...]
    data: bytes
    kryptert: bool
    innlogget: bool

    @property
    def melding_id(self) -> str:
        """Its ``Message-ID``, blank for none."""
        return _id(self.data)


class Postkasse(Traadtjener):
    """The mail server.

    Args:
        bruker: User and password asked for, None for a server where nobody logs in.
        mappe: Where each message is also kept as a file, and the authority's certificate lies.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        klokke: Klokke | None = None,
        bruker: tuple[str, str] | None = (BRUKER, PASSORD),
        mappe: Path | None = None,
    ) -> None:
        super().__init__(port=port, klokke=klokke)
        self.bruker = bruker
        self._egen_mappe = tempfile.TemporaryDirectory() if mappe is None else None
        self.mappe = Path(self._egen_mappe.name) if self._egen_mappe else mappe or Path()
        self.utsteder = authority()
        self.tls = self.utsteder.context()
        self.ca_fil = self.mappe / "ca.pem"
        """The certificate to trust."""
        self.ca_fil.write_bytes(self.utsteder.pem)
        self.steg: Counter[str] = Counter()
        """How many times each stage was reached."""
        self._meldinger: list[Melding] = []
        self._fra_for = len(list(self.mappe.glob("*.eml")))
        self._samtaler: set[_Samtale] = set()

    @property
    def meldinger(self) -> list[Melding]:
        """Every message kept, in order."""
        with self.laas:
            return list(self._meldinger)

    @property
    def antall(self) -> Counter[str]:
        """How many times each ``Message-ID`` was kept."""
        return Counter(melding.melding_id for melding in self.meldinger)

    def stop(self) -> None:
        """Stop, and throw away a folder of its own."""
        super().stop()
        if self._egen_mappe is not None:
            self._egen_mappe.cleanup()

    def keep(self, melding: Melding) -> None:
        """Keep a message."""
        with self.laas:
            self._meldinger.append(melding)
            if self._egen_mappe is None:
                nr = self._fra_for + len(self._meldinger)
                (self.mappe / f"{nr:06}.eml").write_bytes(melding.data)

    def login(self, _tjener: Any, _okt: Any, _konvolutt: Any, _maate: str, data: LoginPassword) -> AuthResult:
        """Tell whether somebody may come in."""
        kjent = self.bruker is not None and (data.login, data.password) == tuple(ord_.encode() for ord_ in self.bruker)
        return AuthResult(success=kjent, handled=False)

    def certificate(self, hva: str) -> Any:
        """Return the server's settings, with a certificate nobody should trust where the fault says so."""
        if hva == Postsvikt.SERTIFIKAT_ANNEN_UTSTEDER:
            return authority("En annen").context()
        return self.utsteder.context(**SERTIFIKATSVIKT[hva]) if hva in SERTIFIKATSVIKT else self.tls

    async def _open(self) -> None:
        self._tjener = await asyncio.get_running_loop().create_server(lambda: _Samtale(self), VERT, self.port)
        self.port = self._tjener.sockets[0].getsockname()[1]

    def _tasks(self) -> list[asyncio.Task[Any]]:
        return [samtale.reset() for samtale in list(self._samtaler)]


class _Samtale(SMTP):
    """One conversation: before each stage it is asked whether it fails."""

    def __init__(self, postkasse: Postkasse) -> None:
        self._postkasse = postkasse
        self._skjult_tls = False
        self._innskutt = ""
        super().__init__(
            _Mottak(postkasse),
            hostname="post.example.no",
            ident="ESMTP",
            tls_context=postkasse.tls,
            require_starttls=True,
            authenticator=postkasse.login,
            auth_required=postkasse.bruker is not None,
            timeout=600,
            loop=asyncio.get_running_loop(),
        )
        if postkasse.bruker is None:
            self._auth_methods = {}
        postkasse._samtaler.add(self)

    def reset(self) -> "asyncio.Task[Any]":
        """Break the line, as the caller sees it, and return what was under way."""
        ytterst = self._original_transport or self.transport
        if ytterst is not None:
            reset(ytterst)
        assert self._handler_coroutine is not None
        return self._handler_coroutine

    def connection_lost(self, error: Exception | None) -> None:
        self._postkasse._samtaler.discard(self)
        super().connection_lost(error)

    async def fails(self, steg: str, refer: Collection[str] = ()) -> bool:
        """Count the stage, and fail if a rule says so."""
        self._postkasse.steg[steg] += 1
        plan = self._postkasse.feilplan
        feil = plan.choose(steg) or plan.choose(steg, refer)
        return feil is not None and await self.fail(feil, steg)

    async def fail(self, feil: Feil, steg: str) -> bool:
        """Fail; False where the stage goes on all the same."""
        match feil.hva:
            case Postsvikt.KODE:
                await self.push(_code(feil))
                if feil.status == STENGER:
                    self.transport.close()
            case Postsvikt.TAUSHET:
                await asyncio.sleep(feil.sekunder)
                self.transport.close()
            case Postsvikt.HALV_LINJE:
                self._writer.write(HALVE.get(steg, "250").encode())
                self.transport.close()
            case Svikt.DRYPP:
                while True:
                    self._writer.write(b"2")
                    await asyncio.sleep(feil.sekunder)
            case Postsvikt.BRUDD:
                self.reset()
            case _:
                return await self._goes_on(feil)
        return True

    async def _goes_on(self, feil: Feil) -> bool:
        if feil.hva == Svikt.TREG_FOR:
            await asyncio.sleep(feil.sekunder)
        elif feil.hva == Postsvikt.KLARTEKST:
            await self.push("220 Ready to start TLS")
            await self.push("250 her er ingen kryptering")
            return True
        elif feil.hva == Postsvikt.INNSKUTT:
            self._innskutt = "\r\n250 innskutt"
        elif feil.hva == Postsvikt.TLS_IKKE_TILBUDT:
            self._skjult_tls = True
        else:
            self.tls_context = self._postkasse.certificate(feil.hva)
        return False

    async def push(self, status: Any) -> None:
        """Answer, with what is to be slipped in."""
        if isinstance(status, str):
            status, self._innskutt = status + self._innskutt, ""
        if status != TOM_INNLOGGING:
            await super().push(status)

    async def _handle_client(self) -> None:
        if not await self.fails("TILKOBLING"):
            await super()._handle_client()

    async def smtp_EHLO(self, hostname: str) -> None:
        if await self.fails("EHLO"):
            return
        vanlig, self.tls_context = self.tls_context, None if self._skjult_tls else self.tls_context
        await super().smtp_EHLO(hostname)
        self.tls_context = vanlig

    async def smtp_STARTTLS(self, arg: str) -> None:
        if self._skjult_tls:
            await self.push("454 TLS not available")
        elif not await self.fails("STARTTLS"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self.fails("AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self.fails("MAIL", _addresses(arg)):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self.fails("RCPT", _addresses(arg)):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        assert self.envelope is not None
        til = self.envelope.rcpt_tos
        if await self.fails("DATA", til):
            return
        lesing = self._read_some_first(til) if til and not arg else None
        if lesing is None or not await lesing:
            await super().smtp_DATA(arg)

    async def _read_some_first(self, til: Collection[str]) -> bool:
        """Tell whether it fails while the text comes."""
        plan = self._postkasse.feilplan
        feil = plan.choose("TEKST") or plan.choose("TEKST", til)
        if feil is None:
            return False
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        await self._reader.readline()
        return await self.fail(feil, "TEKST")


class _Mottak:
    """Where a whole message ends up."""

    def __init__(self, postkasse: Postkasse) -> None:
        self._postkasse = postkasse

    async def handle_DATA(self, samtale: _Samtale, okt: Session, konvolutt: Envelope) -> str:
        """Keep the message, unless it fails before that."""
        data = bytes(konvolutt.original_content or b"")
        plan = self._postkasse.feilplan
        self._postkasse.steg["ETTER_DATA"] += 1
        feil = plan.choose("ETTER_DATA") or plan.choose("ETTER_DATA", [*konvolutt.rcpt_tos, _id(data)])
        if feil is None or feil.hva == Svikt.TREG_FOR or feil.behandlet:
            til = tuple(konvolutt.rcpt_tos)
            self._postkasse.keep(
                Melding(konvolutt.mail_from or "", til, data, okt.ssl is not None, bool(okt.authenticated))
            )
        if feil is None or feil.hva == Svikt.TREG_FOR:
            await asyncio.sleep(feil.sekunder if feil else 0)
            return "250 OK"
        if feil.hva == Postsvikt.KODE and feil.status != STENGER:
            return _code(feil)
        await samtale.fail(feil, "ETTER_DATA")
        # The conversation is over: nothing more can be said.
        raise ConnectionResetError


class Poststyring(Nettjener):
    """Tells another process what the mail server has kept, and takes faults for it."""

    def __init__(self, postkasse: Postkasse, *, port: int = 0) -> None:
        super().__init__(port=port, klokke=postkasse.klokke)
        self._postkasse = postkasse
        self.feilplan = postkasse.feilplan

    def route(self, foresporsel: Foresporsel) -> str:
        return foresporsel.sti

    def handle(self, _vei: str, _foresporsel: Foresporsel) -> Svar:
        return Svar.json(404, {})

    def received(self) -> dict[str, Any]:
        antall = self._postkasse.antall
        return {"antall": antall.total(), "referanser": antall, "steg": self._postkasse.steg}


def _addresses(arg: str | None) -> list[str]:
    """Return the address of ``FROM:<a@b>``."""
    return [(arg or "").partition("<")[2].partition(">")[0]]


def _code(feil: Feil) -> str:
    """Return an answer that says something of somebody, as such answers do."""
    return f"{feil.status} {feil.status // 100}.0.0 kanarisvar om kari@example.no"


def _id(data: bytes) -> str:
    return str(email.message_from_bytes(data.partition(b"\r\n\r\n")[0]).get("Message-ID", ""))
