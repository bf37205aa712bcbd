"""A few bytes locked with a passphrase, in age's own format: the ``scrypt`` recipient of age-encryption.org/v1.

The age library measures the machine to choose how much work a passphrase costs, and refuses a file that would cost much
more on the machine it is opened on: a backup made on a fast machine could not be restored on a slow or busy one. Here
the cost is fixed. Source: https://age-encryption.org/v1.
"""

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ARBEID: Final = 16
"""The cost as a power of two. The register's key is long and random: guessing it is no way in."""
MEST_MINNE: Final = 1 << 28
NULL: Final = bytes(12)
SISTE: Final = bytes(11) + b"\x01"
"""The nonce of the first and last piece."""
HODE: Final = re.compile(
    rb"(age-encryption\.org/v1\n-> scrypt ([\w+/]{22}) 16\n([\w+/]{43})\n---) ([\w+/]{43})\n(.{16})(.{16,4112})",
    re.DOTALL,
)


def lock(data: bytes, passord: str) -> bytes:
    """Return an age file with at most 4096 bytes that the passphrase opens."""
    filnokkel, salt, nonce = (secrets.token_bytes(16) for _ in range(3))
    pakket = ChaCha20Poly1305(_work(passord, salt)).encrypt(NULL, filnokkel, None)
    hode = b"age-encryption.org/v1\n-> scrypt %s %d\n%s\n---" % (_text(salt), ARBEID, _text(pakket))
    return b"%s %s\n%s" % (hode, _text(_seal(filnokkel, hode)), nonce) + _payload(filnokkel, nonce).encrypt(
        SISTE, data, None
    )


def unlock(laast: bytes, passord: str) -> bytes | None:
    """Return what ``lock`` locked; None where it is not this passphrase, or a byte has been changed."""
    if not (treff := HODE.fullmatch(laast)):
        return None
    hode, salt, pakket, segl, nonce, data = treff.groups()
    try:
        filnokkel = ChaCha20Poly1305(_work(passord, _bytes(salt))).decrypt(NULL, _bytes(pakket), None)
        apnet = _payload(filnokkel, nonce).decrypt(SISTE, data, None)
    except InvalidTag:
        return None
    return apnet if hmac.compare_digest(_text(_seal(filnokkel, hode)), segl) else None


def _work(passord: str, salt: bytes) -> bytes:
    salt = b"age-encryption.org/v1/scrypt" + salt
    return hashlib.scrypt(passord.encode(), salt=salt, n=1 << ARBEID, r=8, p=1, maxmem=MEST_MINNE, dklen=32)


def _seal(filnokkel: bytes, hode: bytes) -> bytes:
    return hmac.digest(HKDF(SHA256(), 32, b"", b"header").derive(filnokkel), hode, "sha256")


def _payload(filnokkel: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, nonce, b"payload").derive(filnokkel))


def _text(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _bytes(tekst: bytes) -> bytes:
    return base64.b64decode(tekst + b"=" * (-len(tekst) % 4))
