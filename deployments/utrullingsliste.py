"""Which deployment in Prefect each row and service has, written in the home so that our pages can link to it."""

import json
from collections.abc import Mapping
from pathlib import Path

import httpx

from deployments.rader import short_names
from deployments.server import pages
from tasks.filer import write_file
from tasks.hjem import Hjem

FIL = "prefect/utrullinger.json"


def write_deployments(hjem: Hjem, klient: httpx.Client) -> dict[str, str]:
    """Ask the server, write row id or service name → deployment id in the home, and return it."""
    funnet = {utrulling["name"]: utrulling["id"] for utrulling in pages(klient, "/deployments/filter", {})}
    liste = {kort: funnet[tekst] for tekst, kort in short_names().items() if tekst in funnet}
    keep(hjem.mappe, liste)
    return liste


def keep(hjem: Path, liste: Mapping[str, str]) -> None:
    """Write row id or service name → deployment id in a home."""
    write_file(hjem / FIL, json.dumps(liste, indent=1).encode())
