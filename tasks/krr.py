"""The contact and reservation register (KRR): asked at every dispatch about those who may get a letter, never stored.

In mode ``øve`` without ``[krr]`` the answers come from a file of the same shape.
Source: docs.digdir.no, KRR, ``POST /rest/v2/personer``.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Literal

from schemas.verdier import Modus
from tasks import klokke, maskinporten
from tasks.digdir import Tjeneste, ask, not_as_documented
from tasks.feil import BrukerFeil
from tasks.hjem import Hjem
from tasks.klokke import Ur
from tasks.nettkall import Nettklient, client, must_be_ours

OVINGSSVAR: Final = "krr.json"
TJENESTE: Final = Tjeneste("KRR", "krr")
OMFANG: Final = "krr:global/kontaktinformasjon.read krr:global/digitalpost.read"
VEI: Final = "/rest/v2/personer"
FLEST_OM_GANGEN: Final = 1000


@dataclass(frozen=True)
class Kontakt:
    """What a dispatch needs of KRR's answer about one person.

    Digital mailbox usable, written standard, may be notified, and where. The last two live in memory only.
    """

    kan_digitalt: bool = False
    maalform: Literal["nb", "nn"] = "nb"
    kan_varsles: bool = False
    mobil: str = field(default="", repr=False)
    epost: str = field(default="", repr=False)


def look_up(hjem: Hjem, numre: Collection[str], ur: Ur | None = None) -> dict[str, Kontakt]:
    """Return the answer for each national id; one KRR does not know has no mailbox.

    BrukerFeil ÅH-1601 (not set up, in another mode than øve), ÅH-1602 (no training answers), ÅH-1630 (mode ``øve`` and
    not this machine), ÅH-1638 (about one not asked about), and as ``maskinporten.token`` and ``digdir.ask``.
    """
    innstillinger = hjem.innstillinger
    if innstillinger.krr is None:
        if innstillinger.modus is not Modus.OVE:
            raise BrukerFeil("ÅH-1601", modus=innstillinger.modus)
        return _practice(hjem, frozenset(numre))
    must_be_ours(innstillinger.modus, innstillinger.krr.adresse, TJENESTE.navn)
    ur = ur or Ur(klokke.stopwatch(lopende=True))
    spurt = sorted(numre)
    kontakter: dict[str, Kontakt] = {}
    with client(innstillinger.krr.adresse, {"Accept": "application/json"}) as klient:
        for fra in range(0, len(spurt), FLEST_OM_GANGEN):
            kontakter |= _ask(hjem, klient, spurt[fra : fra + FLEST_OM_GANGEN], ur)
    return kontakter


def contact(person: dict[str, object]) -> Kontakt:
    """Read an answer: digital only when active, not reserved, may be notified (18-month rule) and with a mailbox.

    A mobile number or an e-mail address may be used on the same conditions but the mailbox.
    """
    aktiv = person.get("status") == "AKTIV" and person.get("reservasjon") == "NEI"
    kan_varsles = aktiv and person.get("varslingsstatus") == "KAN_VARSLES"
    return Kontakt(
        kan_digitalt=kan_varsles and bool(_part(person, "digital_post", "postkasseadresse")),
        maalform="nn" if person.get("spraak") == "nn" else "nb",
        kan_varsles=kan_varsles,
        mobil=_part(person, "kontaktinformasjon", "mobiltelefonnummer") if kan_varsles else "",
        epost=_part(person, "kontaktinformasjon", "epostadresse") if kan_varsles else "",
    )


def _part(person: dict[str, object], del_: str, felt: str) -> str:
    innhold = person.get(del_)
    verdi = innhold.get(felt) if isinstance(innhold, dict) else None
    return verdi if isinstance(verdi, str) else ""


def _practice(hjem: Hjem, spurt: frozenset[str]) -> dict[str, Kontakt]:
    """Return the answers of the training file."""
    try:
        svar = json.loads((hjem.mappe / OVINGSSVAR).read_text(encoding="utf-8"))["personer"]
    except (OSError, ValueError, KeyError, TypeError):
        svar = None
    if svar is None:
        raise BrukerFeil("ÅH-1602", fil=OVINGSSVAR)
    return {person["personidentifikator"]: contact(person) for person in svar if person["personidentifikator"] in spurt}


def _ask(hjem: Hjem, klient: Nettklient, spurt: list[str], ur: Ur) -> dict[str, Kontakt]:
    """Ask about at most a thousand. A token that is no longer taken is not kept for the next time."""
    try:
        svar = ask(
            klient,
            lambda: klient.request(
                "POST",
                VEI,
                json={"personidentifikatorer": spurt},
                headers={"Authorization": f"Bearer {maskinporten.token(hjem, OMFANG, ur)}"},
            ),
            TJENESTE,
            ur,
        )
    except BrukerFeil as feil:
        if feil.deler.get("status") == HTTPStatus.UNAUTHORIZED:
            maskinporten.forget(hjem, OMFANG)
        raise
    return _read(svar, frozenset(spurt))


def _read(svar: dict[str, Any], spurt: frozenset[str]) -> dict[str, Kontakt]:
    """Return the contacts of an answer that is about those we asked about, each once; some may be missing."""
    personer = svar.get("personer")
    if not isinstance(personer, list) or not all(
        isinstance(person, dict) and isinstance(person.get("personidentifikator"), str) for person in personer
    ):
        raise not_as_documented(TJENESTE)
    om = [person["personidentifikator"] for person in personer]
    if len(set(om)) != len(om) or not spurt.issuperset(om):
        raise BrukerFeil("ÅH-1638")
    return {nummer: contact(person) for nummer, person in zip(om, personer, strict=True)}
