"""The schools' own lists of those who did not show up, which come before Vigo's file with the same youth."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from deployments.demo.grunnlag import Demo, stream, table
from deployments.demo.postgang import csv_bytes, day
from deployments.demo.vigo import Linje

IKKE_MOTT: Final = "N"
ANDEL: Final = 0.6
"""How many of those who did not show up the schools have told of themselves."""
FORSTE_UKE, ANDRE_UKE = 35, 36
SKOLESTART: Final = (34, 2)


def no_show_bytes(demo: Demo, linjer: Iterable[Linje]) -> dict[str, bytes]:
    """Return a file a school: some schools report the Friday before row 22 begins, the others the week after."""
    rng = stream(demo, "ikke møtt")
    skoler = [rad for rad in table("demo/skoler.csv") if rad["skoletype"] == "videregaende"]
    borte = [linje for linje in linjer if linje.ajourholdskode == IKKE_MOTT and rng.random() < ANDEL]
    lister: dict[str, list[Linje]] = {}
    for linje in borte:
        egne = [rad["skolenummer"] for rad in skoler if rad["kommune"] == linje.ungdom.kommune]
        lister.setdefault(rng.choice(egne or [rad["skolenummer"] for rad in skoler]), []).append(linje)
    navn = {rad["skolenummer"]: rad["skole"] for rad in skoler}
    filer = {}
    for nummer, skole in enumerate(sorted(lister)):
        dato = date.fromisocalendar(demo.aar, (FORSTE_UKE, ANDRE_UKE)[nummer % 2], 5)
        rader = [_row(demo, linje, skole, navn[skole]) for linje in lister[skole]]
        filer[f"demo/post/{dato}/skole_ikke_mott_{skole}.csv"] = csv_bytes("skole_ikke_mott", _sorted(rader))
    return filer


def _row(demo: Demo, linje: Linje, skole: str, navn: str) -> dict[str, str]:
    ungdom = linje.ungdom
    return {
        "fodselsnummer": ungdom.fodselsnummer,
        "fornavn": ungdom.fornavn,
        "etternavn": ungdom.etternavn,
        "skolenummer": skole,
        "skole": navn,
        "ajourholdskode": linje.ajourholdskode,
        "avbrudd_dato": day(date.fromisocalendar(demo.aar, *SKOLESTART) + timedelta(days=1)),
        "skoleaar": f"{demo.aar}{demo.aar + 1}",
        "kommunenummer": ungdom.kommune,
        "adressegradering": ungdom.gradering,
        "mobilnummer": ungdom.mobil,
        "epost": ungdom.epost,
    }


def _sorted(rader: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    return sorted(rader, key=lambda rad: (rad["etternavn"], rad["fodselsnummer"]))
