"""The SvarUt stand-in held up against KS' own published specification.

The specifications are other people's documents and are not part of the project. The folder that holds
``svarut-v2/forsendelse-*-api-v2.json`` is given in the environment variable ``ARSHJUL_KONTRAKTER``.
"""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.motparter.brevklient import Brevklient
from tests.motparter.forsendelse import Adresse, Dokument, Forsendelse, Lenke, Metadata, Utskriftskonfigurasjon
from tests.motparter.statusliv import STATUSER
from tests.motparter.svarut import KONTO_ID, STIER, SvarUt

MAPPE = os.environ.get("ARSHJUL_KONTRAKTER", "")
pytestmark = pytest.mark.skipif(not MAPPE, reason="ARSHJUL_KONTRAKTER sier ikke hvor spesifikasjonene ligger")
KILDE = {"send": "send", "finn": "eksternref", "metadata": "eksternref", "status": "status", "hendelser": "hendelser"}
MODELLER = {modell.__name__: modell for modell in (Forsendelse, Adresse, Dokument, Lenke, Metadata)} | {
    "Utskriftskonfigurasjon": Utskriftskonfigurasjon
}
GRENSER = {"maxLength": "maxLength", "pattern": "pattern", "maxItems": "maxItems", "enum": "enum"}


@cache
def spec(navn: str) -> dict[str, Any]:
    """Return one of the four specifications."""
    fil = Path(MAPPE, "svarut-v2", f"forsendelse-{navn}-api-v2.json")
    lest: dict[str, Any] = json.loads(fil.read_text("utf-8"))
    return lest


def ours(modell: str) -> dict[str, Any]:
    skjema: dict[str, Any] = MODELLER[modell].model_json_schema()
    return skjema


def limits(felt: dict[str, Any]) -> dict[str, Any]:
    """Return the limits of a field, where it may also be missing."""
    valg = next(en for en in felt.get("anyOf", [felt]) if en.get("type") != "null")
    return {grense: (felt | valg)[grense] for grense in GRENSER if grense in felt | valg}


@pytest.mark.parametrize("vei", STIER)
def test_the_path_and_method_are_published(vei: str) -> None:
    metode, form = STIER[vei]
    sti = re.sub(r"\(\?P<(\w+)>.*?\)", lambda treff: f"{{{treff[1]}Id}}", form)
    assert metode.lower() in spec(KILDE[vei])["paths"][sti]


@pytest.mark.parametrize("modell", MODELLER)
def test_the_fields_and_what_is_required_are_those_published(modell: str) -> None:
    publisert = spec("send")["components"]["schemas"][modell]
    assert ours(modell)["properties"].keys() == publisert.get("properties", {}).keys()
    assert set(ours(modell).get("required", [])) == set(publisert.get("required", []))


@pytest.mark.parametrize("modell", MODELLER)
def test_the_limits_are_those_published(modell: str) -> None:
    publisert = spec("send")["components"]["schemas"][modell]["properties"]
    vaare = {felt: limits(slik) for felt, slik in ours(modell)["properties"].items()}
    for felt, slik in publisert.items():
        # A pattern of our own («antatt») may be stricter than none.
        ventet = limits(slik)
        assert {grense: vaare[felt].get(grense) for grense in ventet} == ventet, felt


def test_the_statuses_are_those_published() -> None:
    status = spec("status")["components"]["schemas"]["ForsendelseStatus"]["properties"]["status"]
    assert list(STATUSER) == status["enum"]


SVAR = {
    "send": ("send", "SendForsendelseResponse"),
    "finn": ("eksternref", "EksternRefOppslagResponse"),
    "metadata": ("eksternref", "EksternRefOppslagMetadataResponse"),
    "status": ("status", "ForsendelseStatuser"),
    "hendelser": ("hendelser", "Hendelser"),
    "feil": ("send", "ErrorMessage"),
}


@pytest.fixture(scope="module")
def svar() -> dict[str, Any]:
    """What the stand-in answers to each kind of request."""
    with SvarUt() as svarut, Brevklient(svarut.adresse) as klient:
        sendt = klient.send_letter(avgivendeSystem="Arshjul").json()
        sti = f"/v2/kontoer/{KONTO_ID}/forsendelser"
        return {
            "send": sendt,
            "finn": klient.get(sti, params={"eksternRef": "ref-1"}).json(),
            "metadata": klient.get(f"{sti}/metadata", params={"eksternRef": "ref-1"}).json(),
            "status": klient.post(f"{sti}/status-sok", json={"forsendelseIds": [sendt["id"]]}).json(),
            "hendelser": klient.get(f"/v2/forsendelser/{sendt['id']}/hendelser").json(),
            "feil": klient.send_letter(tittel=None).json(),
        }


@pytest.mark.parametrize("hva", SVAR)
def test_an_answer_has_the_published_shape(svar: dict[str, Any], hva: str) -> None:
    navn, skjema = SVAR[hva]
    alle = spec(navn)["components"]["schemas"]
    assert faults(svar[hva], alle[skjema], alle) == []


TYPER = {"string": str, "integer": int, "object": dict, "array": list, "boolean": bool}


def faults(verdi: Any, skjema: dict[str, Any], alle: dict[str, Any], sted: str = "") -> list[str]:
    """Return where a value is not as its published schema says; a field nobody published is a fault too."""
    if "$ref" in skjema:
        return faults(verdi, alle[skjema["$ref"].rpartition("/")[2]], alle, sted)
    if not isinstance(verdi, TYPER[skjema["type"]]):
        return [f"{sted}: {skjema['type']}"]
    if isinstance(verdi, list):
        return [feil for nr, en in enumerate(verdi) for feil in faults(en, skjema["items"], alle, f"{sted}[{nr}]")]
    if not isinstance(verdi, dict):
        return [f"{sted}: {verdi}"] if "enum" in skjema and verdi not in skjema["enum"] else []
    felter = skjema["properties"]
    brudd = [f"{sted}.{felt}: mangler" for felt in skjema.get("required", []) if felt not in verdi]
    brudd += [f"{sted}.{felt}: ukjent" for felt in verdi.keys() - felter.keys()]
    kjente = {felt: en for felt, en in verdi.items() if felt in felter}
    return brudd + [feil for felt, en in kjente.items() for feil in faults(en, felter[felt], alle, f"{sted}.{felt}")]


def test_the_check_sees_a_wrong_answer() -> None:
    alle = spec("status")["components"]["schemas"]
    galt = {"statuser": [{"id": "1", "status": "BORTE", "mer": 1}]}
    assert sorted(faults(galt, alle["ForsendelseStatuser"], alle)) == [
        ".statuser[0].mer: ukjent",
        ".statuser[0].sisteStatusEndring: mangler",
        ".statuser[0].status: BORTE",
    ]
