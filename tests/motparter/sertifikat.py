"""A throw-away certificate authority for this machine, and certificates that should be trusted or should not."""

import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VERT = "127.0.0.1"
DAG = timedelta(days=1)
NOKKELBRUK = dict.fromkeys(
    (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    ),
    False,
)  # fmt: skip


@dataclass(frozen=True)
class Utsteder:
    """A certificate authority."""

    nokkel: ec.EllipticCurvePrivateKey
    sertifikat: x509.Certificate

    @property
    def pem(self) -> bytes:
        """What the one who is to trust it needs."""
        return self.sertifikat.public_bytes(serialization.Encoding.PEM)

    def context(self, *, navn: str = "localhost", adresse: str = VERT, utlopt: bool = False) -> ssl.SSLContext:
        """Return a server's settings with a certificate for that name and address."""
        nokkel = ec.generate_private_key(ec.SECP256R1())
        steder = [x509.DNSName(navn), x509.IPAddress(ip_address(adresse))]
        bygger = _builder(navn, self.sertifikat.subject, nokkel, utlopt=utlopt)
        bygger = bygger.add_extension(x509.SubjectAlternativeName(steder), critical=False)
        bygger = bygger.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        bruk = x509.KeyUsage(**NOKKELBRUK | {"digital_signature": True})
        fra = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.nokkel.public_key())
        bygger = bygger.add_extension(bruk, critical=True).add_extension(fra, critical=False)
        bygger = bygger.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        pem = bygger.sign(self.nokkel, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        return _load(pem + _private(nokkel))


def authority(navn: str = "Proveutsteder") -> Utsteder:
    """Make a certificate authority that nobody else trusts."""
    nokkel = ec.generate_private_key(ec.SECP256R1())
    selv = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, navn)])
    bygger = _builder(navn, selv, nokkel)
    bygger = bygger.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    bruk = x509.KeyUsage(**NOKKELBRUK | {"key_cert_sign": True, "crl_sign": True})
    return Utsteder(nokkel, bygger.add_extension(bruk, critical=True).sign(nokkel, hashes.SHA256()))


def _builder(
    navn: str, utsteder: x509.Name, nokkel: ec.EllipticCurvePrivateKey, *, utlopt: bool = False
) -> x509.CertificateBuilder:
    naa = datetime.now(UTC)
    bygger = x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, navn)]))
    bygger = bygger.issuer_name(utsteder).public_key(nokkel.public_key()).serial_number(x509.random_serial_number())
    bygger = bygger.not_valid_before(naa - 2 * DAG).not_valid_after(naa - DAG if utlopt else naa + 730 * DAG)
    eget = x509.SubjectKeyIdentifier.from_public_key(nokkel.public_key())
    return bygger.add_extension(eget, critical=False)


def _private(nokkel: ec.EllipticCurvePrivateKey) -> bytes:
    ingen = serialization.NoEncryption()
    return nokkel.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, ingen)


def _load(pem: bytes) -> ssl.SSLContext:
    """Return settings with that certificate and key; the library reads them from a file only."""
    kontekst = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as mappe:
        fil = Path(mappe, "tjener.pem")
        fil.write_bytes(pem)
        kontekst.load_cert_chain(fil)
    return kontekst
