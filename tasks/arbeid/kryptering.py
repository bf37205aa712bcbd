"""Worklists locked with their owner's password, as Excel itself locks a workbook (AES-256, ECMA-376 agile).

The passwords stand in the environment, in a file of the home or in the machine's keyring, one for each owner; never in
the settings.
"""

import io
import re
import warnings
from typing import Final

import msoffcrypto
from msoffcrypto.format.ooxml import OOXMLFile

from tasks.feil import BrukerFeil
from tasks.formater import limits
from tasks.hjem import Hjem
from tasks.oppgaver import ANSVARLIG
from tasks.register.nokkel import read_secret

MILJOVARIABEL: Final = "ARSHJUL_ARBEIDSLISTE_{}"
PASSORDFIL: Final = "passord/arbeidsliste_{}.passord"
NOKKELRING: Final = "arshjul-arbeidsliste-{}"
UTRYGT: Final = re.compile(r"[^A-Za-z0-9ÆØÅæøå@.-]")
IKKE_VARIABEL: Final = re.compile(r"[^A-Z0-9_]")
OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
"""How a workbook that is not a plain zip begins."""
MEST_SPINN: Final = 200_000
"""Rounds of hashing that a file may ask for; Excel asks for half. More would only keep the machine busy."""


def safe_name(eier: str) -> str:
    """Return an owner's id as it can stand in a file's name."""
    return UTRYGT.sub("-", eier)


def lock(innhold: bytes, passord: str) -> bytes:
    """Return the workbook encrypted; the bytes are different every time."""
    ut = io.BytesIO()
    OOXMLFile(io.BytesIO(innhold)).encrypt(passord, ut)
    return ut.getvalue()


def is_locked(innhold: bytes) -> bool:
    """Tell whether the bytes may be a workbook that needs a password."""
    return innhold.startswith(OLE)


def unlock(innhold: bytes, passord: str) -> bytes | None:
    """Return the workbook that was locked with the password, or None; nothing is ever raised for what the bytes are."""
    if not is_locked(innhold) or not passord or len(innhold) > limits().regneark.mest_oktetter:
        return None
    ut = io.BytesIO()
    try:
        with warnings.catch_warnings(action="ignore"):
            bok = msoffcrypto.OfficeFile(io.BytesIO(innhold))
            if not isinstance(bok, OOXMLFile) or not 0 <= int(bok.info.get("spinValue", MEST_SPINN + 1)) <= MEST_SPINN:
                return None
            bok.load_key(password=passord, verify_password=True)
            bok.decrypt(ut, verify_integrity=True)
    except Exception:  # noqa: BLE001 the library raises whatever the broken part gives; none of it may be told
        return None
    return ut.getvalue()


def find_password(hjem: Hjem, eier: str) -> str:
    """Return the password of an owner's worklist. BrukerFeil ÅH-1720 where there is none."""
    if passord := _password(hjem, eier):
        return passord
    raise BrukerFeil("ÅH-1720", variabel=_variable(eier), fil=PASSORDFIL.format(safe_name(eier)))


def open_returned(innhold: bytes, hjem: Hjem) -> bytes:
    """Return a worklist that came back, opened with its owner's password where it is locked; else as it came."""
    if is_locked(innhold):
        for eier in owners(hjem):
            if apnet := unlock(innhold, _password(hjem, eier)):
                return apnet
    return innhold


def owners(hjem: Hjem) -> list[str]:
    """Return everyone who may have a worklist, each once."""
    valg = hjem.innstillinger
    ledere = (avdeling.leder for avdeling in valg.avdelinger)
    alle = [*(r.id for r in valg.radgivere), *(f.id for f in valg.fagledere), *ledere, ANSVARLIG]
    return list(dict.fromkeys(alle))


def _password(hjem: Hjem, eier: str) -> str:
    navn = safe_name(eier)
    return read_secret(hjem.mappe, _variable(eier), PASSORDFIL.format(navn), NOKKELRING.format(navn))


def _variable(eier: str) -> str:
    return MILJOVARIABEL.format(IKKE_VARIABEL.sub("_", eier.upper()))
