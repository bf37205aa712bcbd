"""What is delivered: the list of the parts, their licences and known weaknesses, and the image built from the lock."""

import json
import os
import shutil
from collections import Counter
from pathlib import Path
from tempfile import mkdtemp

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deployments.beholder.deler import is_here, refused_licences, sbom
from deployments.beholder.laas import DRIFTSLAAS, LAAS, read_lock, runtime_part
from deployments.beholder.sarbarheter import ask, judge
from tasks import klokke
from tests.bevis import Funn, Tabell
from tests.leveranse.bygg import Verksted, missing

I_BILDET = (
    ("arshjul", "--help"),
    ("arshjul", "demo", "--youth", "15"),
    ("arshjul", "replay", "2026", "--until", "2026-01-31", "--plain"),
    ("arshjul", "doctor", "--uten-nett"),
)
"""What is run in the image, and after it may end with 0 or, where a person must act, 1."""
BYGGET = "Bildet ble bygget av buildah i et chroot, på en basis laget av debootstrap ({sum_}), uten noe bilderegister."
IKKE_PROVD = (
    "Ikke prøvd: skrivebeskyttet rot, avgrensede rettigheter, helsesjekken og nettreglene. Det trenger en motor for "
    "beholdere eller et Kubernetes. Oppsettet er holdt mot skjemaene."
)
DATABASE = "ARSHJUL_SARBARHETER"
"""Another database in OSV's form than the public one: its address."""


def prov(*, kort: bool) -> Funn:
    """Make the list and judge it; whole, ask about weaknesses and build the image too."""
    liste = sbom()
    brudd = [*listed(liste), *refused_licences(liste)]
    tall: dict[str, object] = {
        "deler i låsen": len(liste["components"]),
        "deler i bildet": len(read_lock(DRIFTSLAAS.read_text("utf-8"))),
        "deler for andre maskiner, uten kjent lisens": sum("licenses" not in en for en in liste["components"]),
    }
    lisenser = Counter(en["licenses"][0]["license"]["name"] for en in liste["components"] if "licenses" in en)
    tabeller = [Tabell("Lisenser", ("Lisens", "Deler"), lisenser.most_common())]
    if kort:
        return Funn(tall, tuple(tabeller), tuple(brudd))
    versjoner = {(en.navn, en.versjon) for en in read_lock(LAAS.read_text("utf-8"))}
    database = os.environ.get(DATABASE, "")
    svar = ask(LAAS, "--vulnerability-service", "osv", *(["--osv-url", database] if database else []))
    her = sum(is_here(navn) for navn, _ in versjoner)
    brudd += judge(svar, her, klokke.local_date(klokke.now()))
    tall["deler spurt om sårbarheter"] = len(svar.kjent) if svar else 0
    merknader, kjort = built()
    brudd += [f"I bildet: {ord_} endte med {utgang} ({sist})." for ord_, utgang, sist in kjort if utgang > 1]
    if not kjort:
        brudd.append("Bildet ble ikke bygget.")
    tabeller.append(Tabell("Kjørt i bildet", ("Kommando", "Utgangskode"), [(ord_, kode) for ord_, kode, _ in kjort]))
    return Funn(tall, tuple(tabeller), tuple(brudd), merknader)


def listed(liste: dict) -> list[str]:
    """Return what the list of the parts lacks, in bokmål."""
    brudd = []
    laast = {(en.navn, en.versjon): en.sjekksummer for en in read_lock(LAAS.read_text("utf-8"))}
    i_listen = {
        (en["name"], en["version"]): frozenset(sum_["content"] for sum_ in en["hashes"]) for en in liste["components"]
    }  # fmt: skip
    brudd += [f"{navn} {versjon} mangler i listen." for navn, versjon in laast.keys() - i_listen.keys()]
    brudd += [f"{navn} {versjon} er ikke i låsen." for navn, versjon in i_listen.keys() - laast.keys()]
    brudd += [f"{sted[0]} har ikke låsens summer." for sted in laast.keys() & i_listen if laast[sted] != i_listen[sted]]
    brudd += [f"{sted[0]} har ingen sum." for sted, summer in laast.items() if not summer]
    if runtime_part() != DRIFTSLAAS.read_text("utf-8"):
        brudd.append("drift.lock er ikke det requirements.lock sier: kjør python -m deployments.beholder.laas.")
    if JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(liste)):
        brudd.append("Listen er ikke gyldig CycloneDX 1.6.")
    return brudd


def built() -> tuple[tuple[str, ...], list[tuple[str, int, str]]]:
    """Build the image where that can be done, run it, and say what was not tried."""
    if grunn := missing():
        return (f"Bildet ble ikke bygget, for {grunn}.",), []
    mappe = Path(mkdtemp(prefix="leveranse-"))
    try:
        verksted = Verksted(mappe)
        sum_ = verksted.build()
        kjort = verksted.ask(*I_BILDET)
    finally:
        shutil.rmtree(mappe, ignore_errors=True)
    merknader = (BYGGET.format(sum_=sum_[:19]), IKKE_PROVD)
    return merknader, [(en.ord_, en.utgang, en.sist) for en in kjort]
