"""What a guardian is called in the outbox: by who she is, never by the place a source has put her in today.

One who has been written to keeps what she was called then, also when her number has become known since: the key of a
letter is made of it, and nobody gets the same letter twice.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from schemas.verdier import Mottaker
from tasks.adresse import ADRESSE
from tasks.foresatte import is_same, plain


@dataclass(frozen=True)
class Omtalt:
    """A guardian of a youth as a letter has her: ``ref`` is her reference, or her place while she has none."""

    ref: str
    navn: str
    nummer: str
    adresse: tuple[str, ...]


SIKKERT: Final = 5
"""The same number. Then comes the same home, and then that neither has a number."""


def _likeness(en: Omtalt, annen: Omtalt) -> int:
    """Return how sure it is that the two are one, 0 where they are not: of two who share a name, each keeps her own."""
    if not is_same((en.navn, en.nummer), (annen.navn, annen.nummer)):
        return 0
    if en.nummer and annen.nummer:
        return SIKKERT
    like_kjent, samme_hjem = en.nummer == annen.nummer, plain(*en.adresse) == plain(*annen.adresse)
    return 1 + like_kjent + 2 * samme_hjem


def written_to(con: duckdb.DuckDBPyConnection, rad: str, aar: int) -> dict[str, list[Omtalt]]:
    """Return youth → the guardians in the row's proposals of the year that are not rejected or expired."""
    rader = con.execute(
        "SELECT person_id, mottaker_ref, innhold FROM utsending_naa"
        " WHERE rad = ? AND aar = ? AND mottaker = ? AND innhold <> '' ORDER BY utsending_id",
        [rad, aar, Mottaker.FORESATT],
    ).fetchall()
    svar: dict[str, list[Omtalt]] = {}
    for person, ref, innhold in rader:
        felt = json.loads(innhold)
        brev = felt["brev"]
        omtalt = Omtalt(ref, brev["navn"], felt["digital_id"], tuple(brev[del_] for del_ in ADRESSE))
        svar.setdefault(person, []).append(omtalt)
    return svar


def references(hemmelighet: str, naa: Sequence[Omtalt], hatt: Sequence[Omtalt]) -> dict[str, str]:
    """Return place → reference of those a youth has now (``naa``), where ``hatt`` have been written to."""
    svar: dict[str, str] = {}
    ledige = {omtalt.ref for omtalt in hatt}
    brukt = set(ledige)
    like = [(_likeness(en, annen), en.ref, annen.ref) for en in naa for annen in hatt]
    for likt, plass, ref in sorted(like, reverse=True):
        if likt and plass not in svar and ref in ledige:
            svar[plass] = ref
            ledige.remove(ref)
    for omtalt in naa:
        if omtalt.ref not in svar:
            svar[omtalt.ref] = _unused(hemmelighet, omtalt, brukt)
            brukt.add(svar[omtalt.ref])
    return svar


def _unused(hemmelighet: str, omtalt: Omtalt, brukt: set[str]) -> str:
    """Return a reference made of her number or name; the second of the same name gets one of her own."""
    (hvem,) = plain(omtalt.nummer or omtalt.navn)
    ref, nummer = _coded(hemmelighet, hvem), 1
    while ref in brukt:
        nummer += 1
        ref = _coded(hemmelighet, f"{hvem}|{nummer}")
    return ref


def _coded(hemmelighet: str, hvem: str) -> str:
    return f"foresatt-{hmac.digest(hemmelighet.encode(), hvem.encode(), 'sha256').hex()[:12]}"
