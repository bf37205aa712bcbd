"""An HTTP server in a thread of its own that can break a connection at any point: what the stand-ins are built on."""

import asyncio
import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import h11

from tests.motparter.klokke import Klokke
from tests.motparter.svikt import Feil, Svikt
from tests.motparter.traad import VERT, Traadtjener, reset

BIT = 256 * 1024
STYRING = "/_motpart/"
BRUDD_I_LESING = (Svikt.BRUDD_FOR_LESING, Svikt.BRUDD_UNDER_LESING)
INNLOGGING = "<!DOCTYPE html><html lang='nb'><title>Logg inn</title><form method='post'>Passord <input></form></html>"


@dataclass
class Foresporsel:
    """One request, as it came. ``hoder`` have small letters. ``lest`` is where a service keeps what it has parsed."""

    metode: str
    sti: str
    sporring: dict[str, list[str]]
    hoder: dict[str, str]
    kropp: bytes = b""
    lest: Any = None


@dataclass(frozen=True)
class Svar:
    """One answer."""

    status: int
    kropp: bytes = b""
    hoder: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, status: int, verdi: Any, **hoder: str) -> Self:
        """Return an answer in JSON."""
        kropp = json.dumps(verdi, ensure_ascii=False).encode()
        return cls(status, kropp, {"content-type": "application/json;charset=UTF-8"} | hoder)

    def render(self, lengde: int | None = None) -> bytes:
        """Return the bytes of the answer, saying that it is ``lengde`` long."""
        hoder = self.hoder | {"content-length": str(len(self.kropp) if lengde is None else lengde)}
        linjer = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}", *(f"{k}: {v}" for k, v in hoder.items())]
        return "\r\n".join([*linjer, "connection: close", "", ""]).encode() + self.kropp


class Forbindelse:
    """One connection: what comes in, as HTTP, and what goes out, as bytes. asyncio sets TCP_NODELAY itself."""

    def __init__(self, leser: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        self._leser, self._skriver = leser, skriver
        self._http = h11.Connection(h11.SERVER)

    async def request(self) -> Foresporsel | None:
        """Return the head of the next request, None when there are no more."""
        if self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        hode = await self._event()
        if not isinstance(hode, h11.Request):
            return None
        deler = urlsplit(hode.target.decode("ascii"))
        hoder = {navn.decode(): verdi.decode("latin-1") for navn, verdi in hode.headers}
        return Foresporsel(hode.method.decode(), deler.path, parse_qs(deler.query, keep_blank_values=True), hoder)

    async def body(self, mest: int | None = None) -> bytes:
        """Return the body, or only so much of it that ``mest`` is passed."""
        biter, antall = [], 0
        while isinstance(hendelse := await self._event(), h11.Data):
            biter.append(bytes(hendelse.data))
            antall += len(hendelse.data)
            if mest is not None and antall >= mest:
                break
        return b"".join(biter)

    async def answer(self, svar: Svar) -> bool:
        """Send the whole answer; tell whether the connection may be used again."""
        hoder = svar.hoder | {"content-length": str(len(svar.kropp))}
        hode = h11.Response(status_code=svar.status, headers=[*hoder.items()], reason=HTTPStatus(svar.status).phrase)
        deler = [hode, h11.Data(data=svar.kropp), h11.EndOfMessage()]
        await self.write(b"".join(self._http.send(del_) or b"" for del_ in deler))
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def write(self, data: bytes) -> None:
        """Send bytes, whatever they are."""
        self._skriver.write(data)
        await self._skriver.drain()

    def reset(self) -> None:
        """Break the connection: the caller sees it reset."""
        reset(self._skriver.transport)

    def close(self) -> None:
        """Close in the ordinary way."""
        self._skriver.close()

    async def _event(self) -> Any:
        while (hendelse := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                fortsett = h11.InformationalResponse(status_code=100, headers=[], reason="Continue")
                await self.write(self._http.send(fortsett) or b"")
            self._http.receive_data(await self._leser.read(BIT))
        return hendelse


class Nettjener(Traadtjener):
    """A stand-in that speaks HTTP. A service says what it answers in ``handle``."""

    def __init__(self, *, port: int = 0, klokke: Klokke | None = None) -> None:
        super().__init__(port=port, klokke=klokke)
        self.foresporsler: Counter[str] = Counter()
        """How many requests have come, by kind."""
        self._oppgaver: set[asyncio.Task[Any]] = set()

    # What a service says for itself

    def route(self, foresporsel: Foresporsel) -> str:
        """Return the name of what is asked for, blank for nothing known. Only the head is read yet."""
        raise NotImplementedError

    def references(self, _foresporsel: Foresporsel) -> Collection[str]:
        """Return the caller's own references in the request."""
        return ()

    def handle(self, vei: str, foresporsel: Foresporsel) -> Svar:
        """Do what is asked and return the answer."""
        raise NotImplementedError

    def refuse(self, status: int, foresporsel: Foresporsel) -> Svar:
        """Return an answer with that status in the service's own shape."""
        raise NotImplementedError

    def distort(self, _feil: Feil, _vei: str, _foresporsel: Foresporsel, svar: Svar) -> Svar:
        """Return the answer as a fault of this service's own makes it."""
        return svar

    def received(self) -> dict[str, Any]:
        """Return what has been accepted, for another process: a count, and counts by reference."""
        return {}

    def control(self, _sti: str, _foresporsel: Foresporsel) -> Svar | None:
        """Answer a question about the stand-in itself, None for one that is not known."""
        return None

    @property
    def rot(self) -> str:
        """Where it is asked about itself, under ``/_motpart/``."""
        return f"http://{VERT}:{self.port}"

    @property
    def adresse(self) -> str:
        """Where the service answers."""
        return self.rot

    # Machinery

    async def _open(self) -> None:
        self._tjener = await asyncio.start_server(self._connected, VERT, self.port, limit=BIT, backlog=256)
        self.port = self._tjener.sockets[0].getsockname()[1]

    def _tasks(self) -> list[asyncio.Task[Any]]:
        return list(self._oppgaver)

    async def _connected(self, leser: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        oppgave = asyncio.current_task()
        assert oppgave is not None
        self._oppgaver.add(oppgave)
        forbindelse = Forbindelse(leser, skriver)
        try:
            while await self._one(forbindelse):
                pass
            forbindelse.close()
        except h11.RemoteProtocolError:
            with_feil = Svar(400, b"Bad Request", {"content-type": "text/plain"})
            skriver.write(with_feil.render())
            forbindelse.close()
        except (OSError, asyncio.CancelledError):
            forbindelse.reset()
        finally:
            self._oppgaver.discard(oppgave)

    async def _one(self, forbindelse: Forbindelse) -> bool:
        """Take one request; tell whether the connection may be used again."""
        foresporsel = await forbindelse.request()
        if foresporsel is None:
            return False
        if foresporsel.sti.startswith(STYRING):
            foresporsel.kropp = await forbindelse.body()
            return await forbindelse.answer(self._control(foresporsel))
        vei = self.route(foresporsel)
        with self.laas:
            self.foresporsler[vei] += 1
        feil = self.feilplan.choose(vei)
        if feil and feil.hva in BRUDD_I_LESING:
            lengde = int(foresporsel.hoder.get("content-length", 0))
            await (forbindelse.body(lengde // 2) if feil.hva == Svikt.BRUDD_UNDER_LESING else asyncio.sleep(0))
            forbindelse.reset()
            return False
        foresporsel.kropp = await forbindelse.body()
        if feil is None and self.feilplan.asks_for_references:
            feil = self.feilplan.choose(vei, self.references(foresporsel))
        if feil is None:
            return await forbindelse.answer(self._handle(vei, foresporsel))
        return await self._fail(feil, vei, foresporsel, forbindelse)

    def _handle(self, vei: str, foresporsel: Foresporsel) -> Svar:
        with self.laas:
            return self.handle(vei, foresporsel)

    async def _fail(self, feil: Feil, vei: str, foresporsel: Foresporsel, forbindelse: Forbindelse) -> bool:
        """Do the work, or not, and answer as the fault says."""
        if feil.hva == Svikt.TREG_FOR:
            await asyncio.sleep(feil.sekunder)
        svar = self._handle(vei, foresporsel) if feil.gjor_arbeidet else self.refuse(503, foresporsel)
        if feil.hva == Svikt.TREG_ETTER:
            await asyncio.sleep(feil.sekunder)
        if feil.hva in (*BRUDD_I_LESING, Svikt.BRUDD_ETTER_BEHANDLING):
            forbindelse.reset()
        elif feil.hva == Svikt.BRUDD_I_SVARET:
            hele = svar.render()
            await forbindelse.write(hele[: len(hele) - max(1, len(svar.kropp) // 2)])
        elif feil.hva == Svikt.DRYPP:
            await self._drip(svar, feil.sekunder, forbindelse)
        elif feil.hva == Svikt.TULL:
            await forbindelse.write(b"\x00\x15\x03\x01 tull og toys\r\n\r\n" * 8)
        else:
            return await forbindelse.answer(self._twist(feil, vei, foresporsel, svar))
        return False

    def _twist(self, feil: Feil, vei: str, foresporsel: Foresporsel, svar: Svar) -> Svar:
        """Return the whole answer that the fault makes."""
        hele = {
            Svikt.INNLOGGINGSSIDE: Svar(200, INNLOGGING.encode(), {"content-type": "text/html; charset=utf-8"}),
            Svikt.AVKORTET_JSON: replace(svar, kropp=svar.kropp[: len(svar.kropp) // 2]),
            Svikt.UTEN_ID: Svar.json(200, {"melding": "ok"}),
            Svikt.DYP_JSON: replace(svar, status=200, kropp=b"[" * 100_000 + b"]" * 100_000),
            Svikt.TOM: Svar(200),
            Svikt.VIDERESENDING: Svar(302, b"", {"location": f"{self.rot}/et/annet/sted"}),
        }
        if feil.hva == Svikt.STATUS:
            nektet = self.refuse(feil.status, foresporsel)
            return replace(nektet, hoder=nektet.hoder | ({"retry-after": feil.retry_after} if feil.retry_after else {}))
        if feil.hva == Svikt.KJEMPESVAR:
            return replace(svar, kropp=svar.kropp + b" " * feil.antall_byte)
        if feil.hva in hele:
            return hele[feil.hva]
        with self.laas:
            return self.distort(feil, vei, foresporsel, svar)

    async def _drip(self, svar: Svar, mellomrom: float, forbindelse: Forbindelse) -> None:
        """Send the answer byte for byte, and then blanks for ever: its length is said to be enormous."""
        for byte in svar.render(10**9):
            await forbindelse.write(bytes([byte]))
            await asyncio.sleep(mellomrom)
        while True:
            await forbindelse.write(b" ")
            await asyncio.sleep(mellomrom)

    def _control(self, foresporsel: Foresporsel) -> Svar:
        """Answer about the stand-in itself: what it has received, its clock, its faults."""
        sti = foresporsel.sti.removeprefix(STYRING)
        with self.laas:
            match foresporsel.metode, sti:
                case "GET", "mottatt":
                    return Svar.json(200, self.received())
                case "POST", "tid":
                    self._move(json.loads(foresporsel.kropp))
                    return Svar.json(200, {"naa": self.klokke.naa().isoformat()})
                case "POST", "feil":
                    self.feil(**json.loads(foresporsel.kropp))
                    return Svar.json(200, {})
                case "DELETE", "feil":
                    self.feilplan.clear()
                    return Svar.json(200, {})
            return self.control(sti, foresporsel) or Svar.json(404, {})

    def _move(self, hvordan: dict[str, Any]) -> None:
        if "naa" in hvordan:
            self.klokke.set(datetime.fromisoformat(hvordan["naa"]))
        self.advance(float(hvordan.get("timer", 0)))
