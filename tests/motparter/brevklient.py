"""A caller of the SvarUt stand-in that says exactly what a test wants said, right or wrong."""

import json
import socket
from typing import Any

import httpx

from tests.motparter import svarut
from tests.motparter.nettjener import Nettjener

PDF = b"%PDF-1.7\n" + b"brev " * 40
HODER = {
    "Authorization": f"Bearer {svarut.TOKEN}",
    "IntegrasjonId": svarut.INTEGRASJON_ID,
    "IntegrasjonPassord": svarut.INTEGRASJON_PASSORD,
}
STI = f"/v2/kontoer/{svarut.KONTO_ID}/forsendelser"
MOTTAKER = {"navn": "Kari Kanari", "digitalId": "14850699950", "postnummer": "3110", "poststed": "Tønsberg"}
Deler = list[tuple[str, tuple[str | None, bytes | str, str]]]


def letter(ref: str = "ref-1", **endret: Any) -> dict[str, Any]:
    """Return the JSON of a letter that is as it should be; None takes a field away."""
    felter = {
        "tittel": "Hva gjør du neste skoleår?",
        "mottaker": MOTTAKER,
        "eksternReferanse": ref,
        "dokumenter": [{"filnavn": "brev.pdf", "mimeType": "application/pdf"}],
    } | endret
    return {felt: verdi for felt, verdi in felter.items() if verdi is not None}


def parts(forsendelse: dict[str, Any], *filer: tuple[str, bytes], slag: str = "application/json") -> Deler:
    """Return the parts of the request: the JSON, and the files (a PDF by that name where none is given)."""
    filer = filer or tuple((dok["filnavn"], PDF) for dok in forsendelse.get("dokumenter", []))
    innhold = [(f"filer_{nr}", (navn, data, "application/pdf")) for nr, (navn, data) in enumerate(filer)]
    return [("forsendelse", (None, json.dumps(forsendelse), slag)), *innhold]


class Brevklient(httpx.Client):
    """The caller."""

    def __init__(self, adresse: str, **hoder: str) -> None:
        super().__init__(base_url=adresse, headers=HODER | hoder, trust_env=False, timeout=5)

    def send_letter(self, ref: str = "ref-1", **endret: Any) -> httpx.Response:
        """Send a letter."""
        return self.post(STI, files=parts(letter(ref, **endret)))

    def find(self, ref: str = "ref-1") -> list[str]:
        """Return the ids of the letters with that reference."""
        ider: list[str] = self.get(STI, params={"eksternRef": ref}).json()["forsendelseIds"]
        return ider

    def statuses(self, *ider: str) -> list[dict[str, str]]:
        """Return what is told of those ids."""
        svar: list[dict[str, str]] = self.post(f"{STI}/status-sok", json={"forsendelseIds": ider}).json()["statuser"]
        return svar


def raw_letter(ref: str = "ref-1") -> bytes:
    """Return the bytes of a request that sends a letter."""
    bestilling = httpx.Request("POST", f"http://127.0.0.1/api{STI}", headers=HODER, files=parts(letter(ref)))
    hoder = "".join(f"{navn}: {verdi}\r\n" for navn, verdi in bestilling.headers.items())
    return f"POST /api{STI} HTTP/1.1\r\n{hoder}\r\n".encode() + bestilling.read()


def exchange(tjener: Nettjener, data: bytes, vent: float = 2.0) -> tuple[bytes, str]:
    """Say the bytes on a socket of their own; return what came and how it ended: ``lukket``, ``brutt`` or ``taust``."""
    svar = b""
    with socket.create_connection(("127.0.0.1", tjener.port), timeout=vent) as linje:
        try:
            linje.sendall(data)
            while bit := linje.recv(65536):
                svar += bit
        except TimeoutError:
            return svar, "taust"
        except ConnectionError:
            return svar, "brutt"
    return svar, "lukket"
