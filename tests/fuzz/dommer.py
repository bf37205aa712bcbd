"""What must hold of every file, whatever has been done to it: refused with a sentence, or every row accounted for."""

import re
import resource
import time
import traceback
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from schemas.innlest import Innlest
from tasks.feil import BrukerFeil, messages
from tasks.validering import Validert
from tests.filbygger import KANARI, SIFFER, judged
from tests.fuzz.mutanter import Mutant

KODE = re.compile(r"ÅH-\d{4}")
FORBUDT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]")
LENGST = 10.0
"""Seconds of work that any file may take: a machine that others use at the same time must not decide."""


@dataclass(frozen=True)
class Utfall:
    """``kode`` of the refusal, blank where the file was taken; ``brudd`` what did not hold, blank where all did."""

    kode: str
    brudd: str
    sekunder: float


def judge(mutant: Mutant) -> Utfall:
    """Read and validate one mutant and say what did not hold."""
    start = time.process_time()
    try:
        lest = judged(mutant.innhold, mutant.fil, mutant.format)
        sekunder = time.process_time() - start
        kode, brudd = "", _accepted(*lest)
    except BrukerFeil as feil:
        sekunder = time.process_time() - start
        kode, brudd = feil.kode, _refused(feil)
    except Exception:  # noqa: BLE001 any of them is a finding
        sekunder = time.process_time() - start
        kode, brudd = "", traceback.format_exc(limit=-3)
    return Utfall(kode, brudd or ("for lang tid" if sekunder > LENGST else ""), sekunder)


def peak_megabytes() -> int:
    """Return the most memory this process has held.

    The kernel's own figure where there is one: ``getrusage`` also counts what the process that started it held.
    """
    status = Path("/proc/self/status")
    if status.exists() and (funnet := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(funnet[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _refused(feil: BrukerFeil) -> str:
    """A code with a text, a sentence that says what is wrong and one that says what to do, no person's value."""
    tekst = str(feil)
    if not KODE.fullmatch(feil.kode) or not feil.tekst.endswith(".") or not feil.gjor.endswith("."):
        return f"ingen setning: {tekst}"
    if KANARI in tekst or SIFFER in tekst or not tekst.isprintable():
        return f"en verdi i meldingen til {feil.kode}"
    return "en annen feil bak" if feil.__context__ and not feil.__suppress_context__ else ""


def _accepted(innlest: Innlest, validert: Validert) -> str:
    """Rows in = good + set aside, each once and told why; good texts are whole and can be shown."""
    numre = [*innlest.rad_nr.tolist(), *innlest.skjeve]
    til_side = set(validert.feil["rad_nr"])
    if validert.antall != len(numre) or len(set(numre)) != len(numre) or min(numre) < 2:
        return "radene er ikke hver for seg"
    if til_side | set(validert.rad_nr.tolist()) != set(numre) or til_side & set(validert.rad_nr.tolist()):
        return "rader inn er ikke gyldige og til side"
    if set(innlest.raatekst) != set(innlest.skjeve) or not set(validert.feil["kode"]) <= set(messages()):
        return "en skjev rad uten tekst, eller en kode uten melding"
    for kolonne in validert.gyldige:
        for tekst in validert.gyldige[kolonne].astype("str").unique():
            if FORBUDT.search(tekst) or not unicodedata.is_normalized("NFC", tekst):
                return f"et tegn i {kolonne} som ikke skal slippe inn"
    return ""
