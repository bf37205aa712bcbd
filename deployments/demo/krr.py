"""Training answers of the contact and reservation register (KRR), in the shape Digdir documents.

Shape: docs.digdir.no, ``POST /rest/v2/personer``. Contact data not verified for 18 months may not be used for notices
(eForvaltningsforskriften § 32), and gives ``KAN_IKKE_VARSLES``.
"""

import json
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from deployments.demo.befolkning import Ungdom, mobile
from deployments.demo.grunnlag import Demo, distribution, pick, stream

FORELDELSE = timedelta(days=548)


def krr_bytes(demo: Demo, folk: Iterable[Ungdom]) -> bytes:
    """Return the answers for all youth and guardians that have a number, as JSON."""
    rng = stream(demo, "krr")
    personer = [_answer(rng, demo.aar, *person) for person in sorted(set(_contacts(folk)))]
    return f"{json.dumps({'personer': personer}, ensure_ascii=False, indent=1)}\n".encode()


def _contacts(folk: Iterable[Ungdom]) -> Iterator[tuple[str, str, str]]:
    """Yield number, e-mail address and mobile; one entry a person."""
    for ungdom in folk:
        yield ungdom.fodselsnummer, ungdom.epost, ungdom.mobil
        for foresatt in ungdom.foresatte:
            if foresatt.fodselsnummer:
                yield foresatt.fodselsnummer, foresatt.epost, ""


def _answer(rng: random.Random, aar: int, nummer: str, epost: str, mobil: str) -> dict[str, Any]:
    tabell = distribution()["krr"]
    if rng.random() < tabell["ikke_registrert"]:
        return {
            "personidentifikator": nummer,
            "reservasjon": "NEI",
            "status": "IKKE_REGISTRERT",
            "varslingsstatus": "KAN_IKKE_VARSLES",
        }
    reservert, foreldet = rng.random() < tabell["reservert"], rng.random() < tabell["foreldet"]
    svar: dict[str, Any] = {
        "personidentifikator": nummer,
        "reservasjon": "JA" if reservert else "NEI",
        "status": "AKTIV",
        "varslingsstatus": "KAN_IKKE_VARSLES" if reservert or foreldet else "KAN_VARSLES",
        "kontaktinformasjon": _contact(rng, aar, epost, mobil or mobile(rng), foreldet=foreldet),
        "spraak": pick(rng, distribution()["krr_spraak"]),
    }
    # Those who are not in the register have no mailbox either: the share is of all people.
    if rng.random() < tabell["postkasse"] / (1 - tabell["ikke_registrert"]):
        svar["digital_post"] = _mailbox(rng, epost)
    return svar


def _contact(rng: random.Random, aar: int, epost: str, mobil: str, *, foreldet: bool) -> dict[str, str]:
    """Return contact data, verified within or (``foreldet``) older than the 18 months that notices allow."""
    alder = timedelta(days=rng.randrange(1, 150), minutes=rng.randrange(60 * 12)) + foreldet * FORELDELSE
    dato = (datetime(aar, 1, 1, tzinfo=UTC) - alder).isoformat()
    felter = {"mobiltelefonnummer": mobil} | ({"epostadresse": epost} if epost else {})
    tider = {f"{felt}_{hva}": dato for felt in felter for hva in ("oppdatert", "sist_verifisert")}
    return dict(sorted((felter | tider).items()))


def _mailbox(rng: random.Random, epost: str) -> dict[str, str]:
    navn = epost.partition("@")[0] or "postkasse"
    return {
        "postkasseadresse": f"{navn}#{rng.choice('BCDFGHJK')}{rng.randrange(10)}{rng.choice('LMNPQRST')}",
        "postkasseleverandoeradresse": pick(rng, distribution()["krr_leverandor"]),
    }
