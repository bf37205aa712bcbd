"""The pages for people, shown while the program runs: ``rapporter/sider/`` and nothing else.

Started by ``./arshjul start`` beside Prefect, or by ``counties pages``, with what is asked of who comes in its
environment; on this machine only, unless told another address. It reads whole files of known kinds by their plain path,
lists no folder, writes nothing and runs nothing: what a page asks for beside itself must lie among the pages.
"""

import os
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from deployments.miljo import ADGANG, LYTT, VERT
from tasks.adgang import KREV_PASSORD, Adgang, is_same_site
from tasks.hjem import home
from tasks.sider import FORSIDE, folder

TYPER: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ics": "text/calendar; charset=utf-8",
}
HODER: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
METODER: Final = "GET, HEAD"
MEST_ADRESSE: Final = 1000


class Sidetjener(ThreadingHTTPServer):
    """Shows the files beneath one folder to those who are let in; on this machine, unless told another address."""

    daemon_threads = True

    def __init__(self, rot: Path, port: int, adgang: Adgang, lytt: str = VERT) -> None:
        self.rot = rot.resolve()
        self.adgang = adgang
        super().__init__((lytt, port), _Svarer)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 the library's own
        """Say nothing of a browser that went away; the library would write a traceback."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def find(self, adresse: str) -> Path | None:
        """Return the file that an address means, or None: only plain names, all the way down from the folder.

        A name that begins with a dot is nobody's page (a file half written), and a link out of the folder is no way in.
        """
        sti = unquote(urlsplit(adresse).path)
        navn = sti.removeprefix("/").split("/")
        if navn[-1] == "":
            navn[-1] = FORSIDE
        if len(sti) > MEST_ADRESSE or not sti.startswith("/") or not all(map(_is_plain, navn)):
            return None
        fil = self.rot.joinpath(*navn).resolve()
        er_vaar = fil.is_relative_to(self.rot) and fil.suffix in TYPER and fil.is_file()
        return fil if er_vaar else None


def _is_plain(navn: str) -> bool:
    return bool(navn) and not navn.startswith(".") and navn.isprintable() and not set(navn) & set('\\:*?"<>|')


class _Svarer(BaseHTTPRequestHandler):
    """Answers one request. Says nothing of itself, and logs nothing."""

    server: Sidetjener
    server_version = "Arshjul"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Answer with the file."""
        self._answer(med_innhold=True)

    def do_HEAD(self) -> None:
        """Answer with what the file is."""
        self._answer(med_innhold=False)

    def _answer(self, *, med_innhold: bool) -> None:
        """Find the file and send it to one who is let in, under a name of ours, from no other site's page."""
        if refused := self._refusal():
            self.send_error(refused)
            return
        try:
            fil = self.server.find(self.path)
            innhold = fil.read_bytes() if fil else b""
        except (OSError, ValueError):
            fil = None
        if fil is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", TYPER[fil.suffix])
        self.send_header("Content-Length", str(len(innhold)))
        self.end_headers()
        if med_innhold:
            self.wfile.write(innhold)

    def _refusal(self) -> HTTPStatus | None:
        adgang = self.server.adgang
        if not adgang.answers(self._sent, int(self.server.server_address[1])):
            return HTTPStatus.MISDIRECTED_REQUEST
        if not is_same_site(self._sent):
            return HTTPStatus.FORBIDDEN
        return None if adgang.judge(self._sent) else HTTPStatus.UNAUTHORIZED

    def _sent(self, navn: str) -> list[str]:
        return list(self.headers.get_all(navn, []))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse in one word, whatever was asked; the library's own answer repeats the question."""
        kode = HTTPStatus.METHOD_NOT_ALLOWED if code == HTTPStatus.NOT_IMPLEMENTED else HTTPStatus(code)
        tekst = f"{kode.value}\n".encode()
        self.send_response(kode)
        if kode == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", METODER)
        if kode == HTTPStatus.UNAUTHORIZED:
            for navn, verdi in KREV_PASSORD.items():
                self.send_header(navn, verdi)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(tekst)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(tekst)

    def end_headers(self) -> None:
        """Add what keeps the browser from doing anything but show."""
        for navn, verdi in HODER.items():
            self.send_header(navn, verdi)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's name
        """Say nothing."""


def main() -> None:
    """Serve the home's pages on the port given, until stopped."""
    hjem, adgang = home(), Adgang.from_text(os.environ.pop(ADGANG))
    with Sidetjener(folder(hjem), int(sys.argv[1]), adgang, os.environ.get(LYTT, VERT)) as tjener:
        try:
            tjener.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
