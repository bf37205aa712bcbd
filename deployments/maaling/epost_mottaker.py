"""A mail server that takes everything over STARTTLS and keeps nothing: what both ways of sending are measured against.

Runs as a process of its own: ``python -m deployments.maaling.epost_mottaker CERTIFICATE`` prints its port.
"""

import asyncio
import contextlib
import ipaddress
import ssl
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

VERT: Final = "127.0.0.1"
SLUTT: Final = b"\r\n.\r\n"
MEST_OKTETTER: Final = 16 * 1024 * 1024
SVAR: Final = {
    b"EHLO": b"250-mottaker\r\n250-SIZE\r\n250 STARTTLS\r\n",
    b"DATA": b"354 kom\r\n",
    b"QUIT": b"221 takk\r\n",
}
GODT: Final = b"250 greit\r\n"


def write_certificate(sti: Path) -> None:
    """Write a certificate for this machine that signs for itself, and its key."""
    nokkel = ec.generate_private_key(ec.SECP256R1())
    navn = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, VERT)])
    sertifikat = (
        x509.CertificateBuilder()
        .subject_name(navn)
        .issuer_name(navn)
        .public_key(nokkel.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(VERT))]), critical=False)
        .sign(nokkel, hashes.SHA256())
    )
    hemmelig = nokkel.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    sti.write_bytes(hemmelig + sertifikat.public_bytes(serialization.Encoding.PEM))


async def serve(sertifikat: Path) -> None:
    """Listen on a free port, tell which, and take messages until the process is ended."""
    kontekst = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    kontekst.load_cert_chain(sertifikat)

    async def talk(leser: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await _talk(leser, skriver, kontekst)
        skriver.close()

    tjener = await asyncio.start_server(talk, VERT, 0, limit=MEST_OKTETTER)
    sys.stdout.write(f"{tjener.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await tjener.serve_forever()


async def _talk(leser: asyncio.StreamReader, skriver: asyncio.StreamWriter, kontekst: ssl.SSLContext) -> None:
    skriver.write(b"220 mottaker\r\n")
    while True:
        verb = (await leser.readuntil(b"\r\n"))[:4].upper()
        skriver.write(b"220 nu\r\n" if verb == b"STAR" else SVAR.get(verb, GODT))
        if verb == b"STAR":
            await skriver.drain()
            await skriver.start_tls(kontekst)
        elif verb == b"DATA":
            await leser.readuntil(SLUTT)
            skriver.write(GODT)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
