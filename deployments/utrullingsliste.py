"""Which deployment in Prefect each row and service has, written in the home so that our pages can link to it."""

import json

import httpx

from deployments.rader import UTEN_RAD, built_rows, flow_name
from deployments.server import pages
from tasks.filer import write_file
from tasks.hjem import Hjem

FIL = "prefect/utrullinger.json"


def write_deployments(hjem: Hjem, klient: httpx.Client) -> dict[str, str]:
    """Ask the server, write row id or service name → deployment id in the home, and return it."""
    navn = {flow_name(rad): rad.rad for rad in built_rows()} | {tekst: kort for kort, tekst in UTEN_RAD.items()}
    funnet = {utrulling["name"]: utrulling["id"] for utrulling in pages(klient, "/deployments/filter", {})}
    liste = {kort: funnet[tekst] for tekst, kort in navn.items() if tekst in funnet}
    write_file(hjem.mappe / FIL, json.dumps(liste, indent=1).encode())
    return liste
