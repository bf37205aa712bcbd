"""Checks of the services that the county uses: that they can be reached, and that what lets us in is found.

A connection is opened and closed again: nothing is asked for, nothing is sent, and nobody logs in.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx

from deployments.doktor.funn import Blikk, Funn, refused
from schemas.innstillinger import DENNE_MASKINEN, Innstillinger
from schemas.verdier import Modus
from tasks import maskinporten, sftp, sms, smtpkanal, svarut, vigo_ot
from tasks.arbeid import kryptering
from tasks.feil import BrukerFeil
from tasks.klokke import Ur, clock
from tasks.register.nokkel import read_secret

SVARTID_SEKUNDER: Final = 5
SAMTIDIGE: Final = 8
HTTPS_PORT, HTTP_PORT = 443, 80
NETT: Final = {
    "vigo_ot": "VIGO OT",
    "maskinporten": "Maskinporten",
    "krr": "kontakt- og reservasjonsregisteret",
    "svarut": "SvarUt",
    "sms": "SMS-tjenesten",
}
"""The services that are asked over HTTP, by the settings' own names."""
HEMMELIGE: Final = {"vigo_ot": vigo_ot, "maskinporten": maskinporten, "sms": sms, "udir": sftp}
MED_PASSORD: Final = {"svarut": svarut, "epost": smtpkanal}


@dataclass(frozen=True)
class Tjeneste:
    """A service: its name, where it is, and whether it speaks TLS at once (``tls``) or when asked to (``starttls``)."""

    navn: str
    vert: str
    port: int
    tls: bool = False
    starttls: bool = False
    ca_fil: str = ""


def reachable(blikk: Blikk) -> list[Funn]:
    """Every service that the settings name can be reached; in ``øve`` only those on this machine are tried."""
    if blikk.uten_nett:
        return [Funn("uten_nett")]
    valg = blikk.hjem.innstillinger
    alle = [en for en in services(valg) if valg.modus is not Modus.OVE or en.vert == DENNE_MASKINEN]
    with ThreadPoolExecutor(SAMTIDIGE) as samtidig:
        svar = samtidig.map(lambda en: _try(blikk, en), alle)
        return [funn for funn in svar if funn]


def services(valg: Innstillinger) -> list[Tjeneste]:
    """Return the services that the settings name."""
    alle = [_over_http(navn, satt.adresse) for felt, navn in NETT.items() if (satt := getattr(valg, felt))]
    if valg.epost:
        e = valg.epost
        alle.append(Tjeneste("e-posttjeneren", e.tjener, e.port, starttls=True, ca_fil=e.ca_fil))
    if valg.udir:
        alle.append(Tjeneste("mottaket hos Udir", valg.udir.vert, valg.udir.port))
    return alle


def _over_http(navn: str, adresse: str) -> Tjeneste:
    url = httpx.URL(adresse)
    tls = url.scheme == "https"
    return Tjeneste(navn, url.host, url.port or (HTTPS_PORT if tls else HTTP_PORT), tls=tls)


def _try(blikk: Blikk, tjeneste: Tjeneste) -> Funn | None:
    """Return what is wrong with a service, or None."""
    deler: dict[str, object] = {"tjeneste": tjeneste.navn, "vert": tjeneste.vert, "port": tjeneste.port}
    ur = clock(None)
    try:
        sertifikat = _connect(blikk, tjeneste)
    except ssl.SSLError as feil:
        return Funn("sertifikat", {**deler, "hva": getattr(feil, "verify_message", "") or feil.reason})
    except (OSError, smtplib.SMTPException) as feil:
        # A receiver that is slow says the same as one that is gone: it did not answer in time.
        return Funn("ingen_kontakt", {**deler, "hva": _short(feil, ur)})
    if not sertifikat:
        return None
    igjen = timedelta(seconds=ssl.cert_time_to_seconds(sertifikat["notAfter"]) - blikk.naa.timestamp())
    if igjen > timedelta(days=blikk.grenser["sertifikat_dager"]):
        return None
    return Funn("utloper", {**deler, "dager": igjen.days})


def _short(feil: Exception, ur: Ur) -> str:
    navn = type(feil).__name__
    return f"{navn} etter {ur.brukt().total_seconds():.0f} sekunder" if isinstance(feil, TimeoutError) else navn


def _connect(blikk: Blikk, tjeneste: Tjeneste) -> dict[str, Any]:
    """Open a connection and close it; return the certificate, empty where the service shows none at once."""
    tillit = ssl.create_default_context()
    if tjeneste.ca_fil:
        tillit.load_verify_locations(blikk.mappe / tjeneste.ca_fil)
    sted = (tjeneste.vert, tjeneste.port)
    if tjeneste.starttls:
        with smtplib.SMTP(*sted, timeout=SVARTID_SEKUNDER) as post:
            post.starttls(context=tillit)
            return _shown(post.sock)
    with closing(socket.create_connection(sted, timeout=SVARTID_SEKUNDER)) as forbindelse:
        if not tjeneste.tls:
            return {}
        with tillit.wrap_socket(forbindelse, server_hostname=tjeneste.vert) as kryptert:
            return _shown(kryptert)


def _shown(forbindelse: socket.socket | None) -> dict[str, Any]:
    return dict(forbindelse.getpeercert() or {}) if isinstance(forbindelse, ssl.SSLSocket) else {}


def secrets(blikk: Blikk) -> list[Funn]:
    """What lets us in to each service that is set up is found. Whether it is right is not tried."""
    funn = [
        Funn("mangler", {"hva": hva, "variabel": variabel, "fil": fil})
        for hva, variabel, fil, ring in _needed(blikk.hjem.innstillinger)
        if not read_secret(blikk.mappe, variabel, fil, ring)
    ]
    if blikk.hjem.innstillinger.arbeidslister.kryptert:
        for eier in kryptering.owners(blikk.hjem):
            try:
                kryptering.find_password(blikk.hjem, eier)
            except BrukerFeil as feil:
                funn.append(refused("arbeidsliste", feil))
    return funn


def _needed(valg: Innstillinger) -> Iterator[tuple[str, str, str, str]]:
    """Yield what it is for, and the variable, file and keyring where it is looked for."""
    for felt, modul in HEMMELIGE.items():
        if getattr(valg, felt):
            yield f"nøkkelen til [{felt}]", modul.MILJOVARIABEL, modul.NOKKELFIL, modul.NOKKELRING
    for felt, tjeneste in MED_PASSORD.items():
        satt = getattr(valg, felt)
        if satt and getattr(satt, "bruker", felt):
            yield f"passordet til [{felt}]", tjeneste.MILJOVARIABEL, tjeneste.PASSORDFIL, tjeneste.NOKKELRING
