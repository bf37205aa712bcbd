"""What a person whom the proxy names may do in Prefect: read, start a run in her own name, stop one, turn a plan off.

Everything else in Prefect's API is for the worker and the command line, which know the password. A run that she starts
carries the name the proxy gave, whatever the form said: who approved cannot be typed. What we cannot be sure of is
refused, as is a retry, which would carry the name of whoever started the run first.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

NAVNEFELT: Final = "av"
VALG: Final = "valg"
LESER: Final = {"GET", "HEAD"}
UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
LESING: Final = re.compile(
    r"/api/(ui/[a-z_/-]+|[a-z0-9_/-]+/(filter|count|history|paginate|lateness|count-by/[a-z-]+))"
)
KJORING: Final = re.compile(rf"/api/deployments/(?P<id>{UUID})/create_flow_run")
STOPP: Final = re.compile(rf"/api/flow_runs/{UUID}/set_state")
PAUSE: Final = re.compile(rf"/api/deployments/{UUID}/(pause|resume)_deployment")
BRYTER: Final = re.compile(rf"/api/deployments/{UUID}(?P<plan>/schedules/{UUID})?")
STOPPTILSTANDER: Final = {"CANCELLING", "CANCELLED"}
KJORINGSFELT: Final = ("parameters", "state", "name", "tags", "idempotency_key")
"""What she may say of a run that she starts; the rest decides how and where it is carried out."""
MALMERKE: Final = "__prefect_kind"
"""Marks a parameter that Prefect makes from a template when it takes it in: after we have set the name."""


class IkkeTillatt(Exception):
    """She may not do this."""


def is_reading(metode: str, sti: str) -> bool:
    """Tell whether the request changes nothing."""
    return metode in LESER or (metode == "POST" and LESING.fullmatch(sti) is not None)


def starts_run(metode: str, sti: str) -> str | None:
    """Return the deployment that the request starts a run of, None where it does not."""
    treff = KJORING.fullmatch(sti)
    return treff["id"] if treff and metode == "POST" else None


def makes_run_for_others(metode: str, sti: str) -> bool:
    """Tell whether the request starts a run by a deployment, one or many: where names are demanded it needs one."""
    return metode == "POST" and "/create_flow_run" in sti


def check_change(metode: str, sti: str, innhold: bytes) -> None:
    """Let her stop a run and switch a plan on or off; IkkeTillatt for any other change."""
    if metode == "POST" and PAUSE.fullmatch(sti):
        return
    kropp = read_object(innhold)
    if metode == "POST" and STOPP.fullmatch(sti):
        tilstand = kropp.get("state")
        if isinstance(tilstand, dict) and tilstand.get("type") in STOPPTILSTANDER:
            return
    treff = BRYTER.fullmatch(sti)
    if metode == "PATCH" and treff and kropp.keys() == {"active" if treff["plan"] else "paused"}:
        return
    raise IkkeTillatt


def sign(innhold: bytes, utrulling: Mapping[str, Any], navn: str) -> bytes:
    """Return the request for a run with her name in it, where the deployment's form has a place for one.

    Raises IkkeTillatt where it cannot be seen whether it has, or where a parameter is made from a template.
    """
    kropp = read_object(innhold)
    parametre = kropp.get("parameters") or {}
    if not isinstance(parametre, dict) or MALMERKE in json.dumps(parametre):
        raise IkkeTillatt
    if _asks_for_name(utrulling.get("parameter_openapi_schema")):
        valg = parametre.get(VALG, (utrulling.get("parameters") or {}).get(VALG, {}))
        if not isinstance(valg, dict):
            raise IkkeTillatt
        parametre = {**parametre, VALG: {**valg, NAVNEFELT: navn}}
    tillatt = {felt: kropp[felt] for felt in KJORINGSFELT if felt in kropp}
    return json.dumps({**tillatt, "parameters": parametre}).encode()


def take_up(innhold: bytes) -> dict[str, Any]:
    """Return a request for a run with nothing in it but what it is to do and when: not how, where or among which.

    Raises IkkeTillatt where it is to begin as something else than planned, or where a parameter is a template.
    """
    kropp = read_object(innhold)
    tilstand = kropp.get("state")
    if MALMERKE in json.dumps(kropp) or (tilstand and not _is_planned(tilstand)):
        raise IkkeTillatt
    return {felt: kropp[felt] for felt in KJORINGSFELT if felt in kropp and felt != "tags"}


def _is_planned(tilstand: Any) -> bool:  # noqa: ANN401 whatever was sent
    return isinstance(tilstand, dict) and tilstand.get("type") == "SCHEDULED"


def _asks_for_name(skjema: Any) -> bool:  # noqa: ANN401 whatever Prefect has stored
    """Tell whether the form of a flow's ``valg`` has a field for the name; every flow of ours has ``valg``."""
    try:
        valg = skjema["properties"][VALG]
        vei = valg["$ref"] if "$ref" in valg else valg["allOf"][0]["$ref"]
        felt = skjema["definitions"][vei.rpartition("/")[2]]["properties"]
    except (KeyError, IndexError, TypeError):
        raise IkkeTillatt from None
    return NAVNEFELT in felt


def read_object(innhold: bytes) -> dict[str, Any]:
    """Return the JSON object in a request; IkkeTillatt where it is something else."""
    try:
        lest = json.loads(innhold or b"{}")
    except (ValueError, RecursionError):
        raise IkkeTillatt from None
    if not isinstance(lest, dict):
        raise IkkeTillatt
    return lest
