"""``python -m deployments.beholder.deler FILE``: the list of the parts (SBOM, CycloneDX 1.6) of what the lock installs.

Every package of ``requirements.lock`` with version, hashes and licence; those that only develop and prove the program
have scope ``excluded``. Made of the lock and of what is installed here, the same each time.
"""

import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from deployments.beholder.laas import DRIFTSLAAS, LAAS, Laast, read_lock
from tasks.filer import write_file

LISENSER: Final = Path(__file__).with_name("lisenser.csv")
KLASSE: Final = re.compile(r"License :: (?:OSI Approved :: )?(.+)")
SIER_INTET: Final = frozenset({"OSI Approved", "DFSG approved"})
LENGSTE_NAVN: Final = 60


def sbom() -> dict[str, Any]:
    """Return the list of the parts."""
    drift = {(en.navn, en.versjon) for en in read_lock(DRIFTSLAAS.read_text("utf-8"))}
    deler = read_lock(LAAS.read_text("utf-8"))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "arshjul", "bom-ref": "arshjul"}},
        "components": [_component(en, i_drift=(en.navn, en.versjon) in drift) for en in deler],
    }


def _component(del_: Laast, *, i_drift: bool) -> dict[str, Any]:
    purl = f"pkg:pypi/{del_.navn}@{del_.versjon}"
    lisens = licence(del_.navn)
    return {
        "type": "library",
        "bom-ref": purl,
        "name": del_.navn,
        "version": del_.versjon,
        "purl": purl,
        "scope": "required" if i_drift else "excluded",
        "hashes": [{"alg": "SHA-256", "content": sum_} for sum_ in sorted(del_.sjekksummer)],
        **({"licenses": [{"license": {"name": lisens}}]} if lisens else {}),
    }


def licence(navn: str) -> str:
    """Return what a package says of its licence, else what we have found out; blank where neither knows."""
    try:
        om = metadata.metadata(navn)
    except metadata.PackageNotFoundError:
        return _exceptions().get(navn, "")
    if uttrykk := om.get_all("License-Expression"):
        return str(uttrykk[0])
    klasser = [treff[1] for linje in om.get_all("Classifier") or [] if (treff := KLASSE.fullmatch(linje))]
    if valgt := [klasse for klasse in klasser if klasse not in SIER_INTET]:
        return " OR ".join(sorted(valgt))
    tekst = "".join(om.get_all("License") or []).strip()
    return tekst if 0 < len(tekst) <= LENGSTE_NAVN and "\n" not in tekst else _exceptions().get(navn, "")


def refused_licences(liste: Mapping[str, Any]) -> Iterator[str]:
    """Yield, in bokmål, each part whose licence our list does not allow, or is here and has none known."""
    for del_ in liste["components"]:
        navn, lisens = del_["name"], next((en["license"]["name"] for en in del_.get("licenses", [])), "")
        if not lisens and is_here(navn):
            yield f"{navn}: lisensen er ikke kjent"
        elif lisens and not is_allowed(lisens) and _exceptions().get(navn) != lisens:
            yield f"{navn}: {lisens}"


def is_here(navn: str) -> bool:
    """Tell whether a part is installed here; the lock has some for other machines and other Pythons."""
    try:
        metadata.version(navn)
    except metadata.PackageNotFoundError:
        return False
    return True


def is_allowed(uttrykk: str) -> bool:
    """Tell whether a licence may be used: of AND every one, of OR one of them."""
    if uttrykk in _allowed():
        return True
    ledd = uttrykk.split(" AND ")
    return all(any(en.strip("() ") in _allowed() for en in del_.split(" OR ")) for del_ in ledd)


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with LISENSER.open(encoding="utf-8", newline="") as fil:
        return tuple(csv.DictReader(fil, delimiter=";"))


def _allowed() -> frozenset[str]:
    return frozenset(rad["lisens"] for rad in _rows() if not rad["pakke"])


def _exceptions() -> dict[str, str]:
    """Return package → licence, for those that are allowed one by one."""
    return {rad["pakke"]: rad["lisens"] for rad in _rows() if rad["pakke"]}


if __name__ == "__main__":
    ut = Path(sys.argv[1])
    write_file(ut, json.dumps(sbom(), ensure_ascii=False, indent=1).encode())
    sys.stdout.write(f"{ut}\n")
