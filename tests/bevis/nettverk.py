"""No unknown addresses: a year played in a network of its own, where every packet out is counted."""

import tempfile
from pathlib import Path
from typing import Any

from tests.bevis import Funn, Tabell
from tests.nettverk.inne import NETTLESERNAVN, NETTLESERPROVE, SELVPROVE, TELEMETRI, UTE
from tests.nettverk.rom import NAVNETJENER, IngenRom, run

MERKNADER = (
    (
        "I rommet finnes bare maskinen selv; hver adresse ute leder til der pakkene telles, og hvert navn blir svart "
        "med at det ikke finnes. Adressene i innstillingene er øvingens motparter på 127.0.0.1: en pakke til en annen "
        "adresse er et brudd."
    ),
    (
        "Nettleseren er startet uten sine egne kall til den som lager den: det er sidene som prøves. Prefects side ber "
        "om en adresse for telemetri, og vår Content-Security-Policy stopper den."
    ),
)


def prov(*, kort: bool) -> Funn:
    """Do everything in the network, and judge what was seen."""
    with tempfile.TemporaryDirectory() as mappe:
        try:
            sett = run(Path(mappe), kort=kort)
        except IngenRom as feil:
            return Funn({}, (), (f"ingen nettverksrom kan lages her: {feil}",), MERKNADER)
    return judged(sett)


def judged(sett: dict[str, Any]) -> Funn:
    """Return what was seen as a finding: nothing but the self-proofs may call out, and they must have been seen."""
    prover = {SELVPROVE: {*UTE, NAVNETJENER}, NETTLESERPROVE: {NAVNETJENER}}
    brudd = []
    for steg in sett["steg"]:
        if steg["hva"] in prover:
            brudd += _unseen(steg, prover[steg["hva"]])
            continue
        brudd += [f"{steg['hva']}: {antall} pakker til {til}" for til, antall in steg["pakker"].items()]
        brudd += [f"{steg['hva']}: spurte etter {navn}" for navn in steg["navn"]]
    if not sett["nettleser"]:
        brudd.append("Chromium mangler: sidene ble ikke prøvd")
    rader = [(s["hva"], s["egne"], sum(s["pakker"].values()), sum(s["navn"].values())) for s in sett["steg"]]
    egne = [rad for rad in rader if rad[0] not in prover]
    tall = {
        "pakker på maskinen selv": sum(rad[1] for rad in egne),
        "pakker til andre adresser": sum(rad[2] for rad in egne),
        "spørsmål etter navn": sum(rad[3] for rad in egne),
    }
    kolonner = ("Hva", "Pakker på maskinen selv", "Pakker ut", "Spørsmål etter navn")
    return Funn(tall, (Tabell("Steg for steg", kolonner, rader),), tuple(brudd), MERKNADER)


def _unseen(steg: dict[str, Any], ventet: set[str]) -> list[str]:
    navn = NETTLESERNAVN if steg["hva"] == NETTLESERPROVE else TELEMETRI
    borte = sorted(ventet - set(steg["pakker"])) + ([] if navn in steg["navn"] else [navn])
    return [f"{steg['hva']}: {hva} ble ikke sett" for hva in borte]
