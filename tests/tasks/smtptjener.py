"""A mail server of a few lines on a real socket, which fails in one way at one step of the conversation."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

FRA, TIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)
GODT = {"hilsen": "220", "ehlo": "250", "starttls": "220", "auth": "235", "mail": "250", "rcpt": "250", "data": "354"}
HALVT, TULL = b"2", b"<html>Velkommen</html>\r\n"


class Legg(Exception):
    """The server hangs up."""


def make_certificate(mappe: Path, navn: str, vert: str = "127.0.0.1", til: datetime = TIL) -> Path:
    """Write ``navn``.pem: a certificate for ``vert`` that signs for itself, and its key."""
    nokkel = ec.generate_private_key(ec.SECP256R1())
    hvem = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, navn)])
    bygger = (
        x509.CertificateBuilder()
        .subject_name(hvem)
        .issuer_name(hvem)
        .public_key(nokkel.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(FRA)
        .not_valid_after(til)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(vert))]), critical=False)
    )
    innhold = nokkel.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    sertifikat = bygger.sign(nokkel, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    sti = mappe / f"{navn}.pem"
    sti.write_bytes(innhold + sertifikat)
    return sti


@dataclass
class Smtptjener:
    """What the server does wrong (``steg`` and ``feil``, as ``smtp_feil.csv`` says), and what it has seen.

    ``mottatt`` are the messages it has taken, ``sagt`` every line said to it. ``ganger`` is how often it fails.
    """

    sertifikat: Path
    steg: str = ""
    feil: str = ""
    ganger: int = 10**6
    mottatt: list[bytes] = field(default_factory=list)
    sagt: list[str] = field(default_factory=list)
    forbindelser: int = 0
    port: int = 0
    slutt: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator["Smtptjener"]:
        with socket.create_server(("127.0.0.1", 0)) as lytter:
            self.port = lytter.getsockname()[1]
            lytter.settimeout(0.05)
            traad = threading.Thread(target=self._accept, args=(lytter,))
            traad.start()
            try:
                yield self
            finally:
                self.slutt.set()
                traad.join()

    def _accept(self, lytter: socket.socket) -> None:
        while not self.slutt.is_set():
            with suppress(TimeoutError):
                linje, _ = lytter.accept()
                self.forbindelser += 1
                linje.settimeout(5)
                samtale = Samtale(self, linje)
                with suppress(Legg, OSError):
                    samtale.serve()
                samtale.hang_up()

    def fails(self, steg: str) -> str:
        """The fault at this step, or blank."""
        if steg != self.steg or self.ganger <= 0:
            return ""
        self.ganger -= 1
        return self.feil


class Samtale:
    def __init__(self, tjener: Smtptjener, linje: socket.socket) -> None:
        self.tjener, self.linje, self.rest = tjener, linje, b""

    def hang_up(self) -> None:
        self.linje.close()

    def serve(self) -> None:
        self.answer("hilsen")
        while True:
            ord_ = self.line()
            self.tjener.sagt.append(ord_.decode())
            verb = ord_.split()[0].lower().decode()
            if verb == "quit":
                self.write(b"221 ha det\r\n")
                raise Legg
            if verb == "rset":
                self.write(b"250 glemt\r\n")
            elif self.answer("ehlo" if verb == "helo" else verb):
                self.after(verb)

    def after(self, verb: str) -> None:
        if verb == "starttls":
            if self.tjener.feil == "tls_brudd":
                raise Legg
            kontekst = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            kontekst.load_cert_chain(self.tjener.sertifikat)
            self.linje, self.rest = kontekst.wrap_socket(self.linje, server_side=True), b""
        if verb == "data":
            self.receive()

    def receive(self) -> None:
        innhold = b""
        if feil := self.tjener.fails("kropp"):
            self.line()
            self.misbehave(feil)
            while self.line() not in {b".", b"RSET"}:
                pass
            raise Legg
        while (linje := self.line(keep=True)) != b".\r\n":
            innhold += linje.removeprefix(b".")
        feil = self.tjener.fails("slutt")
        if not feil.isdecimal() or feil.startswith("2"):
            self.tjener.mottatt.append(innhold)
        self.misbehave(feil) if feil else self.write(b"250 tatt imot\r\n")

    def answer(self, steg: str) -> bool:
        """Answer one step; tell whether it was the good answer."""
        if feil := self.tjener.fails(steg):
            self.misbehave(feil)
            return False
        if steg == "ehlo":
            tls = isinstance(self.linje, ssl.SSLSocket)
            kan = "AUTH PLAIN" if tls else "STARTTLS"
            self.write(f"250-hei\r\n250-SIZE 1000000\r\n250 {kan}\r\n".encode())
        else:
            self.write(f"{GODT[steg]} greit\r\n".encode())
        return True

    def misbehave(self, feil: str) -> None:
        if feil == "taust":
            while self.linje.recv(65536):
                pass
            raise Legg
        if feil == "drypp":
            while not self.tjener.slutt.wait(0.1):
                self.write(b"2")
        if feil == "brudd":
            raise Legg
        if feil == "halv linje":
            self.write(HALVT + b"50 tatt im")
            raise Legg
        if feil == "uten stotte":
            self.write(b"250-hei\r\n250 SIZE 1000000\r\n")
            return
        if feil == "tls_brudd":
            self.write(b"220 greit\r\n")
            raise Legg
        self.write(TULL if feil == "tull" else f"{feil} nei, kari@example.no\r\n".encode())

    def write(self, data: bytes) -> None:
        self.linje.sendall(data)

    def line(self, *, keep: bool = False) -> bytes:
        while b"\r\n" not in self.rest:
            lest = self.linje.recv(65536)
            if not lest:
                raise Legg
            self.rest += lest
        linje, _, self.rest = self.rest.partition(b"\r\n")
        return linje + b"\r\n" if keep else linje


def expired(mappe: Path) -> Path:
    """A certificate that ran out long ago."""
    return make_certificate(mappe, "utlopt", til=FRA + timedelta(days=1))
