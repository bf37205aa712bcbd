"""Where a key comes from: the environment, a key file, the machine's keyring. Never the settings."""

import hashlib
import os
import secrets
from pathlib import Path

import duckdb
import keyring
import keyring.errors

from tasks.feil import BrukerFeil
from tasks.filer import write_file

MILJOVARIABEL = "ARSHJUL_KEY"
FILENDELSE = "_FILE"
NOKKELFIL_VARIABEL = f"{MILJOVARIABEL}{FILENDELSE}"
NOKKELFIL = "register.nokkel"
NOKKELRING = "arshjul"


def find_key(hjem: Path) -> str:
    """Return the key of the register in ``hjem``; BrukerFeil ÅH-1301 where there is none."""
    if nokkel := read_secret(hjem, MILJOVARIABEL, NOKKELFIL, NOKKELRING):
        return nokkel
    fil = Path(os.environ.get(NOKKELFIL_VARIABEL) or NOKKELFIL)
    raise BrukerFeil("ÅH-1301", variabel=MILJOVARIABEL, fil=fil.name)


def read_secret(hjem: Path, variabel: str, nokkelfil: str, nokkelring: str) -> str:
    """Return a secret of this home, blank where there is none.

    From the environment, else the file that ``VARIABEL_FILE`` names, else ``nokkelfil`` in the home, else the keyring.
    """
    if nokkel := os.environ.get(variabel, "").strip():
        return nokkel
    fil = Path(os.environ.get(f"{variabel}{FILENDELSE}") or hjem / nokkelfil)
    if fil.is_file() and (nokkel := fil.read_text(encoding="utf-8").strip()):
        return nokkel
    return _from_keyring(hjem, nokkelring)


def sendable_secret(hjem: Path, variabel: str, nokkelfil: str, nokkelring: str) -> str:
    """Return a secret as ``read_secret``, blank also where it has characters that cannot be sent.

    A library's own error about such a secret would show it.
    """
    hemmelighet = read_secret(hjem, variabel, nokkelfil, nokkelring)
    return hemmelighet if hemmelighet.isascii() and hemmelighet.isprintable() else ""


def register_secret(con: duckdb.DuckDBPyConnection) -> str:
    """Return the register's own secret, from which references that nobody can guess are made."""
    svar = con.execute("SELECT verdi FROM meta WHERE navn = 'hemmelighet'").fetchone()
    if svar is None:
        raise RuntimeError("registeret har ingen hemmelighet")
    return str(svar[0])


def make_key_file(hjem: Path) -> None:
    """Write a new random key beside the register, for the demo county and for practice; an existing key is kept."""
    fil = hjem / NOKKELFIL
    if not fil.exists():
        write_file(fil, secrets.token_hex(32).encode())


def _from_keyring(hjem: Path, nokkelring: str) -> str:
    navn = hashlib.sha256(str(hjem.resolve()).encode()).hexdigest()
    try:
        return keyring.get_password(nokkelring, navn) or ""
    except keyring.errors.KeyringError:
        return ""
