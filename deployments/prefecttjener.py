"""Prefect's server behind a door of ours: who is let in, under whose name, and what the browser may do with the answer.

Prefect's own app is made by its own factory and unchanged but for when it takes its database (``prefectbase.py``); the
door is an ASGI app around it, on this machine only.
Started as a process by ``deployments/server.py``; what is asked of who comes stands in its environment.
"""

import json
import os
import sys
from base64 import b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any, Final

import httpx
import uvicorn

from deployments import navnevakt
from deployments.miljo import ADGANG, VERT
from schemas.innstillinger import PROXYHODE
from tasks.adgang import KREV_PASSORD, Adgang, Besokende, Hoder, is_same_site

Melding = MutableMapping[str, Any]
Mottak = Callable[[], Awaitable[Melding]]
Svar = Callable[[Melding], Awaitable[None]]
App = Callable[[Melding, Mottak, Svar], Awaitable[None]]

# The UI draws a run with a library that makes functions of text; its scripts still come from here only.
HODER: Final = {
    "Content-Security-Policy": "default-src 'self'; connect-src 'self'; script-src 'self' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PROVER: Final = {"/api/health", "/api/ready"}
"""What may be asked without a password: whether the server answers."""
OPPSETT: Final = "/ui-settings"
APNE_STROMMER: Final = {"/api/events/out", "/api/logs/out"}
STENGT: Final = 1008
STORSTE_SPORSMAAL: Final = 1_000_000
UTEN_TJENESTER: Final = "--uten-tjenester"
INNLOGGING: Final = "PREFECT_SERVER_API_AUTH_STRING"


class Dor:
    """The ASGI app around Prefect's."""

    def __init__(self, app: App, adgang: Adgang, port: int) -> None:
        self.app, self.adgang, self.port = app, adgang, port
        self.inn = (
            {"Authorization": f"Basic {b64encode(adgang.innlogging.encode()).decode()}"} if adgang.passord else {}
        )

    async def __call__(self, scope: Melding, receive: Mottak, send: Svar) -> None:
        """Let the request through, changed where it must be, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        avvis = close_stream if scope["type"] == "websocket" else refuse
        hoder = headers_of(scope)
        if not self.adgang.answers(hoder, self.port):
            await avvis(send, HTTPStatus.MISDIRECTED_REQUEST)
        elif not is_same_site(hoder):
            await avvis(send, HTTPStatus.FORBIDDEN)
        elif scope["type"] == "websocket":
            await self._stream(scope, receive, send, self.adgang.judge(hoder))
        else:
            await self._answer(scope, receive, _with_headers(send), hoder)

    async def _answer(self, scope: Melding, receive: Mottak, send: Svar, hoder: Hoder) -> None:
        metode, sti, besok = scope["method"], scope["path"], self.adgang.judge(hoder)
        if besok is None and not (metode == "GET" and sti in PROVER):
            await refuse(send, HTTPStatus.UNAUTHORIZED)
        elif metode == "GET" and sti == OPPSETT:
            await self._say_how(send)
        elif besok and besok.navn and not navnevakt.is_reading(metode, sti):
            await self._change(scope, receive, send, besok.navn)
        elif self.adgang.navnehode and navnevakt.makes_run_for_others(metode, sti):
            await refuse(send, HTTPStatus.FORBIDDEN)
        else:
            await self.app(self._let_in(scope, besok), receive, send)

    async def _change(self, scope: Melding, receive: Mottak, send: Svar, navn: str) -> None:
        """Let a named person do the little she may, in her own name."""
        metode, sti = scope["method"], scope["path"]
        innhold = await read_whole(receive)
        try:
            if innhold is None:
                raise navnevakt.IkkeTillatt
            if utrulling := navnevakt.starts_run(metode, sti):
                innhold = navnevakt.sign(innhold, await self._deployment(utrulling), navn)
            else:
                navnevakt.check_change(metode, sti, innhold)
        except navnevakt.IkkeTillatt:
            await refuse(send, HTTPStatus.FORBIDDEN)
            return
        inn = self._let_in(scope, Besokende(navn), len(innhold))
        await self.app(inn, _sends_once(innhold, receive), send)

    async def _deployment(self, id_: str) -> dict[str, Any]:
        async with self._inside() as klient:
            svar = await klient.get(f"/api/deployments/{id_}")
        if svar.status_code != HTTPStatus.OK:
            raise navnevakt.IkkeTillatt
        return dict(svar.json())

    async def _say_how(self, send: Svar) -> None:
        """Tell the UI how it is set up, but not to ask for a password: it would keep it in the browser for ever."""
        async with self._inside() as klient:
            oppsett = (await klient.get(OPPSETT)).raise_for_status().json()
        await send_all(send, HTTPStatus.OK, json.dumps({**oppsett, "auth": None}).encode(), "application/json")

    def _inside(self) -> httpx.AsyncClient:
        """Return a client that asks Prefect's app directly, as its owner."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app), base_url=f"http://{VERT}:{self.port}", headers=self.inn
        )

    def _let_in(self, scope: Melding, besok: Besokende | None, lengde: int | None = None) -> Melding:
        """Return the request as Prefect is to see it: with its own password where it was let in, no secret of ours."""
        bort = {PROXYHODE.lower(), self.adgang.navnehode.lower(), *(["authorization"] if besok else [])}
        bort |= {"content-length", "transfer-encoding"} if lengde is not None else set()
        hoder = [(navn, verdi) for navn, verdi in scope["headers"] if navn.decode("latin-1").lower() not in bort]
        nye = (self.inn if besok else {}) | ({"Content-Length": str(lengde)} if lengde is not None else {})
        return {**scope, "headers": [*hoder, *((n.lower().encode(), v.encode()) for n, v in nye.items())]}

    async def _stream(self, scope: Melding, receive: Mottak, send: Svar, besok: Besokende | None) -> None:
        """Let a websocket through. Who shows nothing yet is asked by Prefect itself; a named person may only listen."""
        if besok is None and any(headers_of(scope)(navn) for navn in (PROXYHODE, self.adgang.navnehode) if navn):
            await close_stream(send, HTTPStatus.UNAUTHORIZED)
        elif besok and besok.navn and scope["path"] not in APNE_STROMMER:
            await close_stream(send, HTTPStatus.FORBIDDEN)
        else:
            lytt = self._gives_password(receive) if besok and self.adgang.passord else receive
            await self.app(self._let_in(scope, besok), lytt, send)

    def _gives_password(self, receive: Mottak) -> Mottak:
        """Return ``receive`` where the stream's first message, which is to hold the password, holds it."""

        async def lytt() -> Melding:
            melding = await receive()
            if melding["type"] == "websocket.receive" and _is_login(melding.get("text")):
                return {**melding, "text": json.dumps({"type": "auth", "token": self.adgang.innlogging})}
            return melding

        return lytt


def headers_of(scope: Melding) -> Hoder:
    """Return the request's headers as ``tasks/adgang.py`` asks for them."""

    def find(navn: str) -> list[str]:
        sokt = navn.lower().encode()
        return [verdi.decode("latin-1") for funnet, verdi in scope["headers"] if funnet.lower() == sokt]

    return find


def _is_login(tekst: str | None) -> bool:
    try:
        melding = json.loads(tekst or "")
    except ValueError:
        return False
    return isinstance(melding, dict) and melding.get("type") == "auth"


async def read_whole(receive: Mottak) -> bytes | None:
    """Return everything that is sent, None where it is too much or breaks off."""
    innhold = b""
    while True:
        melding = await receive()
        if melding["type"] != "http.request":
            return None
        innhold += bytes(melding.get("body", b""))
        if len(innhold) > STORSTE_SPORSMAAL:
            return None
        if not melding.get("more_body"):
            return innhold


def _sends_once(innhold: bytes, receive: Mottak) -> Mottak:
    """Return a ``receive`` that gives the content, and then what else happens."""
    igjen = [{"type": "http.request", "body": innhold, "more_body": False}]

    async def lytt() -> Melding:
        return igjen.pop() if igjen else await receive()

    return lytt


def _with_headers(send: Svar) -> Svar:
    """Return ``send`` with what keeps the browser to us; who else may read the answer is nobody."""
    vaare = [(navn.lower().encode(), verdi.encode()) for navn, verdi in HODER.items()]
    bort = {navn for navn, _ in vaare} | {b"access-control-allow-origin", b"server"}

    async def sender(melding: Melding) -> None:
        if melding["type"] == "http.response.start":
            hoder = [(navn, verdi) for navn, verdi in melding.get("headers", []) if navn.lower() not in bort]
            melding = {**melding, "headers": [*hoder, *vaare]}
        await send(melding)

    return sender


async def refuse(send: Svar, kode: HTTPStatus) -> None:
    """Answer with nothing but the code."""
    krav = KREV_PASSORD if kode == HTTPStatus.UNAUTHORIZED else {}
    await send_all(_with_headers(send), kode, f"{kode.value}\n".encode(), "text/plain; charset=utf-8", krav)


async def send_all(
    send: Svar, kode: HTTPStatus, innhold: bytes, type_: str, hoder: dict[str, str] | None = None
) -> None:
    """Answer with this content, whole; nobody keeps it unless ``hoder`` says so."""
    alle = {"content-type": type_, "content-length": str(len(innhold)), "cache-control": "no-store", **(hoder or {})}
    linjer = [(navn.lower().encode(), verdi.encode()) for navn, verdi in alle.items()]
    await send({"type": "http.response.start", "status": kode.value, "headers": linjer})
    await send({"type": "http.response.body", "body": innhold})


async def close_stream(send: Svar, kode: HTTPStatus) -> None:
    """Refuse a stream before it is opened, which the asker sees as 403."""
    await send({"type": "websocket.close", "code": STENGT, "reason": str(kode.value)})


def main() -> None:
    """Serve on the port given until stopped, with or without Prefect's background services."""
    serve(Adgang.from_text(os.environ.pop(ADGANG)), int(sys.argv[1]), uten_tjenester=UTEN_TJENESTER in sys.argv[2:])


def serve(adgang: Adgang, port: int, *, vert: str = VERT, uten_tjenester: bool = False) -> None:
    """Serve Prefect behind the door until stopped."""
    os.environ |= {
        "PREFECT_UI_API_URL": "/api",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://{VERT}:{port}",
        # A browser gives the password by itself; who starts a server for a moment has no browser.
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": str(not uten_tjenester),
    }
    os.environ.pop(INNLOGGING, None)
    if adgang.passord:
        os.environ[INNLOGGING] = adgang.innlogging
    from prefect.server.api.server import create_app  # noqa: PLC0415 it reads the environment

    from deployments.prefectbase import write_in_turn  # noqa: PLC0415 so does it

    write_in_turn()
    run_door(Dor(create_app(final=True, webserver_only=uten_tjenester), adgang, port), port, vert)


def run_door(dor: Dor, port: int, vert: str = VERT) -> None:
    """Serve what is behind a door until stopped."""
    # The door judges each request itself: what a proxy says of it is believed only as tasks/adgang.py has it.
    uvicorn.run(dor, host=vert, port=port, log_level="warning", proxy_headers=False, server_header=False)


if __name__ == "__main__":
    main()
